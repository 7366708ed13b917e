//! TOML as BurntSushi/toml 1.4.0 writes and reads it.
//!
//! Keys are sorted, plain values before tables; tables are indented by two
//! spaces per level and top-level ones stand apart. Reading uses the crate
//! `toml`; the text of a syntax error is its, not Go's.

use std::fmt::Write as _;
use std::rc::Rc;

use super::args::text;
use super::call::Call;
use super::fault::Fault;
use super::function::{Function, Group, row};
use crate::gofmt::format_float;
use crate::stack::grow;
use crate::value::{Map, MapKind, Param, Table, Value};

pub(super) static ROWS: &[Function] = &[
    row("toToml", Group::Encoding, &[Param::Any], "As TOML", to_toml).spreads(),
    row(
        "fromToml",
        Group::Encoding,
        &[Param::Text],
        "The map of a TOML text",
        from_toml,
    )
    .spreads(),
];

fn to_toml(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    call.charge_value(&args[0])?;
    if args[0].is_nil() {
        return Err("reflect: call of reflect.Value.Type on zero Value".into());
    }
    let mut writer = Writer::default();
    Ok(Value::from(match writer.encode(&[], &args[0]) {
        Ok(()) => writer.out,
        Err(message) => message.to_owned(),
    }))
}

const NIL_ELEMENT: &str = "toml: cannot encode array with nil element";

#[derive(Default)]
struct Writer {
    out: String,
}

type Written = Result<(), &'static str>;

/// The plain data of a value.
fn data(value: &Value) -> Value {
    match value {
        Value::Object(object) => object.data(),
        other => other.clone(),
    }
}

fn is_table(value: &Value) -> Result<bool, &'static str> {
    match data(value) {
        Value::Map(_) => Ok(true),
        Value::List(list) => is_table_list(list.items()),
        _ => Ok(false),
    }
}

fn is_table_list(items: &[Value]) -> Result<bool, &'static str> {
    if items.iter().any(Value::is_nil) {
        return Err(NIL_ELEMENT);
    }
    let all = items.iter().all(|item| matches!(data(item), Value::Map(_)));
    Ok(!items.is_empty() && all)
}

impl Writer {
    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    fn indent(&mut self, key: &[Rc<str>]) {
        let depth = key.len().saturating_sub(1);
        self.out.extend(std::iter::repeat_n("  ", depth));
    }

    fn encode(&mut self, key: &[Rc<str>], value: &Value) -> Written {
        match data(value) {
            Value::Nil | Value::Missing => Ok(()),
            Value::Map(map) => self.table(key, &map),
            Value::List(list) if is_table_list(list.items())? => {
                for item in list.items() {
                    self.newline();
                    self.indent(key);
                    let _ = write!(self.out, "[[{}]]", dotted(key));
                    self.newline();
                    if let Value::Map(map) = data(item) {
                        self.entries(key, &map)?;
                    }
                }
                Ok(())
            }
            plain => {
                // A value that is no table stands alone.
                let Some(last) = key.last() else {
                    return self.element(&plain);
                };
                self.indent(key);
                self.out.push_str(&quoted_key(last));
                self.out.push_str(" = ");
                self.element(&plain)?;
                self.newline();
                Ok(())
            }
        }
    }

    fn table(&mut self, key: &[Rc<str>], map: &Map) -> Written {
        if key.len() == 1 {
            self.newline();
        }
        if !key.is_empty() {
            self.indent(key);
            let _ = write!(self.out, "[{}]", dotted(key));
            self.newline();
        }
        self.entries(key, map)
    }

    /// Plain entries first, then tables.
    fn entries(&mut self, key: &[Rc<str>], map: &Map) -> Written {
        for tables in [false, true] {
            for (name, value) in map.entries() {
                if value.is_nil() || is_table(&value)? != tables {
                    continue;
                }
                let mut path = key.to_vec();
                path.push(name);
                grow(|| self.encode(&path, &value))?;
            }
        }
        Ok(())
    }

    fn element(&mut self, value: &Value) -> Written {
        match data(value) {
            Value::Bool(truth, _) => self.out.push_str(if truth { "true" } else { "false" }),
            Value::Int(number, _, _) => {
                let _ = write!(self.out, "{number}");
            }
            Value::Float(number, _) => self.out.push_str(&float(number)),
            Value::Str(content) => self.out.push_str(&quoted(&content.to_text())),
            Value::Bytes(bytes, _) => {
                let items: Vec<String> = bytes.iter().map(u8::to_string).collect();
                let _ = write!(self.out, "[{}]", items.join(", "));
            }
            Value::List(list) => self.array(list.items())?,
            Value::Map(map) => self.inline(&map)?,
            Value::Nil | Value::Missing | Value::Object(_) => return Err(NIL_ELEMENT),
        }
        Ok(())
    }

    fn array(&mut self, items: &[Value]) -> Written {
        self.out.push('[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.out.push_str(", ");
            }
            grow(|| self.element(item))?;
        }
        self.out.push(']');
        Ok(())
    }

    fn inline(&mut self, map: &Map) -> Written {
        self.out.push('{');
        let mut at = 0;
        for tables in [false, true] {
            for (name, value) in map.entries() {
                if value.is_nil() || is_table(&value)? != tables {
                    continue;
                }
                if at > 0 {
                    self.out.push_str(", ");
                }
                at += 1;
                self.out.push_str(&quoted_key(&name));
                self.out.push_str(" = ");
                grow(|| self.element(&value))?;
            }
        }
        self.out.push('}');
        Ok(())
    }
}

fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let text = format_float(number, b'f', None);
    if text.contains('.') {
        text
    } else {
        text + ".0"
    }
}

fn dotted(key: &[Rc<str>]) -> String {
    let parts: Vec<String> = key.iter().map(|part| quoted_key(part)).collect();
    parts.join(".")
}

fn quoted_key(key: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !key.is_empty() && key.bytes().all(is_bare) {
        return key.to_owned();
    }
    quoted(key)
}

fn quoted(content: &str) -> String {
    let mut out = String::from("\"");
    for character in content.chars() {
        match character {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            other if other < ' ' || other == '\u{7f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(other));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

fn from_toml(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let content = text(&args[0]);
    let map = match content.parse::<toml::Table>() {
        Ok(table) => value_of(&toml::Value::Table(table)),
        Err(error) => {
            let message = format!("toml: {}", error.message());
            Value::Map([("Error", Value::from(message))].into_iter().collect())
        }
    };
    call.charge_value(&map)?;
    Ok(map)
}

fn value_of(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::from(text.as_str()),
        toml::Value::Integer(number) => Value::int64(*number),
        toml::Value::Float(number) => Value::from(*number),
        toml::Value::Boolean(truth) => Value::from(*truth),
        toml::Value::Datetime(datetime) => super::date::from_toml(datetime),
        toml::Value::Array(items) => Value::from(items.iter().map(value_of).collect::<Vec<_>>()),
        toml::Value::Table(entries) => {
            let pair = |(key, value): (&String, &toml::Value)| {
                (Rc::<str>::from(key.as_str()), value_of(value))
            };
            let table: Table = entries.iter().map(pair).collect();
            Value::Map(Map::from_table(MapKind::Any, table))
        }
    }
}
