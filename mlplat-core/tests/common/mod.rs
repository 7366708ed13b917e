//! A resource type with every kind of fact, for tests of the engine.

#![allow(dead_code, unreachable_pub, missing_docs)]

use mlplat_core::facts::{
    Alphabet, Held, NameRule, OnChange, OutputFact, Recovery, Refs, Scope, TYPE, Type, Unique, f,
    opt,
};
use mlplat_core::{Output, Resource};

pub static THING: Type = Type {
    name: "test.Thing",
    provider: "test",
    recovery: Recovery::UniqueName,
    fields: &[
        f("Name", OnChange::Replace, Refs::No),
        opt("Parent", OnChange::Replace).refs(Refs::To("test.Thing", Held::Refused("Held"))),
        opt("Size", OnChange::InPlace),
        opt("Net", OnChange::Replace),
    ],
    outputs: &[OutputFact::fixed("Id", "thing-{hex17}")],
    name_rule: Some(NameRule {
        field: "Name",
        min: 1,
        max: 64,
        alphabet: Alphabet::Eks,
    }),
    unique: &[
        Unique {
            fields: &["Name"],
            scope: Scope::Account,
            code: "Exists",
            held_after_delete_s: 0,
        },
        Unique {
            fields: &["Net"],
            scope: Scope::OverlapIn("Parent"),
            code: "Overlap",
            held_after_delete_s: 0,
        },
    ],
    ..TYPE
};

#[derive(Resource, Clone)]
#[resource(facts = THING, handle = ThingHandle { id: String })]
pub struct Thing {
    pub name: Option<Output<String>>,
    pub parent: Option<Output<String>>,
    pub size: Option<Output<u32>>,
    pub net: Option<Output<String>>,
}

pub fn thing(name: &str) -> Thing {
    Thing {
        name: Some(name.into()),
        parent: None,
        size: None,
        net: None,
    }
}

pub fn unnamed() -> Thing {
    Thing {
        name: None,
        ..thing("")
    }
}
