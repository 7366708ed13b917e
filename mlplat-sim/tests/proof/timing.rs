//! Virtual time: waiting costs nobody else anything.

use mlplat_core::Stack;
use mlplat_core::deploy::{Cancel, DeployOptions, Stamped};
use mlplat_sim::harness::{Life, Stage};

use super::types::*;

fn chain(stack: &mut Stack, copies: usize) {
    for copy in 0..copies {
        let root = stack.add(&format!("root{copy}"), crate_());
        for part in 0..3 {
            stack.add(
                &format!("mill{copy}-{part}"),
                Mill {
                    inside: Some((&root.id).into()),
                    ..mill()
                },
            );
        }
    }
}

fn time_of(copies: usize, parallelism: usize) -> (f64, f64) {
    let calm = scenario("timing", vec![]);
    let life = Life::new(&calm);
    let options = DeployOptions {
        parallelism,
        ..DeployOptions::default()
    };
    let stage = Stage::deploy(move |stack| chain(stack, copies));
    let lived = life.go_with(&stage, 1, 0, &options, &|_: &Stamped| (), &Cancel::new());
    let deployment = done(lived);
    (deployment.elapsed_s, deployment.critical_path_s)
}

#[test]
fn eight_copies_take_as_long_as_one() {
    let (one, _) = time_of(1, 64);
    let (eight, _) = time_of(8, 64);
    assert!(eight <= one * 1.02, "{eight} s for eight, {one} s for one");
}

#[test]
fn waiting_holds_no_slot() {
    let lone = Stage::deploy(|stack| {
        for number in 0..20 {
            stack.add(&format!("mill{number}"), mill());
        }
    });
    let calm = scenario("one slot", vec![]);
    let life = Life::new(&calm);
    let options = DeployOptions {
        parallelism: 1,
        ..DeployOptions::default()
    };
    let lived = life.go_with(&lone, 1, 0, &options, &|_: &Stamped| (), &Cancel::new());
    let deployment = done(lived);
    assert!(deployment.elapsed_s <= 102.0, "{} s", deployment.elapsed_s);
}

#[test]
fn a_deployment_takes_as_long_as_its_critical_path() {
    let (elapsed, critical) = time_of(4, 64);
    assert!(critical > 100.0, "{critical}");
    assert!(
        elapsed <= critical * 1.01,
        "{elapsed} s, critical path {critical} s"
    );
    // Box 2 s, mill 100 s: what the facts say.
    assert!((elapsed - 102.0).abs() <= 1.02, "{elapsed} s");
}
