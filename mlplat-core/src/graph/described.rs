//! What a settings struct looks like, asked of its own `Deserialize`.
//!
//! Rust has no reflection, but a `Deserialize` says a lot when it is asked the
//! right way: which fields a struct has, and of which kind each of them wants
//! to be. So a struct is deserialized from a [`Look`], which offers one field
//! after the other, notes what is asked of it and then fails. It looks through
//! lists: what their elements have is found at the list's own path. A look may
//! carry a value, which is offered where its path ends; so one learns which of
//! many values does not fit. Structs with `derive(Settings)` say more: what stands in their doc comments, their
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
    let seen = look::<T>(path, None);
    let said = said(&seen.expected);
    for name in seen.fields.unwrap_or_default() {
        path.push(name);
        let field = look::<T>(path, None);
        let inside = field.fields.is_some_and(|fields| !fields.is_empty());
        if inside && field.is_struct() && path.len() < DEEPEST {
            describe::<T>(path, all);
        } else {
            let told = said.iter().find(|told| told.name == *name);
            let secret = field.secret || told.is_some_and(|told| told.secret);
            all.push(SettingDoc {
                key: path.join("."),
                kind: field.kind,
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

/// The name under which a secret asks for its text.
pub(crate) const SECRET: &str = "mlplat-secret";

/// Any key of a table whose keys are free.
pub(super) const ANY_KEY: &str = "*";

/// What was asked of a [`Look`].
#[derive(Default)]
pub(super) struct Seen {
    /// What it may be, in words.
    pub(super) kind: String,
    /// Its fields: those of a struct, or of the structs in a list.
    pub(super) fields: Option<&'static [&'static str]>,
    /// Any key goes.
    pub(super) is_map: bool,
    /// There are several.
    pub(super) is_list: bool,
    /// It is written as text.
    pub(super) is_text: bool,
    /// It is a secret.
    pub(super) secret: bool,
    /// Why the value that was offered does not fit.
    pub(super) misfit: Option<String>,
    /// The words of the struct's visitor.
    expected: String,
}

impl Seen {
    /// One struct, not a list of them.
    pub(super) fn is_struct(&self) -> bool {
        self.fields.is_some() && !self.is_list
    }
}

/// What stands at a path of fields, and whether a value fits there.
pub(super) fn look<T: DeserializeOwned>(path: &[&'static str], value: Option<&Value>) -> Seen {
    let mut seen = Seen::default();
    // The answer arrives by the side door; the error ends the inquiry.
    let _ = T::deserialize(Look {
        path,
        value,
        seen: &mut seen,
    });
    seen
}

struct Look<'a> {
    path: &'a [&'static str],
    value: Option<&'a Value>,
    seen: &'a mut Seen,
}

type Over = de::value::Error;

fn over<T>() -> Result<T, Over> {
    Err(de::Error::custom("seen"))
}

impl<'a> Look<'a> {
    fn note(&mut self, kind: &str) {
        if self.path.is_empty() {
            self.seen.kind.push_str(kind);
        }
    }

    /// Offers the value, if there is one and its place is here.
    fn offer<T>(self, take: impl FnOnce(Value) -> serde_json::Result<T>) -> Result<T, Over> {
        let Some(value) = self.value.filter(|_| self.path.is_empty()) else {
            return over();
        };
        take(value.clone()).or_else(|why| {
            self.seen.misfit = Some(why.to_string());
            over()
        })
    }

    /// The same look once more, for one of several.
    fn again(&mut self) -> Look<'_> {
        Look {
            path: self.path,
            value: self.value,
            seen: &mut *self.seen,
        }
    }

    /// The member of a table that the path goes on with.
    fn member(self) -> Result<Member<'a>, Self> {
        let Some((first, rest)) = self.path.split_first() else {
            return Err(self);
        };
        let value = Look { path: rest, ..self };
        Ok(Member {
            name: Some(first),
            value,
        })
    }
}

macro_rules! kinds {
    ($($method:ident: $kind:expr),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Over> {
            self.note(&$kind.to_string());
            self.offer(|value| value.$method(visitor))
        }
    )*};
}

macro_rules! texts {
    ($($method:ident: $kind:expr),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Over> {
            self.note($kind);
            self.seen.is_text |= self.path.is_empty();
            self.offer(|value| value.$method(visitor))
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
        deserialize_bytes: "bytes",
        deserialize_byte_buf: "bytes",
        deserialize_unit: "nothing",
        deserialize_ignored_any: "any value",
    }

    texts! {
        deserialize_char: "one character",
        deserialize_str: "text",
        deserialize_string: "text",
        deserialize_identifier: "text",
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Over> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Over> {
        if name != SECRET {
            return visitor.visit_newtype_struct(self);
        }
        let here = self.path.is_empty();
        self.note("text, secret");
        self.seen.secret |= here;
        self.seen.is_text |= here;
        self.offer(|value| value.deserialize_newtype_struct(name, visitor))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Over> {
        self.note("nothing");
        self.offer(|value| value.deserialize_unit_struct(name, visitor))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Over> {
        match self.member() {
            Ok(member) => visitor.visit_map(member),
            Err(mut here) => {
                here.seen.is_map = true;
                here.note("a table");
                here.offer(|value| value.deserialize_map(visitor))
            }
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Over> {
        self.note("a list of ");
        self.seen.is_list |= self.path.is_empty();
        if self.value.is_some() && self.path.is_empty() {
            return self.offer(|value| value.deserialize_seq(visitor));
        }
        visitor.visit_seq(Element(Some(self)))
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        mut self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Over> {
        self.note(&format!("a list of {length} values"));
        self.offer(|value| value.deserialize_tuple(length, visitor))
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
        mut self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Over> {
        self.note(&format!("one of {}", variants.join(", ")));
        self.offer(|value| value.deserialize_enum(name, variants, visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Over> {
        let mut here = match self.member() {
            Ok(member) => return visitor.visit_map(member),
            Err(here) => here,
        };
        let expected: &dyn de::Expected = &visitor;
        // Writing to a string cannot fail.
        let _ = write!(here.seen.expected, "{expected:#}");
        here.seen.fields = Some(fields);
        here.note("a table");
        here.offer(|value| value.deserialize_struct(name, fields, visitor))
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
        seed.deserialize(self.value.again())
    }
}

/// A list of one element, which is looked at.
struct Element<'a>(Option<Look<'a>>);

impl<'de> SeqAccess<'de> for Element<'_> {
    type Error = Over;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Over> {
        let look = self.0.take();
        look.map(|look| seed.deserialize(look)).transpose()
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
        pools: Vec<Pool>,
        token: Option<Secret<String>>,
    }

    #[derive(Deserialize, Default)]
    #[serde(default)]
    #[allow(dead_code)]
    struct Pool {
        name: String,
        size: u8,
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
                "pools: a list of a table = ?; ",
                "token: text, secret = ?; ",
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
