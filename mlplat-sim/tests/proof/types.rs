//! Two resource types with every kind of fact that matters to order, and the
//! programs that are made of them.

#![allow(missing_docs)]

use mlplat_core::facts::{
    Alphabet, Held, NameRule, OnChange, OutputFact, OutputLife, Recovery, Refs, Scope, TYPE, Type,
    Unique, f, instant, opt, w,
};
use mlplat_core::{Output, Resource, Secret, Stack};
use mlplat_sim::harness::{Life, Lived, Scenario, Stage};
use mlplat_sim::machine::Ended;

pub static BOX: Type = Type {
    name: "test.Box",
    provider: "test",
    api: "test:CreateBox",
    recovery: Recovery::UniqueName,
    fields: &[
        f("Name", OnChange::Replace, Refs::No),
        opt("In", OnChange::Replace).refs(Refs::To("test.Box", Held::Refused("BoxHeld"))),
        opt("Beside", OnChange::InPlace).refs(Refs::To("test.Box", Held::Refused("BoxHeld"))),
        opt("Size", OnChange::InPlace),
        opt("Color", OnChange::Replace),
        opt("Net", OnChange::Replace),
    ],
    outputs: &[
        OutputFact::fixed("Id", "box-{hex17}"),
        OutputFact {
            life: OutputLife::ChangesWith(&["Size"]),
            ..OutputFact::fixed("Label", "label-{Size}")
        },
    ],
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
            code: "NameTaken",
            held_after_delete_s: 0,
        },
        Unique {
            fields: &["Net"],
            scope: Scope::OverlapIn("In"),
            code: "NetTaken",
            held_after_delete_s: 0,
        },
    ],
    create: instant(2),
    update: instant(1),
    delete: instant(1),
    ..TYPE
};

pub static MILL: Type = Type {
    name: "test.Mill",
    provider: "test",
    api: "test:CreateMill",
    recovery: Recovery::Tags { window_s: 60 },
    fields: &[
        opt("In", OnChange::Replace).refs(Refs::To("test.Box", Held::Refused("BoxHeld"))),
        opt("Level", OnChange::InPlace),
        opt("Kind", OnChange::Replace),
        opt("Key", OnChange::WriteOnly),
    ],
    outputs: &[OutputFact::fixed("Id", "mill-{hex17}")],
    create: w(100, &["CREATING", "ACTIVE"], 0),
    update: w(20, &["UPDATING", "ACTIVE"], 0),
    delete: w(40, &["DELETING", "DELETED"], 0),
    ..TYPE
};

/// It keeps a secret that it is given.
pub static SAFE: Type = Type {
    name: "test.Safe",
    provider: "test",
    api: "test:CreateSafe",
    recovery: Recovery::Tags { window_s: 60 },
    fields: &[f("Code", OnChange::InPlace, Refs::No).secret()],
    outputs: &[OutputFact::fixed("Id", "safe-{hex17}")],
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    ..TYPE
};

#[derive(Resource, Clone)]
#[resource(facts = SAFE, handle = SafeHandle { id: String })]
pub struct Safe {
    pub code: Output<Secret<String>>,
}

#[derive(Resource, Clone)]
#[resource(facts = BOX, handle = BoxHandle { id: String, label: String })]
pub struct Crate {
    pub name: Option<Output<String>>,
    #[field("In")]
    pub inside: Option<Output<String>>,
    pub beside: Vec<Output<String>>,
    pub size: Option<Output<u32>>,
    pub color: Option<Output<String>>,
    pub net: Option<Output<String>>,
}

#[derive(Resource, Clone)]
#[resource(facts = MILL, handle = MillHandle { id: String })]
pub struct Mill {
    #[field("In")]
    pub inside: Option<Output<String>>,
    pub level: Option<Output<String>>,
    pub kind: Option<Output<String>>,
    pub key: Option<Output<String>>,
}

pub fn crate_() -> Crate {
    Crate {
        name: None,
        inside: None,
        beside: Vec::new(),
        size: Some(1.into()),
        color: Some("red".into()),
        net: None,
    }
}

pub fn mill() -> Mill {
    Mill {
        inside: None,
        level: Some("low".into()),
        kind: Some("wind".into()),
        key: None,
    }
}

/// Root with a pinned name, two boxes in it, a mill in each, a lone mill.
/// `color` of the root forces a delete-first replacement of all that stands
/// in it; `kind` of the mills a create-before-delete one.
pub fn yard(stack: &mut Stack, color: &str, kind: &str, size: u32) {
    let root = stack.add(
        "root",
        Crate {
            name: Some("the-root".into()),
            color: Some(color.into()),
            ..crate_()
        },
    );
    for side in ["left", "right"] {
        let inner = stack.add(
            side,
            Crate {
                inside: Some((&root.id).into()),
                net: Some(
                    if side == "left" {
                        "10.0.0.0/24"
                    } else {
                        "10.0.1.0/24"
                    }
                    .into(),
                ),
                size: Some(size.into()),
                ..crate_()
            },
        );
        stack.add(
            &format!("{side}-mill"),
            Mill {
                inside: Some((&inner.id).into()),
                level: Some((&inner.label).into()),
                kind: Some(kind.into()),
                ..mill()
            },
        );
    }
    stack.add(
        "lone",
        Mill {
            kind: Some(kind.into()),
            ..mill()
        },
    );
}

pub fn yard_stage(color: &'static str, kind: &'static str, size: u32) -> Stage {
    Stage::deploy(move |stack| yard(stack, color, kind, size))
}

pub fn scenario(name: &str, stages: Vec<Stage>) -> Scenario {
    Scenario::new(name, &[&BOX, &MILL], stages)
}

/// Lives a stage to a complete end.
pub fn lives(life: &Life<'_>, stage: &Stage, seed: u64) -> mlplat_core::deploy::Deployment {
    done(life.go(stage, seed, 0))
}

pub fn done(lived: Lived) -> mlplat_core::deploy::Deployment {
    let deployment = came_back(lived);
    assert_eq!(
        deployment.outcome,
        mlplat_core::deploy::Outcome::Complete,
        "{:?}",
        deployment.failed
    );
    deployment
}

pub fn came_back(lived: Lived) -> mlplat_core::deploy::Deployment {
    match lived.ended {
        Ended::Done(Ok(deployment)) => deployment,
        Ended::Done(Err(error)) => panic!("{error}"),
        Ended::Killed => panic!("killed"),
    }
}
