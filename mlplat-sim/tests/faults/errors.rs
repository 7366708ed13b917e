//! Server errors, broken connections and bodies that do not end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use mlplat_core::facts::Recovery;
use mlplat_core::provider::{ErrorKind, ProviderError, Request};
use mlplat_sim::harness::{Life, Stage};

use super::every::{scenario, stage};
use super::lives::{judged, numbers, proving, run};
use super::types::{self, yard_stage};
use super::watch::{Asks, Watch, watched};

/// Sees to it that nothing is made again before it was looked for, and counts what is made.
#[derive(Default)]
struct Careful(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    /// Births whose creation had no answer and that nobody has looked for since.
    open: BTreeSet<String>,
    /// The ids that each birth was given.
    made: BTreeMap<String, BTreeSet<String>>,
    blind: Vec<String>,
}

impl Watch for Careful {
    fn before(&self, asks: &Asks<'_>) -> Result<(), ProviderError> {
        let mut seen = self.0.lock().unwrap();
        match asks {
            Asks::Create(request) if seen.open.contains(&request.token) => {
                let what = format!("{} was made again without a look", request.path);
                seen.blind.push(what);
            }
            Asks::Find(find) => {
                seen.open.remove(&find.token);
            }
            _ => {}
        }
        Ok(())
    }

    fn after(&self, asks: &Asks<'_>, error: Option<&ProviderError>) {
        let ambiguous = error.is_some_and(|error| error.kind == ErrorKind::Ambiguous);
        if let (Asks::Create(request), true) = (asks, ambiguous) {
            self.0.lock().unwrap().open.insert(request.token.clone());
        }
    }

    fn names(&self, request: &Request, id: String) -> String {
        let mut seen = self.0.lock().unwrap();
        seen.made
            .entry(request.token.clone())
            .or_default()
            .insert(id.clone());
        id
    }
}

impl Careful {
    /// Another life begins.
    fn forget(&self) {
        *self.0.lock().unwrap() = Seen::default();
    }

    fn judge(&self, how: &str) -> usize {
        let seen = self.0.lock().unwrap();
        assert!(seen.blind.is_empty(), "{how}: {:?}", seen.blind);
        let twice = seen.made.iter().find(|(_, ids)| ids.len() > 1);
        assert!(
            twice.is_none(),
            "{how}: two objects of one birth: {twice:?}"
        );
        seen.made.len()
    }
}

/// Proves fault 4.
#[test]
fn one_failing_call_is_outlived_wherever_it_is() {
    let mut met = 0;
    for how in ["5xx", "reset", "slow"] {
        let careful = Arc::new(Careful::default());
        let mut calm = scenario("one failing call", vec![]);
        calm.wrap = Some(watched(careful.clone()));
        let mut life = Life::new(&calm);
        for stage in [stage(1), stage(2), Stage::Destroy] {
            let after = life.fork();
            let calls = run(&after, &stage, "", 1).calls;
            for nth in numbers(calls, 6) {
                let life = life.fork();
                careful.forget();
                let what = format!("{how} at call {nth} of {calls}");
                let lived = run(&life, &stage, &format!("fail={how}@call#{nth}"), 1).lived;
                judged(&life, &stage, lived, 2, &what);
                careful.judge(&what);
                met += 1;
            }
            life = after;
        }
    }
    println!(
        "figure: {met} single failures (5xx, reset, slow body) among the calls of all types, 0 bad"
    );
}

/// Proves fault 4.
#[test]
fn a_third_of_all_calls_fails() {
    let seeds = proving(60, 10_000);
    let (mut made, mut untokened) = (0, 0);
    for seed in 1..=seeds {
        let careful = Arc::new(Careful::default());
        let mut calm = types::scenario("a third fails", vec![]);
        // The boxes have unique names, the mills neither name nor token: only a look tells what became of one.
        assert!(!types::MILL.token && matches!(types::MILL.recovery, Recovery::Tags { .. }));
        calm.wrap = Some(watched(careful.clone()));
        let life = Life::new(&calm);
        for stage in [
            yard_stage("red", "wind", 1),
            yard_stage("blue", "water", 2),
            Stage::Destroy,
        ] {
            let faults = format!("seed={seed},5xx=0.3,lost_reply=0.3");
            let lived = run(&life, &stage, &faults, seed).lived;
            judged(&life, &stage, lived, seed, &format!("seed {seed}"));
        }
        made += careful.judge(&format!("seed {seed}"));
        untokened += 6;
    }
    println!(
        "figure: {seeds} seeds at p = 30 %, {made} objects made once each, {untokened} of them without token or name, 0 bad"
    );
}
