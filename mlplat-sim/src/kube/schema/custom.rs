//! Custom resource definitions: from an OpenAPI schema to a [`Type`], and from a definition to served kinds.
//!
//! Objects of a custom kind always have `apiVersion`, `kind` and `metadata` with the types of every object,
//! whatever the schema says about them. `x-kubernetes-list-type`, `-list-map-keys`, `-map-type`,
//! `-preserve-unknown-fields`, `-int-or-string` and `-embedded-resource` are honoured. Value validation (patterns,
//! ranges, enumerations, CEL rules) is left out; `required` and `default` are kept.

use serde_json::Value;

use super::types::{KeyField, ListType, ObjectType, Relation, Scalar, Type};
use crate::kube::kinds::{Kind, Scope};

/// The kinds that a definition serves: one per served version.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomKinds(pub Vec<Kind>);

impl CustomKinds {
    /// Reads a `CustomResourceDefinition` object.
    #[must_use]
    pub fn of(definition: &Value) -> Self {
        let spec = &definition["spec"];
        let versions = spec["versions"].as_array().into_iter().flatten();
        let served = versions.filter(|version| version["served"].as_bool() == Some(true));
        Self(served.map(|version| kind(spec, version)).collect())
    }
}

fn kind(spec: &Value, version: &Value) -> Kind {
    let names = &spec["names"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let texts = |value: &Value| value.as_array().into_iter().flatten().map(text).collect();
    let subresources = version["subresources"]
        .as_object()
        .into_iter()
        .flat_map(serde_json::Map::keys);
    Kind {
        group: text(&spec["group"]),
        version: text(&version["name"]),
        plural: text(&names["plural"]),
        singular: names["singular"]
            .as_str()
            .map_or_else(|| text(&names["kind"]).to_lowercase(), str::to_owned),
        kind: text(&names["kind"]),
        scope: if spec["scope"] == "Namespaced" {
            Scope::Namespaced
        } else {
            Scope::Cluster
        },
        short_names: texts(&names["shortNames"]),
        categories: texts(&names["categories"]),
        subresources: subresources.cloned().collect(),
        ty: root(&version["schema"]["openAPIV3Schema"]),
        generation: true,
        conditional: true,
        upsert: false,
        returns: false,
        custom: true,
    }
}

fn root(schema: &Value) -> Type {
    let mut object = match compile(schema) {
        Type::Object(object) => object,
        _ => ObjectType {
            keep_unknown: true,
            ..ObjectType::default()
        },
    };
    object.atomic = false;
    identify(&mut object);
    Type::Object(object)
}

fn identify(object: &mut ObjectType) {
    object
        .fields
        .insert("apiVersion".to_owned(), Type::Scalar(Scalar::String));
    object
        .fields
        .insert("kind".to_owned(), Type::Scalar(Scalar::String));
    object
        .fields
        .insert("metadata".to_owned(), Type::Named("ObjectMeta".to_owned()));
}

/// Compiles one OpenAPI v3 schema of a custom resource.
#[must_use]
pub fn compile(schema: &Value) -> Type {
    let flag = |name: &str| schema[name].as_bool() == Some(true);
    if flag("x-kubernetes-int-or-string") {
        return Type::Scalar(Scalar::IntOrString);
    }
    match schema["type"].as_str() {
        Some("string") if schema["format"] == "byte" => Type::Scalar(Scalar::Bytes),
        Some("string") => Type::Scalar(Scalar::String),
        Some("integer") => Type::Scalar(Scalar::Int),
        Some("number") => Type::Scalar(Scalar::Number),
        Some("boolean") => Type::Scalar(Scalar::Bool),
        Some("array") => Type::List(list(schema)),
        Some("object") => object(schema, flag),
        _ => Type::Any { atomic: false },
    }
}

fn object(schema: &Value, flag: impl Fn(&str) -> bool) -> Type {
    let keep_unknown = flag("x-kubernetes-preserve-unknown-fields");
    let properties = schema["properties"].as_object().into_iter().flatten();
    let defaults = properties
        .clone()
        .filter_map(|(name, field)| Some((name.clone(), field.get("default")?.clone())));
    let rest = match &schema["additionalProperties"] {
        Value::Bool(true) => Some(Box::new(Type::Any { atomic: false })),
        Value::Object(_) => Some(Box::new(compile(&schema["additionalProperties"]))),
        _ => None,
    };
    let required = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let mut object = ObjectType {
        fields: properties
            .clone()
            .map(|(name, field)| (name.clone(), compile(field)))
            .collect(),
        rest,
        atomic: schema["x-kubernetes-map-type"] == "atomic",
        keep_unknown,
        required: required.map(str::to_owned).collect(),
        defaults: defaults.collect(),
        ..ObjectType::default()
    };
    if flag("x-kubernetes-embedded-resource") {
        identify(&mut object);
    }
    Type::Object(object)
}

fn list(schema: &Value) -> ListType {
    let items = &schema["items"];
    let keys = schema["x-kubernetes-list-map-keys"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let keys = keys.map(|name| KeyField {
        name: name.to_owned(),
        default: items["properties"][name].get("default").cloned(),
    });
    let relation = match schema["x-kubernetes-list-type"].as_str() {
        Some("map") => Relation::Map(keys.collect()),
        Some("set") => Relation::Set,
        _ => Relation::Atomic,
    };
    ListType {
        item: Box::new(compile(items)),
        relation,
        merge_key: None,
    }
}
