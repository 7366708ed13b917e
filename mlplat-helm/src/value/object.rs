//! Objects: Go structs and named types that templates can ask for fields and
//! call methods on.

use std::any::Any;
use std::fmt;
use std::rc::Rc;

use super::param::Param;
use super::scalar::{Kind, Value};

/// A value with fields or methods, such as `.Files`, `.Capabilities.KubeVersion`,
/// the time that `now` gives or the version that `semver` gives.
///
/// Only [`Object::type_name`], [`Object::data`] and [`Object::as_any`] are
/// required: an object without fields and methods that prints as its data.
pub trait Object: fmt::Debug {
    /// Go's name of the type, as `typeOf` prints it.
    fn type_name(&self) -> &str;

    /// Go's kind of the type.
    fn kind(&self) -> Kind {
        Kind::Struct
    }

    /// The object as plain data: what `toYaml`, `toJson` and, where
    /// [`Object::kind`] is a map or a slice, `range`, `len` and `index` see.
    fn data(&self) -> Value;

    /// The elements of a map or slice kind with their keys, in the order of
    /// `range`.
    fn entries(&self) -> Vec<(Value, Value)> {
        match self.data() {
            Value::Map(map) => {
                let entries = map.entries().into_iter();
                entries
                    .map(|(key, value)| (Value::from(key), value))
                    .collect()
            }
            Value::List(list) => {
                let items = list.items().iter().cloned();
                (0..).map(Value::int).zip(items).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A struct field, or for a map kind an entry.
    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    /// The values of a struct's fields in the order of declaration, with
    /// their names, for printing.
    fn fields(&self) -> Vec<(Rc<str>, Value)> {
        Vec::new()
    }

    /// The parameters of a method: `None` when there is no such method.
    fn method(&self, _name: &str) -> Option<&'static [Param]> {
        None
    }

    /// Calls a method that [`Object::method`] knows, with arguments that fit
    /// its parameters.
    ///
    /// # Errors
    ///
    /// What the method says: a lowercase fragment.
    fn call(&self, name: &str, _args: &[Value]) -> Result<Value, String> {
        Err(format!("there is no method {name}"))
    }

    /// What `print` and `%v` write when the type has a `String` or `Error`
    /// method.
    fn display(&self) -> Option<String> {
        None
    }

    /// Go's truth of the value: structs are always true.
    fn is_true(&self) -> bool {
        true
    }

    /// For functions that need their own object back.
    fn as_any(&self) -> &dyn Any;
}

/// A plain Go struct: named fields and no methods.
///
/// ```
/// use mlplat_helm::value::{Struct, Value};
/// let chart = Struct::new("chart.Metadata")
///     .with("Name", "name", Value::from("demo"))
///     .with("Version", "version", Value::from("1.0.0"));
/// assert_eq!(Value::object(chart).field("Name").unwrap().as_str(), Some("demo"));
/// ```
#[derive(Clone, Debug)]
pub struct Struct {
    type_name: Rc<str>,
    fields: Vec<Field>,
}

#[derive(Clone, Debug)]
struct Field {
    name: Rc<str>,
    json: Rc<str>,
    value: Value,
}

impl Struct {
    /// A struct without fields of the type that `typeOf` is to print.
    #[must_use]
    pub fn new(type_name: impl Into<Rc<str>>) -> Self {
        Self {
            type_name: type_name.into(),
            fields: Vec::new(),
        }
    }

    /// Adds a field: its Go name, its name in YAML and JSON (empty: left out
    /// there), and its value.
    #[must_use]
    pub fn with(
        mut self,
        name: impl Into<Rc<str>>,
        json: impl Into<Rc<str>>,
        value: Value,
    ) -> Self {
        self.fields.push(Field {
            name: name.into(),
            json: json.into(),
            value,
        });
        self
    }
}

impl Object for Struct {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn data(&self) -> Value {
        let shown = self.fields.iter().filter(|field| !field.json.is_empty());
        Value::from(
            shown
                .map(|field| (Rc::clone(&field.json), field.value.clone()))
                .collect::<super::Map>(),
        )
    }

    fn field(&self, name: &str) -> Option<Value> {
        let found = self.fields.iter().find(|field| &*field.name == name)?;
        Some(found.value.clone())
    }

    fn fields(&self) -> Vec<(Rc<str>, Value)> {
        let pair = |field: &Field| (Rc::clone(&field.name), field.value.clone());
        self.fields.iter().map(pair).collect()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
