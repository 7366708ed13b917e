//! Moved, protected, ignored, and only a part.

use std::time::Duration;

use mlplat_core::deploy::{Cancel, DeployOptions, PlanOptions, Stamped};
use mlplat_core::{Lifecycle as _, Stack};
use mlplat_sim::harness::{Life, Stage, Sweep, sweep};
use mlplat_sim::machine::Ended;

use super::types::*;

fn error(life: &Life<'_>, stage: &Stage) -> String {
    match life.go(stage, 9, 0).ended {
        Ended::Done(Err(error)) => error.to_string(),
        Ended::Done(Ok(deployment)) => panic!("{deployment:?}"),
        Ended::Killed => panic!("killed"),
    }
}

#[test]
fn a_move_keeps_the_object_with_a_change_or_without() {
    let calm = scenario("moved", vec![]);
    for size in [1, 2] {
        let life = Life::new(&calm);
        let before = Stage::deploy(|stack| drop(stack.add("old", crate_())));
        let after = Stage::deploy(move |stack: &mut Stack| {
            stack.moved("old", "new");
            let sized = Crate {
                size: Some(size.into()),
                ..crate_()
            };
            stack.add("new", sized);
        });
        lives(&life, &before, 1);
        let id = life.objects().values().next().unwrap().id.clone();
        lives(&life, &after, 2);
        let objects = life.objects();
        assert_eq!(objects.values().next().unwrap().id, id);
        assert_eq!(objects.len(), 1);
        assert!(lives(&life, &after, 3).unchanged, "with size {size}");
    }
}

#[test]
fn what_is_protected_does_not_go() {
    let calm = scenario("protected", vec![]);
    let life = Life::new(&calm);
    let red = Stage::deploy(|stack| drop(stack.add("box", crate_().protect())));
    let blue = Stage::deploy(|stack| {
        let blue = Crate {
            color: Some("blue".into()),
            ..crate_()
        };
        stack.add("box", blue.protect());
    });
    lives(&life, &red, 1);
    let refused = error(&life, &blue);
    assert!(
        refused.contains("it is protected, and the plan would replace it"),
        "{refused}"
    );
    assert!(
        refused.contains("Color changes and cannot be changed in place"),
        "{refused}"
    );
    let refused = error(&life, &Stage::Destroy);
    assert!(
        refused.contains("it is protected, and the plan would delete it"),
        "{refused}"
    );
    assert_eq!(life.objects().len(), 1);
}

/// Protection that is the only change is remembered as well.
#[test]
fn protecting_later_counts() {
    let calm = scenario("protected later", vec![]);
    let life = Life::new(&calm);
    lives(
        &life,
        &Stage::deploy(|stack| drop(stack.add("box", crate_()))),
        1,
    );
    let protected = Stage::deploy(|stack| drop(stack.add("box", crate_().protect())));
    assert!(lives(&life, &protected, 2).unchanged);
    let refused = error(&life, &Stage::Destroy);
    assert!(refused.contains("it is protected"), "{refused}");
}

#[test]
fn a_chain_that_meets_something_protected_is_refused_with_its_cause() {
    let calm = scenario("chain", vec![]);
    let life = Life::new(&calm);
    fn chain(stack: &mut Stack, color: &str) {
        let root = stack.add(
            "root",
            Crate {
                name: Some("pinned".into()),
                color: Some(color.into()),
                ..crate_()
            },
        );
        let inner = Crate {
            inside: Some((&root.id).into()),
            ..crate_()
        };
        stack.add("inner", inner.protect());
    }
    lives(&life, &Stage::deploy(|stack| chain(stack, "red")), 1);
    let refused = error(&life, &Stage::deploy(|stack| chain(stack, "blue")));
    assert!(refused.contains("inner"), "{refused}");
    assert!(
        refused.contains("it holds root, whose Color changes, which cannot exist twice"),
        "{refused}"
    );
}

#[test]
fn an_ignored_field_is_left_alone() {
    let calm = scenario("ignored", vec![]);
    let life = Life::new(&calm);
    let sized = |size: u32| {
        Stage::deploy(move |stack| {
            let sized = Crate {
                size: Some(size.into()),
                ..crate_()
            };
            stack.add("box", sized.ignore("", "Size"));
        })
    };
    lives(&life, &sized(1), 1);
    assert!(lives(&life, &sized(2), 2).unchanged);
    let id = life.objects().values().next().unwrap().id.clone();
    life.look(|cloud| cloud.set(&id, "Size", serde_json::json!(77)))
        .unwrap();
    assert!(lives(&life, &sized(2), 3).unchanged);
}

fn only(path: &str) -> DeployOptions {
    DeployOptions {
        plan: PlanOptions {
            only: vec![path.parse().unwrap()],
            ..PlanOptions::default()
        },
        ..DeployOptions::default()
    }
}

fn lives_only(life: &Life<'_>, stage: &Stage, path: &str) -> mlplat_core::deploy::Deployment {
    let quiet = |_: &Stamped| ();
    done(life.go_with(stage, 5, 0, &only(path), &quiet, &Cancel::new()))
}

#[test]
fn only_a_part_takes_along_what_it_needs() {
    let calm = scenario("only", vec![]);
    let life = Life::new(&calm);
    let stage = yard_stage("red", "wind", 1);
    let part = lives_only(&life, &stage, "left-mill");
    assert_eq!(part.done, 3, "root, left and its mill");
    lives(&life, &stage, 6);
    assert_eq!(life.objects().len(), 6);
}

/// Replacing the root takes along everything that holds it: nothing outside
/// may be left holding what is to go.
#[test]
fn only_a_part_takes_along_what_would_be_in_its_way() {
    let calm = scenario("only, replaced", vec![]);
    let life = Life::new(&calm);
    lives(&life, &yard_stage("red", "wind", 1), 1);
    let part = lives_only(&life, &yard_stage("blue", "wind", 1), "root");
    assert!(part.elapsed_s < 1000.0, "{part:?}");
    assert!(lives(&life, &yard_stage("blue", "wind", 1), 6).unchanged);
    assert_eq!(life.objects().len(), 6);
}

/// The same without any forced order: old and new can exist side by side, and
/// a mill outside the part still stands in the old one.
#[test]
fn only_a_part_takes_along_who_holds_the_old_one() {
    fn program(stack: &mut Stack, color: &str) {
        let base = Crate {
            color: Some(color.into()),
            ..crate_()
        };
        let base = stack.add("base", base);
        let standing = Mill {
            inside: Some((&base.id).into()),
            ..mill()
        };
        stack.add("mill", standing);
    }
    let calm = scenario("only, held", vec![]);
    let life = Life::new(&calm);
    lives(&life, &Stage::deploy(|stack| program(stack, "red")), 1);
    let blue = Stage::deploy(|stack| program(stack, "blue"));
    let part = lives_only(&life, &blue, "base");
    assert!(part.elapsed_s < 1000.0, "{part:?}");
    assert!(lives(&life, &blue, 6).unchanged);
}

#[test]
fn destroying_a_part_takes_what_stands_on_it() {
    let calm = scenario("only, destroyed", vec![]);
    let life = Life::new(&calm);
    let stage = yard_stage("red", "wind", 1);
    lives(&life, &stage, 1);
    lives_only(&life, &Stage::Destroy, "left");
    let left: Vec<_> = life.state().unwrap().objects.into_values().collect();
    let mut paths: Vec<_> = left.iter().map(|object| object.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["lone", "right", "right-mill", "root"]);
}

/// A mill takes 100 seconds.
fn slow(limit_s: u64) -> Stage {
    Stage::deploy(move |stack| {
        stack.add("mill", mill().timeout(Duration::from_secs(limit_s)));
    })
}

/// What takes longer than the program allows has failed, is there all the same,
/// and is gone on with by a run that gives it more.
#[test]
fn what_is_given_less_time_than_it_takes_is_gone_on_with() {
    let calm = scenario("timeout", vec![]);
    let life = Life::new(&calm);
    let late = came_back(life.go(&slow(30), 1, 0));
    assert_eq!(late.failed.len(), 1, "{late:?}");
    let (code, said) = (&*late.failed[0].code, &late.failed[0].message);
    assert_eq!(code, "Timeout");
    assert!(said.starts_with("it is not ready after 3"), "{said}");
    assert!(
        said.ends_with(
            " s and still CREATING; run again to go on waiting, or give it more with .timeout(..)"
        ),
        "{said}"
    );
    assert!((30.0..60.0).contains(&late.elapsed_s), "{late:?}");
    let id = life.objects().values().next().unwrap().id.clone();
    lives(&life, &slow(200), 2);
    let objects = life.objects();
    assert_eq!(objects.len(), 1);
    assert_eq!(objects.values().next().unwrap().id, id, "the same mill");
    assert!(lives(&life, &slow(200), 3).unchanged);
}

/// A time that is enough is enough wherever the run is killed, since a resumed
/// one starts it anew.
#[test]
fn what_is_given_time_enough_comes_wherever_it_is_killed() {
    let stages = vec![slow(120), Stage::Destroy];
    let report = sweep(&scenario("time enough", stages), &Sweep::default());
    let report = report.unwrap_or_else(|broken| panic!("{broken}"));
    assert!(report.killed > 10, "{report:?}");
}
