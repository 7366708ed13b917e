//! Killed at every fault point of every stage, a life ends in the same place.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use mlplat_core::{Output, Stack};
use mlplat_sim::harness::{Dice, Power, Report, Scenario, Stage, Sweep, sweep};
use serde_json::json;

use super::types::*;

fn swept(scenario: &Scenario, how: Sweep) -> Report {
    let report = sweep(scenario, &how).unwrap_or_else(|broken| panic!("{broken}"));
    println!("{}: {report:?}", scenario.name);
    report
}

#[test]
fn deploy_update_replace_and_destroy() {
    let mut yard = scenario(
        "yard",
        vec![
            yard_stage("red", "wind", 1),
            yard_stage("red", "wind", 2),
            yard_stage("red", "water", 2),
            yard_stage("blue", "water", 2),
            yard_stage("green", "wind", 3),
            Stage::Destroy,
        ],
    );
    let foreign = json!({"Name": "not-yours", "Color": "red"});
    yard.foreign = vec![(&BOX, foreign.as_object().cloned().unwrap_or_default())];
    let report = swept(
        &yard,
        Sweep {
            seed: 1,
            every: 1,
            twice: 3,
            ..Sweep::default()
        },
    );
    assert!(report.killed > 400, "{report:?}");
}

#[test]
fn in_a_hostile_account() {
    for seed in 1..=3 {
        let mut yard = scenario(
            "hostile yard",
            vec![
                yard_stage("red", "wind", 1),
                yard_stage("blue", "water", 2),
                Stage::Destroy,
            ],
        );
        yard.faults = "throttle=0.2,lost_reply=0.1,5xx=0.1,lag=1".parse().unwrap();
        swept(
            &yard,
            Sweep {
                seed,
                every: 7,
                twice: 2,
                ..Sweep::default()
            },
        );
    }
}

/// The machine loses power: what was not synced is lost or torn.
#[test]
fn without_power() {
    for seed in 1..=4 {
        let stages = vec![
            yard_stage("red", "wind", 1),
            yard_stage("blue", "water", 2),
            Stage::Destroy,
        ];
        let how = Sweep {
            seed,
            twice: 2,
            power: Power::Lost,
            ..Sweep::default()
        };
        swept(&scenario("yard without power", stages), how);
    }
}

/// A destruction that is interrupted and taken back: what is on its way out
/// has to be made anew.
#[test]
fn a_destruction_taken_back() {
    let there = yard_stage("red", "wind", 1);
    let life_of = scenario("taken back", vec![there.clone(), Stage::Destroy]);
    let mut life = mlplat_sim::harness::Life::new(&life_of);
    lives(&life, &there, 1);
    let points = life.fork().go(&Stage::Destroy, 2, 0).points;
    assert!(points > 20);
    for at in 1..=points {
        let before = life.fork();
        let killed = before.go(&Stage::Destroy, 2, at);
        drop(killed);
        lives(&before, &there, 3);
        let again = lives(&before, &there, 4);
        assert!(again.unchanged, "killed at {at} of {points}: {again:?}");
        let ready = before.look(|cloud| {
            let objects = cloud.objects();
            objects
                .iter()
                .filter(|object| object.gone_at.is_none())
                .count()
        });
        assert_eq!(ready, 6, "killed at {at} of {points}");
        life = life.fork();
    }
}

#[test]
fn a_key_that_changes_hands() {
    fn program(stack: &mut Stack, flip: bool) {
        let (one, two) = if flip { ("b", "a") } else { ("a", "b") };
        for (path, name) in [("one", one), ("two", two)] {
            let named = Crate {
                name: Some(name.into()),
                ..crate_()
            };
            let handle = stack.add(path, named);
            stack.add(
                &format!("{path}-mill"),
                Mill {
                    inside: Some((&handle.id).into()),
                    ..mill()
                },
            );
        }
    }
    let swap = scenario(
        "swap",
        vec![
            Stage::deploy(|stack| program(stack, false)),
            Stage::deploy(|stack| program(stack, true)),
            Stage::Destroy,
        ],
    );
    swept(&swap, Sweep::default());
}

/// A range that overlaps one that is let go, at another path.
#[test]
fn a_range_that_is_taken_over() {
    fn program(stack: &mut Stack, path: &str, net: &str) {
        let root = stack.add("root", crate_());
        stack.add(
            path,
            Crate {
                inside: Some((&root.id).into()),
                net: Some(net.into()),
                ..crate_()
            },
        );
    }
    let over = scenario(
        "range",
        vec![
            Stage::deploy(|stack| program(stack, "wide", "10.0.0.0/16")),
            Stage::deploy(|stack| program(stack, "narrow", "10.0.1.0/24")),
        ],
    );
    swept(&over, Sweep::default());
}

#[test]
fn retained_objects_stay_and_are_nobodys_leftovers() {
    use mlplat_core::Lifecycle as _;
    let mut kept = scenario(
        "retained",
        vec![
            Stage::deploy(|stack| {
                stack.add("keep", crate_().retain());
                stack.add("other", crate_());
            }),
            Stage::deploy(|stack| {
                stack.add("other", crate_());
            }),
        ],
    );
    kept.retained = 1;
    let life = mlplat_sim::harness::Life::new(&kept);
    lives(&life, &kept.stages[0], 1);
    lives(&life, &kept.stages[1], 2);
    assert!(lives(&life, &kept.stages[1], 3).unchanged);
    assert_eq!(life.objects().len(), 2);
    lives(&life, &Stage::Destroy, 4);
    lives(&life, &kept.stages[1], 5);
    assert_eq!(life.objects().len(), 2, "one new, one kept");
}

/// The rule is remembered even when it is the only thing that changed.
#[test]
fn retaining_later_counts() {
    use mlplat_core::Lifecycle as _;
    let plain = Stage::deploy(|stack| {
        stack.add("keep", crate_());
        stack.add("other", crate_());
    });
    let retained = Stage::deploy(|stack| {
        stack.add("keep", crate_().retain());
        stack.add("other", crate_());
    });
    let life_of = scenario("retained later", vec![]);
    let life = mlplat_sim::harness::Life::new(&life_of);
    lives(&life, &plain, 1);
    assert!(lives(&life, &retained, 2).unchanged);
    lives(&life, &Stage::Destroy, 3);
    assert_eq!(life.objects().len(), 1);
}

#[test]
fn random_programs() {
    let count = if std::env::var_os("MLPLAT_PROVE").is_some() {
        500
    } else {
        3
    };
    let every = if count > 100 { 1 } else { 9 };
    let next = AtomicU64::new(1);
    let total = Mutex::new(Report::default());
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > count {
                        break;
                    }
                    let report = swept(&random_scenario(seed), sweep_of(seed, every));
                    *total.lock().unwrap() += report;
                }
            });
        }
    });
    println!("random programs: {:?}", total.into_inner().unwrap());
}

fn random_scenario(seed: u64) -> Scenario {
    let stages = (0..3)
        .map(|stage| Stage::deploy(move |stack| random(stack, seed, stage)))
        .chain([Stage::Destroy])
        .collect();
    scenario(&format!("random {seed}"), stages)
}

/// Half of the programs lose more than their process: the power goes.
fn sweep_of(seed: u64, every: u64) -> Sweep {
    let power = if seed.is_multiple_of(2) {
        Power::Lost
    } else {
        Power::Stays
    };
    Sweep {
        seed,
        every,
        twice: 4,
        power,
        ..Sweep::default()
    }
}

/// 10 to 30 nodes that the seed decides, changed by the stage.
fn random(stack: &mut Stack, seed: u64, stage: u64) {
    let dice = Dice::new(seed);
    let roll = |what: &str, at: u64, stage: u64, sides: u64| -> u64 {
        dice.below(what, at << 8 | stage, sides)
    };
    let count = 10 + roll("count", 0, 0, 21);
    let mut boxes: Vec<BoxHandle> = Vec::new();
    for at in 0..count {
        if roll("gone", at, stage, 8) == 0 {
            continue;
        }
        let pick = |what: &str| {
            let chosen = roll(what, at, stage / 2, boxes.len().max(1) as u64 + 1) as usize;
            boxes.get(chosen).map(|handle| Output::from(&handle.id))
        };
        if roll("type", at, 0, 3) == 0 {
            let made = Mill {
                inside: pick("in"),
                kind: Some(format!("kind{}", roll("kind", at, stage, 2)).into()),
                level: Some(format!("level{}", roll("level", at, stage, 3)).into()),
                key: None,
            };
            stack.add(&format!("mill{at}"), made);
        } else {
            let pinned = roll("pinned", at, 0, 3) == 0;
            let made = Crate {
                name: pinned.then(|| format!("pinned{at}").into()),
                inside: pick("in"),
                beside: pick("beside").into_iter().collect(),
                size: Some((roll("size", at, stage, 3) as u32).into()),
                color: Some(format!("color{}", roll("color", at, stage, 2)).into()),
                net: Some(format!("10.{at}.0.0/16").into()),
            };
            boxes.push(stack.add(&format!("box{at}"), made));
        }
    }
}
