//! `.Files`: the chart's other files, binary-safe.

use std::any::Any;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::path::base;
use crate::value::{Kind, Map, MapKind, Object, Param, Str, Table, Taints, Value};

/// The files of a chart that are not templates, by path.
///
/// ```
/// use mlplat_helm::funcs::Files;
/// use mlplat_helm::value::{Object, Value};
/// let files = Files::new([("conf/a.ini", b"x=1".as_slice())]);
/// let text = files.call("Get", &[Value::from("conf/a.ini")]).unwrap();
/// assert_eq!(text.as_str(), Some("x=1"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Files(BTreeMap<Rc<str>, Rc<[u8]>>);

impl Files {
    /// Files by path and content.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let shared = |(path, data): (&str, &[u8])| (Rc::from(path), Rc::from(data));
        Self(files.into_iter().map(shared).collect())
    }

    fn get(&self, path: &str) -> Rc<[u8]> {
        self.0.get(path).cloned().unwrap_or_default()
    }

    fn glob(&self, pattern: &str) -> Self {
        let matcher = super::glob::matcher(pattern);
        let kept = self.0.iter().filter(|(path, _)| matcher(path));
        Self(
            kept.map(|(path, data)| (Rc::clone(path), Rc::clone(data)))
                .collect(),
        )
    }

    fn lines(&self, path: &str) -> Value {
        let data = self.get(path);
        if !self.0.contains_key(path) {
            return Value::strings(Vec::<Str>::new());
        }
        let body = data.strip_suffix(b"\n").unwrap_or(&data);
        let lines = body.split(|byte| *byte == b'\n');
        Value::strings(lines.map(|line| Str::from_bytes(line.to_vec())))
    }

    /// A YAML map of file names and what `show` makes of their content.
    fn as_yaml(&self, show: impl Fn(&[u8]) -> Value) -> Value {
        let pair = |(path, data): (&Rc<str>, &Rc<[u8]>)| (Rc::from(base(path)), show(data));
        let table: Table = self.0.iter().map(pair).collect();
        let map = Value::Map(Map::from_table(MapKind::Text, table));
        let text = crate::yaml::to_yaml(&map).unwrap_or_else(|_| Str::from(""));
        let length = text.len();
        let trimmed = if text.as_bytes().ends_with(b"\n") {
            length - 1
        } else {
            length
        };
        Value::Str(text.slice(0..trimmed))
    }
}

fn bytes(data: &Rc<[u8]>) -> Value {
    Value::Bytes(Rc::clone(data), Taints::default())
}

impl Object for Files {
    fn type_name(&self) -> &str {
        "engine.files"
    }

    fn kind(&self) -> Kind {
        Kind::Map
    }

    fn data(&self) -> Value {
        let pair = |(path, data): (&Rc<str>, &Rc<[u8]>)| (Rc::clone(path), bytes(data));
        Value::Map(self.0.iter().map(pair).collect())
    }

    fn entries(&self) -> Vec<(Value, Value)> {
        let pair =
            |(path, data): (&Rc<str>, &Rc<[u8]>)| (Value::from(Rc::clone(path)), bytes(data));
        self.0.iter().map(pair).collect()
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(bytes(&self.get(name)))
    }

    fn method(&self, name: &str) -> Option<&'static [Param]> {
        Some(match name {
            "Get" | "GetBytes" | "Glob" | "Lines" => &[Param::Text],
            "AsConfig" | "AsSecrets" => &[],
            _ => return None,
        })
    }

    fn call(&self, name: &str, args: &[Value]) -> Result<Value, String> {
        let path = args.first().map(super::args::text).unwrap_or_default();
        Ok(match name {
            "Get" => Value::Str(Str::from_bytes(self.get(&path).to_vec())),
            "GetBytes" => bytes(&self.get(&path)),
            "Glob" => Value::object(self.glob(&path)),
            "Lines" => self.lines(&path),
            "AsConfig" => self.as_yaml(|data| Value::Str(Str::from_bytes(data.to_vec()))),
            _ => self.as_yaml(|data| {
                use base64::Engine as _;
                Value::from(base64::engine::general_purpose::STANDARD.encode(data))
            }),
        })
    }

    fn is_true(&self) -> bool {
        !self.0.is_empty()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
