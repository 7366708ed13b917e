//! The four operations on typed values from which field ownership is made: the set of fields of a value, the
//! difference of two values, their merge, and a value without some fields.
//!
//! The rules are those of Kubernetes' structured merge: single values and whatever is declared atomic are leaves;
//! structures and maps are walked by name; keyed lists and sets are walked by key. The type says which is which, and
//! where it says nothing (custom fields without a schema), objects are walked and lists are leaves.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::set::{FieldSet, PathElement};
use crate::kube::schema::{ListType, ObjectType, Relation, Type, TypeTable};

/// A value that does not have the form its type asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(pub String);

/// How a value is walked.
enum Shape<'a> {
    Leaf,
    Object(&'a ObjectType),
    /// An object without a type.
    Free,
    List(&'a ListType),
}

/// A type together with the table its names are found in.
#[derive(Clone, Copy)]
pub struct Typed<'a> {
    /// Where names are looked up.
    pub table: &'a TypeTable,
    /// The type.
    pub ty: &'a Type,
}

const FREE: &Type = &Type::Any { atomic: false };

impl<'a> Typed<'a> {
    fn shape(self, value: &Value) -> Shape<'a> {
        match self.table.resolve(self.ty) {
            Type::Object(object) if !object.atomic && (value.is_object() || value.is_null()) => {
                Shape::Object(object)
            }
            Type::List(list)
                if list.relation != Relation::Atomic && (value.is_array() || value.is_null()) =>
            {
                Shape::List(list)
            }
            Type::Any { atomic: false } if value.is_object() => Shape::Free,
            _ => Shape::Leaf,
        }
    }

    fn with(self, ty: &'a Type) -> Self {
        Self {
            table: self.table,
            ty,
        }
    }

    fn entry(self, shape: &Shape<'a>, name: &str) -> Self {
        match shape {
            Shape::Object(object) => self.with(object.entry(name)),
            _ => self.with(FREE),
        }
    }

    /// The fields of a value, as an applied configuration owns them.
    #[must_use]
    pub fn field_set(self, value: &Value) -> FieldSet {
        let mut out = FieldSet::default();
        self.collect(value, &mut Vec::new(), &mut out);
        out
    }

    fn collect(self, value: &Value, path: &mut Vec<PathElement>, out: &mut FieldSet) {
        match self.shape(value) {
            Shape::Leaf => out.insert(path),
            Shape::List(list) => {
                for (element, item) in keyed(list, items(value)) {
                    path.push(element);
                    out.insert(path);
                    self.with(&list.item).collect(item, path, out);
                    path.pop();
                }
            }
            shape => {
                for (name, item) in value.as_object().into_iter().flatten() {
                    path.push(PathElement::Field(name.clone()));
                    self.entry(&shape, name).collect(item, path, out);
                    let declared =
                        matches!(&shape, Shape::Object(object) if object.fields.contains_key(name));
                    let empty = item.is_null() || item.as_object().is_some_and(Map::is_empty);
                    if empty || !declared {
                        out.insert(path);
                    }
                    path.pop();
                }
            }
        }
    }

    /// A set in which every declared field that has something below it is a member too.
    #[must_use]
    pub fn with_structures(self, set: &FieldSet) -> FieldSet {
        let resolved = self.table.resolve(self.ty);
        set.with_members(|element, below| match (resolved, element) {
            (Type::Object(object), PathElement::Field(name)) => {
                let inner = self.with(object.entry(name)).with_structures(below);
                (object.fields.contains_key(name), inner)
            }
            (Type::List(list), _) => (false, self.with(&list.item).with_structures(below)),
            _ => (false, self.with(FREE).with_structures(below)),
        })
    }

    /// What differs between two values.
    #[must_use]
    pub fn compare(self, old: &Value, new: &Value) -> Comparison {
        let mut out = Comparison::default();
        self.walk(Some(old), Some(new), &mut Vec::new(), &mut out);
        out
    }

    fn walk(
        self,
        old: Option<&Value>,
        new: Option<&Value>,
        path: &mut Vec<PathElement>,
        out: &mut Comparison,
    ) {
        let Some(sample) = new.or(old) else { return };
        let shape = self.shape(sample);
        if let (Some(before), Some(after)) = (old, new)
            && before.is_object() != after.is_object()
            && !matches!(self.shape(before), Shape::Leaf)
        {
            // The form changed: what the object had is gone, and the new value is a modified leaf.
            for (name, item) in before.as_object().into_iter().flatten() {
                path.push(PathElement::Field(name.clone()));
                self.entry(&self.shape(before), name)
                    .walk(Some(item), None, path, out);
                path.pop();
            }
            out.modified.insert(path);
            return;
        }
        if matches!(shape, Shape::Leaf) || (is_empty(old) && is_empty(new)) {
            return out.leaf(old, new, path);
        }
        if let Shape::List(list) = shape {
            let before = keyed_map(list, old);
            let after = keyed_map(list, new);
            for element in union_keys(&before, &after) {
                let (old, new) = (before.get(element).copied(), after.get(element).copied());
                path.push(element.clone());
                self.with(&list.item).walk(old, new, path, out);
                path.pop();
            }
        } else {
            for name in union_names(old, new) {
                let (old, new) = (field(old, name), field(new, name));
                path.push(PathElement::Field(name.to_owned()));
                self.entry(&shape, name).walk(old, new, path, out);
                path.pop();
            }
        }
        out.container(old, new, path);
    }

    /// The live value with the applied one laid over it.
    ///
    /// # Errors
    /// When an applied list has two items with one key.
    pub fn merge(self, live: &Value, applied: &Value) -> Result<Value, Malformed> {
        Ok(self.lay(Some(live), Some(applied))?.unwrap_or(Value::Null))
    }

    fn lay(
        self,
        live: Option<&Value>,
        applied: Option<&Value>,
    ) -> Result<Option<Value>, Malformed> {
        let Some(new) = applied else {
            return Ok(live.cloned());
        };
        let Some(old) = live else {
            return self.lay(Some(&empty_like(new)), applied);
        };
        let shape = self.shape(new);
        if matches!(shape, Shape::Leaf) || (is_empty(Some(old)) && is_empty(Some(new))) {
            return Ok(Some(new.clone()));
        }
        if let Shape::List(list) = shape {
            return self.lay_list(list, items(old), items(new)).map(Some);
        }
        let mut out = Map::new();
        for name in union_names(Some(old), Some(new)) {
            let merged = self.entry(&shape, name).lay(old.get(name), new.get(name))?;
            out.extend(merged.map(|value| (name.to_owned(), value)));
        }
        Ok(Some(Value::Object(out)))
    }

    /// Items that only the live list has keep their place; the order among the others is the applied one.
    fn lay_list(
        self,
        list: &'a ListType,
        live: &[Value],
        applied: &[Value],
    ) -> Result<Value, Malformed> {
        let old: Vec<_> = keyed(list, live);
        let new: Vec<_> = keyed(list, applied);
        let wanted: BTreeMap<&PathElement, &Value> =
            new.iter().map(|(key, item)| (key, *item)).collect();
        if wanted.len() != new.len() {
            return Err(Malformed(duplicate_message(&new)));
        }
        let known: BTreeMap<&PathElement, &Value> =
            old.iter().map(|(key, item)| (key, *item)).collect();
        let mut out = Vec::new();
        let (mut at, mut next) = (0, 0);
        while at < old.len() || next < new.len() {
            if let Some((key, item)) = old.get(at) {
                let shared = new[next..]
                    .iter()
                    .map(|(key, _)| key)
                    .find(|key| known.contains_key(key));
                if !wanted.contains_key(key) {
                    out.push((*item).clone());
                    at += 1;
                    continue;
                }
                if shared != Some(key) {
                    at += 1;
                    continue;
                }
            }
            let Some((key, item)) = new.get(next) else {
                continue;
            };
            out.extend(
                self.with(&list.item)
                    .lay(known.get(key).copied(), Some(item))?,
            );
            next += 1;
            at += usize::from(old.get(at).is_some_and(|(other, _)| other == key));
        }
        Ok(Value::Array(out))
    }

    /// The value without the fields in a set. Containers that become empty stay, as Kubernetes keeps them.
    #[must_use]
    pub fn without(self, value: &Value, set: &FieldSet) -> Value {
        match self.shape(value) {
            Shape::Leaf => value.clone(),
            Shape::List(list) => {
                let kept = keyed(list, items(value))
                    .into_iter()
                    .filter(|(element, _)| !set.has(element));
                let kept = kept.map(|(element, item)| match set.below(&element) {
                    Some(below) => self.with(&list.item).without(item, below),
                    None => item.clone(),
                });
                Value::Array(kept.collect())
            }
            shape => {
                let mut out = Map::new();
                for (name, item) in value.as_object().into_iter().flatten() {
                    let element = PathElement::Field(name.clone());
                    if set.has(&element) {
                        continue;
                    }
                    let kept = match set.below(&element) {
                        Some(below) => self.entry(&shape, name).without(item, below),
                        None => item.clone(),
                    };
                    out.insert(name.clone(), kept);
                }
                Value::Object(out)
            }
        }
    }
}

/// The difference of two values as three sets of paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// In the new value only.
    pub added: FieldSet,
    /// In both, with different values.
    pub modified: FieldSet,
    /// In the old value only.
    pub removed: FieldSet,
}

impl Comparison {
    /// Added or modified.
    #[must_use]
    pub fn written(&self) -> FieldSet {
        self.added.union(&self.modified)
    }

    fn leaf(&mut self, old: Option<&Value>, new: Option<&Value>, path: &[PathElement]) {
        if old.is_some() && new.is_some() && old != new {
            self.modified.insert(path);
        }
        self.container(old, new, path);
    }

    fn container(&mut self, old: Option<&Value>, new: Option<&Value>, path: &[PathElement]) {
        match (old, new) {
            (None, Some(_)) => self.added.insert(path),
            (Some(_), None) => self.removed.insert(path),
            _ => {}
        }
    }
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::Array(list)) => list.is_empty(),
        Some(Value::Object(map)) => map.is_empty(),
        Some(_) => false,
    }
}

fn empty_like(value: &Value) -> Value {
    match value {
        Value::Array(_) => Value::Array(Vec::new()),
        Value::Object(_) => Value::Object(Map::new()),
        _ => Value::Null,
    }
}

fn field<'v>(value: Option<&'v Value>, name: &str) -> Option<&'v Value> {
    value.and_then(|value| value.get(name))
}

fn union_names<'v>(old: Option<&'v Value>, new: Option<&'v Value>) -> Vec<&'v str> {
    let names = [old, new]
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .flat_map(Map::keys);
    let mut names: Vec<&str> = names.map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names
}

type Keyed<'v> = BTreeMap<PathElement, &'v Value>;

fn keyed_map<'v>(list: &ListType, value: Option<&'v Value>) -> Keyed<'v> {
    keyed(list, value.map_or(&[], items)).into_iter().collect()
}

fn union_keys<'m>(old: &'m Keyed<'_>, new: &'m Keyed<'_>) -> Vec<&'m PathElement> {
    let mut keys: Vec<&PathElement> = old.keys().chain(new.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The items of an associative list with their elements.
fn keyed<'v>(list: &ListType, items: &'v [Value]) -> Vec<(PathElement, &'v Value)> {
    items
        .iter()
        .map(|item| (element(list, item), item))
        .collect()
}

fn element(list: &ListType, item: &Value) -> PathElement {
    match &list.relation {
        Relation::Map(keys) => {
            let pairs = keys.iter().filter_map(|key| {
                let value = item
                    .get(&key.name)
                    .filter(|value| !value.is_null())
                    .or(key.default.as_ref())?;
                Some((key.name.as_str(), value.clone()))
            });
            PathElement::key(&pairs.collect())
        }
        _ => PathElement::Value(item.to_string()),
    }
}

fn duplicate_message(items: &[(PathElement, &Value)]) -> String {
    let mut seen = std::collections::BTreeSet::new();
    let twice = items.iter().find(|(key, _)| !seen.insert(key));
    twice.map_or_else(String::new, |(key, _)| {
        format!("duplicate entries for key {key}")
    })
}
