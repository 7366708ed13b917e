//! Telltales: what a search for secrets in the wrong place has to know.
//!
//! With `MLPLAT_TELLTALES` naming a folder, every secret that reaches a
//! simulated account or cluster is noted there, and so is everything that a
//! process on a simulated machine writes, but for the world's own files, in
//! which secrets have to be. `cargo xtask test` runs all tests so and then
//! searches what they printed and wrote for what was noted. Whoever noted it
//! decides nothing: a secret is what a type's facts say is one, or what lies in
//! a Kubernetes secret. Without the variable nothing is noted.

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mlplat_core::facts::Type;
use serde_json::{Map, Value};

/// The folder's variable.
const VARIABLE: &str = "MLPLAT_TELLTALES";
/// What is shorter is a word, a port or a user's name as often as a secret.
const SHORTEST: usize = 12;
/// Of what a process writes so much is kept.
const KEPT: usize = 4 << 20;

struct Notes {
    dir: PathBuf,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    secrets: HashSet<String>,
    written: usize,
}

fn notes() -> Option<&'static Notes> {
    static NOTES: OnceLock<Option<Notes>> = OnceLock::new();
    let open = || {
        let dir = std::env::var_os(VARIABLE).filter(|dir| !dir.is_empty())?;
        Some(Notes {
            dir: PathBuf::from(dir),
            inner: Mutex::default(),
        })
    };
    NOTES.get_or_init(open).as_ref()
}

impl Notes {
    fn secret(&self, secret: &str) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if secret.len() >= SHORTEST && inner.secrets.insert(secret.to_owned()) {
            self.add(
                "secrets",
                format!("{}\n", STANDARD.encode(secret)).as_bytes(),
            );
        }
    }

    fn secrets(&self, value: &Value) {
        match value {
            Value::String(text) => self.secret(text),
            Value::Array(items) => items.iter().for_each(|item| self.secrets(item)),
            Value::Object(members) => members.values().for_each(|member| self.secrets(member)),
            _ => {}
        }
    }

    fn written(&self, content: &[u8]) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.written < KEPT {
            inner.written += content.len();
            self.add("written", content);
        }
    }

    /// A search without notes finds nothing, so one that cannot be made ends
    /// the test.
    #[allow(clippy::panic)]
    fn add(&self, what: &str, line: &[u8]) {
        let path = self.dir.join(format!("{}.{what}", std::process::id()));
        let file = OpenOptions::new().create(true).append(true).open(&path);
        if let Err(why) = file.and_then(|mut file| file.write_all(line)) {
            panic!("failed to write {}: {why}", path.display());
        }
    }
}

/// The secrets of a request to the account.
pub(crate) fn request(ty: &Type, inputs: &Map<String, Value>) {
    let Some(notes) = notes() else { return };
    for field in ty.fields.iter().filter(|field| field.secret) {
        if let Some(value) = inputs.get(field.name) {
            notes.secrets(value);
        }
    }
}

/// The secrets of an object in a cluster.
pub(crate) fn object(object: &Value) {
    let Some(notes) = notes() else { return };
    if object["kind"] != "Secret" {
        return;
    }
    for encoded in object["data"].as_object().into_iter().flat_map(Map::values) {
        let decoded = STANDARD.decode(encoded.as_str().unwrap_or_default());
        if let Some(text) = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
            notes.secret(&text);
        }
    }
}

/// What a process writes into a file.
pub(crate) fn wrote(path: &Path, content: &[u8]) {
    let Some(notes) = notes() else { return };
    let world = Component::Normal("world".as_ref());
    if path.components().all(|part| part != world) {
        notes.written(content);
    }
}
