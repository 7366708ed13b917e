//! Facts about data: what a deletion takes along.
//!
//! Most objects hold nothing that the same inputs would not bring back: a
//! subnet, a role, a cluster. Some hold what people put into them afterwards.
//! Whoever is about to delete one of those has to know what becomes of it, and
//! the answer often depends on the object's inputs: a database keeps a final
//! snapshot unless it was told not to, a file system never does.

use serde::Serialize;
use serde_json::{Map, Value};

/// What people put into an object of the type, and what deleting it does to
/// that.
///
/// A command that deletes asks [`Fate`] of each object that would go
/// ([`Data::fate`]): what is [`Fate::Lost`] should go only when somebody has
/// said so, what is [`Fate::InTheWay`] has to be removed first, and the rest
/// goes without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Data {
    /// It holds none: the same inputs make the same again.
    None,
    /// Deleting it destroys what it holds, at once and for good (EFS).
    Destroyed,
    /// It goes by itself after a time, if this field says after which, and
    /// deleting the object makes that sooner. Without the field it is kept for
    /// ever, and destroyed (a log group, `RetentionInDays`).
    ExpiresAfter(&'static str),
    /// The API refuses to delete it until it is empty (an S3 bucket).
    MustBeEmpty,
    /// The deletion keeps a last copy, unless this field is true (a final
    /// snapshot of RDS, `SkipFinalSnapshot`).
    CopiedUnless(&'static str),
    /// The deletion keeps a last copy only if this field is true (a final
    /// backup of FSx).
    CopiedIf(&'static str),
    /// Deleted for good only after a number of days, within which it can be
    /// had back and keeps its name (a KMS key, a secret of Secrets Manager).
    Recoverable {
        /// The field that holds the number of days.
        days: &'static str,
        /// The number when the field is not set.
        default: u32,
        /// The field that, when true, destroys at once instead. Empty when
        /// the API has no such way.
        unless: &'static str,
    },
    /// It holds none itself, but has things made that do, and they stay when
    /// it goes (the claims of a stateful set). They go with the object that it
    /// is in: the one that a field of it names which
    /// [cascades](crate::facts::Held::Cascades).
    LeftBehind {
        /// The member that has them made: `Spec.volumeClaimTemplates`. It
        /// holds none where that is missing or empty.
        made_by: &'static str,
        /// The member and its value that take them along with it:
        /// `("Spec.persistentVolumeClaimRetentionPolicy.whenDeleted", "Delete")`.
        unless: (&'static str, &'static str),
    },
}

/// What deleting one object does to the data in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// There is none.
    NoData,
    /// It is gone for good when the call returns.
    Lost,
    /// A copy stays behind, and costs money until somebody deletes it.
    Copied,
    /// It can be had back for this many days.
    Recoverable(u32),
    /// The deletion is refused as long as there is some.
    InTheWay,
    /// It stays, and goes with the object that this one is in.
    LeftBehind,
}

impl Data {
    /// What deleting an object with these inputs would do to its data.
    ///
    /// ```
    /// use mlplat_core::facts::{Data, Fate};
    /// use serde_json::{Map, json};
    ///
    /// let database = Data::CopiedUnless("SkipFinalSnapshot");
    /// assert_eq!(database.fate(&Map::new()), Fate::Copied);
    /// let disposable = Map::from_iter([("SkipFinalSnapshot".to_owned(), json!(true))]);
    /// assert_eq!(database.fate(&disposable), Fate::Lost);
    /// ```
    #[must_use]
    pub fn fate(self, inputs: &Map<String, Value>) -> Fate {
        let is_set = |field: &str| inputs.get(field) == Some(&Value::Bool(true));
        match self {
            Self::None => Fate::NoData,
            Self::Destroyed | Self::ExpiresAfter(_) => Fate::Lost,
            Self::MustBeEmpty => Fate::InTheWay,
            Self::CopiedUnless(field) if is_set(field) => Fate::Lost,
            Self::CopiedIf(field) if !is_set(field) => Fate::Lost,
            Self::CopiedUnless(_) | Self::CopiedIf(_) => Fate::Copied,
            Self::Recoverable { unless, .. } if is_set(unless) => Fate::Lost,
            Self::Recoverable { days, default, .. } => {
                let days = inputs.get(days).and_then(Value::as_u64);
                let days = days.and_then(|days| u32::try_from(days).ok());
                Fate::Recoverable(days.unwrap_or(default))
            }
            Self::LeftBehind { made_by, .. } if !is_there(member(inputs, made_by)) => Fate::NoData,
            Self::LeftBehind { unless, .. } => match member(inputs, unless.0) {
                Some(Value::String(word)) if word == unless.1 => Fate::Lost,
                _ => Fate::LeftBehind,
            },
        }
    }

    /// The fields that the answer depends on.
    #[must_use]
    pub fn fields(self) -> Vec<&'static str> {
        let fields = match self {
            Self::None | Self::Destroyed | Self::MustBeEmpty => [""; 2],
            Self::CopiedUnless(field) | Self::CopiedIf(field) | Self::ExpiresAfter(field) => {
                [field, ""]
            }
            Self::Recoverable { days, unless, .. } => [days, unless],
            Self::LeftBehind { made_by, unless } => [first(made_by), first(unless.0)],
        };
        fields
            .into_iter()
            .filter(|field| !field.is_empty())
            .collect()
    }
}

/// The field of a path of members.
fn first(path: &'static str) -> &'static str {
    path.split('.').next().unwrap_or_default()
}

/// A member of inputs, by a path with dots.
fn member<'a>(inputs: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut names = path.split('.');
    let field = inputs.get(names.next()?)?;
    names.try_fold(field, |value, name| value.get(name))
}

fn is_there(value: Option<&Value>) -> bool {
    value
        .is_some_and(|value| !value.is_null() && value.as_array().is_none_or(|all| !all.is_empty()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fate(data: Data, inputs: Value) -> Fate {
        let Value::Object(inputs) = inputs else {
            unreachable!("the tests below write objects")
        };
        data.fate(&inputs)
    }

    #[test]
    fn the_inputs_decide() {
        let key = Data::Recoverable {
            days: "Days",
            default: 30,
            unless: "Now",
        };
        let claims = Data::LeftBehind {
            made_by: "Spec.templates",
            unless: ("Spec.policy.whenDeleted", "Delete"),
        };
        let cases = [
            (Data::None, json!({}), Fate::NoData),
            (Data::Destroyed, json!({}), Fate::Lost),
            (Data::MustBeEmpty, json!({}), Fate::InTheWay),
            (
                Data::CopiedUnless("Skip"),
                json!({"Skip": false}),
                Fate::Copied,
            ),
            (
                Data::CopiedUnless("Skip"),
                json!({"Skip": true}),
                Fate::Lost,
            ),
            (Data::CopiedIf("Backup"), json!({}), Fate::Lost),
            (
                Data::CopiedIf("Backup"),
                json!({"Backup": true}),
                Fate::Copied,
            ),
            (key, json!({}), Fate::Recoverable(30)),
            (key, json!({"Days": 7}), Fate::Recoverable(7)),
            (key, json!({"Days": 7, "Now": true}), Fate::Lost),
            (claims, json!({"Spec": {}}), Fate::NoData),
            (claims, json!({"Spec": {"templates": []}}), Fate::NoData),
            (
                claims,
                json!({"Spec": {"templates": [{}]}}),
                Fate::LeftBehind,
            ),
            (
                claims,
                json!({"Spec": {"templates": [{}], "policy": {"whenDeleted": "Retain"}}}),
                Fate::LeftBehind,
            ),
            (
                claims,
                json!({"Spec": {"templates": [{}], "policy": {"whenDeleted": "Delete"}}}),
                Fate::Lost,
            ),
        ];
        for (data, inputs, expected) in cases {
            assert_eq!(fate(data, inputs.clone()), expected, "{data:?} {inputs}");
        }
        assert_eq!(key.fields(), ["Days", "Now"]);
        assert_eq!(claims.fields(), ["Spec", "Spec"]);
        assert!(Data::Destroyed.fields().is_empty());
    }
}
