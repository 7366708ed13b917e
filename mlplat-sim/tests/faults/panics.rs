//! A provider that panics, at each call: a failed node, and no more.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mlplat_core::deploy::{EngineError, Outcome};
use mlplat_core::graph::{Construct, Context, Graph, Scope};
use mlplat_core::provider::ProviderError;
use mlplat_sim::harness::{Life, Stage};
use mlplat_sim::machine::Ended;

use super::lives::{numbers, run, settles};
use super::types::{scenario, yard_stage};
use super::watch::{Asks, Watch, watched};

/// What must not be told.
const SECRET: &str = "0123456789abcdef";

/// Panics at its n-th call, before it or after it.
struct Panics {
    at: u64,
    after: bool,
    calls: AtomicU64,
    /// The verb at which it panicked.
    met: std::sync::Mutex<&'static str>,
}

impl Panics {
    fn at(&self, asks: &Asks<'_>) {
        if self.calls.load(Ordering::Relaxed) == self.at {
            // Calls under way at the same time have the same number; the first of them it is.
            let mut met = self.met.lock().unwrap();
            if !met.is_empty() {
                return;
            }
            *met = asks.verb();
            drop(met);
            panic!("the password is {SECRET}");
        }
    }
}

impl Watch for Panics {
    fn before(&self, asks: &Asks<'_>) -> Result<(), ProviderError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if !self.after {
            self.at(asks);
        }
        Ok(())
    }

    fn after(&self, asks: &Asks<'_>, _: Option<&ProviderError>) {
        if self.after {
            self.at(asks);
        }
    }
}

/// Proves fault 31.
#[test]
fn a_panic_at_any_call_is_a_failed_node() {
    let calm = scenario("panics", vec![]);
    let mut life = Life::new(&calm);
    let mut met = std::collections::BTreeMap::new();
    for stage in [
        yard_stage("red", "wind", 1),
        yard_stage("red", "wind", 2),
        yard_stage("blue", "water", 2),
        Stage::Destroy,
    ] {
        let after_it = life.fork();
        let calls = run(&after_it, &stage, "", 1).calls;
        for (after, nth) in [false, true]
            .into_iter()
            .flat_map(|after| numbers(calls, 20).into_iter().map(move |nth| (after, nth)))
        {
            let how = format!("panic at call {nth} of {calls}, after its effect: {after}");
            let panics = Arc::new(Panics {
                at: nth,
                after,
                calls: AtomicU64::new(0),
                met: std::sync::Mutex::new(""),
            });
            let mut one = calm.clone();
            one.wrap = Some(watched(panics.clone()));
            let panicking = Life {
                scenario: &one,
                machine: life.fork().machine,
            };
            let text = match panicking.go(&stage, 1, 0).ended {
                Ended::Done(Ok(over)) if over.outcome == Outcome::Failed => {
                    assert_eq!(over.failed.len(), 1, "{how}: {:?}", over.failed);
                    assert_eq!(over.failed[0].code, "Panic", "{how}");
                    format!("{over:?}")
                }
                Ended::Done(Err(error @ EngineError::Read { .. })) => error.to_string(),
                // The list of what carries our tag is not watched.
                Ended::Done(Ok(over)) if panics.met.lock().unwrap().is_empty() => {
                    format!("{over:?}")
                }
                _ => panic!("{how}: it was not caught"),
            };
            assert!(!text.contains(SECRET), "{how}: {text}");
            *met.entry(*panics.met.lock().unwrap()).or_insert(0) += 1;
            let life = Life {
                scenario: &calm,
                machine: panicking.machine,
            };
            settles(&life, &stage, 2, &how);
        }
        life = after_it;
    }
    for verb in ["create", "update", "delete", "read", "list"] {
        assert!(met.contains_key(verb), "{verb} was not met: {met:?}");
    }
    println!(
        "figure: {} panics at {met:?}, all caught",
        met.values().sum::<u64>()
    );
}

struct Careless;

impl Construct for Careless {
    type Handle = ();

    fn build(self, _: &mut Scope<'_>) {
        panic!("the password is {SECRET}");
    }
}

/// Proves fault 31.
#[test]
fn a_panic_in_a_construct_is_a_problem_of_its_line() {
    let graph = Graph::build(Context::new("proof"), |stack| {
        stack.add("careless", Careless);
    });
    let problems = graph.unwrap_err().to_string();
    assert!(problems.contains("program-panicked"), "{problems}");
    assert!(problems.contains("panics.rs:"), "{problems}");
    assert!(!problems.contains(SECRET), "{problems}");
}
