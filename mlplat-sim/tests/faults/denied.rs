//! What IAM does not allow stops its own branch: everything else is done, the state is exact, and the message says
//! who may not do what to which.

use std::collections::BTreeSet;

use mlplat_core::deploy::{Deployment, EngineError, Outcome};
use mlplat_core::graph::{Context, Graph};
use mlplat_sim::harness::{Life, Stage};
use mlplat_sim::machine::Ended;

use super::every::{resources, scenario, stage, stage_of};
use super::expired::exact;
use super::lives::{came_back, numbers, run, settles};

/// The principal of every message.
const WHO: &str = "arn:aws:sts::000000000000:assumed-role/deployer/mlplat";

fn graph(stage: &Stage) -> Graph {
    let Stage::Deploy(program) = stage else {
        return Graph::build(Context::new("proof"), |_| {}).unwrap();
    };
    Graph::build(Context::new("proof"), |stack| program(stack)).unwrap()
}

/// The paths that come after some others, those among them.
pub fn downstream(graph: &Graph, of: &BTreeSet<String>) -> BTreeSet<String> {
    let mut hit = of.clone();
    for id in graph.order() {
        let node = graph.node(*id);
        let mut waits = node.after.iter().map(|id| graph.node(*id).path.to_string());
        if waits.any(|path| hit.contains(&path)) {
            hit.insert(node.path.to_string());
        }
    }
    hit
}

/// Failed nodes stop what comes after them and nothing else.
fn only_their_branches(graph: &Graph, over: &Deployment, how: &str) {
    let failed = over.failed.iter().map(|one| one.path.to_string()).collect();
    let lost = downstream(graph, &failed);
    let steps = graph.nodes().len() - lookups(graph);
    let lost = lost.iter().filter(|path| !is_lookup(graph, path)).count();
    assert_eq!(over.done, steps - lost, "{how}: {:?}", over.failed);
    assert_eq!(over.done + over.failed.len() + over.skipped, steps, "{how}");
}

fn is_lookup(graph: &Graph, path: &str) -> bool {
    let mut nodes = graph.nodes().iter();
    nodes.any(|node| {
        node.path.as_str() == path && matches!(node.kind, mlplat_core::graph::NodeKind::Lookup)
    })
}

fn lookups(graph: &Graph) -> usize {
    let nodes = graph.nodes().iter();
    nodes
        .filter(|node| is_lookup(graph, node.path.as_str()))
        .count()
}

/// Proves fault 6.
#[test]
fn a_denied_type_stops_its_branch_alone() {
    let calm = scenario("a denied type", vec![]);
    let whole = stage(1);
    let graph = graph(&whole);
    let mut met = 0;
    for ty in resources() {
        for verb in ["create", "delete"] {
            let life = Life::new(&calm);
            let faults = format!("deny={}:{verb}", ty.name);
            let how = faults.clone();
            if verb == "create" {
                let over = came_back(run(&life, &whole, &faults, 1).lived);
                assert_eq!(over.outcome, Outcome::Failed, "{how}");
                only_their_branches(&graph, &over, &how);
                says(&over, ty.name, &how);
                assert_eq!(exact(&life, &how), 0, "{how}");
                settles(&life, &whole, 2, &how);
            } else {
                let small = stage_of(ty.name, 1);
                settles(&life, &small, 1, &how);
                let over = came_back(run(&life, &Stage::Destroy, &faults, 3).lived);
                assert_eq!(over.outcome, Outcome::Failed, "{how}");
                says(&over, ty.name, &how);
                exact(&life, &how);
                settles(&life, &Stage::Destroy, 4, &how);
                assert!(
                    life.objects()
                        .values()
                        .all(|one| one.lineage == "there-all-along"),
                    "{how}"
                );
            }
            met += 1;
        }
    }
    println!(
        "figure: creation and deletion of each of {} types denied, {met} runs, 0 orphans",
        met / 2
    );
}

/// Who, what and on what.
fn says(over: &Deployment, ty: &str, how: &str) {
    for failure in &over.failed {
        assert_eq!(failure.code, "AccessDenied", "{how}: {failure:?}");
        assert!(failure.message.contains(WHO), "{how}: {failure:?}");
        assert!(
            failure.message.contains("is not authorized to perform: "),
            "{how}: {failure:?}"
        );
        assert!(
            failure.message.contains(&format!("on resource: {ty} ")),
            "{how}: {failure:?}"
        );
    }
}

/// Proves fault 6.
#[test]
fn a_denied_call_leaves_an_exact_state() {
    let calm = scenario("a denied call", vec![]);
    let mut life = Life::new(&calm);
    let mut met = 0;
    for stage in [stage(1), stage(2), Stage::Destroy] {
        let after = life.fork();
        let calls = run(&after, &stage, "", 1).calls;
        for nth in numbers(calls, 12) {
            let life = life.fork();
            let how = format!("denied at call {nth} of {calls}");
            match run(&life, &stage, &format!("fail=denied@call#{nth}"), 1)
                .lived
                .ended
            {
                Ended::Done(Ok(over)) => {
                    assert_eq!(over.failed.len(), 1, "{how}: {:?}", over.failed);
                    assert!(over.failed[0].message.contains(WHO), "{how}");
                    exact(&life, &how);
                }
                // What cannot be looked at is not planned.
                Ended::Done(Err(EngineError::Read { why, .. })) => {
                    assert!(why.message.contains(WHO), "{how}: {why}");
                }
                Ended::Done(Err(other)) => panic!("{how}: {other}"),
                Ended::Killed => panic!("{how}: killed"),
            }
            settles(&life, &stage, 2, &how);
            met += 1;
        }
        life = after;
    }
    println!("figure: {met} denied calls, 0 orphans");
}

/// Proves faults 5 and 6.
#[test]
fn a_role_that_nobody_can_assume_stops_its_branch_alone() {
    let calm = scenario("no role", vec![]);
    let whole = stage(1);
    let graph = graph(&whole);
    let life = Life::new(&calm);
    let ran = run(&life, &whole, "assumable=1000000", 1);
    let took_s = ran.lived.took_s;
    let over = came_back(ran.lived);
    assert!(!over.failed.is_empty());
    for failure in &over.failed {
        // The service's words, and the role's name in them.
        assert!(failure.message.contains(", known to "), "{failure:?}");
        assert!(
            failure.message.contains("proof-dev-iam-role"),
            "{failure:?}"
        );
    }
    only_their_branches(&graph, &over, "no role");
    assert_eq!(exact(&life, "no role"), 0);
    let calm_s = run(&Life::new(&calm), &whole, "", 1).lived.took_s;
    // Each gives up after five minutes, and one waits for nobody else.
    assert!(took_s < calm_s + 400.0, "{took_s} of {calm_s}");
    settles(&life, &whole, 2, "no role");
    println!(
        "figure: {} branches stopped by a role that is never known, the rest done",
        over.failed.len()
    );
}
