//! What a value may look like and how its lists and maps are owned and merged.
//!
//! One form serves Kubernetes' own kinds (read from a table) and custom resources (compiled from the definition's
//! OpenAPI schema). Named types make recursion possible and are looked up in a [`TypeTable`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The type of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// Anything. `atomic` values have one owner; others are owned field by field where they are objects, and lists
    /// in them are owned as a whole.
    Any {
        /// Whether the value is owned as a whole.
        atomic: bool,
    },
    /// A single value.
    Scalar(Scalar),
    /// A named type of the table.
    Named(String),
    /// A structure or a map.
    Object(ObjectType),
    /// A list.
    List(ListType),
}

/// The kinds of single values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar {
    /// Text.
    String,
    /// Base64 text.
    Bytes,
    /// RFC 3339 text.
    Time,
    /// A whole number.
    Int,
    /// Any number.
    Number,
    /// true or false.
    Bool,
    /// A whole number or text.
    IntOrString,
    /// Text or a number, such as `500m`.
    Quantity,
}

/// A structure (named fields), a map (`rest`), or both.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ObjectType {
    /// The named fields.
    pub fields: BTreeMap<String, Type>,
    /// The type of every other entry; `None` when others are unknown fields.
    pub rest: Option<Box<Type>>,
    /// Owned as a whole.
    pub atomic: bool,
    /// Unknown fields are kept (custom resources).
    pub keep_unknown: bool,
    /// Fields that must be present (custom resources; Kubernetes' own kinds are validated by code).
    pub required: BTreeSet<String>,
    /// Values for absent fields.
    pub defaults: BTreeMap<String, Value>,
    /// Fields that are dropped when they are zero: `false`, 0, or empty (Kubernetes' own kinds).
    pub vanishing: BTreeSet<String>,
    /// Structures that are always there, if only empty (Kubernetes' own kinds).
    pub present: BTreeSet<String>,
    /// Whether a strategic merge patch replaces this object's fields (`$retainKeys`).
    pub retain_keys: bool,
}

/// A list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListType {
    /// The type of the items.
    pub item: Box<Type>,
    /// How items are identified.
    pub relation: Relation,
    /// The field that a strategic merge patch merges by: `None` replaces the list, an empty name merges a list of
    /// single values as a set.
    pub merge_key: Option<String>,
}

/// How the items of a list are identified and owned.
#[derive(Debug, Clone, PartialEq)]
pub enum Relation {
    /// The list has one owner.
    Atomic,
    /// Items are single values, each owned on its own.
    Set,
    /// Items are objects identified by these fields.
    Map(Vec<KeyField>),
}

/// A field of a list-map key, and the value that stands for its absence.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyField {
    /// The field's name.
    pub name: String,
    /// The value of the key when the field is absent.
    pub default: Option<Value>,
}

/// Named types.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TypeTable {
    named: BTreeMap<String, Type>,
}

impl TypeTable {
    /// Adds or replaces a named type.
    pub fn insert(&mut self, name: impl Into<String>, ty: Type) {
        self.named.insert(name.into(), ty);
    }

    /// Follows names until the type is not one. An unknown name is [`Type::Any`].
    #[must_use]
    pub fn resolve<'a>(&'a self, ty: &'a Type) -> &'a Type {
        const ANY: &Type = &Type::Any { atomic: false };
        let mut ty = ty;
        while let Type::Named(name) = ty {
            ty = self.named.get(name).unwrap_or(ANY);
        }
        ty
    }
}

impl ObjectType {
    /// The type of a field, or of a map entry.
    #[must_use]
    pub fn entry(&self, name: &str) -> &Type {
        const ANY: &Type = &Type::Any { atomic: false };
        self.fields
            .get(name)
            .or(self.rest.as_deref())
            .unwrap_or(ANY)
    }
}
