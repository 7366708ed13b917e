//! What the golden tests share: values in the generators' notation, a seed
//! source, a comparison that reports every row that differs.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    reason = "a module of several test programs"
)]

use mlplat_helm::funcs::{CallSite, SeedSource};
use mlplat_helm::value::{IntKind, List, ListKind, Map, MapKind, Taints, Value};
use serde_json::Value as Json;

/// Seeds that depend on nothing.
pub struct Zeros;

impl SeedSource for Zeros {
    fn seed(&self, _: &CallSite) -> [u8; 32] {
        [0; 32]
    }
}

/// The value that a generator's notation stands for.
pub fn decode(json: &Json) -> Value {
    match json {
        Json::Array(items) => Value::from(items.iter().map(decode).collect::<Vec<_>>()),
        Json::Object(entries) => {
            if let [(key, inner)] = entries.iter().collect::<Vec<_>>()[..]
                && key.starts_with('$')
            {
                return typed(key, inner);
            }
            Value::Map(
                entries
                    .iter()
                    .map(|(k, v)| (k.as_str(), decode(v)))
                    .collect(),
            )
        }
        other => Value::from_json(other),
    }
}

fn typed(key: &str, inner: &Json) -> Value {
    let number = |kind| {
        let float = inner.as_f64().expect("a number");
        Value::Int(float as i64, kind, Taints::default())
    };
    let text = || inner.as_str().expect("a text");
    let items = || inner.as_array().expect("a list");
    match key {
        "$int" => number(IntKind::Int),
        "$int64" => number(IntKind::Int64),
        "$uint8" => number(IntKind::Uint8),
        "$uint64" => number(IntKind::Uint64),
        "$duration" => number(IntKind::Duration),
        "$bytes" => Value::Bytes(text().as_bytes().into(), Taints::default()),
        "$float" => Value::from(text().parse::<f64>().expect("a float")),
        "$strings" => Value::strings(items().iter().map(|item| item.as_str().expect("a text"))),
        "$ints" => {
            let each = |item: &Json| Value::int(item.as_i64().expect("an int"));
            Value::List(List::new(ListKind::Int, items().iter().map(each).collect()))
        }
        "$texts" => {
            let entries = inner.as_object().expect("a map").iter();
            let table = entries.map(|(k, v)| (k.as_str().into(), Value::from_json(v)));
            Value::Map(Map::from_table(MapKind::Text, table.collect()))
        }
        other => panic!("unknown notation {other}"),
    }
}

/// Fails with the rows that differ, at most 400 of them.
pub fn report(count: usize, differences: &[String]) {
    let shown: Vec<&str> = differences.iter().take(400).map(String::as_str).collect();
    assert!(
        differences.is_empty(),
        "{} of {count} rows differ:\n{}",
        differences.len(),
        shown.join("\n")
    );
}
