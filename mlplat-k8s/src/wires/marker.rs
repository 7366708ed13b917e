//! Markers: where they stand in a document, and what they are replaced by.

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use mlplat_core::Problem;
use mlplat_core::wiring::Expr;
use serde_json::Value;

/// How every marker begins, whoever made it.
const PREFIX: &str = "$mlplat:wire:";
/// How every marker ends.
const END: char = ';';

/// What all markers of one call have in common and nobody else can know.
///
/// It never reaches a document, so a run stays a function of its program; it
/// is drawn from the operating system, through the keys of the standard
/// library's hasher, for no text from outside to be taken for a marker.
pub(super) fn nonce() -> String {
    let half = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", half(), half())
}

/// The marker of the output with this number.
pub(super) fn marker(nonce: &str, number: usize) -> String {
    format!("{PREFIX}{nonce}:{number}{END}")
}

/// Replaces the markers of one call in a document.
pub(super) struct Replacer<'a> {
    nonce: &'a str,
    outputs: &'a [Expr],
    /// The outputs that were met.
    pub(super) met: BTreeSet<usize>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Replacer<'a> {
    pub(super) fn new(nonce: &'a str, outputs: &'a [Expr]) -> Self {
        Self {
            nonce,
            outputs,
            met: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    /// The document as an expression; literal wherever it holds no output.
    /// `path` is for messages.
    pub(super) fn document(&mut self, value: Value, path: &str) -> Expr {
        match value {
            Value::String(text) => self.text(text, path),
            Value::Array(items) => {
                let items: Vec<Expr> = items
                    .into_iter()
                    .enumerate()
                    .map(|(at, item)| self.document(item, &format!("{path}[{at}]")))
                    .collect();
                literals(&items).map_or_else(|| Expr::list(items), Expr::Literal)
            }
            Value::Object(members) => {
                let members: Vec<(String, Expr)> = members
                    .into_iter()
                    .map(|(key, value)| {
                        self.key(&key, path);
                        let value = self.document(value, &format!("{path}.{key}"));
                        (key, value)
                    })
                    .collect();
                if members.iter().all(|(_, value)| is_literal(value)) {
                    let known = members.into_iter().filter_map(|(key, value)| match value {
                        Expr::Literal(value) => Some((key, value)),
                        _ => None,
                    });
                    return Expr::Literal(Value::Object(known.collect()));
                }
                Expr::map(members)
            }
            scalar => Expr::Literal(scalar),
        }
    }

    /// A text without its markers: a literal, or a concatenation.
    fn text(&mut self, text: String, path: &str) -> Expr {
        if !text.contains(PREFIX) {
            return Expr::Literal(Value::String(text));
        }
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find(PREFIX) {
            let (before, marked) = rest.split_at(at);
            let Some((output, after)) = self.output(marked) else {
                self.problems.push(foreign(path));
                return Expr::text("");
            };
            if !before.is_empty() {
                parts.push(Expr::text(before));
            }
            parts.push(output);
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Expr::text(rest));
        }
        // Also alone: what is no text, such as a port, becomes one.
        Expr::concat(parts)
    }

    /// The output that the marker at the start of a text stands for, and the
    /// rest of the text.
    fn output<'t>(&mut self, marked: &'t str) -> Option<(Expr, &'t str)> {
        let ours = marked.strip_prefix(PREFIX)?.strip_prefix(self.nonce)?;
        let (number, rest) = ours.strip_prefix(':')?.split_once(END)?;
        let number: usize = number.parse().ok()?;
        let output = self.outputs.get(number)?.clone();
        self.met.insert(number);
        Some((output, rest))
    }

    fn key(&mut self, key: &str, path: &str) {
        let Some(at) = key.find(PREFIX) else { return };
        if self.output(&key[at..]).is_none() {
            self.problems.push(foreign(path));
            return;
        }
        let problem = Problem::new(
            "output-as-key",
            format!("an output stands in a key of {path}"),
            "give the key as a literal; only values can come from outputs",
        );
        self.problems.push(problem);
    }
}

fn is_literal(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(_))
}

fn literals(items: &[Expr]) -> Option<Value> {
    let each = items.iter().map(|item| match item {
        Expr::Literal(value) => Some(value.clone()),
        _ => None,
    });
    each.collect()
}

fn foreign(path: &str) -> Problem {
    Problem::new(
        "foreign-wire",
        format!("{path} holds the marker of an output from another document"),
        "ask for the output by `w.text(..)` in the closure that builds this document",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn outputs() -> Vec<Expr> {
        vec![Expr::GeneratedName, Expr::GeneratedName]
    }

    fn shown(value: Value) -> (String, Vec<&'static str>, usize) {
        let outputs = outputs();
        let mut replacer = Replacer::new("n", &outputs);
        let expr = replacer.document(value, "Spec");
        let codes = replacer.problems.iter().map(|problem| problem.code);
        (format!("{expr:?}"), codes.collect(), replacer.met.len())
    }

    #[test]
    fn markers_alone_and_inside_longer_texts() {
        let (one, two) = (marker("n", 0), marker("n", 1));
        let document = json!({"a": one, "b": [format!("x{one}y{two}"), 1], "c": {"d": true}});
        let (shown, problems, met) = shown(document);
        assert_eq!(
            shown,
            r#"{"a": concat([<generated name>]), "b": [concat(["x", <generated name>, "y", <generated name>]), 1], "c": {"d":true}}"#
        );
        assert!(problems.is_empty());
        assert_eq!(met, 2);
    }

    #[test]
    fn markers_of_others_and_in_keys_are_problems() {
        assert_eq!(shown(json!({"a": marker("m", 0)})).1, ["foreign-wire"]);
        assert_eq!(shown(json!({"a": marker("n", 7)})).1, ["foreign-wire"]);
        assert_eq!(shown(json!(["$mlplat:wire:n:0"])).1, ["foreign-wire"]);
        let key = json!({marker("n", 0): 1});
        let (_, problems, met) = shown(key);
        assert_eq!((problems, met), (vec!["output-as-key"], 1));
    }

    #[test]
    fn nonces_differ() {
        assert_ne!(nonce(), nonce());
        assert_eq!(nonce().len(), 32);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[ -~]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a-c]{1,2}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// A document without markers is a literal, whatever it says.
        #[test]
        fn a_document_without_markers_stays(value in value()) {
            let outputs = outputs();
            let nonce = nonce();
            let mut replacer = Replacer::new(&nonce, &outputs);
            let Expr::Literal(same) = replacer.document(value.clone(), "Spec") else {
                panic!("no literal");
            };
            prop_assert_eq!(same, value);
        }
    }
}
