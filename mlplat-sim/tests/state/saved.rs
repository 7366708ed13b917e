//! Saved plans and everything that may change before they are carried out.

use std::sync::Arc;

use mlplat_core::deploy::{Cancel, DeployOptions, PlanOptions, SavedPlan, Stamped};
use mlplat_core::plan::Plan;
use mlplat_sim::harness::{Life, Stage};
use mlplat_sim::machine::{Ended, Process};
use proptest::prelude::*;
use serde_json::json;

use super::proving;
use super::scene::in_process;
use super::types::*;

/// A program by what may differ in it.
type Program = (&'static str, &'static str, u32);

fn stage((color, kind, size): Program) -> Stage {
    yard_stage(color, kind, size)
}

fn programs() -> impl Strategy<Value = Program> {
    let color = prop_oneof![Just("red"), Just("blue")];
    let kind = prop_oneof![Just("wind"), Just("water")];
    (color, kind, 1u32..3)
}

fn saved(life: &Life<'_>, stage: &Stage) -> (SavedPlan, Plan) {
    in_process(&life.machine, 3, |process: Arc<Process>| async {
        let (engine, graph) = life.engine(process, stage, 3);
        let plan = engine.plan(&graph, &PlanOptions::default()).await.unwrap();
        (SavedPlan::of(&plan).unwrap(), plan)
    })
}

fn carried_out(life: &Life<'_>, stage: &Stage, saved: &SavedPlan) -> Result<(), String> {
    let options = DeployOptions {
        saved: Some(saved.clone()),
        ..DeployOptions::default()
    };
    let lived = life.go_with(stage, 4, 0, &options, &|_: &Stamped| (), &Cancel::new());
    match lived.ended {
        Ended::Done(Ok(deployment)) if deployment.failed.is_empty() => Ok(()),
        Ended::Done(Ok(deployment)) => panic!("{:?}", deployment.failed),
        Ended::Done(Err(error)) => Err(error.to_string()),
        Ended::Killed => panic!("killed"),
    }
}

fn cases() -> ProptestConfig {
    ProptestConfig {
        cases: if proving() { 5_000 } else { 24 },
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases())]

    /// A plan is carried out when nothing has changed since it was made, and
    /// refused for each thing that has.
    ///
    /// Proves fault 25.
    #[test]
    fn a_saved_plan_is_carried_out_unchanged_or_refused(
        before in proptest::option::of(programs()),
        planned in programs(),
        between in proptest::option::of(programs()),
        drift in proptest::option::of(5u32..9),
        then in programs(),
    ) {
        let calm = scenario("saved", vec![]);
        let life = Life::new(&calm);
        if let Some(before) = before {
            lives(&life, &stage(before), 1);
        }
        let (plan, shown) = saved(&life, &stage(planned));
        let mut state_changed = false;
        if let Some(between) = between {
            state_changed = !lives(&life, &stage(between), 2).unchanged;
        }
        // Something that the plan was made on looks otherwise now.
        let boxes: Vec<_> = life.objects().into_values().filter(|object| object.ty == BOX.name).collect();
        let drifted = drift.zip(boxes.first()).is_some_and(|(size, first)| {
            life.look(|cloud| cloud.set(&first.id, "Size", json!(size))).unwrap();
            true
        });
        let calls = life.objects();
        let same = planned == then && !state_changed && !drifted;
        let carried = carried_out(&life, &stage(then), &plan);
        prop_assert_eq!(carried.is_ok(), same, "{:?}, {:?}", &carried, shown.counts);
        match carried {
            Ok(()) => {
                let again = carried_out(&life, &stage(then), &plan);
                // A plan of nothing changes nothing, so it is as good as before.
                prop_assert_eq!(again.is_err(), shown.has_changes(), "{:?}", again);
            }
            Err(why) => {
                prop_assert!(why.contains(" since the plan was made"), "{}", why);
                prop_assert!(why.contains("do   make a new plan"), "{}", why);
                prop_assert_eq!(life.objects(), calls, "something was done");
            }
        }
    }
}

/// Every bit of the file: it is no plan, or another plan and refused, or says
/// the same in other words.
///
/// Proves fault 25.
#[test]
fn a_flipped_bit_of_a_plan_file_is_refused() {
    let calm = scenario("flipped plan", vec![]);
    let life = Life::new(&calm);
    lives(&life, &yard_stage("red", "wind", 1), 1);
    let wanted = yard_stage("red", "wind", 2);
    let (plan, _) = saved(&life, &wanted);
    let bytes = serde_json::to_vec_pretty(&plan).unwrap();
    let (mut no_plan, mut same, mut refused) = (0, 0, 0);
    for bit in (0..bytes.len() * 8).filter(|bit| proving() || bit % 8 == bit / 8 % 8) {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        match serde_json::from_slice::<SavedPlan>(&flipped) {
            Err(_) => no_plan += 1,
            Ok(read) if read == plan => same += 1,
            Ok(read) => {
                let carried = carried_out(&life, &wanted, &read);
                assert!(carried.is_err(), "bit {bit} was carried out");
                refused += 1;
            }
        }
    }
    assert_eq!(carried_out(&life, &wanted, &plan), Ok(()));
    println!(
        "figure: plan file, {no_plan} flips are no plan, {refused} refused, {same} between words, 0 carried out"
    );
}
