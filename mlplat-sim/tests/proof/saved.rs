//! Saved plans: carried out once, or refused.

use std::sync::Arc;

use mlplat_core::Problem;
use mlplat_core::Secret;
use mlplat_core::deploy::{Cancel, DeployOptions, PlanOptions, SavedPlan, Stamped};
use mlplat_sim::harness::{Life, Scenario, Stage};
use mlplat_sim::machine::{Ended, Process, run};

use super::types::*;

fn saved(life: &Life<'_>, stage: &Stage) -> SavedPlan {
    try_saved(life, stage).unwrap()
}

fn try_saved(life: &Life<'_>, stage: &Stage) -> Result<SavedPlan, Problem> {
    let (_, ended) = run(|| {
        let process = Arc::new(Process::new(&life.machine, 3));
        (process, |process: Arc<Process>| async {
            let (engine, graph) = life.engine(process, stage, 3);
            let plan = engine.plan(&graph, &PlanOptions::default()).await.unwrap();
            SavedPlan::of(&plan)
        })
    });
    match ended {
        Ended::Done(saved) => saved,
        Ended::Killed => panic!("killed"),
    }
}

fn carry_out(life: &Life<'_>, stage: &Stage, saved: &SavedPlan) -> Result<bool, String> {
    let options = DeployOptions {
        saved: Some(saved.clone()),
        ..DeployOptions::default()
    };
    let lived = life.go_with(stage, 4, 0, &options, &|_: &Stamped| (), &Cancel::new());
    match lived.ended {
        Ended::Done(Ok(deployment)) => Ok(deployment.failed.is_empty()),
        Ended::Done(Err(error)) => Err(error.to_string()),
        Ended::Killed => panic!("killed"),
    }
}

fn refused(result: Result<bool, String>, why: &str) {
    let text = result.expect_err("it is refused");
    assert!(text.contains(why), "{text}");
}

#[test]
fn a_saved_plan_is_carried_out_once() {
    let calm = scenario("saved", vec![]);
    let life = Life::new(&calm);
    let red = yard_stage("red", "wind", 1);
    let plan = saved(&life, &red);
    assert_eq!(plan, saved(&life, &red), "the same inputs, the same bytes");
    assert_eq!(carry_out(&life, &red, &plan), Ok(true));
    refused(
        carry_out(&life, &red, &plan),
        "the plan was carried out before",
    );
}

#[test]
fn a_stale_plan_is_refused() {
    let calm = scenario("stale", vec![]);
    let life = Life::new(&calm);
    let red = yard_stage("red", "wind", 1);
    lives(&life, &red, 1);
    let sized = yard_stage("red", "wind", 2);
    let plan = saved(&life, &sized);
    let changed = "the program has changed since the plan was made";
    refused(
        carry_out(&life, &yard_stage("red", "wind", 3), &plan),
        changed,
    );

    let drifted = life.fork();
    let objects = drifted.objects();
    let id = objects
        .values()
        .find(|object| object.ty == "test.Box")
        .unwrap()
        .id
        .clone();
    drifted
        .look(|cloud| cloud.set(&id, "Size", serde_json::json!(9)))
        .unwrap();
    let world = "the world has changed since the plan was made: other things would be done";
    refused(carry_out(&drifted, &sized, &plan), world);

    let moved_on = life.fork();
    lives(&moved_on, &yard_stage("red", "water", 1), 5);
    let state = "the state has changed since the plan was made";
    refused(carry_out(&moved_on, &sized, &plan), state);
    assert_eq!(carry_out(&life, &sized, &plan), Ok(true));
}

/// Programs that differ in nothing but the secret that they are given.
fn given(secret: &'static str) -> Stage {
    Stage::deploy(move |stack| {
        stack.add("box", crate_());
        let secret = Secret::provided(secret.to_owned());
        stack.add(
            "safe",
            Safe {
                code: secret.into(),
            },
        );
    })
}

fn safes(name: &str) -> Scenario {
    Scenario::new(name, &[&BOX, &MILL, &SAFE], vec![])
}

/// Settings are part of what a plan is bound to, those that are secret too.
///
/// Proves fault 25.
#[test]
fn a_plan_made_with_one_secret_is_not_carried_out_with_another() {
    let calm = safes("secrets");
    let life = Life::new(&calm);
    lives(&life, &yard_stage("red", "wind", 1), 1);
    let plan = saved(&life, &given("hunter2"));
    assert_eq!(plan, saved(&life, &given("hunter2")), "the same inputs");
    let other = saved(&life, &given("hunter3"));
    assert_eq!(plan.program, other.program, "the program is the same");
    let why = "the program was given another secret than when the plan was made";
    refused(carry_out(&life, &given("hunter3"), &plan), why);
    refused(
        carry_out(&life, &yard_stage("red", "wind", 1), &plan),
        "the program has changed",
    );
    assert_eq!(carry_out(&life, &given("hunter2"), &plan), Ok(true));

    // What is the same in two operations does not look the same.
    let next = saved(&life, &given("hunter2"));
    assert!(next.provided.is_some());
    assert_ne!(next.provided, plan.provided);
    // Without the key nobody can try secrets on it.
    let elsewhere = Life::new(&calm);
    lives(&elsewhere, &yard_stage("red", "wind", 1), 77);
    assert_ne!(saved(&elsewhere, &given("hunter2")).provided, plan.provided);
    println!(
        "figure: 4 of 4 saved plans with another program, secret, key or operation told apart"
    );
}

/// A state that was never deployed has no key to bind a secret with.
#[test]
fn a_plan_with_a_secret_and_no_state_is_not_saved() {
    let calm = safes("no key");
    let life = Life::new(&calm);
    let problem = try_saved(&life, &given("hunter2")).unwrap_err();
    assert_eq!(problem.code, "unbound-secret");
    assert!(problem.fix.contains("state init"), "{problem}");
}

/// Proves fault 25.
#[test]
fn a_plan_of_another_version_is_refused() {
    let calm = scenario("version", vec![]);
    let life = Life::new(&calm);
    let red = yard_stage("red", "wind", 1);
    let plan = saved(&life, &red);
    let older = SavedPlan {
        version: "0.0.0".to_owned(),
        ..plan.clone()
    };
    let why = format!(
        "the plan was made by version 0.0.0, and this is {}",
        plan.version
    );
    refused(carry_out(&life, &red, &older), &why);
    let first: SavedPlan = serde_json::from_value(serde_json::json!({
        "format": 1, "lineage": plan.lineage, "serial": plan.serial,
        "program": plan.program, "changes": plan.changes,
    }))
    .unwrap();
    let why = "the plan file has a format that this version does not read";
    refused(carry_out(&life, &red, &first), why);
    assert_eq!(carry_out(&life, &red, &plan), Ok(true));
    println!("figure: 2 of 2 plans of other versions refused");
}
