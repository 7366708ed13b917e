//! What an object goes through when it comes in: nulls are dropped, unknown fields are dropped or refused, and
//! values must have the form of their type.
//!
//! Kubernetes decodes its own kinds into structures, which drops what it does not know; custom resources are pruned
//! by their schema. The effect is the same, and so is the list of unknown fields that `fieldValidation=Strict`
//! refuses and `Warn` warns of.

use serde_json::{Map, Value};

use super::types::{ListType, ObjectType, Scalar, Type, TypeTable};

/// What happens to unknown fields (`fieldValidation`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strictness {
    /// Dropped in silence.
    Ignore,
    /// Dropped, and named in a `Warning` header.
    #[default]
    Warn,
    /// Refused.
    Strict,
}

/// What was found while an object came in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Paths of fields that the type does not have, such as `spec.replcias`.
    pub unknown: Vec<String>,
    /// Values that do not have the form of their type: path, form wanted.
    pub wrong: Vec<(String, &'static str)>,
    /// Required fields that are absent (custom resources).
    pub missing: Vec<String>,
}

/// How far absence is made explicit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// Not at all: an applied configuration owns what was sent and nothing else.
    Nothing,
    /// Structures that are always there are made, and zeros are dropped where zero means absent: an object that
    /// nobody has written to.
    Shape,
    /// Defaults too: every object that is stored.
    Defaults,
}

/// Cleans an incoming value in place and says what was found.
pub fn admit(table: &TypeTable, ty: &Type, value: &mut Value, fill: Fill) -> Findings {
    let mut walk = Walk {
        table,
        fill,
        out: Findings::default(),
    };
    walk.value(ty, value, "");
    walk.out
}

struct Walk<'a> {
    table: &'a TypeTable,
    fill: Fill,
    out: Findings,
}

impl<'a> Walk<'a> {
    fn value(&mut self, ty: &'a Type, value: &mut Value, path: &str) {
        match self.table.resolve(ty) {
            Type::Any { .. } | Type::Named(_) => {}
            Type::Scalar(scalar) => {
                if let Some(wanted) = mismatch(*scalar, value) {
                    self.out.wrong.push((path.to_owned(), wanted));
                }
            }
            Type::List(list) => self.list(list, value, path),
            Type::Object(object) => match value.as_object_mut() {
                Some(map) => self.object(object, map, path),
                None => self.out.wrong.push((path.to_owned(), "object")),
            },
        }
    }

    fn list(&mut self, list: &'a ListType, value: &mut Value, path: &str) {
        let Some(items) = value.as_array_mut() else {
            self.out.wrong.push((path.to_owned(), "array"));
            return;
        };
        for (at, item) in items.iter_mut().enumerate() {
            self.value(&list.item, item, &format!("{path}[{at}]"));
        }
    }

    fn object(&mut self, object: &'a ObjectType, map: &mut Map<String, Value>, path: &str) {
        let inside = |name: &str| {
            if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            }
        };
        map.retain(|_, value| !value.is_null());
        if self.fill == Fill::Defaults {
            for (name, default) in &object.defaults {
                map.entry(name.clone()).or_insert_with(|| default.clone());
            }
        }
        if self.fill != Fill::Nothing {
            for name in &object.present {
                map.entry(name.clone())
                    .or_insert_with(|| Value::Object(Map::new()));
            }
        }
        if object.rest.is_none() && !object.keep_unknown {
            map.retain(|name, _| {
                let known = object.fields.contains_key(name);
                if !known {
                    self.out.unknown.push(inside(name));
                }
                known
            });
        }
        for (name, value) in map.iter_mut() {
            self.value(object.entry(name), value, &inside(name));
        }
        if self.fill != Fill::Nothing {
            map.retain(|name, value| !(object.vanishing.contains(name) && is_zero(value)));
        }
        let missing = object
            .required
            .iter()
            .filter(|name| !map.contains_key(*name));
        self.out.missing.extend(missing.map(|name| inside(name)));
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
    }
}

fn mismatch(scalar: Scalar, value: &Value) -> Option<&'static str> {
    let (fits, wanted) = match scalar {
        Scalar::String => (value.is_string(), "string"),
        Scalar::Time => (value.is_string(), "date-time"),
        Scalar::Bytes => (value.as_str().is_some_and(is_base64), "byte"),
        Scalar::Int => (value.is_i64() || value.is_u64(), "integer"),
        Scalar::Number => (value.is_number(), "number"),
        Scalar::Bool => (value.is_boolean(), "boolean"),
        Scalar::IntOrString => (value.is_i64() || value.is_string(), "integer or string"),
        Scalar::Quantity => (value.is_string() || value.is_number(), "quantity"),
    };
    (!fits).then_some(wanted)
}

/// Whether text is padded standard base64.
fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kube::schema::builtin;
    use serde_json::json;

    #[test]
    fn unknown_fields_are_dropped_and_named() {
        let registry = builtin();
        let kind = registry.by_kind("apps", "Deployment").unwrap();
        let mut value = json!({"metadata": {"name": "a", "foo": 1, "labels": {"any": "thing"}},
            "spec": {"replicas": "3", "template": {"spec": {"containers": [{"name": "c", "imge": "x"}]}}}, "x": null});
        let findings = admit(registry.types(), &kind.ty, &mut value, Fill::Nothing);
        assert_eq!(
            findings.unknown,
            ["metadata.foo", "spec.template.spec.containers[0].imge"]
        );
        assert_eq!(findings.wrong, [("spec.replicas".to_owned(), "integer")]);
        assert_eq!(
            value["metadata"],
            json!({"name": "a", "labels": {"any": "thing"}})
        );
        assert!(value.get("x").is_none());
    }

    #[test]
    fn filling_makes_absence_explicit() {
        let registry = builtin();
        let kind = registry.by_kind("apps", "Deployment").unwrap();
        let pod = json!({"containers": [{"name": "c", "stdin": false, "env": [{"name": "E", "value": ""}]}],
            "hostNetwork": false, "automountServiceAccountToken": false, "volumes": []});
        let mut value =
            json!({"spec": {"replicas": 0, "paused": false, "template": {"spec": pod}}});
        admit(registry.types(), &kind.ty, &mut value, Fill::Shape);
        let pod = json!({"containers": [{"name": "c", "env": [{"name": "E"}], "resources": {}}],
            "automountServiceAccountToken": false});
        let spec =
            json!({"replicas": 0, "strategy": {}, "template": {"metadata": {}, "spec": pod}});
        assert_eq!(value, json!({"metadata": {}, "spec": spec, "status": {}}));
    }
}
