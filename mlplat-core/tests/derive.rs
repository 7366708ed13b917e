//! `derive(Resource)` on a struct with every kind of field.

use std::collections::BTreeMap;

use mlplat_core::facts::{OnChange, Refs, TYPE, Type, f, opt};
use mlplat_core::wiring::{Expr, Resource as _};
use mlplat_core::{Output, Resource};

mlplat_core::ids! {
    /// An id.
    pub struct ThingId;
}

static THING: Type = Type {
    name: "test.Thing",
    fields: &[
        f("Name", OnChange::Replace, Refs::No),
        opt("Size", OnChange::InPlace),
        opt("Parts", OnChange::InPlace),
        opt("Tags", OnChange::InPlace),
    ],
    ..TYPE
};

/// A part.
#[derive(Resource, Clone)]
#[resource(nested, camel)]
pub struct Part {
    /// Of which thing.
    pub thing_id: Output<ThingId>,
}

/// A thing.
#[derive(Resource, Clone)]
#[resource(facts = THING, handle = ThingHandle { id: ThingId, url("URL"): String })]
pub struct Thing {
    /// Name.
    pub name: Output<String>,
    /// Size.
    #[field("Size")]
    pub bytes: Option<Output<u32>>,
    /// Parts.
    pub parts: Vec<Part>,
    /// Tags.
    pub tags: BTreeMap<String, Output<String>>,
}

#[test]
fn members_carry_api_names_and_leave_out_what_is_not_set() {
    let thing = Thing {
        name: "a".into(),
        bytes: None,
        parts: vec![Part {
            thing_id: ThingId::new("x").into(),
        }],
        tags: BTreeMap::new(),
    };
    let shown = format!("{:?}", Expr::map(thing.members()));
    assert_eq!(
        shown,
        r#"{"Name": "a", "Parts": [{"thingId": "x"}], "Tags": {}}"#
    );
}

#[test]
fn the_twin_reads_a_resolved_request() {
    let twin: ResolvedThing = serde_json::from_value(serde_json::json!({
        "Name": "a", "Size": 3, "Parts": [{"thingId": "x"}]
    }))
    .unwrap();
    assert_eq!((twin.name.as_str(), twin.bytes), ("a", Some(3)));
    assert_eq!(twin.parts[0].thing_id, ThingId::new("x"));
    assert!(twin.tags.is_empty());
}
