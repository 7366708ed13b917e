//! The values that a user gives, in the order in which helm merges them.

use super::error::ValuesError;
use super::strvals::{SetKind, set};
use crate::value::{Map, Str, Value};
use crate::yaml::read_map;

/// What the flags of `helm template` give. Texts of files come with a name for messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// `-f`: name and text, later ones win.
    pub files: Vec<(String, String)>,
    /// `--set-json`.
    pub set_json: Vec<String>,
    /// `--set`.
    pub set: Vec<String>,
    /// `--set-string`.
    pub set_string: Vec<String>,
    /// `--set-file`: the arguments, whose values name files.
    pub set_file: Vec<String>,
    /// `--set-literal`.
    pub set_literal: Vec<String>,
}

impl Inputs {
    /// The merged values. `read` gives the text of a file that `--set-file` names.
    ///
    /// # Errors
    ///
    /// [`ValuesError`].
    pub fn merge(&self, read: &dyn Fn(&str) -> Result<String, String>) -> Result<Map, ValuesError> {
        let mut base = Map::default();
        for (name, text) in &self.files {
            let values =
                read_map(&Str::from(text.as_str())).map_err(|message| ValuesError::File {
                    file: name.clone(),
                    message,
                })?;
            base = merge_maps(&base, &values);
        }
        let flags: [(&'static str, &[String], SetKind<'_>); 5] = [
            ("set-json", &self.set_json, SetKind::Json),
            ("set", &self.set, SetKind::Typed),
            ("set-string", &self.set_string, SetKind::Text),
            ("set-file", &self.set_file, SetKind::File(read)),
            ("set-literal", &self.set_literal, SetKind::Literal),
        ];
        for (flag, arguments, kind) in flags {
            for argument in arguments {
                set(argument, &base, kind).map_err(|message| ValuesError::Set { flag, message })?;
            }
        }
        Ok(base)
    }
}

/// A new map with the entries of both: tables are merged, else `strong` wins, nulls included.
pub fn merge_maps(weak: &Map, strong: &Map) -> Map {
    let out: Map = weak.entries().into_iter().collect();
    for (key, value) in strong.entries() {
        let merged = match (&value, out.get(&key)) {
            (Value::Map(strong), Some(Value::Map(weak))) => Value::Map(merge_maps(&weak, strong)),
            _ => value,
        };
        // Both maps are trees, so that nothing can contain `out`.
        let _ = out.set(key, merged);
    }
    out
}
