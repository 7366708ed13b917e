//! Settings: a program's parameters, handed in by the caller.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::settle::Settling;
use crate::problem::{Problem, Problems};

/// The parameters of a program, merged by the caller from files, command line
/// and environment, each with the place it came from.
#[derive(Clone, Default)]
pub struct Settings {
    values: Map<String, Value>,
    /// How each leaf of the values was given, by the names that lead to it.
    given: BTreeMap<Vec<String>, Given>,
}

/// A parameter as it was typed: what it means depends on what the program
/// wants. `12345` is a password where a text goes, and a number elsewhere.
pub struct Typed {
    /// The value that the text stands for where no text goes.
    pub value: Value,
    /// The text.
    pub text: String,
    /// Other users of the machine could read it, as they can the arguments of
    /// a process: no secret is taken from there.
    pub exposed: bool,
}

/// How a leaf was given.
#[derive(Clone, Default)]
pub(super) struct Given {
    /// `--set replicas`, `prod.toml`.
    pub(super) origin: String,
    /// The text, where it was typed.
    pub(super) text: Option<String>,
    pub(super) exposed: bool,
}

/// Shows where values come from, never the values: they may be secrets.
impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = self.given.iter();
        let shown = each.map(|(names, given)| (names.join("."), &given.origin));
        out.debug_map().entries(shown).finish()
    }
}

impl Settings {
    /// Sets a parameter; a later call wins. Tables are merged member by
    /// member.
    pub fn set(&mut self, key: &str, value: Value, origin: impl Into<String>) {
        let given = Given {
            origin: origin.into(),
            ..Given::default()
        };
        self.put(vec![key.to_owned()], value, &given);
    }

    /// The same with a parameter that was typed; dots in the key lead into
    /// tables.
    pub fn set_typed(&mut self, key: &str, typed: Typed, origin: impl Into<String>) {
        let given = Given {
            origin: origin.into(),
            text: Some(typed.text),
            exposed: typed.exposed,
        };
        let names = key.split('.').map(str::to_owned).collect();
        self.put(names, typed.value, &given);
    }

    fn put(&mut self, names: Vec<String>, value: Value, given: &Given) {
        let nested = names.iter().rev().fold(value.clone(), |value, name| {
            Value::Object(Map::from_iter([(name.clone(), value)]))
        });
        if let Value::Object(nested) = nested {
            merge(&mut self.values, nested);
        }
        self.remember(names, &value, given);
    }

    /// Remembers how each leaf of a value was given. What stood there before
    /// is forgotten, but for members of tables that were merged.
    fn remember(&mut self, names: Vec<String>, value: &Value, given: &Given) {
        for length in 1..names.len() {
            self.given.remove(&names[..length]);
        }
        match value {
            Value::Object(members) if !members.is_empty() => {
                self.given.remove(&names);
                let given = Given {
                    text: None,
                    ..given.clone()
                };
                for (name, member) in members {
                    let names = names.iter().chain([name]).cloned().collect();
                    self.remember(names, member, &given);
                }
            }
            _ => {
                self.given.retain(|other, _| !other.starts_with(&names));
                self.given.insert(names, given.clone());
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
    /// does, for each value that does not fit, and for each secret that came
    /// on a way that others can read.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Problems> {
        let mut settling = Settling::<T>::new(&self.given);
        let values = settling.settle(&self.values);
        settling.problems.into_result()?;
        serde_json::from_value(Value::Object(values)).map_err(|error| {
            let origins: Vec<_> = self.given.values().map(|one| one.origin.as_str()).collect();
            Problem::new(
                "bad-setting",
                format!(
                    "the settings do not fit the program{}",
                    without_values(&error)
                ),
                "give each setting a value of its type, and those that have no default any",
            )
            .because(format!("settings came from {}", origins.join(", ")))
            .into()
        })
    }
}

/// What an error says, unless it quotes what it was given.
fn without_values(error: &serde_json::Error) -> String {
    let said = error.to_string();
    match said.starts_with("missing field ") {
        true => format!(": {said}"),
        false => String::new(),
    }
}

fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(into)), Value::Object(from)) => merge(into, from),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Sizes {
        replicas: u8,
        name: String,
        password: Option<Secret<String>>,
        database: Database,
        pools: Vec<Pool>,
        limits: BTreeMap<String, Pool>,
    }

    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Database {
        storage: u32,
        version: String,
        password: Option<Secret<String>>,
    }

    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Pool {
        size: u8,
    }

    fn told(settings: &Settings) -> String {
        let problems = settings.read::<Sizes>().err().unwrap();
        problems.to_string()
    }

    fn typed(value: Value, text: &str) -> Typed {
        Typed {
            value,
            text: text.to_owned(),
            exposed: false,
        }
    }

    #[test]
    fn unknown_keys_are_refused_with_the_nearest_name() {
        let mut settings = Settings::default();
        settings.set("replcas", json!(3), "--set replcas");
        assert_eq!(
            told(&settings),
            "unknown setting `replcas` (unknown-setting)\n  why  it came from --set replcas\n  do   did you mean `replicas`?"
        );
    }

    #[test]
    fn unknown_keys_in_tables_lists_and_maps_are_named_too() {
        let mut settings = Settings::default();
        settings.set("database", json!({"stroage": 50, "version": "8"}), "a.toml");
        settings.set("pools", json!([{"size": 1}, {"sise": 2}]), "b.toml");
        settings.set("limits", json!({"one": {"soze": 2}}), "c.toml");
        let told = told(&settings);
        let expected = [
            ("database.stroage", "a.toml", "database.storage"),
            ("pools.sise", "b.toml", "pools.size"),
            ("limits.one.soze", "c.toml", "limits.one.size"),
        ];
        for (key, origin, nearest) in expected {
            let problem = format!(
                "unknown setting `{key}` (unknown-setting)\n  why  it came from {origin}\n  do   did you mean `{nearest}`?"
            );
            assert!(told.contains(&problem), "{told}");
        }
    }

    #[test]
    fn each_value_that_does_not_fit_is_named_with_where_it_came_from() {
        let mut settings = Settings::default();
        settings.set("replicas", json!(1), "a.toml");
        settings.set("replicas", json!(3), "--set replicas");
        assert_eq!(settings.read::<Sizes>().ok().unwrap().replicas, 3);
        settings.set("name", json!(7), "b.toml");
        let database = json!({"storage": "hunter2", "version": "8"});
        settings.set("database", database, "b.toml");
        settings.set_typed("database.version", typed(json!(9), "9"), "--set");
        settings.set("replicas", json!(300), "c.toml");
        let told = told(&settings);
        assert_eq!(
            told,
            "the setting `database.storage` should be a whole number from 0 (bad-setting)\n  why  it came from b.toml\n  do   give it such a value\n\n\
             the setting `name` should be text (bad-setting)\n  why  it came from b.toml\n  do   give it such a value\n\n\
             the setting `replicas` should be 0 to 255 (bad-setting)\n  why  it came from c.toml\n  do   give it such a value"
        );
    }

    #[test]
    fn what_is_typed_is_text_where_text_goes() {
        let mut settings = Settings::default();
        for (key, value, text) in [
            ("replicas", json!(3), "3"),
            ("name", json!(true), "true"),
            ("password", json!(12345), "12345"),
            ("database.version", json!(1.3), "1.30"),
            ("database.password", json!("x"), "\"x\""),
        ] {
            settings.set_typed(key, typed(value, text), "MLPLAT_SET");
        }
        let sizes = settings.read::<Sizes>().ok().unwrap();
        assert_eq!((sizes.replicas, sizes.name.as_str()), (3, "true"));
        assert_eq!(sizes.password.unwrap().expose(), "12345");
        assert_eq!(sizes.database.version, "1.30");
        assert_eq!(sizes.database.password.unwrap().expose(), "\"x\"");
    }

    #[test]
    fn a_secret_is_not_taken_from_where_others_read_it() {
        let mut settings = Settings::default();
        let exposed = |value: Value| Typed {
            exposed: true,
            ..typed(value, "hunter2")
        };
        settings.set_typed("name", exposed(json!("hunter2")), "--set name");
        assert!(settings.read::<Sizes>().is_ok());
        settings.set_typed("password", exposed(json!("hunter2")), "--set password");
        let inside = json!({"password": "hunter2"});
        settings.set_typed("database", exposed(inside), "--set database");
        let told = told(&settings);
        for key in ["password", "database.password"] {
            assert!(told.contains(&format!("`{key}` is a secret")), "{told}");
        }
        assert!(!told.contains("hunter2"), "{told}");
        // Whoever takes it from elsewhere afterwards may have it.
        settings.set("password", json!("a"), "a.toml");
        settings.set("database", json!({"password": "b"}), "a.toml");
        assert!(settings.read::<Sizes>().is_ok());
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
