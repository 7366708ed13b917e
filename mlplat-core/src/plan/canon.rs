//! Canonical forms: when two values of a field mean the same.

use std::fmt::Write as _;

use ipnet::IpNet;
use serde_json::{Map, Value};

use crate::facts::Canon;

/// The value in the field's canonical form. A value that is not of the form's
/// shape (text that is no JSON, say) is left as it is: it is then equal only
/// to itself. Applying it twice changes nothing.
#[must_use]
pub fn canonical(canon: Canon, value: Value) -> Value {
    match (canon, value) {
        (Canon::Set, Value::Array(items)) => set(items),
        (Canon::Cidr, Value::String(text)) => Value::String(cidr(text)),
        (Canon::Policy, Value::String(text)) => json_text(text, policy),
        (Canon::Json, Value::String(text)) => json_text(text, |value| value),
        (Canon::CaseInsensitive, Value::String(text)) => Value::String(text.to_lowercase()),
        (Canon::DnsName, Value::String(text)) => Value::String(dns_name(&text)),
        (_, value) => value,
    }
}

fn dns_name(text: &str) -> String {
    let name = text.trim_end_matches('.').to_ascii_lowercase();
    name.replace("\\052", "*")
}

fn set(items: Vec<Value>) -> Value {
    let mut keyed: Vec<(String, Value)> = items
        .into_iter()
        .map(|item| (canonical_text(&item), item))
        .collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    keyed.dedup_by(|a, b| a.0 == b.0);
    keyed.into_iter().map(|(_, item)| item).collect()
}

fn cidr(text: String) -> String {
    match text.parse::<IpNet>() {
        Ok(net) => net.trunc().to_string(),
        Err(_) => text,
    }
}

fn json_text(text: String, form: impl FnOnce(Value) -> Value) -> Value {
    match serde_json::from_str(&text) {
        Ok(value) => Value::String(canonical_text(&form(value))),
        Err(_) => Value::String(text),
    }
}

/// The members of a policy statement in which one string and a list of one
/// mean the same, and order means nothing.
const POLICY_SETS: [&str; 4] = ["Action", "NotAction", "Resource", "NotResource"];

fn policy(mut document: Value) -> Value {
    if let Some(statement) = document.get_mut("Statement") {
        if statement.is_object() {
            *statement = Value::Array(vec![statement.take()]);
        }
        for statement in statement.as_array_mut().into_iter().flatten() {
            if let Some(statement) = statement.as_object_mut() {
                policy_statement(statement);
            }
        }
    }
    document
}

fn policy_statement(statement: &mut Map<String, Value>) {
    for (key, value) in statement.iter_mut() {
        if POLICY_SETS.contains(&key.as_str()) {
            *value = list_of(value.take());
        } else if key == "Principal" || key == "NotPrincipal" {
            for member in value
                .as_object_mut()
                .into_iter()
                .flat_map(|map| map.values_mut())
            {
                *member = list_of(member.take());
            }
        } else if key == "Condition" {
            let operators = value
                .as_object_mut()
                .into_iter()
                .flat_map(|map| map.values_mut());
            for keys in operators.filter_map(Value::as_object_mut) {
                for member in keys.values_mut() {
                    *member = list_of(member.take());
                }
            }
        }
    }
}

fn list_of(value: Value) -> Value {
    match value {
        Value::Array(items) => set(items),
        one => Value::Array(vec![one]),
    }
}

/// JSON text with sorted keys and no spaces: equal values, equal text.
#[must_use]
pub fn canonical_text(value: &Value) -> String {
    let mut text = String::new();
    write_sorted(value, &mut text);
    text
}

fn write_sorted(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            // Not all builds of serde_json keep members sorted.
            let mut keys: Vec<_> = members.keys().collect();
            keys.sort_unstable();
            text.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_text(key, text);
                text.push(':');
                write_sorted(&members[key], text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_sorted(item, text);
            }
            text.push(']');
        }
        Value::String(scalar) => write_text(scalar, text),
        scalar => {
            // Writing to a string cannot fail.
            let _ = write!(text, "{scalar}");
        }
    }
}

/// A string as JSON. Most have nothing to escape, and there are many.
fn write_text(string: &str, text: &mut String) {
    let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if string.bytes().all(plain) {
        text.push('"');
        text.push_str(string);
        text.push('"');
    } else {
        let _ = write!(text, "{}", Value::String(string.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const ALL: [Canon; 7] = [
        Canon::Exact,
        Canon::Set,
        Canon::Cidr,
        Canon::Policy,
        Canon::Json,
        Canon::CaseInsensitive,
        Canon::DnsName,
    ];

    #[test]
    fn sets_forget_order_and_repetition() {
        assert_eq!(
            canonical(Canon::Set, json!(["b", "a", "b"])),
            canonical(Canon::Set, json!(["a", "b"]))
        );
    }

    #[test]
    fn cidrs_forget_host_bits() {
        assert_eq!(
            canonical(Canon::Cidr, json!("10.0.0.7/16")),
            json!("10.0.0.0/16")
        );
        assert_eq!(canonical(Canon::Cidr, json!("pl-123")), json!("pl-123"));
    }

    #[test]
    fn policies_forget_single_strings_and_order() {
        let one = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":["b","a"]}}"#;
        let two = r#"{ "Statement":[{"Resource":["a","b"],"Action":["s3:GetObject"],"Effect":"Allow"}],"Version":"2012-10-17"}"#;
        let three = one.replace("Allow", "Deny");
        let canon = |text: &str| canonical(Canon::Policy, json!(text));
        assert_eq!(canon(one), canon(two));
        assert_ne!(canon(one), canon(&three));
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[a-zA-Z0-9./:{}\"-]{0,12}".prop_map(Value::from),
            Just(json!("10.1.2.3/8")),
            Just(json!(r#"{"Statement":{"Action":["b","a"]}}"#)),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a-c]{1,2}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn domain_names_as_route_53_answers_them() {
        let canon = |text: &str| canonical(Canon::DnsName, json!(text));
        assert_eq!(canon("\\052.Example.COM."), json!("*.example.com"));
        assert_eq!(canon("www.example.com"), json!("www.example.com"));
    }

    proptest! {
        #[test]
        fn canonical_forms_are_stable(value in value()) {
            for canon in ALL {
                let once = canonical(canon, value.clone());
                prop_assert_eq!(canonical(canon, once.clone()), once);
            }
        }

        #[test]
        fn canonical_text_reads_back_and_identifies(a in value(), b in value()) {
            let read = |value: &Value| serde_json::from_str::<Value>(&canonical_text(value)).unwrap();
            prop_assert_eq!(&read(&a), &a);
            prop_assert_eq!(canonical_text(&a) == canonical_text(&b), a == b);
        }

        #[test]
        fn a_set_is_equal_to_every_order_of_it(mut items in proptest::collection::vec(value(), 0..6)) {
            let before = canonical(Canon::Set, Value::Array(items.clone()));
            items.reverse();
            prop_assert_eq!(canonical(Canon::Set, Value::Array(items)), before);
        }
    }
}
