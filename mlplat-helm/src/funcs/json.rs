//! JSON as Go's `encoding/json` writes and reads it.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::stack::grow;
use crate::value::{Map, Value};
use crate::yaml::json_float_text;

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// On one line, `<`, `>` and `&` escaped.
    Plain,
    /// Indented by two spaces, otherwise the same.
    Pretty,
    /// On one line, nothing escaped without need.
    Raw,
}

/// The JSON text of a value. The value must not be deep (callers measure it).
pub(super) fn encode(value: &Value, style: Style) -> Result<String, String> {
    let mut writer = Writer {
        out: String::new(),
        style,
        depth: 0,
    };
    writer.value(value)?;
    Ok(writer.out)
}

struct Writer {
    out: String,
    style: Style,
    depth: usize,
}

impl Writer {
    fn value(&mut self, value: &Value) -> Result<(), String> {
        match value {
            Value::Missing | Value::Nil => self.out.push_str("null"),
            Value::Bool(truth, _) => self.out.push_str(if *truth { "true" } else { "false" }),
            #[allow(clippy::cast_sign_loss, reason = "unsigned kinds keep their bits")]
            Value::Int(number, kind, _) if kind.is_unsigned() => {
                let _ = write!(self.out, "{}", *number as u64);
            }
            Value::Int(number, _, _) => {
                let _ = write!(self.out, "{number}");
            }
            Value::Float(number, _) if !number.is_finite() => {
                let shown = crate::gofmt::format_float(*number, b'g', None);
                return Err(format!("json: unsupported value: {shown}"));
            }
            Value::Float(number, _) => self.out.push_str(&json_float_text(*number)),
            Value::Str(text) => self.bytes(text.as_bytes()),
            Value::Bytes(..) => {
                let json = value.to_json().map_err(|error| error.to_string())?;
                self.text(json.as_str().unwrap_or_default());
            }
            Value::List(list) => grow(|| self.list(list.items()))?,
            Value::Map(map) => grow(|| self.map(map))?,
            Value::Object(object) => self.value(&object.data())?,
        }
        Ok(())
    }

    fn list(&mut self, items: &[Value]) -> Result<(), String> {
        if items.is_empty() {
            self.out.push_str("[]");
            return Ok(());
        }
        self.open('[');
        for (at, item) in items.iter().enumerate() {
            self.separate(at);
            self.value(item)?;
        }
        self.close(']');
        Ok(())
    }

    fn map(&mut self, map: &Map) -> Result<(), String> {
        if map.is_empty() {
            self.out.push_str("{}");
            return Ok(());
        }
        self.open('{');
        for (at, (key, value)) in map.table().iter().enumerate() {
            self.separate(at);
            self.text(key);
            self.out.push_str(if self.style == Style::Pretty {
                ": "
            } else {
                ":"
            });
            self.value(value)?;
        }
        self.close('}');
        Ok(())
    }

    fn open(&mut self, bracket: char) {
        self.out.push(bracket);
        self.depth += 1;
    }

    fn close(&mut self, bracket: char) {
        self.depth -= 1;
        self.line();
        self.out.push(bracket);
    }

    fn separate(&mut self, at: usize) {
        if at > 0 {
            self.out.push(',');
        }
        self.line();
    }

    fn line(&mut self) {
        if self.style == Style::Pretty {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", self.depth));
        }
    }

    /// A string; each byte that is not UTF-8 becomes an escaped U+FFFD.
    fn bytes(&mut self, bytes: &[u8]) {
        self.out.push('"');
        for chunk in bytes.utf8_chunks() {
            self.characters(chunk.valid());
            self.out.extend(chunk.invalid().iter().map(|_| "\\ufffd"));
        }
        self.out.push('"');
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn characters(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                '<' | '>' | '&' if self.style != Style::Raw => self.unicode(character),
                '\u{2028}' | '\u{2029}' => self.unicode(character),
                other if other < ' ' => self.unicode(other),
                other => self.out.push(other),
            }
        }
    }

    fn unicode(&mut self, character: char) {
        let _ = write!(self.out, "\\u{:04x}", u32::from(character));
    }
}

/// The value of a JSON text: every number a `float64`.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    match serde_json::from_str::<Json>(text) {
        Ok(json) => Ok(Value::from_json(&json)),
        Err(error) => Err(go_error(text, &error)),
    }
}

pub(super) fn parse_map(text: &str) -> Result<Map, String> {
    match parse(text)? {
        Value::Map(map) => Ok(map),
        Value::Nil => Ok(Map::default()),
        other => Err(mismatch(&other, "map[string]interface {}")),
    }
}

pub(super) fn parse_list(text: &str) -> Result<Value, String> {
    match parse(text)? {
        Value::Nil => Ok(Value::from(Vec::new())),
        list @ Value::List(_) => Ok(list),
        other => Err(mismatch(&other, "[]interface {}")),
    }
}

fn mismatch(found: &Value, wanted: &str) -> String {
    let kind = match found {
        Value::Bool(..) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    };
    format!("json: cannot unmarshal {kind} into Go value of type {wanted}")
}

/// Go's words for the faults that a text most often has.
fn go_error(text: &str, error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "unexpected end of JSON input".to_owned();
    }
    let line_start: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let at = line_start + error.column().saturating_sub(1);
    let found = text.get(at..).and_then(|rest| rest.chars().next());
    let Some(found) = found else {
        return "unexpected end of JSON input".to_owned();
    };
    let shown = match found {
        '\'' => "'\\''".to_owned(),
        '"' => "'\"'".to_owned(),
        other => format!("'{other}'"),
    };
    if let Some((literal, wanted)) = broken_literal(&text[..at]) {
        return format!("invalid character {shown} in literal {literal} (expecting '{wanted}')");
    }
    let message = error.to_string();
    let context = if message.starts_with("expected value") {
        "looking for beginning of value"
    } else if message.starts_with("key must be a string") {
        "looking for beginning of object key string"
    } else if message.starts_with("trailing comma") {
        if found == '}' {
            "looking for beginning of object key string"
        } else {
            "looking for beginning of value"
        }
    } else if message.starts_with("trailing characters") {
        "after top-level value"
    } else if message.starts_with("expected `,` or `}`") {
        "after object key:value pair"
    } else if message.starts_with("expected `,` or `]`") {
        "after array element"
    } else if message.starts_with("expected `:`") {
        "after object key"
    } else {
        return format!("invalid character {shown}");
    };
    format!("invalid character {shown} {context}")
}

/// The literal that a text ends within, and the letter that must follow.
fn broken_literal(before: &str) -> Option<(&'static str, char)> {
    let start = before
        .trim_end_matches(|c: char| c.is_ascii_lowercase())
        .len();
    let begun = &before[start..];
    let literal = ["true", "false", "null"]
        .into_iter()
        .find(|word| !begun.is_empty() && word.len() > begun.len() && word.starts_with(begun))?;
    literal
        .chars()
        .nth(begun.len())
        .map(|wanted| (literal, wanted))
}
