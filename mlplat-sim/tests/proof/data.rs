//! What people put into objects: kept, copied or destroyed, as they were told.

// Handles and resolved twins come with each type, used or not.
#![allow(dead_code)]

use mlplat_core::deploy::{Cancel, DeployOptions, Outcome, Stamped};
use mlplat_core::facts::{Blocked, Data, OnChange, OutputFact, Recovery, TYPE, Type, instant, opt};
use mlplat_core::{Lifecycle as _, Output, Resource, Stack};
use mlplat_sim::cloud::Cloud;
use mlplat_sim::harness::{Life, Lived, Scenario, Stage};
use mlplat_sim::machine::Ended;
use serde_json::json;

use super::types::{came_back, done};

const STORE: Type = Type {
    provider: "test",
    api: "test:CreateStore",
    recovery: Recovery::Tags { window_s: 60 },
    fields: &[
        opt("Label", OnChange::InPlace),
        opt("Kind", OnChange::Replace),
        opt("SkipCopy", OnChange::InPlace),
    ],
    outputs: &[OutputFact::fixed("Id", "store-{hex17}")],
    create: instant(2),
    update: instant(1),
    delete: instant(1),
    ..TYPE
};

static BIN: Type = Type {
    name: "test.Bin",
    data: Data::MustBeEmpty,
    blocked: &[Blocked {
        when: "the bin is not empty",
        code: "BinNotEmpty",
    }],
    ..STORE
};

static FILES: Type = Type {
    name: "test.Files",
    data: Data::Destroyed,
    ..STORE
};

static BASE: Type = Type {
    name: "test.Base",
    data: Data::CopiedUnless("SkipCopy"),
    ..STORE
};

macro_rules! store {
    ($name:ident, $handle:ident, $facts:ident) => {
        #[derive(Resource, Clone, Default)]
        #[resource(facts = $facts, handle = $handle { id: String })]
        pub struct $name {
            pub label: Option<Output<String>>,
            pub kind: Option<Output<String>>,
            pub skip_copy: Option<Output<bool>>,
        }
    };
}

store!(Bin, BinHandle, BIN);
store!(Files, FilesHandle, FILES);
store!(Base, BaseHandle, BASE);

fn scenario() -> Scenario {
    Scenario::new("data", &[&BIN, &FILES, &BASE], vec![])
}

fn told(life: &Life<'_>, stage: &Stage, dies_at: u64, delete_data: bool) -> Lived {
    let options = DeployOptions {
        delete_data,
        ..DeployOptions::default()
    };
    life.go_with(
        stage,
        3,
        dies_at,
        &options,
        &|_: &Stamped| (),
        &Cancel::new(),
    )
}

fn destroy(life: &Life<'_>, delete_data: bool) -> Lived {
    told(life, &Stage::Destroy, 0, delete_data)
}

fn fill(life: &Life<'_>, ty: &str, contents: u64) {
    let object = life
        .objects()
        .into_values()
        .find(|object| object.ty == ty)
        .unwrap();
    life.look(|cloud| cloud.set(&object.id, "contents", json!(contents)))
        .unwrap();
}

fn refusal(lived: Lived) -> String {
    match lived.ended {
        Ended::Done(Err(error)) => error.to_string(),
        Ended::Done(Ok(deployment)) => panic!("{deployment:?}"),
        Ended::Killed => panic!("killed"),
    }
}

fn bins(stack: &mut Stack) {
    stack.add("full", Bin::default());
    stack.add("base", Base::default());
}

#[test]
fn what_is_not_empty_stays_until_the_run_is_told() {
    let scenario = scenario();
    let life = Life::new(&scenario);
    done(life.go(&Stage::deploy(bins), 1, 0));
    fill(&life, "test.Bin", 2_500);
    let deployment = came_back(destroy(&life, false));
    assert_eq!(deployment.outcome, Outcome::Failed);
    assert_eq!(
        deployment.failed[0].message,
        "the bin is not empty; --delete-data empties it first; nothing in it can be had back then"
    );
    let left: Vec<_> = life.objects().into_values().collect();
    assert_eq!((left.len(), left[0].contents), (1, 2_500), "untouched");
    done(destroy(&life, true));
    assert!(life.objects().is_empty());
}

#[test]
fn killed_while_it_empties_it_goes_on_when_it_is_told_again() {
    let scenario = scenario();
    let begun = Life::new(&scenario);
    done(begun.go(&Stage::deploy(bins), 1, 0));
    fill(&begun, "test.Bin", 2_500);
    let points = told(&begun.fork(), &Stage::Destroy, 0, true).points;
    let mut emptied = 0;
    for at in 1..=points {
        let life = begun.fork();
        let killed = told(&life, &Stage::Destroy, at, true);
        assert!(matches!(killed.ended, Ended::Killed), "{at} of {points}");
        let bin = life
            .objects()
            .into_values()
            .find(|object| object.ty == "test.Bin");
        emptied += usize::from(bin.as_ref().is_some_and(|bin| bin.contents < 2_500));

        let untold = life.fork();
        let outcome = came_back(destroy(&untold, false)).outcome;
        let full = bin.is_some_and(|bin| bin.contents > 0);
        assert_eq!(
            outcome == Outcome::Failed,
            full,
            "killed at {at} of {points}"
        );

        done(destroy(&life, true));
        assert!(life.objects().is_empty(), "killed at {at} of {points}");
    }
    assert!(
        emptied > 5,
        "{emptied} of {points} kills were between two batches"
    );
}

#[test]
fn what_would_be_destroyed_is_refused_by_name_before_anything_is_touched() {
    let scenario = scenario();
    let files = |kind: &'static str| {
        Stage::deploy(move |stack: &mut Stack| {
            let files = Files {
                kind: Some(kind.into()),
                ..Files::default()
            };
            stack.add("home", files);
            stack.add("base", Base::default());
        })
    };
    let life = Life::new(&scenario);
    done(life.go(&files("a"), 1, 0));
    let before = life.objects();
    let id = before
        .values()
        .find(|object| object.ty == "test.Files")
        .unwrap()
        .id
        .clone();
    let text = refusal(destroy(&life, false));
    assert_eq!(
        text,
        format!(
            "home: deleting test.Files {id} destroys what it holds (data-loss)\n  do   pass --delete-data if that may go, or keep the object with .retain()"
        )
    );
    let replaced = refusal(told(&life, &files("b"), 0, false));
    assert!(
        replaced.starts_with("home: deleting test.Files"),
        "{replaced}"
    );
    assert_eq!(life.objects(), before);
    done(told(&life, &files("b"), 0, true));
    assert_eq!(life.objects().len(), 2);
    done(destroy(&life, true));
    assert!(life.objects().is_empty());
}

#[test]
fn what_is_retained_needs_no_word() {
    let scenario = scenario();
    let life = Life::new(&scenario);
    let kept = Stage::deploy(|stack: &mut Stack| {
        stack.add("home", Files::default().retain());
    });
    done(life.go(&kept, 1, 0));
    done(destroy(&life, false));
    assert_eq!(life.objects().len(), 1);
}

#[test]
fn a_last_copy_is_left_unless_the_program_or_the_command_says_not() {
    let copies = |skip: Option<bool>, delete_data: bool| {
        let scenario = scenario();
        let life = Life::new(&scenario);
        let base = Stage::deploy(move |stack: &mut Stack| {
            let base = Base {
                skip_copy: skip.map(Into::into),
                ..Base::default()
            };
            stack.add("base", base);
        });
        done(life.go(&base, 1, 0));
        done(destroy(&life, delete_data));
        life.look(Cloud::copies).len()
    };
    assert_eq!(copies(None, false), 1);
    assert_eq!(copies(Some(false), false), 1);
    assert_eq!(copies(Some(true), false), 0, "the program says so");
    assert_eq!(copies(None, true), 0, "the command says so");
}
