//! A third type: one with a secret in it.

use mlplat_core::facts::{
    Alphabet, Held, NameRule, OnChange, OutputFact, Recovery, Refs, Scope, TYPE, Type, Unique, f,
    instant, opt,
};
use mlplat_core::{Output, Resource, Secret};

use super::super::types::BOX;

pub static LATCH: Type = Type {
    name: "test.Latch",
    provider: "test",
    api: "test:CreateLatch",
    recovery: Recovery::UniqueName,
    fields: &[
        f("Name", OnChange::Replace, Refs::No),
        opt("In", OnChange::Replace).refs(Refs::To(BOX.name, Held::Refused("BoxHeld"))),
        opt("Size", OnChange::InPlace),
        opt("Code", OnChange::InPlace).secret(),
    ],
    outputs: &[OutputFact::fixed("Id", "latch-{hex17}")],
    name_rule: Some(NameRule {
        field: "Name",
        min: 1,
        max: 64,
        alphabet: Alphabet::Eks,
    }),
    unique: &[Unique {
        fields: &["Name"],
        scope: Scope::Account,
        code: "NameTaken",
        held_after_delete_s: 0,
    }],
    create: instant(2),
    update: instant(1),
    delete: instant(1),
    ..TYPE
};

#[derive(Resource, Clone)]
#[resource(facts = LATCH, handle = LatchHandle { id: String })]
pub struct Latch {
    pub name: Option<Output<String>>,
    #[field("In")]
    pub inside: Option<Output<String>>,
    pub size: Option<Output<u32>>,
    pub code: Option<Output<Secret<String>>>,
}
