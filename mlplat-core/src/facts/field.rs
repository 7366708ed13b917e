//! Facts about one input field of a resource type.

use serde::Serialize;
use serde_json::Value;

use super::Document;

/// One input field: its name in the provider's API and what is true of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Name as the API spells it, for example `CidrBlock`.
    pub name: &'static str,
    /// What changing it does to the object.
    pub change: OnChange,
    /// When two values of it mean the same.
    pub canon: Canon,
    /// Whether it names other objects, and what that does to their deletion.
    pub refs: Refs,
    /// The API refuses a request without it.
    pub required: bool,
    /// Its value is a secret: sealed in the state, never shown.
    pub secret: bool,
    /// What is known of its inside, when it is compared member by member.
    pub inside: Option<&'static Document>,
}

/// A required field.
#[must_use]
pub const fn f(name: &'static str, change: OnChange, refs: Refs) -> Field {
    Field {
        name,
        change,
        canon: Canon::Exact,
        refs,
        required: true,
        secret: false,
        inside: None,
    }
}

/// A required field that is part of an object's key: with another value it is
/// another object.
#[must_use]
pub const fn key(name: &'static str) -> Field {
    f(name, OnChange::Replace, Refs::No)
}

/// A required field that can be changed and refers to nothing.
#[must_use]
pub const fn plain(name: &'static str) -> Field {
    f(name, OnChange::InPlace, Refs::No)
}

/// An optional field that refers to nothing.
#[must_use]
pub const fn opt(name: &'static str, change: OnChange) -> Field {
    Field {
        required: false,
        ..f(name, change, Refs::No)
    }
}

impl Field {
    /// The same field with another canonical form.
    #[must_use]
    pub const fn canon(self, canon: Canon) -> Self {
        Self { canon, ..self }
    }

    /// The same field, naming other objects.
    #[must_use]
    pub const fn refs(self, refs: Refs) -> Self {
        Self { refs, ..self }
    }

    /// The same field, which a request may leave out.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self {
            required: false,
            ..self
        }
    }

    /// The same field, compared member by member.
    #[must_use]
    pub const fn inside(self, document: &'static Document) -> Self {
        Self {
            inside: Some(document),
            ..self
        }
    }

    /// The same field, holding a secret.
    #[must_use]
    pub const fn secret(self) -> Self {
        Self {
            secret: true,
            ..self
        }
    }
}

impl Field {
    /// Whether an object that has `old` is as wanted when `new` is: the two
    /// are equal, or `new` is the least that is wanted and `old` is more.
    ///
    /// ```
    /// use mlplat_core::facts::{OnChange, opt};
    /// use serde_json::json;
    ///
    /// let storage = opt("AllocatedStorage", OnChange::AtLeast);
    /// assert!(storage.is_met(&json!(60), &json!(20)));
    /// assert!(!storage.is_met(&json!(60), &json!(80)));
    /// ```
    #[must_use]
    pub fn is_met(&self, old: &Value, new: &Value) -> bool {
        let more = match self.change {
            OnChange::AtLeast => old.as_f64().zip(new.as_f64()),
            _ => None,
        };
        old == new || more.is_some_and(|(old, new)| old >= new)
    }
}

/// What a new value of a field does to an existing object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum OnChange {
    /// The API updates the object.
    InPlace,
    /// The API cannot change it: the object is made anew.
    Replace,
    /// Updated in place, but only one step up at a time and never down
    /// (Kubernetes minor versions of an EKS cluster).
    OneStepUp,
    /// Updated in place, upwards only. The value is the least that is wanted:
    /// the service may raise it by itself, and an object that has more is as
    /// wanted (the storage of an RDS instance that grows when it is full).
    AtLeast,
    /// Updated in place, and never returned by a read.
    WriteOnly,
}

/// The form in which two values of a field are compared. Requests carry the
/// canonical form too, so that what is compared is what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Canon {
    /// Equal as JSON values.
    Exact,
    /// A list whose order has no meaning and whose duplicates count once.
    Set,
    /// A network in CIDR notation; host bits are cleared.
    Cidr,
    /// An IAM policy document: JSON text, compared as JSON, with single
    /// strings equal to one-element lists and statement members unordered.
    Policy,
    /// A JSON document as text, compared as JSON.
    Json,
    /// A string whose case has no meaning.
    CaseInsensitive,
    /// A domain name: case and a final dot have no meaning, and the `\052` by
    /// which Route 53 answers a wildcard is `*`.
    DnsName,
}

/// Whether a field names other objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Refs {
    /// It names none.
    No,
    /// It names one object of a type, or each element of a list does.
    To(&'static str, Held),
    /// It names an object of one of several types.
    ToAny(&'static [&'static str], Held),
    /// It may name an object of a type by one of its outputs, and may be
    /// anything else as well (the value of a DNS record).
    May(&'static str, Held),
}

impl Refs {
    /// What the reference does to the deletion of its target, if it is one.
    #[must_use]
    pub const fn held(&self) -> Option<Held> {
        match self {
            Self::No => None,
            Self::To(_, held) | Self::ToAny(_, held) | Self::May(_, held) => Some(*held),
        }
    }

    /// The type names that the field may point to.
    #[must_use]
    pub fn targets(&self) -> Vec<&'static str> {
        match self {
            Self::No => Vec::new(),
            Self::To(target, _) | Self::May(target, _) => vec![target],
            Self::ToAny(targets, _) => targets.to_vec(),
        }
    }

    /// Whether every value of the field has to name an object that exists.
    #[must_use]
    pub const fn must_exist(&self) -> bool {
        matches!(self, Self::To(..) | Self::ToAny(..))
    }
}

/// What deleting the target of a reference does while the reference stands.
/// Blocking is not referencing: a role is deleted although a cluster uses its
/// ARN, a subnet is not while an interface lies in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Held {
    /// The API refuses with this error code.
    Refused(&'static str),
    /// The API deletes the holder along with the target.
    Cascades,
    /// The target goes, the holder keeps a reference to nothing.
    Dangles,
}
