//! `.Chart`: the metadata as a Go struct, embedded in one that also says whether this is the
//! root chart.

use std::any::Any;
use std::rc::Rc;

use super::go_objects::Pointer;
use crate::chart::{Dependency, ImportValues, Maintainer};
use crate::value::{Map, MapKind, Object, Struct, Value};
use crate::values::Instance;

/// `struct { chart.Metadata; IsRoot bool }`.
#[derive(Debug)]
pub(super) struct ChartObject {
    metadata: Struct,
    is_root: bool,
}

impl ChartObject {
    pub(super) fn new(instance: &Instance<'_>, is_root: bool) -> Self {
        let from = instance.chart.metadata();
        let text = |text: &str| Value::from(text);
        let annotations = Map::from_table(
            MapKind::Text,
            from.annotations
                .iter()
                .map(|(key, value)| (Rc::from(key.as_str()), text(value)))
                .collect(),
        );
        let metadata = Struct::new("chart.Metadata")
            .with("Name", "name", text(&instance.name))
            .with("Home", "home", text(&from.home))
            .with("Sources", "sources", texts(&from.sources))
            .with("Version", "version", text(&from.version))
            .with("Description", "description", text(&from.description))
            .with("Keywords", "keywords", texts(&from.keywords))
            .with(
                "Maintainers",
                "maintainers",
                list(&from.maintainers, maintainer),
            )
            .with("Icon", "icon", text(&from.icon))
            .with("APIVersion", "apiVersion", text(&from.api_version))
            .with("Condition", "condition", text(&from.condition))
            .with("Tags", "tags", text(&from.tags))
            .with("AppVersion", "appVersion", text(&from.app_version))
            .with("Deprecated", "deprecated", Value::from(from.deprecated))
            .with("Annotations", "annotations", Value::Map(annotations))
            .with("KubeVersion", "kubeVersion", text(&from.kube_version))
            .with(
                "Dependencies",
                "dependencies",
                list(&instance.listed, dependency),
            )
            .with("Type", "type", text(&from.kind));
        Self { metadata, is_root }
    }
}

impl Object for ChartObject {
    fn type_name(&self) -> &str {
        "struct { chart.Metadata; IsRoot bool }"
    }

    /// All JSON fields of the metadata have `omitempty`.
    fn data(&self) -> Value {
        let data = without_empty(&self.metadata);
        // A new map cannot contain itself.
        let _ = data.set("IsRoot", Value::from(self.is_root));
        Value::Map(data)
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "IsRoot" => Some(Value::from(self.is_root)),
            "Metadata" => Some(Value::object(self.metadata.clone())),
            _ => self.metadata.field(name),
        }
    }

    fn fields(&self) -> Vec<(Rc<str>, Value)> {
        vec![
            (Rc::from("Metadata"), Value::object(self.metadata.clone())),
            (Rc::from("IsRoot"), Value::from(self.is_root)),
        ]
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn without_empty(object: &Struct) -> Map {
    match object.data() {
        Value::Map(all) => all
            .entries()
            .into_iter()
            .filter(|(_, value)| value.is_true())
            .collect(),
        _ => Map::default(),
    }
}

fn texts(items: &[String]) -> Value {
    Value::strings(items.iter().map(String::as_str))
}

fn list<T>(items: &[T], object: fn(&T) -> Value) -> Value {
    Value::from(items.iter().map(object).collect::<Vec<_>>())
}

fn maintainer(from: &Maintainer) -> Value {
    Value::object(Pointer {
        type_name: "*chart.Maintainer",
        inner: Struct::new("chart.Maintainer")
            .with("Name", "name", Value::from(from.name.as_str()))
            .with("Email", "email", Value::from(from.email.as_str()))
            .with("URL", "url", Value::from(from.url.as_str())),
    })
}

fn dependency(from: &Dependency) -> Value {
    let text = |text: &str| Value::from(text);
    Value::object(Pointer {
        type_name: "*chart.Dependency",
        inner: Struct::new("chart.Dependency")
            .with("Name", "name", text(&from.name))
            .with("Version", "version", text(&from.version))
            .with("Repository", "repository", text(&from.repository))
            .with("Condition", "condition", text(&from.condition))
            .with("Tags", "tags", texts(&from.tags))
            // What is left in the list was not dropped.
            .with("Enabled", "enabled", Value::from(true))
            .with(
                "ImportValues",
                "import-values",
                list(&from.import_values, import_values),
            )
            .with("Alias", "alias", text(&from.alias)),
    })
}

/// helm rewrites every element to a pair of paths.
fn import_values(from: &ImportValues) -> Value {
    let (child, parent) = match from {
        ImportValues::Export(name) => (format!("exports.{name}"), "."),
        ImportValues::Pair { child, parent } => (child.clone(), parent.as_str()),
        ImportValues::Other => return Value::Nil,
    };
    let table = [
        (Rc::from("child"), Value::from(child)),
        (Rc::from("parent"), Value::from(parent)),
    ];
    Value::Map(Map::from_table(MapKind::Text, table.into_iter().collect()))
}
