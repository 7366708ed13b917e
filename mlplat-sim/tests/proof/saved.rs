//! Saved plans: carried out once, or refused.

use std::sync::Arc;

use mlplat_core::deploy::{Cancel, DeployOptions, PlanOptions, SavedPlan, Stamped};
use mlplat_sim::harness::{Life, Stage};
use mlplat_sim::machine::{Ended, Process, run};

use super::types::*;

fn saved(life: &Life<'_>, stage: &Stage) -> SavedPlan {
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
