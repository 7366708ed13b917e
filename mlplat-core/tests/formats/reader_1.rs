//! What reads format 1: a copy of what the last version of that format knew,
//! frozen with it. It is never changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A state of format 1.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) lineage: String,
    pub(crate) serial: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) program: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) keys: Option<String>,
    #[serde(default)]
    pub(crate) objects: BTreeMap<String, Object>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) open: BTreeMap<String, Intent>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) lookups: BTreeMap<String, Pinned>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) secrets: BTreeMap<String, SealedSecret>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) durations: BTreeMap<String, u32>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) outputs: BTreeMap<String, Body>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) plans: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) released: BTreeSet<String>,
    #[serde(default)]
    pub(crate) next_ordinal: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Object {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    born_at: Option<String>,
    ty: String,
    id: String,
    #[serde(default)]
    stage: Value,
    inputs: Value,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    sealed: BTreeMap<String, String>,
    outputs: Value,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    sealed_outputs: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    deps: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    soft_deps: Vec<String>,
    #[serde(default)]
    old: bool,
    #[serde(default)]
    protect: bool,
    #[serde(default)]
    retain: bool,
    #[serde(default)]
    unsure: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Intent {
    action: String,
    path: String,
    ty: String,
    body: Body,
    #[serde(default)]
    deps: Vec<String>,
    #[serde(default)]
    soft_deps: Vec<String>,
    #[serde(default)]
    replaces: Option<String>,
    #[serde(default)]
    protect: bool,
    #[serde(default)]
    retain: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Pinned {
    inputs: String,
    outputs: Value,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SealedSecret {
    generation: u32,
    sealed: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Body {
    json: Value,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    sealed: BTreeMap<String, String>,
}

/// The kinds of records that format 1 had, by name.
const RECORDS: [&str; 16] = [
    "open",
    "keys",
    "lookup",
    "secret",
    "begin",
    "made",
    "done",
    "deleted",
    "undone",
    "broken",
    "refreshed",
    "moved",
    "ruled",
    "forgotten",
    "imported",
    "outputs",
];

/// The state in a snapshot, as format 1 reads it.
pub(crate) fn snapshot(bytes: &[u8]) -> Result<State, String> {
    let (format, body) = header(bytes, "mlplat-state")?;
    if format > 1 {
        return Err(newer(format));
    }
    serde_json::from_slice(body).map_err(|why| format!("its content is no state: {why}"))
}

/// The number of records in a journal, as format 1 reads it.
pub(crate) fn journal(mut bytes: &[u8]) -> Result<usize, String> {
    let mut records = 0;
    let mut header_seen = false;
    while !bytes.is_empty() {
        let (format, rest) = header(bytes, "mlplat-journal")?;
        if format > 1 {
            return Err(newer(format));
        }
        let line = std::str::from_utf8(&bytes[..bytes.len() - rest.len()]).unwrap();
        let length: usize = line.split(' ').nth(2).unwrap().parse().unwrap();
        for line in rest[..length].split(|byte| *byte == b'\n') {
            if line.is_empty() {
                continue;
            }
            let record: BTreeMap<String, Value> =
                serde_json::from_slice(line).map_err(|why| why.to_string())?;
            if !header_seen {
                header_seen = true;
                continue;
            }
            let kind = record.keys().next().cloned().unwrap_or_default();
            if !RECORDS.contains(&kind.as_str()) {
                return Err(format!("unknown variant `{kind}`"));
            }
            records += 1;
        }
        bytes = &rest[length..];
    }
    Ok(records)
}

fn newer(format: u32) -> String {
    format!(
        "it has format {format}, and this version reads up to format 1: use the mlplat that wrote it, or a newer one"
    )
}

fn header<'a>(bytes: &'a [u8], name: &str) -> Result<(u32, &'a [u8]), String> {
    let end = bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .ok_or("it has no header line")?;
    let line = std::str::from_utf8(&bytes[..end]).map_err(|why| why.to_string())?;
    let mut words = line.split(' ');
    if words.next() != Some(name) {
        return Err(format!("it does not start with {name}"));
    }
    let format = words.next().unwrap_or_default().parse();
    let format = format.map_err(|_| "a number in its header is no number".to_owned())?;
    Ok((format, &bytes[end + 1..]))
}
