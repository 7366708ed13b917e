//! Makes answers of different servers comparable: what differs by nature is numbered in order of appearance.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The numbers given out in one case.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    uids: BTreeMap<String, usize>,
    versions: BTreeMap<String, usize>,
}

impl Numbering {
    /// The comparable form of an answer.
    pub(super) fn normal(&mut self, value: &Value) -> Value {
        self.walk("", value)
    }

    fn walk(&mut self, field: &str, value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                if map.contains_key("items") && map.contains_key("metadata") {
                    return self.list(map);
                }
                let generated = map
                    .get("generateName")
                    .and_then(Value::as_str)
                    .map(str::to_owned);
                // How far a bookmark is depends on what else happens in the cluster.
                let bookmark = map.get("type").is_some_and(|kind| kind == "BOOKMARK");
                if bookmark {
                    return Value::from("<bookmark>");
                }
                let mut keys: Vec<&String> = map.keys().collect();
                keys.sort();
                // A digest of how the server stores the kind.
                keys.retain(|key| *key != "storageVersionHash");
                let entries = keys.into_iter().map(|key| {
                    let known = generated.as_deref().filter(|prefix| {
                        key == "name"
                            && map[key]
                                .as_str()
                                .is_some_and(|name| name.starts_with(*prefix))
                    });
                    let value = match known {
                        Some(prefix) => Value::from(format!("{prefix}<generated>")),
                        None => self.walk(key, &map[key]),
                    };
                    (self.text("", key), value)
                });
                Value::Object(entries.collect())
            }
            Value::Array(items) => {
                let mut items: Vec<Value> =
                    items.iter().map(|item| self.walk(field, item)).collect();
                settle_order(field, &mut items);
                Value::Array(items)
            }
            Value::String(text) => Value::from(self.text(field, text)),
            other => other.clone(),
        }
    }

    /// The version of a list depends on what else happens in the cluster.
    fn list(&mut self, list: &Map<String, Value>) -> Value {
        let mut list = list.clone();
        let items = list.remove("items").unwrap_or_default();
        if let Some(metadata) = list.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("resourceVersion");
        }
        let mut shown = self.walk("", &Value::Object(list));
        shown["items"] = self.walk("items", &items);
        shown
    }

    fn text(&mut self, field: &str, text: &str) -> String {
        if field == "uid" && is_uid(text) {
            let next = self.uids.len();
            return format!("<uid {}>", self.uids.entry(text.to_owned()).or_insert(next));
        }
        if field == "resourceVersion"
            && !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_digit())
        {
            return self.version(text);
        }
        if is_time(text) {
            return "<time>".to_owned();
        }
        if field == "continue" {
            return "<continue>".to_owned();
        }
        let mut text = text.to_owned();
        for (uid, number) in &self.uids {
            text = text.replace(uid, &format!("<uid {number}>"));
        }
        let shown = |version: &str| format!("({version})");
        for (version, number) in &self.versions {
            text = text.replace(&shown(version), &shown(&format!("<version {number}>")));
        }
        text
    }

    fn version(&mut self, text: &str) -> String {
        let next = self.versions.len();
        format!(
            "<version {}>",
            self.versions.entry(text.to_owned()).or_insert(next)
        )
    }
}

/// Undoes what is random about a real server: the order of causes, which come out of hash maps and sometimes twice,
/// and the order of managers, which depends on where the second ends.
fn settle_order(field: &str, items: &mut Vec<Value>) {
    match field {
        "causes" => {
            items.sort_by_key(ToString::to_string);
            items.dedup();
        }
        "managedFields" => items.sort_by_key(|one| {
            ["operation", "manager", "subresource", "apiVersion"].map(|name| one[name].to_string())
        }),
        _ => {}
    }
}

fn is_uid(text: &str) -> bool {
    text.len() == 36 && text.bytes().filter(|byte| *byte == b'-').count() == 4
}

fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.len() >= 20
        && text.ends_with('Z')
        && bytes[4] == b'-'
        && bytes[10] == b'T'
        && bytes[13] == b':'
}
