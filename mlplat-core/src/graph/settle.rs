//! Settings, put against what the program wants.
//!
//! One walk over the values with what the program's struct says of itself: a
//! key that the struct does not have is refused, in tables, lists and maps
//! too; what was typed becomes text where text goes; a secret is refused that
//! others could read; and every value is offered to its own place alone, so
//! that the ones that do not fit are known by name.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::described::{ANY_KEY, Seen, look};
use super::settings::Given;
use crate::problem::{Problem, Problems};

/// The walk.
pub(super) struct Settling<'a, T> {
    given: &'a BTreeMap<Vec<String>, Given>,
    /// Where the walk is, by the names in the values.
    names: Vec<String>,
    /// The same by the fields of the struct.
    fields: Vec<&'static str>,
    pub(super) problems: Problems,
    wanted: PhantomData<fn() -> T>,
}

impl<'a, T: DeserializeOwned> Settling<'a, T> {
    pub(super) fn new(given: &'a BTreeMap<Vec<String>, Given>) -> Self {
        Self {
            given,
            names: Vec::new(),
            fields: Vec::new(),
            problems: Problems::default(),
            wanted: PhantomData,
        }
    }

    /// The values as the program wants them.
    pub(super) fn settle(&mut self, values: &Map<String, Value>) -> Map<String, Value> {
        let seen = look::<T>(&[], None);
        self.members(&seen, values)
    }

    fn value(&mut self, value: &Value) -> Value {
        let seen = look::<T>(&self.fields, None);
        if seen.secret && self.is_exposed() {
            self.problems.push(self.exposed());
            return value.clone();
        }
        let before = self.problems.0.len();
        let given = self.given.get(&self.names);
        let typed = given.and_then(|given| given.text.as_ref());
        let value = match (value, typed) {
            (_, Some(text)) if seen.is_text && !seen.is_list => Value::String(text.clone()),
            (Value::Object(members), _) if seen.is_map || seen.is_struct() => {
                return Value::Object(self.members(&seen, members));
            }
            (Value::Array(items), _) if seen.is_list && seen.fields.is_some() => {
                let each = items.iter().map(|item| match item {
                    Value::Object(members) => Value::Object(self.members(&seen, members)),
                    other => other.clone(),
                });
                Value::Array(each.collect())
            }
            (value, _) => value.clone(),
        };
        // A list of which an element was refused is not refused once more.
        if self.problems.0.len() == before
            && let Some(why) = look::<T>(&self.fields, Some(&value)).misfit
        {
            self.problems.push(self.misfit(&seen, &why));
        }
        value
    }

    fn members(&mut self, seen: &Seen, members: &Map<String, Value>) -> Map<String, Value> {
        let mut settled = Map::new();
        for (key, value) in members {
            self.names.push(key.clone());
            let known = seen.fields.unwrap_or(&[ANY_KEY]);
            let field = known.iter().find(|field| [ANY_KEY, key].contains(*field));
            if let Some(field) = field {
                self.fields.push(field);
                settled.insert(key.clone(), self.value(value));
                self.fields.pop();
            } else {
                self.problems.push(self.unknown(known));
            }
            self.names.pop();
        }
        settled
    }

    // --- what is wrong ---

    fn key(&self) -> String {
        let key = self.names.join(".");
        key.escape_debug().take(80).collect()
    }

    /// How the value at hand was given: itself, the one that it is part of, or
    /// the first of its parts.
    fn how(&self) -> Option<&Given> {
        let lengths = (1..=self.names.len()).rev();
        let mut outward = lengths.filter_map(|length| self.given.get(&self.names[..length]));
        outward.next().or_else(|| {
            let mut parts = self.given.range(self.names.clone()..);
            let part = parts
                .next()
                .filter(|(names, _)| names.starts_with(&self.names));
            part.map(|(_, given)| given)
        })
    }

    fn is_exposed(&self) -> bool {
        self.how().is_some_and(|given| given.exposed)
    }

    fn because(&self, problem: Problem) -> Problem {
        match self.how() {
            Some(given) => problem.because(format!("it came from {}", given.origin)),
            None => problem,
        }
    }

    fn unknown(&self, known: &[&str]) -> Problem {
        let (last, above) = match self.names.split_last() {
            Some((last, above)) => (last.as_str(), above),
            None => return Problem::new("unknown-setting", "unknown setting", "leave it out"),
        };
        let full = |name: &str| {
            let names = above.iter().map(String::as_str).chain([name]);
            names.collect::<Vec<_>>().join(".")
        };
        let nearest = known
            .iter()
            .map(|name| (strsim::damerau_levenshtein(last, name), *name))
            .min()
            .filter(|(distance, name)| *distance <= name.len().max(3) / 2);
        let fix = match nearest {
            Some((_, name)) => format!("did you mean `{}`?", full(name)),
            None if known.is_empty() => "this program has no settings".to_owned(),
            None => {
                let all: Vec<_> = known.iter().map(|name| full(name)).collect();
                format!("the settings are: {}", all.join(", "))
            }
        };
        let what = format!("unknown setting `{}`", self.key());
        self.because(Problem::new("unknown-setting", what, fix))
    }

    fn exposed(&self) -> Problem {
        let key = self.key();
        let what = format!(
            "the setting `{key}` is a secret, and others can read what a process is called with"
        );
        let variable = key.to_ascii_uppercase().replace('.', "__");
        let fix = format!(
            "give it as MLPLAT_SET_{variable} or in a --settings file, or let --ask {key} ask for it; one that was typed before is known to others by now"
        );
        self.because(Problem::new("exposed-secret", what, fix))
    }

    /// What is wrong, without the value: it may be a secret in the wrong
    /// field.
    fn misfit(&self, seen: &Seen, why: &str) -> Problem {
        const QUOTING: [&str; 5] = [
            "invalid type: ",
            "invalid value: ",
            "invalid length: ",
            "unknown variant ",
            "a secret is ",
        ];
        let what = if QUOTING.iter().any(|start| why.starts_with(start)) {
            format!("the setting `{}` should be {}", self.key(), seen.kind)
        } else {
            format!("the setting `{}` does not fit: {why}", self.key())
        };
        self.because(Problem::new("bad-setting", what, "give it such a value"))
    }
}
