//! Serialized values with opaque ones in them, and what is put in their place.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value as Json;

use super::value::MARKER;
use crate::render::RenderError;
use crate::value::{Map, MapKind, TaintId, Taints, Value};

/// An opaque value as it was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) secret: bool,
    pub(super) witnesses: [Json; 2],
    pub(super) assumed: Option<Json>,
}

/// Values with the opaque ones among them, by name.
#[derive(Debug)]
pub(super) struct Weave {
    json: Json,
    pub(super) found: BTreeMap<String, Found>,
}

impl Weave {
    pub(super) fn new(json: Json) -> Result<Self, RenderError> {
        let mut found = BTreeMap::new();
        collect(&json, &mut found)?;
        Ok(Self { json, found })
    }

    /// The id of each name: its place in the order of names.
    pub(super) fn ids(&self) -> impl Iterator<Item = (TaintId, &str, &Found)> {
        (0u32..)
            .zip(&self.found)
            .map(|(id, (name, found))| (TaintId(id), name.as_str(), found))
    }

    pub(super) fn name(&self, id: TaintId) -> &str {
        let at = usize::try_from(id.0).unwrap_or(usize::MAX);
        self.found.keys().nth(at).map_or("?", String::as_str)
    }

    /// The values as a map, with what `pick` gives for each opaque name; `None` keeps nothing
    /// there.
    pub(super) fn values(
        &self,
        pick: &dyn Fn(&str, &Found) -> (Json, bool),
    ) -> Result<Map, RenderError> {
        let ids: BTreeMap<&str, TaintId> = self.ids().map(|(id, name, _)| (name, id)).collect();
        let put = |name: &str| {
            let found = &self.found[name];
            let (json, tainted) = pick(name, found);
            let value = Value::from_json(&json);
            match (tainted, ids.get(name)) {
                (true, Some(&id)) => value.with_taints(&Taints::one(id)),
                _ => value,
            }
        };
        match build(&self.json, &put) {
            Value::Map(map) => Ok(map),
            Value::Nil => Ok(Map::default()),
            other => Err(RenderError::Opaque(format!(
                "values must serialize to a map, not to {}",
                other.type_name()
            ))),
        }
    }
}

fn marked(json: &Json) -> Option<&Json> {
    let entries = json.as_object()?;
    (entries.len() == 1).then(|| entries.get(MARKER)).flatten()
}

fn collect(json: &Json, into: &mut BTreeMap<String, Found>) -> Result<(), RenderError> {
    if let Some(opaque) = marked(json) {
        let name = opaque["name"].as_str().unwrap_or_default();
        let found = Found {
            secret: opaque["secret"] == Json::Bool(true),
            witnesses: [
                opaque["witnesses"][0].clone(),
                opaque["witnesses"][1].clone(),
            ],
            assumed: opaque["assumed"].get(0).cloned(),
        };
        let scalar = |json: &Json| !json.is_object() && !json.is_array() && !json.is_null();
        if !found.witnesses.iter().all(scalar) {
            return Err(RenderError::Opaque(format!(
                "the witnesses of {name} must be texts, numbers or booleans"
            )));
        }
        if into.get(name).is_some_and(|known| *known != found) {
            return Err(RenderError::Opaque(format!(
                "the opaque value {name} is given in two ways"
            )));
        }
        into.insert(name.to_owned(), found);
        return Ok(());
    }
    match json {
        Json::Array(items) => items.iter().try_for_each(|item| collect(item, into)),
        Json::Object(entries) => entries.values().try_for_each(|item| collect(item, into)),
        _ => Ok(()),
    }
}

fn build(json: &Json, put: &dyn Fn(&str) -> Value) -> Value {
    if let Some(opaque) = marked(json) {
        return put(opaque["name"].as_str().unwrap_or_default());
    }
    match json {
        Json::Array(items) => Value::from(
            items
                .iter()
                .map(|item| build(item, put))
                .collect::<Vec<_>>(),
        ),
        Json::Object(entries) => {
            let table = entries
                .iter()
                .map(|(key, item)| (Rc::<str>::from(key.as_str()), build(item, put)))
                .collect();
            Value::Map(Map::from_table(MapKind::Any, table))
        }
        other => Value::from_json(other),
    }
}
