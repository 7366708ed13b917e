//! Format 2 as it was when it was frozen: this version writes it byte by byte,
//! and drops nothing that it does not know.

use std::path::Path;

use mlplat_core::state::{decode_journal, decode_snapshot, encode_snapshot};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::everything;

pub(crate) const STATE: &[u8] = include_bytes!("../golden/format-2/state");
pub(crate) const JOURNAL: &[u8] = include_bytes!("../golden/format-2/journal");

/// When this fails the format has changed: give it the next number, keep these
/// files, and write new ones beside them.
///
/// Proves fault 26.
#[test]
fn this_version_writes_format_2_as_it_was_frozen() {
    let state = encode_snapshot(&everything::state()).unwrap();
    let journal = everything::journal();
    if std::env::var_os("MLPLAT_FREEZE").is_some() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/format-2");
        std::fs::write(dir.join("state"), &state).unwrap();
        std::fs::write(dir.join("journal"), &journal).unwrap();
    }
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    assert_eq!(text(&state), text(STATE));
    assert_eq!(text(&journal), text(JOURNAL));
}

/// Read and written again it is the same, so nothing of it was lost.
///
/// Proves fault 26.
#[test]
fn what_was_frozen_is_read_whole() {
    let state = decode_snapshot(STATE).unwrap();
    assert_eq!(encode_snapshot(&state).unwrap(), STATE);
    let journal = decode_journal(JOURNAL).unwrap();
    assert_eq!(journal.torn, 0);
    let written: Vec<_> = everything::records();
    let json = |records| serde_json::to_string::<Vec<_>>(records).unwrap();
    assert_eq!(json(&journal.records), json(&written));
}

/// A snapshot with this body, whole.
pub(crate) fn snapshot(format: u32, body: &str) -> Vec<u8> {
    let digest = Sha256::digest(body);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("mlplat-state {format} {} {digest}\n{body}\n", body.len()).into_bytes()
}

/// A frame with this body, whole.
pub(crate) fn frame(format: u32, body: &str) -> Vec<u8> {
    let crc = crc32fast::hash(body.as_bytes());
    let start = format!("mlplat-journal {format} {} {crc:08x}", body.len());
    let header = crc32fast::hash(start.as_bytes());
    format!("{start} {header:08x}\n{body}").into_bytes()
}

/// The body of a snapshot, and the lines of all frames of a journal.
pub(crate) fn body(snapshot: &[u8]) -> Value {
    let text = std::str::from_utf8(snapshot).unwrap();
    serde_json::from_str(text.split_once('\n').unwrap().1).unwrap()
}

pub(crate) fn lines(journal: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(journal).unwrap();
    let lines = text
        .lines()
        .filter(|line| !line.starts_with("mlplat-journal "));
    lines.map(str::to_owned).collect()
}

/// The same value with one more member, at every place where there is an
/// object.
fn with_a_stranger(value: &Value) -> Vec<Value> {
    let mut places = Vec::new();
    collect(value, String::new(), &mut places);
    let each = places.into_iter().map(|place| {
        let mut changed = value.clone();
        let object = changed.pointer_mut(&place).and_then(Value::as_object_mut);
        object
            .unwrap()
            .insert("stranger".into(), Value::from("danger"));
        changed
    });
    each.collect()
}

fn collect(value: &Value, place: String, places: &mut Vec<String>) {
    let step = |key: &str| format!("{place}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(members) => {
            places.push(place.clone());
            for (key, member) in members {
                collect(member, step(key), places);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, step(&index.to_string()), places);
            }
        }
        _ => {}
    }
}

/// Proves fault 26.
#[test]
fn a_field_that_is_not_known_is_refused_or_kept() {
    let (mut refused, mut kept) = (0, 0);
    let mut judge = |written: Option<String>, what: &Value| match written {
        None => refused += 1,
        Some(text) => {
            assert!(text.contains("stranger"), "dropped from {what}");
            kept += 1;
        }
    };
    for changed in with_a_stranger(&body(STATE)) {
        let read = decode_snapshot(&snapshot(2, &changed.to_string()));
        let written = read.map(|state| encode_snapshot(&state).unwrap());
        judge(
            written.ok().map(|bytes| String::from_utf8(bytes).unwrap()),
            &changed,
        );
    }
    let lines = lines(JOURNAL);
    for (at, line) in lines.iter().enumerate() {
        for changed in with_a_stranger(&serde_json::from_str(line).unwrap()) {
            let mut lines = lines.clone();
            lines[at] = changed.to_string();
            let read = decode_journal(&frame(2, &(lines.join("\n") + "\n")));
            let written = read.map(|journal| {
                let header = serde_json::to_string(&journal.header).unwrap();
                header + &serde_json::to_string(&journal.records).unwrap()
            });
            judge(written.ok(), &changed);
        }
    }
    assert!(refused > 60 && kept > 10, "{refused}, {kept}");
    println!(
        "figure: {} unknown fields, {refused} refused, {kept} kept, 0 dropped",
        refused + kept
    );
}
