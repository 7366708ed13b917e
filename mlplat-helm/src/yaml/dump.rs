//! Values to YAML text: helm's `toYaml` and `toYamlPretty`.
//!
//! `toYaml` goes through JSON, and that leaves marks: a whole float becomes an integer, text
//! that is not UTF-8 gets replacement characters, a struct is written with its JSON names, and
//! JSON that go-yaml cannot read back (a control character above U+007E, a key longer than 1024
//! characters) makes the result empty. `toYamlPretty` writes the values as they are.
//!
//! Opaque parts keep their taints: the bytes of a scalar that depends on an opaque input become
//! a span of the resulting text.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::{Dialect, Emitter, Place, float_text, json_float_text, natural_order};
use crate::value::{Span, Str, Taints, Value};

/// The deepest value that is written; deeper ones give no text, as an error does in helm.
const MAX_DEPTH: usize = 512;

/// The longest key that libyaml's scanner finds in JSON text, quotes included.
const MAX_JSON_KEY: usize = 1024;

/// A value that has no YAML text; helm's functions answer it with an empty string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("value cannot be written as YAML")]
pub struct NoText;

/// The YAML text of a value as helm's `toYaml` writes it, final line break included.
///
/// # Errors
///
/// [`NoText`] for what Go's JSON encoder or go-yaml refuses.
///
/// ```
/// use mlplat_helm::{value::Value, yaml};
/// let value = Value::from_json(&serde_json::json!({"b": [1, "1"], "a": {}}));
/// let text = yaml::to_yaml(&value).unwrap();
/// assert_eq!(text.as_str(), Some("a: {}\nb:\n- 1\n- \"1\"\n"));
/// ```
pub fn to_yaml(value: &Value) -> Result<Str, NoText> {
    write(value, Dialect::V2)
}

/// The YAML text of a value as helm's `toYamlPretty` writes it, final line break included.
///
/// # Errors
///
/// [`NoText`] for a value that is nested too deeply.
pub fn to_yaml_pretty(value: &Value) -> Result<Str, NoText> {
    write(value, Dialect::V3)
}

fn write(value: &Value, dialect: Dialect) -> Result<Str, NoText> {
    let mut dumper = Dumper {
        dialect,
        yaml: Emitter::new(dialect),
        spans: Vec::new(),
    };
    dumper.value(value, Place::Root, 0)?;
    Ok(Str::with_spans(dumper.yaml.finish(), dumper.spans))
}

struct Dumper {
    dialect: Dialect,
    yaml: Emitter,
    spans: Vec<Span>,
}

impl Dumper {
    fn value(&mut self, value: &Value, place: Place, depth: usize) -> Result<(), NoText> {
        if depth > MAX_DEPTH {
            return Err(NoText);
        }
        match value {
            Value::Missing | Value::Nil => self.word("null", &Taints::default()),
            Value::Bool(truth, taints) => self.word(if *truth { "true" } else { "false" }, taints),
            #[allow(clippy::cast_sign_loss, reason = "unsigned kinds keep their bits")]
            Value::Int(number, kind, taints) if kind.is_unsigned() => {
                self.word(&(*number as u64).to_string(), taints);
            }
            Value::Int(number, _, taints) => self.word(&number.to_string(), taints),
            Value::Float(number, taints) => self.float(*number, taints)?,
            Value::Str(text) => self.text(text)?,
            Value::Bytes(bytes, taints) => self.bytes(bytes, taints, place, depth)?,
            Value::List(list) => self.list(list.items(), place, depth)?,
            Value::Map(map) => {
                let table = map.table();
                let entries: Vec<(&str, &Value)> =
                    table.iter().map(|(key, value)| (&**key, value)).collect();
                self.map(entries, depth)?;
            }
            Value::Object(object) => self.value(&object.data(), place, depth + 1)?,
        }
        Ok(())
    }

    fn word(&mut self, word: &str, taints: &Taints) {
        let range = self.yaml.word(word);
        self.mark(range, taints);
    }

    fn mark(&mut self, range: std::ops::Range<usize>, taints: &Taints) {
        if !taints.is_empty() {
            self.spans.push(Span {
                range,
                taints: taints.clone(),
            });
        }
    }

    fn float(&mut self, number: f64, taints: &Taints) -> Result<(), NoText> {
        if self.dialect == Dialect::V3 {
            self.word(&float_text(number), taints);
            return Ok(());
        }
        if !number.is_finite() {
            return Err(NoText);
        }
        // Whole floats have no fraction in JSON up to 1e21, and go-yaml reads those that fit 64
        // bits as integers.
        let json = json_float_text(number);
        if json == "-0" {
            self.word("0", taints);
        } else if json.parse::<i64>().is_ok() || json.parse::<u64>().is_ok() {
            self.word(&json, taints);
        } else {
            self.word(&float_text(number), taints);
        }
        Ok(())
    }

    fn text(&mut self, text: &Str) -> Result<(), NoText> {
        let plain = text.to_text();
        let carried = match self.dialect {
            Dialect::V2 => through_json(&plain)?,
            Dialect::V3 => plain,
        };
        let range = self.yaml.text(&carried, Place::Value);
        if text.is_tainted() {
            self.mark(range, &text.taints());
        }
        Ok(())
    }

    fn bytes(
        &mut self,
        bytes: &[u8],
        taints: &Taints,
        place: Place,
        depth: usize,
    ) -> Result<(), NoText> {
        use base64::Engine as _;
        match self.dialect {
            Dialect::V2 => {
                let text = base64::engine::general_purpose::STANDARD.encode(bytes);
                self.text(&Str::tainted(text, taints))
            }
            Dialect::V3 => {
                let items: Vec<Value> = bytes
                    .iter()
                    .map(|&byte| Value::int(i64::from(byte)).with_taints(taints))
                    .collect();
                self.list(&items, place, depth)
            }
        }
    }

    fn list(&mut self, items: &[Value], place: Place, depth: usize) -> Result<(), NoText> {
        if items.is_empty() {
            self.yaml.empty("[]");
            return Ok(());
        }
        let outer = self.yaml.begin_list(place);
        for item in items {
            self.yaml.item();
            self.value(item, Place::Item, depth + 1)?;
        }
        self.yaml.end(outer);
        Ok(())
    }

    fn map(&mut self, mut entries: Vec<(&str, &Value)>, depth: usize) -> Result<(), NoText> {
        if entries.is_empty() {
            self.yaml.empty("{}");
            return Ok(());
        }
        entries.sort_by(|a, b| natural_order(self.dialect, a.0, b.0));
        let outer = self.yaml.begin_map();
        for (key, value) in entries {
            if self.dialect == Dialect::V2
                && (json_length(key) > MAX_JSON_KEY || key.contains('\u{85}'))
            {
                // A key that spans lines is no simple key for the scanner either.
                return Err(NoText);
            }
            let key = match self.dialect {
                Dialect::V2 => through_json(key)?,
                Dialect::V3 => Cow::Borrowed(key),
            };
            self.yaml.key(&key);
            self.value(value, Place::Value, depth + 1)?;
        }
        self.yaml.end(outer);
        Ok(())
    }
}

/// What a string becomes when Go writes it as JSON and go-yaml reads that as a double-quoted
/// scalar. JSON escapes nothing above U+007E but U+2028 and U+2029: the scanner refuses the
/// control characters among the rest and folds U+0085, which it takes for a line break.
fn through_json(text: &str) -> Result<Cow<'_, str>, NoText> {
    if text.is_ascii() && !text.contains('\u{7f}') {
        return Ok(Cow::Borrowed(text));
    }
    let refused =
        |c: char| matches!(c, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    if text.contains(refused) {
        return Err(NoText);
    }
    if !text.contains('\u{85}') {
        return Ok(Cow::Borrowed(text));
    }
    static FOLD: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new("[ ]*\u{85}(?:[ ]*\u{85})*[ ]*").ok());
    let Some(fold) = FOLD.as_ref() else {
        return Ok(Cow::Borrowed(text));
    };
    // One break becomes a space, n breaks become n - 1 line feeds.
    Ok(fold.replace_all(text, |found: &regex::Captures<'_>| {
        match found[0].matches('\u{85}').count() {
            1 => " ".to_owned(),
            breaks => "\n".repeat(breaks - 1),
        }
    }))
}

/// The number of characters of a string as Go's JSON encoder writes it, with its quotes.
fn json_length(text: &str) -> usize {
    let escaped = |c: char| match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => 6,
        _ => 1,
    };
    2 + text.chars().map(escaped).sum::<usize>()
}
