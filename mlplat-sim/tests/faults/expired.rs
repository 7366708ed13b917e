//! Credentials run out in the middle: they are renewed once, and after that nothing is left half known.

use std::collections::BTreeSet;

use mlplat_core::deploy::{EngineError, Outcome};
use mlplat_core::state::Action;
use mlplat_sim::harness::{Life, Stage};
use mlplat_sim::machine::Ended;

use super::every::{scenario, stage};
use super::lives::{judged, numbers, proving, run, settles};
use super::types::yard_stage;

/// Everything of ours in the account is in the state, and nothing is left open but updates whose end nobody saw: what
/// is there is compared by the next run. How many objects are known and not
/// there: what was on its way out when the run ended.
pub fn exact(life: &Life<'_>, how: &str) -> usize {
    let live = life.objects();
    let Some(state) = life.state() else {
        assert!(live.is_empty(), "{how}: objects without a state");
        return 0;
    };
    let ours = live.values().filter(|one| one.lineage == state.lineage);
    let ours: BTreeSet<(&str, &str)> = ours.map(|one| (one.ty.as_str(), one.id.as_str())).collect();
    let known = state.objects.values();
    let known: BTreeSet<(&str, &str)> = known
        .map(|one| (one.ty.as_str(), one.id.as_str()))
        .collect();
    let mut open = state.open.values();
    let known_end = open.all(|intent| intent.action == Action::Update);
    assert!(known_end, "{how}: left open {:?}", state.open);
    let orphans: Vec<_> = ours.difference(&known).collect();
    assert!(orphans.is_empty(), "{how}: orphans {orphans:?}");
    known.difference(&ours).count()
}

/// Proves fault 29.
#[test]
fn credentials_that_run_out_once_are_renewed() {
    let calm = scenario("expired once", vec![]);
    let mut life = Life::new(&calm);
    let mut met = 0;
    for stage in [stage(1), stage(2), Stage::Destroy] {
        let after = life.fork();
        let calls = run(&after, &stage, "", 1).calls;
        for nth in numbers(calls, 15) {
            let life = life.fork();
            let lived = run(&life, &stage, &format!("fail=expired@call#{nth}"), 1).lived;
            judged(&life, &stage, lived, 2, &format!("expired at call {nth}"));
            met += 1;
        }
        life = after;
    }
    println!("figure: {met} calls whose credentials had run out, all renewed once");
}

/// A call that was refused for another reason before renews its credentials all the same.
#[test]
fn what_was_throttled_first_is_renewed_too() {
    let calm = super::types::scenario("throttled, then expired", vec![]);
    let stage = yard_stage("red", "wind", 1);
    let life = Life::new(&calm);
    let faults = "fail=throttled@test.Box:create#1,fail=expired@test.Box:create#2";
    let lived = run(&life, &stage, faults, 1).lived;
    judged(&life, &stage, lived, 2, "throttled, then expired");
}

/// Proves fault 29.
#[test]
fn credentials_that_stay_away_stop_a_run_clean() {
    let calm = super::types::scenario("expired for good", vec![]);
    let mut life = Life::new(&calm);
    let mut met = 0;
    for stage in [
        yard_stage("red", "wind", 1),
        yard_stage("blue", "water", 2),
        Stage::Destroy,
    ] {
        let after = life.fork();
        let calls = run(&after, &stage, "", 1).calls;
        for nth in numbers(calls, proving(60, calls)) {
            let life = life.fork();
            let how = format!("expired from call {nth} of {calls} on");
            let ran = run(&life, &stage, &format!("fail=expired@call#{nth}+"), 1);
            match ran.lived.ended {
                Ended::Done(Ok(over)) => {
                    assert_eq!(over.outcome, Outcome::Failed, "{how}");
                    let codes = over.failed.iter().all(|one| one.code == "ExpiredToken");
                    assert!(codes, "{how}: {:?}", over.failed);
                    // Each of the calls under way is made once more, and no other.
                    assert!(ran.calls < nth + 14, "{how}: {} calls", ran.calls);
                    exact(&life, &how);
                }
                Ended::Done(Err(EngineError::Read { why, .. })) => {
                    assert_eq!(why.code, "ExpiredToken", "{how}");
                }
                _ => panic!("{how}: it did not stop clean"),
            }
            settles(&life, &stage, 2, &how);
            met += 1;
        }
        life = after;
    }
    println!(
        "figure: {met} calls from which on no credentials came, each run stopped clean and was resumed"
    );
}
