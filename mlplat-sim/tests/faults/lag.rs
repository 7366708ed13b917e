//! What is not seen yet: new objects, updates, identities.

use std::collections::BTreeMap;
use std::sync::Mutex;

use mlplat_core::deploy::{Cancel, DeployOptions, Event, Outcome, Stamped};
use mlplat_sim::harness::{Life, Stage};

use super::every::{scenario, stage, stage_of};
use super::lives::{came_back, judged, proving, run};
use super::types::{self, yard_stage};

/// Proves fault 5.
#[test]
fn reads_and_lists_of_every_type_lag_behind() {
    let calm = scenario("lag", vec![]);
    let seeds = proving(2, 500);
    for seed in 1..=seeds {
        let life = Life::new(&calm);
        for (stage, faults) in [
            (stage(1), "lag=1"),
            (stage(2), "lag=1,lost_reply=0.3"),
            (Stage::Destroy, "lag=1,lost_reply=0.3"),
        ] {
            let how = format!("seed {seed} with {faults}");
            let lived = run(&life, &stage, faults, seed).lived;
            judged(&life, &stage, lived, seed + 1, &how);
        }
    }
    println!(
        "figure: {seeds} lives of all types whose reads and lists lag by up to 60 s, 0 duplicates"
    );
}

/// What depends on an object that was updated gets its outputs of after the update, however late a read shows them.
///
/// Proves fault 5.
#[test]
fn nobody_is_given_an_output_of_before_an_update() {
    let calm = types::scenario("stale reads", vec![]);
    let seeds = proving(20, 2_000);
    for seed in 1..=seeds {
        let life = Life::new(&calm);
        let before = yard_stage("red", "wind", 1);
        judged(
            &life,
            &before,
            run(&life, &before, "", seed).lived,
            1,
            "made",
        );
        let stage = yard_stage("red", "wind", 2);
        let how = format!("seed {seed}");
        let lived = run(&life, &stage, "lag=1", seed).lived;
        assert_eq!(came_back(lived).outcome, Outcome::Complete, "{how}");
        let levels = life
            .objects()
            .into_values()
            .filter(|one| one.ty == "test.Mill");
        let levels: Vec<_> = levels
            .filter_map(|one| one.inputs.get("Level").cloned())
            .collect();
        let new = levels.iter().filter(|level| *level == "label-2").count();
        assert_eq!(new, 2, "{how}: {levels:?}");
    }
    println!(
        "figure: {seeds} updates whose reads lag by up to 60 s, 0 outputs of before passed on"
    );
}

/// Proves fault 5.
#[test]
fn a_role_is_waited_for_and_given_up_after_five_minutes() {
    let calm = scenario("a slow role", vec![]);
    let cluster = stage_of("eks.Cluster", 1);
    for assumable in [0, 1, 30, 90, 180] {
        let life = Life::new(&calm);
        let how = format!("assumable after {assumable} s");
        let lived = run(&life, &cluster, &format!("assumable={assumable}"), 1).lived;
        judged(&life, &cluster, lived, 2, &how);
    }
    let mut never = calm.clone();
    never.faults.assumable_s = 1e9;
    let life = Life::new(&never);
    let times: Mutex<BTreeMap<String, (f64, f64)>> = Mutex::default();
    let sink = |told: &Stamped| {
        let mut times = times.lock().unwrap();
        match &told.event {
            Event::Started { path, .. } => {
                times.insert(path.to_string(), (told.t_s, 0.0));
            }
            Event::Failed { path, .. } => times.entry(path.to_string()).or_default().1 = told.t_s,
            _ => {}
        }
    };
    let options = DeployOptions::default();
    let over = came_back(life.go_with(&cluster, 1, 0, &options, &sink, &Cancel::new()));
    assert_eq!(over.failed.len(), 1, "{:?}", over.failed);
    let failure = &over.failed[0];
    assert_eq!(failure.code, "InvalidParameterException");
    assert!(
        failure
            .message
            .contains("role of Auto Mode, known to EKS (proof-dev-iam-role"),
        "{failure:?}"
    );
    let (begun, failed) = times.lock().unwrap()[failure.path.as_str()];
    let waited = failed - begun;
    assert!((280.0..=310.0).contains(&waited), "{waited}");
    println!(
        "figure: roles known after 0 to 180 s waited for, one that never is given up after {waited:.0} s with the service's words"
    );
}
