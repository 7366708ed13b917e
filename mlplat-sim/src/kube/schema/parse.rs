//! Reads the table of Kubernetes' own kinds (`builtin.txt`).
//!
//! A type expression is one of
//! - `string`, `bytes`, `time`, `int`, `number`, `bool`, `intstr`, `quantity`: a single value;
//! - `any`, or the name of another type;
//! - `{T}`: a map from text to `T`;
//! - `[T]`: a list owned as a whole; `[T]set`: a set; `[T]map(a,b="x")`: a list keyed by fields `a` and `b`, where
//!   `"x"` (JSON) stands for an absent `b`;
//!
//! followed by `!` (owned as a whole), `~key` (a strategic merge patch merges by that field, a bare `~` merges
//! single values), `^` (it drops fields that the patch does not retain), and, as a property of the field and not of
//! the type, `?` (dropped when zero or empty) or `+` (a structure that is always there).

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde_json::Value;

use super::types::{KeyField, ListType, ObjectType, Relation, Scalar, Type, TypeTable};
use crate::kube::kinds::{Kind, Registry, Scope};

const BUILTIN: &str = include_str!("builtin.txt");

/// The registry of Kubernetes' own kinds, read once.
#[must_use]
pub fn builtin() -> Arc<Registry> {
    static REGISTRY: LazyLock<Arc<Registry>> = LazyLock::new(|| Arc::new(read()));
    Arc::clone(&REGISTRY)
}

fn read() -> Registry {
    let mut objects: BTreeMap<&str, ObjectType> = BTreeMap::new();
    let mut kinds = Vec::new();
    for line in BUILTIN.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "kind" => kinds.extend(kind(&rest.split(' ').collect::<Vec<_>>())),
            "type" => {
                let (name, fields) = rest.split_once(' ').unwrap_or((rest, ""));
                let object = objects.entry(name.trim_end_matches('!')).or_default();
                object.atomic = name.ends_with('!');
                let fields = fields.split(' ').filter_map(|word| word.split_once(':'));
                fields.for_each(|(name, text)| field(object, name, text));
            }
            "default" => default(&mut objects, rest),
            _ => {}
        }
    }
    let mut types = TypeTable::default();
    for (name, object) in objects {
        types.insert(name, Type::Object(object));
    }
    Registry::new(types, kinds)
}

fn default<'a>(objects: &mut BTreeMap<&'a str, ObjectType>, line: &'a str) {
    let mut words = line.splitn(3, ' ');
    if let (Some(name), Some(field), Some(value)) = (words.next(), words.next(), words.next())
        && let Ok(value) = serde_json::from_str(value)
    {
        let object = objects.entry(name).or_default();
        object.defaults.insert(field.to_owned(), value);
    }
}

fn field(object: &mut ObjectType, name: &str, text: &str) {
    let (vanishing, present) = (text.ends_with('?'), text.ends_with('+'));
    if vanishing {
        object.vanishing.insert(name.to_owned());
    }
    if present {
        object.present.insert(name.to_owned());
    }
    object.fields.insert(
        name.to_owned(),
        expression(text.trim_end_matches(['?', '+'])),
    );
}

fn kind(words: &[&str]) -> Option<Kind> {
    let [
        gv,
        plural,
        singular,
        kind,
        scope,
        short,
        categories,
        subresources,
        traits,
        ty,
    ] = words
    else {
        return None;
    };
    let list = |text: &str| -> Vec<String> {
        text.split(',')
            .filter(|word| *word != "-")
            .map(str::to_owned)
            .collect()
    };
    let has = |name: &str| traits.split(',').any(|word| word == name);
    let (group, version) = gv.rsplit_once('/').unwrap_or(("", gv));
    Some(Kind {
        group: group.to_owned(),
        version: version.to_owned(),
        plural: (*plural).to_owned(),
        singular: (*singular).to_owned(),
        kind: (*kind).to_owned(),
        scope: if *scope == "namespaced" {
            Scope::Namespaced
        } else {
            Scope::Cluster
        },
        short_names: list(short),
        categories: list(categories),
        // The scale subresource is not served.
        subresources: list(subresources)
            .into_iter()
            .filter(|name| name != "scale")
            .collect(),
        ty: Type::Named((*ty).to_owned()),
        generation: has("generation"),
        conditional: has("conditional"),
        upsert: has("upsert"),
        returns: has("returns"),
        custom: false,
    })
}

/// Parses one type expression. Text that is not one is the name of a type.
#[must_use]
pub(crate) fn expression(text: &str) -> Type {
    let (text, retain_keys) = text
        .strip_suffix('^')
        .map_or((text, false), |rest| (rest, true));
    if text.starts_with('[') {
        return list(text);
    }
    let (text, atomic) = text
        .strip_suffix('!')
        .map_or((text, false), |rest| (rest, true));
    if let Some(item) = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    {
        let rest = Some(Box::new(expression(item)));
        return Type::Object(ObjectType {
            rest,
            atomic,
            retain_keys,
            ..ObjectType::default()
        });
    }
    let scalar = match text {
        "string" => Scalar::String,
        "bytes" => Scalar::Bytes,
        "time" => Scalar::Time,
        "int" => Scalar::Int,
        "number" => Scalar::Number,
        "bool" => Scalar::Bool,
        "intstr" => Scalar::IntOrString,
        "quantity" => Scalar::Quantity,
        "any" => return Type::Any { atomic },
        name => return Type::Named(name.to_owned()),
    };
    Type::Scalar(scalar)
}

fn list(text: &str) -> Type {
    let close = matching_bracket(text);
    let item = Box::new(expression(&text[1..close]));
    let (relation, merge_key) = match text[close + 1..].split_once('~') {
        Some((relation, key)) => (relation, Some(key.to_owned())),
        None => (&text[close + 1..], None),
    };
    let relation = match relation
        .strip_prefix("map(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        Some(keys) => Relation::Map(keys.split(',').map(key_field).collect()),
        None if relation == "set" => Relation::Set,
        None => Relation::Atomic,
    };
    Type::List(ListType {
        item,
        relation,
        merge_key,
    })
}

fn key_field(text: &str) -> KeyField {
    let (name, default) = text
        .split_once('=')
        .map_or((text, None), |(name, value)| (name, Some(value)));
    let default = default.and_then(|value| serde_json::from_str::<Value>(value).ok());
    KeyField {
        name: name.to_owned(),
        default,
    }
}

fn matching_bracket(text: &str) -> usize {
    let mut open = 0_i32;
    for (at, letter) in text.char_indices() {
        match letter {
            '[' => open += 1,
            ']' => open -= 1,
            _ => continue,
        }
        if open == 0 {
            return at;
        }
    }
    text.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn list_expressions() {
        let Type::List(ports) =
            expression("[ContainerPort]map(containerPort=0,protocol=\"TCP\")~containerPort")
        else {
            panic!("not a list");
        };
        assert_eq!(*ports.item, Type::Named("ContainerPort".into()));
        assert_eq!(ports.merge_key.as_deref(), Some("containerPort"));
        let keys = [("containerPort", json!(0)), ("protocol", json!("TCP"))];
        let keys = keys.map(|(name, value)| KeyField {
            name: name.into(),
            default: Some(value),
        });
        assert_eq!(ports.relation, Relation::Map(keys.to_vec()));
        let Type::List(set) = expression("[string]set~") else {
            panic!("not a list")
        };
        assert_eq!(
            (set.relation, set.merge_key.as_deref()),
            (Relation::Set, Some(""))
        );
        let Type::List(nested) = expression("[[string]]") else {
            panic!("not a list")
        };
        assert!(matches!(*nested.item, Type::List(_)));
    }

    #[test]
    fn the_table_names_no_type_that_it_does_not_have() {
        let names: Vec<&str> = BUILTIN
            .lines()
            .filter_map(|line| line.strip_prefix("type "))
            .filter_map(|line| line.split(' ').next())
            .map(|name| name.trim_end_matches('!'))
            .collect();
        for line in BUILTIN
            .lines()
            .filter_map(|line| line.strip_prefix("type "))
        {
            for (_, text) in line.split(' ').filter_map(|word| word.split_once(':')) {
                let mut ty = expression(text.trim_end_matches(['?', '+']));
                loop {
                    ty = match ty {
                        Type::List(list) => *list.item,
                        Type::Object(ObjectType {
                            rest: Some(rest), ..
                        }) => *rest,
                        other => break ty = other,
                    };
                }
                if let Type::Named(name) = ty {
                    assert!(names.contains(&name.as_str()), "{name} in {line}");
                }
            }
        }
        assert_eq!(builtin().kinds().count(), 39);
    }
}
