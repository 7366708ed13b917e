//! The grammar of `--set`: `a.b[0].c=value,d={x,y}`.
//!
//! A key is read up to `=`, `[`, `.` or `,`; a dot descends into a table, brackets into a list
//! (which grows as needed), `=` takes a value up to the next comma, or a list in braces. A
//! backslash takes the next character literally. Values become booleans, null and integers
//! unless the kind says otherwise.

use std::rc::Rc;

use super::strvals_reader::{Reader, Stop};
use crate::value::{Map, Value};

/// How the values of an argument are read.
#[derive(Clone, Copy)]
pub enum SetKind<'a> {
    /// `--set`: `true`, `false`, `null` and integers are recognised.
    Typed,
    /// `--set-string`: everything is text.
    Text,
    /// `--set-json`: values are JSON.
    Json,
    /// `--set-literal`: one text, taken as it is.
    Literal,
    /// `--set-file`: the value names a file whose text is read with this function.
    File(&'a dyn Fn(&str) -> Result<String, String>),
}

impl std::fmt::Debug for SetKind<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            SetKind::Typed => "Typed",
            SetKind::Text => "Text",
            SetKind::Json => "Json",
            SetKind::Literal => "Literal",
            SetKind::File(_) => "File",
        })
    }
}

/// Tables below tables in one key.
const MAX_NESTING: usize = 30;

/// The largest index of a list.
const MAX_INDEX: usize = 65_536;

/// Puts the values of one argument into a table.
///
/// # Errors
///
/// What is wrong, in helm's words; the table may then hold part of the values.
///
/// ```
/// use mlplat_helm::{value::{Map, Value}, values::{SetKind, set}};
/// let values = Map::default();
/// set("image.tag=1.0,ports[1]=80,empty=", &values, SetKind::Typed).unwrap();
/// let json = Value::from(values).to_json().unwrap();
/// assert_eq!(json.to_string(), r#"{"empty":"","image":{"tag":"1.0"},"ports":[null,80]}"#);
/// ```
pub fn set(text: &str, into: &Map, kind: SetKind<'_>) -> Result<(), String> {
    let mut parser = Parser {
        text: Reader::new(text),
        kind,
    };
    loop {
        match parser.key(into, 0) {
            Ok(()) => {}
            Err(Halt::End) => return Ok(()),
            Err(Halt::Error(message)) => return Err(message),
        }
    }
}

/// Why parsing stops.
enum Halt {
    /// The text is used up.
    End,
    Error(String),
}

fn error<T>(message: impl Into<String>) -> Result<T, Halt> {
    Err(Halt::Error(message.into()))
}

struct Parser<'a, 'k> {
    text: Reader<'a>,
    kind: SetKind<'k>,
}

impl Parser<'_, '_> {
    fn escapes(&self) -> bool {
        !matches!(self.kind, SetKind::Literal)
    }

    /// One key with its value, into a table.
    fn key(&mut self, table: &Map, nesting: usize) -> Result<(), Halt> {
        let stops: &[char] = if self.escapes() {
            &['=', '[', ',', '.']
        } else {
            &['=', '[', '.']
        };
        let (key, stop) = self.text.until(stops, self.escapes());
        match stop {
            Stop::End if key.is_empty() => Err(Halt::End),
            Stop::End => error(format!("key {key:?} has no value")),
            Stop::At('[') => {
                let index = self.index()?;
                let list = match table.get(&key) {
                    None => Vec::new(),
                    Some(Value::List(list)) => list.items().to_vec(),
                    Some(other) => return wrong_type(&other, "[]interface {}"),
                };
                let (list, result) = self.list_item(list, index, nesting);
                put(table, &key, Value::from(list))?;
                result
            }
            Stop::At('=') => self.value_into(table, &key),
            Stop::At('.') => self.nested(table, &key, nesting + 1),
            Stop::At(_) => {
                put(table, &key, Value::from(""))?;
                error(format!("key {key:?} has no value (cannot end with ,)"))
            }
        }
    }

    fn nested(&mut self, table: &Map, key: &str, nesting: usize) -> Result<(), Halt> {
        if nesting > MAX_NESTING {
            return error(format!(
                "value name nested level is greater than maximum supported nested level of \
                 {MAX_NESTING}"
            ));
        }
        let inner = match table.get(key) {
            None => Map::default(),
            Some(Value::Map(inner)) => inner,
            Some(other) => return wrong_type(&other, "map[string]interface {}"),
        };
        let result = self.key(&inner, nesting);
        if inner.is_empty() {
            if result.is_ok() {
                return error(format!("key map {key:?} has no value"));
            }
        } else {
            put(table, key, Value::Map(inner))?;
        }
        result
    }

    fn value_into(&mut self, table: &Map, key: &str) -> Result<(), Halt> {
        if let Some(value) = self.json_value()? {
            return put(table, key, value);
        }
        let (value, result) = self.value();
        if let Some(value) = value {
            put(table, key, value)?;
        }
        result
    }

    /// A JSON value, when JSON is what values are.
    fn json_value(&mut self) -> Result<Option<Value>, Halt> {
        if !matches!(self.kind, SetKind::Json) {
            return Ok(None);
        }
        if self.text.is_empty_value() {
            return Ok(Some(Value::Nil));
        }
        let mut stream =
            serde_json::Deserializer::from_str(self.text.rest()).into_iter::<serde_json::Value>();
        let json = match stream.next() {
            Some(Ok(json)) => json,
            Some(Err(problem)) => return error(problem.to_string()),
            None => return Err(Halt::End),
        };
        let used = stream.byte_offset();
        self.text.skip(used);
        self.text.is_empty_value();
        Ok(Some(Value::from_json(&json)))
    }

    /// A list in braces or a single value, and what parsing goes on with.
    fn value(&mut self) -> (Option<Value>, Result<(), Halt>) {
        if matches!(self.kind, SetKind::Literal) {
            let rest = self.text.rest().to_owned();
            self.text.skip(rest.len());
            return (Some(Value::from(rest)), Ok(()));
        }
        match self.text.peek() {
            None => (Some(Value::from("")), Err(Halt::End)),
            Some('{') => {
                self.text.next();
                match self.braces() {
                    Ok(list) => (Some(Value::from(list)), Ok(())),
                    Err(halt) => (None, Err(halt)),
                }
            }
            Some(_) => {
                let (text, _) = self.text.until(&[','], true);
                match self.typed(text) {
                    Ok(value) => (Some(value), Ok(())),
                    Err(halt) => (Some(Value::Nil), Err(halt)),
                }
            }
        }
    }

    fn braces(&mut self) -> Result<Vec<Value>, Halt> {
        let mut list = Vec::new();
        loop {
            let (text, stop) = self.text.until(&[',', '}'], true);
            match stop {
                Stop::End => return error("list must terminate with '}'"),
                Stop::At('}') => {
                    if self.text.peek() == Some(',') {
                        self.text.next();
                    }
                    list.push(self.typed(text)?);
                    return Ok(list);
                }
                Stop::At(_) => list.push(self.typed(text)?),
            }
        }
    }

    fn typed(&self, text: String) -> Result<Value, Halt> {
        match self.kind {
            SetKind::Typed => Ok(typed_value(text)),
            SetKind::File(read) => read(&text).map(Value::from).map_err(Halt::Error),
            _ => Ok(Value::from(text)),
        }
    }

    fn index(&mut self) -> Result<i64, Halt> {
        let (text, stop) = self.text.until(&[']'], self.escapes());
        if stop == Stop::End {
            return error("error parsing index: EOF");
        }
        text.parse().map_err(|_| {
            Halt::Error(format!(
                "error parsing index: strconv.Atoi: parsing {text:?}: invalid syntax"
            ))
        })
    }

    /// What follows an index: a value, another index or a table. The list comes back even when
    /// there is an error, as helm keeps it.
    fn list_item(
        &mut self,
        list: Vec<Value>,
        index: i64,
        nesting: usize,
    ) -> (Vec<Value>, Result<(), Halt>) {
        let Ok(at) = usize::try_from(index) else {
            return (list, error(format!("negative {index} index not allowed")));
        };
        let (extra, stop) = self.text.until(&['[', '.', '='], self.escapes());
        if !extra.is_empty() {
            let message = format!("unexpected data at end of array index: {extra:?}");
            return (list, error(message));
        }
        let result = match stop {
            Stop::End => return (list, Err(Halt::End)),
            Stop::At('=') => match self.json_value() {
                Err(halt) => return (list, Err(halt)),
                Ok(Some(value)) => Ok((value, Ok(()))),
                Ok(None) => match self.value() {
                    (Some(value), Err(Halt::End)) => Ok((value, Ok(()))),
                    (Some(value), Ok(())) => Ok((value, Ok(()))),
                    (_, result) => Err(result),
                },
            },
            Stop::At('[') => self.list_in_list(&list, at, nesting),
            Stop::At(_) => {
                let inner = match list.get(at) {
                    Some(Value::Map(inner)) => inner.clone(),
                    _ => Map::default(),
                };
                match self.key(&inner, nesting) {
                    Ok(()) => Ok((Value::Map(inner), Ok(()))),
                    result => Err(result),
                }
            }
        };
        match result {
            Ok((value, result)) => match set_index(list, at, value) {
                Ok(list) => (list, result),
                Err((list, message)) => (list, error(message)),
            },
            Err(result) => (list, result),
        }
    }

    fn list_in_list(
        &mut self,
        list: &[Value],
        at: usize,
        nesting: usize,
    ) -> Result<(Value, Result<(), Halt>), Result<(), Halt>> {
        let index = self.index().map_err(Err)?;
        let inner = match list.get(at) {
            Some(Value::List(inner)) => inner.items().to_vec(),
            None => Vec::new(),
            Some(value) if value.is_nil() => Vec::new(),
            Some(other) => return Err(wrong_type(other, "[]interface {}")),
        };
        match self.list_item(inner, index, nesting) {
            (inner, Ok(())) => Ok((Value::from(inner), Ok(()))),
            (_, result) => Err(result),
        }
    }
}

fn set_index(
    mut list: Vec<Value>,
    at: usize,
    value: Value,
) -> Result<Vec<Value>, (Vec<Value>, String)> {
    if at > MAX_INDEX {
        let message =
            format!("index of {at} is greater than maximum supported index of {MAX_INDEX}");
        return Err((list, message));
    }
    if list.len() <= at {
        list.resize(at + 1, Value::Nil);
    }
    list[at] = value;
    Ok(list)
}

/// An empty key sets nothing.
fn put(table: &Map, key: &str, value: Value) -> Result<(), Halt> {
    if key.is_empty() {
        return Ok(());
    }
    table
        .set(Rc::<str>::from(key), value)
        .map_err(|cycle| Halt::Error(cycle.to_string()))
}

fn wrong_type<T>(found: &Value, wanted: &str) -> Result<T, Halt> {
    error(format!(
        "unable to parse key: interface conversion: interface {{}} is {}, not {wanted}",
        found.type_name()
    ))
}

fn typed_value(text: String) -> Value {
    if text.eq_ignore_ascii_case("true") {
        return Value::from(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Value::from(false);
    }
    if text.eq_ignore_ascii_case("null") {
        return Value::Nil;
    }
    if text == "0" {
        return Value::int64(0);
    }
    // A leading zero keeps a text: 0755 is a file mode, not a number.
    if !text.starts_with('0')
        && let Ok(number) = text.parse::<i64>()
    {
        return Value::int64(number);
    }
    Value::from(text)
}
