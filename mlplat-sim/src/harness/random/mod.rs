//! Random programs of real resource types.
//!
//! A seed decides a program and how it is edited from stage to stage. It is
//! composed of pieces, each a small function of its own: a network, identities,
//! data stores, a domain, a database, file systems, a cluster with objects in
//! it. Which pieces there are is fixed; what their fields say, which of their
//! parts are there and at which path they stand changes with the stages, so
//! that objects are updated, replaced (the new one first, or the old one first
//! where a name is pinned), moved, deleted and made again. Every program has 10
//! to 30 different types.

mod cluster;
mod database;
mod domain;
mod draft;
mod file_systems;
mod identity;
mod network;
mod stores;
mod workloads;

use std::collections::BTreeSet;

use mlplat_core::Stack;
use mlplat_core::graph::{Graph, NodeKind};
use serde_json::{Map, json};

use super::{Dice, Power, Scenario, Stage, Sweep};
use draft::Draft;

/// Deployments of one scenario; its last stage is a destruction.
const DEPLOYMENTS: u64 = 3;
/// How many types a program has.
const TYPES: std::ops::RangeInclusive<usize> = 10..=30;

/// The scenario of a seed, with others around it.
#[must_use]
pub fn scenario(seed: u64) -> Scenario {
    let stages = shaped(seed);
    let types = mlplat_aws::catalog();
    let mut scenario = Scenario::new(&format!("program {seed}"), types, stages);
    scenario.secrets = secrets(seed);
    for (name, inputs) in [
        ("ec2.VPC", json!({"CidrBlock": "10.99.0.0/16"})),
        ("s3.Bucket", json!({"BucketName": "somebody-elses-bucket"})),
        (
            "iam.Role",
            json!({"RoleName": "somebody-elses-role", "Path": "/"}),
        ),
    ] {
        let ty = types.iter().find(|ty| ty.name == name);
        let inputs = inputs.as_object().cloned().unwrap_or_else(Map::new);
        scenario.foreign.extend(ty.map(|ty| (*ty, inputs)));
    }
    let theirs = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"labels": {"owner": crate::cloud::FOREIGN}},
        "data": {"theirs": "as it was"},
    });
    let theirs = ("somebody-elses-settings".to_owned(), theirs);
    scenario.foreign_in_clusters = vec![theirs];
    let dice = Dice::new(seed);
    // One account in six is hostile as well.
    if dice.once_in("hostile", 0, 6) {
        let faults = "throttle=0.05,lost_reply=0.04,5xx=0.04,lag=0.5".parse();
        scenario.faults = faults.unwrap_or_default();
    }
    scenario
}

/// How the scenario of a seed is swept: at every point, a third of them with a
/// loss of power at each kill.
#[must_use]
pub fn sweep_of(seed: u64) -> Sweep {
    let dice = Dice::new(seed);
    Sweep {
        seed,
        every: 1,
        twice: 16,
        power: match dice.once_in("power", 0, 3) {
            true => Power::Lost,
            false => Power::Stays,
        },
        edited: 4,
        outside: 5,
        ..Sweep::default()
    }
}

/// The types that a scenario's programs have.
#[must_use]
pub fn types_of(scenario: &Scenario) -> BTreeSet<&'static str> {
    let programs = scenario.stages.iter().map(Stage::graph);
    programs.flat_map(|graph| types(&graph)).collect()
}

/// The stages of a seed: the first shape in which each program has as many
/// types as it should.
fn shaped(seed: u64) -> Vec<Stage> {
    let shapes = 0_u64..;
    let drawn = shapes.map(|shape| -> Vec<Stage> {
        let stages = 0..DEPLOYMENTS;
        let deploys = stages.map(|stage| {
            let draft = Draft::new(seed, shape, stage);
            Stage::deploy(move |stack| program(stack, draft))
        });
        deploys.collect()
    });
    let fits = |stages: &Vec<Stage>| {
        let mut each = stages.iter();
        each.all(|stage| TYPES.contains(&types(&stage.graph()).len()))
    };
    let mut stages = drawn.into_iter().find(fits).unwrap_or_default();
    stages.push(Stage::Destroy);
    stages
}

fn types(graph: &Graph) -> BTreeSet<&'static str> {
    let nodes = graph.nodes().iter();
    let resources = nodes.filter(|node| matches!(node.kind, NodeKind::Resource));
    resources.map(|node| node.ty.name).collect()
}

/// The secrets that a seed's programs are given. They have characters that
/// each encoding writes in another way.
fn secrets(seed: u64) -> Vec<String> {
    let dice = Dice::new(seed);
    let each = ["entry", "database", "cluster"].into_iter().map(|what| {
        let (one, two) = (dice.draw("secret", 1), dice.draw(what, 2));
        format!("{what}\"+/=\\{one:016x}&{two:016x}")
    });
    each.collect()
}

fn program(stack: &mut Stack, draft: Draft) {
    let secrets = secrets(draft.seed());
    let account = identity::add(stack, draft);
    let kind = draft.fixed("kind", 8);
    let in_cluster = kind >= 5;
    if !in_cluster || draft.has("stores", 3) {
        stores::add(stack, draft, &secrets[0]);
    }
    if !in_cluster && draft.has("domain", 3) {
        domain::add(stack, draft);
    }
    if kind == 0 {
        return;
    }
    let network = network::add(stack, draft);
    match kind {
        3 => database::add(stack, draft, &network, &secrets[1]),
        4 => file_systems::add(stack, draft, &network),
        _ if in_cluster => {
            let place = cluster::add(stack, draft, &network, &account);
            workloads::add(stack, draft, &place, &secrets[2]);
        }
        _ => {}
    }
}
