//! Conditions in a status: one entry per type, whose transition time changes only with its status.

use serde_json::{Value, json};

/// What a condition says.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub(super) ty: &'static str,
    pub(super) status: &'static str,
    pub(super) reason: String,
    pub(super) message: String,
}

impl Condition {
    pub(super) fn new(ty: &'static str, holds: bool) -> Self {
        Self {
            ty,
            status: if holds { "True" } else { "False" },
            reason: String::new(),
            message: String::new(),
        }
    }

    pub(super) fn because(mut self, reason: &str, message: impl Into<String>) -> Self {
        reason.clone_into(&mut self.reason);
        self.message = message.into();
        self
    }

    /// Neither one nor the other.
    pub(super) fn unknown(ty: &'static str) -> Self {
        Self {
            status: "Unknown",
            ..Self::new(ty, false)
        }
    }
}

/// The condition of a type in a status.
pub(super) fn find<'a>(status: &'a Value, ty: &str) -> Option<&'a Value> {
    let all = status["conditions"].as_array()?;
    all.iter().find(|one| one["type"] == ty)
}

/// Whether the condition of a type is true.
pub(super) fn holds(status: &Value, ty: &str) -> bool {
    find(status, ty).is_some_and(|one| one["status"] == "True")
}

/// Sets a condition in place, or adds it at the end.
pub(super) fn set(status: &mut Value, condition: &Condition, time: &str) {
    let entry = entry(find(status, condition.ty), condition, time);
    put(status, entry);
}

/// Puts an entry where the one of its type is, or at the end.
pub(super) fn put(status: &mut Value, entry: Value) {
    if !status["conditions"].is_array() {
        status["conditions"] = json!([]);
    }
    let Some(all) = status["conditions"].as_array_mut() else {
        return;
    };
    match all.iter_mut().find(|one| one["type"] == entry["type"]) {
        Some(one) => *one = entry,
        None => all.push(entry),
    }
}

/// Takes the condition of a type away.
pub(super) fn drop(status: &mut Value, ty: &str) {
    let Some(all) = status["conditions"].as_array_mut() else {
        return;
    };
    all.retain(|one| one["type"] != ty);
    if all.is_empty()
        && let Some(status) = status.as_object_mut()
    {
        status.remove("conditions");
    }
}

/// The condition as an entry; the time of the last transition is kept while the status is the same.
pub(super) fn entry(before: Option<&Value>, condition: &Condition, time: &str) -> Value {
    let same = before.filter(|one| one["status"] == condition.status);
    let since = same.map_or_else(
        || Value::from(time),
        |one| one["lastTransitionTime"].clone(),
    );
    let mut entry = json!({
        "type": condition.ty,
        "status": condition.status,
        "lastTransitionTime": since,
    });
    for (field, text) in [
        ("reason", &condition.reason),
        ("message", &condition.message),
    ] {
        if !text.is_empty() {
            entry[field] = json!(text);
        }
    }
    entry
}
