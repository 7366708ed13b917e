//! What a settings struct looks like, asked of its own `Deserialize`.
//!
//! Rust has no reflection, but a `Deserialize` says a lot when it is asked the
//! right way: which fields a struct has, and of which kind each of them wants
//! to be. So a struct is deserialized from a [`Look`], which offers one field
//! after the other, notes what is asked of it and then fails. Structs with
//! `derive(Settings)` say more: what stands in their doc comments, their
//! defaults, and which fields are secret.

use std::fmt::{self, Write as _};

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One setting of a program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SettingDoc {
    /// Its key; members of tables have dots in theirs.
    pub key: String,
    /// What it may be, in words: `text`, `0 to 255`.
    pub kind: String,
    /// What it is when it is not given; `None` when that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Its doc comment, empty when it is not known.
    pub doc: String,
    /// It is a secret.
    pub secret: bool,
}

/// The settings that fill a `T`, in the order of its fields; those of tables
/// inside it one by one.
#[must_use]
pub fn described<T: DeserializeOwned>() -> Vec<SettingDoc> {
    let mut all = Vec::new();
    describe::<T>(&mut Vec::new(), &mut all);
    all
}

fn describe<T: DeserializeOwned>(path: &mut Vec<&'static str>, all: &mut Vec<SettingDoc>) {
    let seen = look::<T>(path);
    let said = said(&seen.expected);
    for name in seen.fields.unwrap_or_default() {
        path.push(name);
        let field = look::<T>(path);
        if field.fields.is_some_and(|fields| !fields.is_empty()) && path.len() < DEEPEST {
            describe::<T>(path, all);
        } else {
            let told = said.iter().find(|told| told.name == *name);
            let secret = told.is_some_and(|told| told.secret);
            all.push(SettingDoc {
                key: path.join("."),
                kind: if secret {
                    "text, secret".to_owned()
                } else {
                    field.kind
                },
                default: told.and_then(|told| told.default.clone()),
                doc: told.map(|told| told.doc.clone()).unwrap_or_default(),
                secret,
            });
        }
        path.pop();
    }
}

/// Tables inside each other beyond this are shown as tables: a type may hold
/// itself.
const DEEPEST: usize = 8;

// --- what derived structs say ---

/// What stands before a description in the words of a visitor.
const MARK: &str = "mlplat-settings ";

/// What `derive(Settings)` knows of a field.
#[derive(Debug, Serialize, Deserialize)]
pub struct Told {
    /// The field.
    pub name: String,
    /// Its doc comment.
    pub doc: String,
    /// Its type is a secret.
    pub secret: bool,
    /// Its value in `Default`, when that can be written.
    pub default: Option<Value>,
}

/// The words of a derived struct's visitor when it is asked for all it knows.
///
/// # Errors
/// As the formatter says.
pub fn tell(out: &mut fmt::Formatter<'_>, fields: &[Told]) -> fmt::Result {
    out.write_str(MARK)?;
    // Text and JSON values always have a JSON form.
    out.write_str(&serde_json::to_string(fields).unwrap_or_default())
}

fn said(expected: &str) -> Vec<Told> {
    let json = expected.strip_prefix(MARK);
    json.and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default()
}

/// A field's value, for [`ByValue`] and [`ByNothing`].
pub struct Shown<'a, T>(pub &'a T);

/// The value of a field that can be written.
pub trait ByValue {
    /// The value.
    fn value(&self) -> Option<Value>;
}

impl<T: Serialize> ByValue for Shown<'_, T> {
    fn value(&self) -> Option<Value> {
        serde_json::to_value(self.0).ok()
    }
}

/// The value of a field that cannot: none. It stands one reference further
/// away, so that a call finds [`ByValue`] first.
pub trait ByNothing {
    /// Nothing.
    fn value(&self) -> Option<Value>;
}

impl<T> ByNothing for &Shown<'_, T> {
    fn value(&self) -> Option<Value> {
        None
    }
}

// --- looking ---

/// What was asked of a [`Look`].
#[derive(Default)]
struct Seen {
    kind: String,
    fields: Option<&'static [&'static str]>,
    /// The words of the struct's visitor.
    expected: String,
}

/// What stands at a path of fields.
fn look<T: DeserializeOwned>(path: &[&'static str]) -> Seen {
    let mut seen = Seen::default();
    // The answer arrives by the side door; the error ends the inquiry.
    let _ = T::deserialize(Look {
        path,
        seen: &mut seen,
    });
    seen
}

struct Look<'a> {
    path: &'a [&'static str],
    seen: &'a mut Seen,
}

type Over = de::value::Error;

fn over<T>() -> Result<T, Over> {
    Err(de::Error::custom("seen"))
}

impl Look<'_> {
    fn note<T>(self, kind: &str) -> Result<T, Over> {
        self.seen.kind.push_str(kind);
        over()
    }
}

macro_rules! kinds {
    ($($method:ident: $kind:expr),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Over> {
            self.note(&$kind.to_string())
        }
    )*};
}

impl<'de> Deserializer<'de> for Look<'_> {
    type Error = Over;

    kinds! {
        deserialize_any: "any value",
        deserialize_bool: "true or false",
        deserialize_i8: format!("{} to {}", i8::MIN, i8::MAX),
        deserialize_i16: format!("{} to {}", i16::MIN, i16::MAX),
        deserialize_i32: "a whole number",
        deserialize_i64: "a whole number",
        deserialize_i128: "a whole number",
        deserialize_u8: format!("0 to {}", u8::MAX),
        deserialize_u16: format!("0 to {}", u16::MAX),
        deserialize_u32: "a whole number from 0",
        deserialize_u64: "a whole number from 0",
        deserialize_u128: "a whole number from 0",
        deserialize_f32: "a number",
        deserialize_f64: "a number",
        deserialize_char: "one character",
        deserialize_str: "text",
        deserialize_string: "text",
        deserialize_bytes: "bytes",
        deserialize_byte_buf: "bytes",
        deserialize_unit: "nothing",
        deserialize_identifier: "text",
        deserialize_ignored_any: "any value",
        deserialize_map: "a table",
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Over> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Over> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: V,
    ) -> Result<V::Value, Over> {
        self.note("nothing")
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Over> {
        self.seen.kind.push_str("a list of ");
        visitor.visit_seq(Element(self))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, _: V) -> Result<V::Value, Over> {
        self.note(&format!("a list of {length} values"))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Over> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Over> {
        self.note(&format!("one of {}", variants.join(", ")))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Over> {
        if let Some((first, rest)) = self.path.split_first() {
            return visitor.visit_map(Member {
                name: Some(first),
                value: Look {
                    path: rest,
                    seen: self.seen,
                },
            });
        }
        let expected: &dyn de::Expected = &visitor;
        // Writing to a string cannot fail.
        let _ = write!(self.seen.expected, "{expected:#}");
        self.seen.fields = Some(fields);
        self.note("a table")
    }
}

/// A map of one member, whose value is looked at.
struct Member<'a> {
    name: Option<&'static str>,
    value: Look<'a>,
}

impl<'de> MapAccess<'de> for Member<'_> {
    type Error = Over;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Over> {
        let name = self.name.take();
        name.map(|name| seed.deserialize(BorrowedStrDeserializer::new(name)))
            .transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Over> {
        seed.deserialize(Look {
            path: self.value.path,
            seen: &mut *self.value.seen,
        })
    }
}

/// A list of one element, which is looked at.
struct Element<'a>(Look<'a>);

impl<'de> SeqAccess<'de> for Element<'_> {
    type Error = Over;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Over> {
        let look = Look {
            path: &[],
            seen: &mut *self.0.seen,
        };
        seed.deserialize(look).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Secret, Settings};

    #[derive(Deserialize, Default)]
    #[serde(rename_all = "lowercase")]
    #[allow(dead_code)]
    enum Size {
        #[default]
        Small,
        Large,
    }

    #[derive(Deserialize, Default)]
    #[serde(default)]
    #[allow(dead_code)]
    struct Plain {
        name: String,
        nodes: Option<u8>,
        zones: Vec<String>,
        size: Size,
        limits: std::collections::BTreeMap<String, u32>,
        database: Database,
    }

    /// The size of a database.
    #[derive(Settings)]
    struct Database {
        /// Gibibytes,
        /// at least 20.
        storage: u32,
        multi_az: bool,
        /// Of the master account.
        password: Option<Secret<String>>,
        size: Size,
    }

    impl Default for Database {
        fn default() -> Self {
            Self {
                storage: 20,
                multi_az: true,
                password: None,
                size: Size::Small,
            }
        }
    }

    fn shown<T: DeserializeOwned>() -> Vec<String> {
        let each = described::<T>().into_iter().map(|setting| {
            let default = setting
                .default
                .map_or("?".to_owned(), |value| value.to_string());
            format!(
                "{}: {} = {default}; {}",
                setting.key, setting.kind, setting.doc
            )
        });
        each.collect()
    }

    #[test]
    fn a_plain_struct_says_names_and_kinds_and_a_derived_one_everything() {
        assert_eq!(
            shown::<Plain>(),
            [
                "name: text = ?; ",
                "nodes: 0 to 255 = ?; ",
                "zones: a list of text = ?; ",
                "size: one of small, large = ?; ",
                "limits: a table = ?; ",
                "database.storage: a whole number from 0 = 20; Gibibytes, at least 20.",
                "database.multi_az: true or false = true; ",
                "database.password: text, secret = ?; Of the master account.",
                "database.size: one of small, large = ?; ",
            ]
        );
        assert!(
            shown::<Value>().is_empty(),
            "what is no struct has no settings"
        );
    }

    #[test]
    fn a_derived_struct_is_read_with_its_defaults() {
        let read = |value: Value| serde_json::from_value::<Database>(value);
        let database = read(json!({"storage": 50, "password": "hunter2"})).unwrap();
        assert!(database.multi_az && database.storage == 50);
        assert_eq!(database.password.unwrap().expose(), "hunter2");
        let error = read(json!({"stroage": 50})).err().unwrap().to_string();
        assert!(
            error.starts_with("unknown field `stroage`, expected one of `storage`"),
            "{error}"
        );
        let error = read(json!({"storage": "x"})).err().unwrap().to_string();
        assert!(error.contains("expected u32"), "{error}");
        assert!(
            read(json!(3))
                .err()
                .unwrap()
                .to_string()
                .contains("expected settings")
        );
    }

    #[derive(Deserialize, Default)]
    #[serde(default)]
    #[allow(dead_code)]
    struct Nested {
        inside: Option<Box<Nested>>,
        leaf: bool,
    }

    #[test]
    fn a_type_that_holds_itself_ends() {
        let all = described::<Nested>();
        assert!(all.len() < 20, "{}", all.len());
    }
}
