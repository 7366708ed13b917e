//! Laws of the value type.

#![allow(clippy::expect_used, reason = "a test program")]

use mlplat_helm::value::{Map, Str, TaintId, Taints, Value, deep_copy, deep_equal, deep_taints};
use proptest::prelude::*;
use serde_json::Value as Json;

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-1_000_000i64..1_000_000).prop_map(Json::from),
        "[a-zé☺ \n]{0,6}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::btree_map("[a-d]{1,2}", inner, 0..5)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

/// A text, and spans in it.
fn spanned() -> impl Strategy<Value = Str> {
    prop::collection::vec(("[a-cé]{0,4}", prop::option::of(0u32..3)), 0..5).prop_map(|parts| {
        let part = |(text, taint): (String, Option<u32>)| match taint {
            Some(id) => Str::tainted(text, &Taints::one(TaintId(id))),
            None => Str::from(text),
        };
        Str::concat(&parts.into_iter().map(part).collect::<Vec<_>>())
    })
}

proptest! {
    #[test]
    fn json_survives_the_way_there_and_back(json in json()) {
        prop_assert_eq!(Value::from_json(&json).to_json().expect("not deep"), json);
    }

    #[test]
    fn a_deep_copy_is_equal_and_shares_no_map(json in json()) {
        let value = Value::from_json(&json);
        let copy = deep_copy(&value).expect("not deep");
        prop_assert!(deep_equal(&value, &copy).expect("not deep"));
        if let (Value::Map(original), Value::Map(copy)) = (&value, &copy) {
            copy.set("only in the copy", Value::Nil).expect("no cycle");
            prop_assert!(!original.contains_key("only in the copy"));
        }
    }

    #[test]
    fn a_map_never_contains_itself(json in json()) {
        let map = Map::default();
        map.set("data", Value::from_json(&json)).expect("no cycle");
        let nested = Value::from(vec![Value::Map(map.clone())]);
        prop_assert!(map.set("self", nested).is_err());
        prop_assert!(!map.contains_key("self"));
    }

    #[test]
    fn union_is_a_set_union(a in prop::collection::vec(0u32..6, 0..5), b in prop::collection::vec(0u32..6, 0..5)) {
        let set = |ids: &[u32]| {
            let mut all = Taints::default();
            ids.iter().for_each(|id| all.add(&Taints::one(TaintId(*id))));
            all
        };
        let (x, y) = (set(&a), set(&b));
        prop_assert_eq!(x.union(&y), y.union(&x));
        prop_assert_eq!(x.union(&x), x.clone());
        let mut ids: Vec<u32> = a.iter().chain(&b).copied().collect();
        ids.sort_unstable();
        ids.dedup();
        let found: Vec<u32> = x.union(&y).ids().iter().map(|id| id.0).collect();
        prop_assert_eq!(found, ids);
    }

    /// Cutting a text in two and joining it again loses no byte and no taint.
    #[test]
    fn slices_join_to_the_whole(text in spanned(), at in 0usize..12) {
        let at = at.min(text.len());
        let joined = Str::concat(&[text.slice(0..at), text.slice(at..text.len())]);
        prop_assert_eq!(joined.as_bytes(), text.as_bytes());
        let taints = joined.taints();
        prop_assert!(text.taints().ids().iter().all(|id| taints.ids().contains(id)));
    }

    #[test]
    fn spans_are_sorted_disjoint_and_inside(text in spanned(), other in spanned()) {
        let joined = Str::concat(&[text, other]);
        let mut end = 0;
        for span in joined.spans() {
            prop_assert!(span.range.start >= end && span.range.end <= joined.len());
            prop_assert!(!span.taints.is_empty());
            end = span.range.end;
        }
    }

    #[test]
    fn taints_are_found_however_deep(json in json(), id in 0u32..9) {
        let taints = Taints::one(TaintId(id));
        let leaf = Value::from("x").with_taints(&taints);
        let map: Map = [("a", Value::from(vec![Value::from_json(&json), leaf]))].into_iter().collect();
        prop_assert_eq!(deep_taints(&Value::Map(map)), taints);
    }
}

#[test]
fn deep_values_are_dropped_without_recursion() {
    let mut value = Value::Nil;
    for _ in 0..300_000 {
        let map: Map = [("a", value)].into_iter().collect();
        value = Value::from(vec![Value::Map(map)]);
    }
    assert!(deep_copy(&value).is_err());
    drop(value);
}

#[test]
fn debug_output_shows_no_opaque_text() {
    let secret = Value::Str(Str::tainted("hunter2", &Taints::one(TaintId(1))));
    let map: Map = [("password", secret)].into_iter().collect();
    assert!(!format!("{map:?}").contains("hunter2"));
}
