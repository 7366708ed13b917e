//! A wide graph in which each node fails once: everything that does not come after it is done.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use mlplat_core::Stack;
use mlplat_core::deploy::{Cancel, DeployOptions, Deployment, Event, Outcome, Stamped};
use mlplat_core::graph::{Context, Graph};
use mlplat_core::provider::{ErrorKind, ProviderError};
use mlplat_sim::harness::{Life, Stage};

use super::denied::downstream;
use super::lives::{came_back, judged, proving, settles};
use super::types::{Crate, Mill, crate_, mill, scenario};
use super::watch::{Asks, Watch, watched};

/// Six roots with three boxes each, a mill in every box, and six mills that stand alone.
fn wide(stack: &mut Stack) {
    for root in 0..6 {
        let base = stack.add(&format!("root-{root}"), crate_());
        for inner in 0..3 {
            let inside = Crate {
                inside: Some((&base.id).into()),
                ..crate_()
            };
            let inside = stack.add(&format!("box-{root}-{inner}"), inside);
            let standing = Mill {
                inside: Some((&inside.id).into()),
                ..mill()
            };
            stack.add(&format!("mill-{root}-{inner}"), standing);
        }
        stack.add(&format!("lone-{root}"), mill());
    }
}

/// Refuses to make or to delete what belongs to one node.
struct Refuses {
    verb: &'static str,
    path: String,
    /// The tokens of the node's births.
    tokens: Mutex<BTreeSet<String>>,
}

impl Watch for Refuses {
    fn before(&self, asks: &Asks<'_>) -> Result<(), ProviderError> {
        let mut tokens = self.tokens.lock().unwrap();
        if let Asks::Create(request) = asks
            && request.path == self.path
        {
            tokens.insert(request.token.clone());
        }
        if asks.verb() == self.verb && tokens.contains(asks.token()) {
            let message = format!("{} is not to be had", self.path);
            return Err(ProviderError::new(
                ErrorKind::Invalid,
                "NotToBeHad",
                message,
            ));
        }
        Ok(())
    }
}

/// Runs a stage; what was told has to be what it came to.
fn told(life: &Life<'_>, stage: &Stage, how: &str) -> Deployment {
    let events: Mutex<Vec<Event>> = Mutex::default();
    let sink = |told: &Stamped| events.lock().unwrap().push(told.event.clone());
    let options = DeployOptions::default();
    let over = came_back(life.go_with(stage, 1, 0, &options, &sink, &Cancel::new()));
    let events = events.into_inner().unwrap();
    let count = |is: fn(&Event) -> bool| events.iter().filter(|event| is(event)).count();
    assert_eq!(
        count(|event| matches!(event, Event::Done { .. })),
        over.done,
        "{how}"
    );
    assert_eq!(
        count(|event| matches!(event, Event::Failed { .. })),
        over.failed.len(),
        "{how}"
    );
    assert_eq!(
        count(|event| matches!(event, Event::Skipped { .. })),
        over.skipped,
        "{how}"
    );
    over
}

/// Proves fault 27.
#[test]
fn each_node_of_a_wide_graph_fails_once() {
    let graph = Graph::build(Context::new("proof"), wide).unwrap();
    let stage = Stage::deploy(wide);
    let all = graph.nodes().len();
    assert!(all >= 40);
    let calm = scenario("wide", vec![]);
    let paths: Vec<String> = graph
        .nodes()
        .iter()
        .map(|node| node.path.to_string())
        .collect();
    let mut failed = 0;
    for path in &paths {
        for verb in ["create", "delete"] {
            let how = format!("{verb} of {path}");
            let mut one = scenario("wide", vec![]);
            one.wrap = Some(watched(Arc::new(Refuses {
                verb,
                path: path.clone(),
                tokens: Mutex::default(),
            })));
            let life = Life::new(&one);
            let over = told(&life, &stage, &how);
            let lost = if verb == "create" {
                let lost = downstream(&graph, &BTreeSet::from([path.clone()])).len();
                assert_eq!(life.objects().len(), all - lost, "{how}");
                (over, lost)
            } else {
                assert_eq!(over.outcome, Outcome::Complete, "{how}");
                let over = told(&life, &Stage::Destroy, &how);
                // What the node stands on cannot go before it.
                let lost = paths.iter().filter(|other| {
                    let after = downstream(&graph, &BTreeSet::from([(*other).clone()]));
                    after.contains(path)
                });
                let lost = lost.count();
                assert_eq!(life.objects().len(), lost, "{how}");
                (over, lost)
            };
            let (over, lost) = lost;
            assert_eq!(over.outcome, Outcome::Failed, "{how}");
            assert_eq!(over.failed.len(), 1, "{how}: {:?}", over.failed);
            assert_eq!(over.failed[0].path.as_str(), path, "{how}");
            assert_eq!((over.done, over.skipped), (all - lost, lost - 1), "{how}");
            failed += 1;
            if failed % proving(8, 1) == 0 {
                let life = Life {
                    scenario: &calm,
                    machine: life.machine,
                };
                let end = match verb {
                    "create" => &stage,
                    _ => &Stage::Destroy,
                };
                settles(&life, end, 2, &how);
            }
        }
    }
    let life = Life::new(&calm);
    judged(&life, &stage, life.go(&stage, 1, 0), 2, "nothing fails");
    println!(
        "figure: each of {all} nodes failed once in creation and once in deletion, all others done, counts add up"
    );
}
