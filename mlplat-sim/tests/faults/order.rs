//! Deletions: in reverse, whatever lingers, and with a report that says what is in the way.

use std::collections::BTreeMap;
use std::sync::Mutex;

use mlplat_aws::{EksCluster, Vpc};
use mlplat_core::deploy::{Cancel, DeployOptions, Event, Outcome, Stamped, Verb};
use mlplat_core::graph::NodeKind;
use mlplat_core::{Stack, graph};
use mlplat_k8s::openapi::api::core::v1::ServiceSpec;
use mlplat_k8s::{Namespace, PersistentVolumeClaim, Service, Spec, StorageClass, Wires, pods};
use mlplat_sim::harness::{Life, Stage};
use mlplat_sim::simulate::World;

use super::every::{scenario, stage};
use super::lives::{came_back, proving, settles};

/// When each deletion began and ended, in events.
type Spans = BTreeMap<String, (usize, usize)>;

fn deletions(life: &Life<'_>, seed: u64) -> Spans {
    let told: Mutex<(usize, Spans)> = Mutex::default();
    let sink = |stamped: &Stamped| {
        let mut told = told.lock().unwrap();
        told.0 += 1;
        let now = told.0;
        match &stamped.event {
            Event::Started {
                path,
                action: Verb::Delete,
                ..
            } => {
                told.1.insert(path.to_string(), (now, usize::MAX));
            }
            Event::Done {
                path,
                action: Verb::Delete,
                ..
            } => {
                told.1.entry(path.to_string()).or_default().1 = now;
            }
            _ => {}
        }
    };
    let options = DeployOptions {
        delete_data: true,
        ..DeployOptions::default()
    };
    let over = came_back(life.go_with(&Stage::Destroy, seed, 0, &options, &sink, &Cancel::new()));
    assert_eq!(over.outcome, Outcome::Complete, "{:?}", over.failed);
    told.into_inner().unwrap().1
}

/// Proves fault 17.
#[test]
fn every_edge_is_undone_in_reverse_whatever_lingers() {
    let whole = stage(1);
    let Stage::Deploy(program) = &whole else {
        unreachable!()
    };
    let graph = graph::Graph::build(graph::Context::new("proof"), |stack| program(stack)).unwrap();
    let calm = scenario("reverse", vec![]);
    let life = Life::new(&calm);
    settles(&life, &whole, 1, "made");
    let (mut edges, mut longest) = (0, 0.0_f64);
    let seeds = proving(4, 200);
    for seed in 1..=seeds {
        let mut lingering = calm.clone();
        // From nothing to twenty minutes, each interface as the seed says.
        lingering.faults.linger_s = 1200.0 * (seed - 1) as f64 / (seeds - 1) as f64;
        lingering.faults.seed = seed;
        let life = Life {
            scenario: &lingering,
            machine: life.fork().machine,
        };
        let begun = life.look(|cloud| cloud.now());
        let told = deletions(&life, seed);
        longest = longest.max(life.look(|cloud| cloud.now()) - begun);
        for node in graph
            .nodes()
            .iter()
            .filter(|node| matches!(node.kind, NodeKind::Resource))
        {
            for earlier in &node.after {
                let earlier = graph.node(*earlier);
                if !matches!(earlier.kind, NodeKind::Resource) {
                    continue;
                }
                let (node, earlier) = (node.path.as_str(), earlier.path.as_str());
                let (gone, begun) = (told[node].1, told[earlier].0);
                assert!(
                    gone < begun,
                    "seed {seed}: {earlier} was begun before {node} was gone"
                );
                edges += 1;
            }
        }
        let calm = Life {
            scenario: &calm,
            machine: life.machine,
        };
        settles(&calm, &Stage::Destroy, 2, "destroyed");
    }
    println!(
        "figure: {edges} edges undone in reverse in {seeds} destructions, interfaces lingering 0 to 20 min ({longest:.0} s the longest)"
    );
}

/// A namespace with a load balancer, whose controller makes a security group, and a claim with its volume.
fn served(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.20.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network).nodes(1..=2));
    let space = stack.add("space", Namespace::new(&cluster, "space"));
    let class = StorageClass::new(&cluster, "fast", "ebs.csi.aws.com");
    let class = stack.add("class", class);
    let claim = Spec::of(|w: &mut Wires| {
        let mut claim = pods::claim("1Gi");
        claim.storage_class_name = Some(w.text(&class.name));
        claim
    });
    let claim = PersistentVolumeClaim::new(&cluster, &space, "data", claim);
    stack.add("claim", claim);
    let labels = pods::labels("web");
    let spec = Spec::of(move |_: &mut Wires| ServiceSpec {
        type_: Some("LoadBalancer".to_owned()),
        selector: Some(labels),
        ports: Some(vec![pods::service_port(80, "http")]),
        ..ServiceSpec::default()
    });
    stack.add("balanced", Service::new(&cluster, &space, "web", spec));
}

/// What controllers have left in the account holds its network for up to twenty minutes, and then nothing is left.
///
/// Proves fault 17.
#[test]
fn what_controllers_leave_behind_is_waited_for() {
    let mut world = World::simulate(served);
    world.deploy().assert_complete();
    assert_eq!(world.count("elb.LoadBalancer"), 1);
    for minutes in [0, 5, 20] {
        let mut world = world
            .fork()
            .seed(minutes + 3)
            .linger(std::time::Duration::from_secs(60 * minutes));
        world.destroy_with_data().assert_complete();
        world.assert_empty();
    }
}

/// Proves fault 17.
#[test]
fn a_finalizer_that_never_clears_is_reported_and_never_taken_off() {
    let mut world = World::simulate(served);
    world.deploy().assert_complete();
    world.hold("space", "example.com/never");
    let run = world.destroy_with_data();
    let failure = run.assert_failed("space");
    for word in [
        "k8s.Namespace space",
        "held by example.com/never",
        "(set by ",
    ] {
        assert!(
            failure.message.contains(word),
            "{word}: {}",
            failure.message
        );
    }
    // It waited until its deadline, and everything that does not need the namespace gone is gone.
    assert!(run.took().as_secs() >= 30 * 60);
    assert!(run.done().contains(&"balanced"));
    let held = world.object("space").body["metadata"]["finalizers"].to_string();
    assert!(held.contains("example.com/never"), "{held}");
    world.release("space", "example.com/never");
    world.destroy_with_data().assert_complete();
    world.assert_empty();
    println!(
        "figure: object, finalizer and owner named after {} s: {}",
        run.took().as_secs(),
        run.failures()[0].message
    );
}
