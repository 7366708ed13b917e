//! Every kind of a cluster's objects: replies lost, calls denied, credentials expired.

use std::collections::BTreeSet;

use mlplat_core::Stack;
use mlplat_k8s::ConfigMap;
use mlplat_sim::simulate::World;

use super::kinds::{cluster, in_a_namespace};
use super::lives::numbers;

fn bare(stack: &mut Stack) {
    cluster(stack, "");
}

fn everything(stack: &mut Stack) {
    let cluster = cluster(stack, "");
    let space = in_a_namespace(stack, &cluster);
    let config = ConfigMap::new(&cluster, &space, "config");
    stack.add("config", config.entry("key", "value"));
}

/// A cluster that is there, and every kind to be made in it.
fn prepared() -> World {
    let mut world = World::simulate(bare);
    world.deploy().assert_complete();
    world.edit(everything);
    world
}

#[test]
fn every_kind_is_in_the_program() {
    let mut world = prepared();
    world.deploy().assert_complete();
    let made: BTreeSet<String> = world.objects().into_iter().map(|one| one.ty).collect();
    for ty in mlplat_k8s::catalog() {
        assert!(made.contains(ty.name), "{} is not in the program", ty.name);
    }
}

/// Proves faults 2, 4, 6 and 29.
#[test]
fn one_request_goes_wrong_wherever_it_is() {
    let world = prepared();
    let (calls, changes) = world.fork().deploy().requests();
    let mut met = 0;
    for (how, all, at_most) in [
        ("lost@change", changes, 4),
        ("5xx@call", calls, 2),
        ("reset@call", calls, 2),
        ("expired@call", calls, 2),
        ("denied@call", calls, 2),
    ] {
        for nth in numbers(all, at_most) {
            let mut world = world.fork().fail(&format!("{how}#{nth}"));
            let run = world.deploy();
            if !how.starts_with("denied") {
                run.assert_complete();
            }
            world.calm();
            let _ = world.deploy();
            world.assert_one_of_each();
            world.deploy().assert_unchanged();
            met += 1;
        }
    }
    println!(
        "figure: {met} requests to a cluster with all {} kinds gone wrong one by one, 0 duplicates",
        mlplat_k8s::catalog().len()
    );
}
