//! Settings: a program's parameters, handed in by the caller.

use std::collections::BTreeMap;

use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use serde_json::{Map, Value};

use crate::problem::{Problem, Problems};

/// The parameters of a program, merged by the caller from files, command line
/// and environment, each with the place it came from.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    values: BTreeMap<String, SettingValue>,
}

/// One parameter.
#[derive(Clone)]
pub struct SettingValue {
    /// The value, as JSON.
    pub value: Value,
    /// Where it came from: `--set replicas`, `prod.toml`.
    pub origin: String,
}

/// Shows where a value comes from, never the value: it may be a secret.
impl std::fmt::Debug for SettingValue {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "<from {}>", self.origin)
    }
}

impl Settings {
    /// Sets a parameter; a later call wins. Tables are merged member by
    /// member.
    pub fn set(&mut self, key: &str, value: Value, origin: impl Into<String>) {
        let origin = origin.into();
        match self.values.get_mut(key) {
            Some(existing) => {
                merge(&mut existing.value, value);
                existing.origin = origin;
            }
            None => {
                self.values
                    .insert(key.to_owned(), SettingValue { value, origin });
            }
        }
    }

    /// Whether a parameter was given.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// All parameters as `T`.
    ///
    /// # Errors
    /// A Problem for each key that `T` does not know, with the nearest one it
    /// does, and one for a value that does not fit.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Problems> {
        let known = field_names::<T>();
        let mut problems = Problems::default();
        if let Some(known) = known {
            for (key, value) in &self.values {
                if !known.contains(&key.as_str()) {
                    problems.push(unknown_key(key, &value.origin, known));
                }
            }
        }
        problems.into_result()?;
        let map: Map<String, Value> = self
            .values
            .iter()
            .map(|(key, value)| (key.clone(), value.value.clone()))
            .collect();
        serde_json::from_value(Value::Object(map)).map_err(|error| {
            let origins: Vec<_> = self.values.values().map(|v| v.origin.as_str()).collect();
            Problem::new(
                "bad-setting",
                format!("the settings do not fit the program: {}", unquoted(&error)),
                "give each setting a value of its type",
            )
            .because(format!("settings came from {}", origins.join(", ")))
            .into()
        })
    }
}

/// What is wrong, without the value: it may be a secret in the wrong field.
fn unquoted(error: &serde_json::Error) -> String {
    let said = error.to_string();
    match said.split_once(", expected ") {
        Some((_, expected)) => format!("a value should be {expected}"),
        None => said,
    }
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

fn unknown_key(key: &str, origin: &str, known: &[&str]) -> Problem {
    let nearest = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(key, name), *name))
        .min()
        .filter(|(distance, name)| *distance <= name.len().max(3) / 2);
    let fix = match nearest {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None if known.is_empty() => "this program has no settings".to_owned(),
        None => format!("the settings are: {}", known.join(", ")),
    };
    let shown: String = key.escape_debug().take(80).collect();
    Problem::new("unknown-setting", format!("unknown setting `{shown}`"), fix)
        .because(format!("it came from {origin}"))
}

/// The field names of a settings struct, asked of its own `Deserialize`.
/// `None` when `T` is not a struct (a map, say), which then takes any key.
fn field_names<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    let mut names = None;
    // The answer arrives by the side door; the error ends the inquiry.
    let _ = T::deserialize(Inquiry(&mut names));
    names
}

struct Inquiry<'a>(&'a mut Option<&'static [&'static str]>);

impl<'de> Deserializer<'de> for Inquiry<'_> {
    type Error = de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("inquiry"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = Some(fields);
        Err(de::Error::custom("inquiry"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Deserialize, Default, Debug, PartialEq)]
    #[serde(default)]
    struct Sizes {
        replicas: u8,
        name: String,
    }

    #[test]
    fn unknown_keys_are_refused_with_the_nearest_name() {
        let mut settings = Settings::default();
        settings.set("replcas", json!(3), "--set replcas");
        let problems = settings.read::<Sizes>().unwrap_err();
        assert_eq!(
            problems.to_string(),
            "unknown setting `replcas` (unknown-setting)\n  why  it came from --set replcas\n  do   did you mean `replicas`?"
        );
    }

    #[test]
    fn later_values_win_and_wrong_types_are_named() {
        let mut settings = Settings::default();
        settings.set("replicas", json!(1), "a.toml");
        settings.set("replicas", json!(3), "--set replicas");
        assert_eq!(settings.read::<Sizes>().unwrap().replicas, 3);
        settings.set("name", json!(7), "--set name");
        let problems = settings.read::<Sizes>().unwrap_err();
        assert!(
            problems.to_string().contains("should be a string"),
            "{problems}"
        );
    }
}
