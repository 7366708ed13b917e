//! Worlds: whole lives of programs, faults, drift, kills, time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use mlplat_aws::{Bucket, EksCluster, Role, Vpc, policy::trust};
use mlplat_core::deploy::Verb;
use mlplat_core::graph::Context;
use mlplat_core::{Lifecycle as _, Stack};
use mlplat_k8s::{ConfigMap, Namespace};
use mlplat_sim::simulate::World;

fn platform(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.20.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network).nodes(1..=2));
    let team = stack.add("team", Namespace::new(&cluster, "team"));
    let artifacts = stack.add("artifacts", Bucket::new().versioned());
    let config = ConfigMap::new(&cluster, &team, "artifacts");
    stack.add("config", config.entry("uri", artifacts.uri()));
    stack.output("cluster", &cluster.name);
}

fn store(stack: &mut Stack) {
    let data = stack.add("data", Bucket::new().versioned());
    let reader = Role::new(trust::service("ec2.amazonaws.com"));
    stack.add("reader", reader.grant(data.read()));
}

/// What a failing assertion says.
fn says<T>(assertion: impl FnOnce() -> T) -> String {
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let _ = assertion();
    }));
    let said = ended.expect_err("the assertion does not fail");
    said.downcast_ref::<String>().unwrap().clone()
}

#[test]
fn a_whole_life_leaves_nothing() {
    let life = World::simulate(platform).live();
    assert!(life.deploy.took() > Duration::from_secs(600));
    assert!(life.deploy.took_by("cluster/control-plane") >= Duration::from_secs(600));
    assert!(life.deploy.critical_path() <= life.deploy.took());
    assert_eq!(life.deploy.verb("team"), Some(Verb::Create));
    assert_eq!(life.destroy.verb("team"), Some(Verb::Delete));
    let done = life.destroy.done();
    let place = |path: &str| done.iter().position(|one| *one == path).unwrap();
    assert!(place("config") < place("cluster/control-plane"));
    assert!(place("cluster/control-plane") < place("network/vpc"));
    assert!(life.deploy.calls() > 50 && life.deploy.retries() == 0);
    // What the account takes in a second is no hindrance to a platform.
    let (took, critical) = (life.deploy.took(), life.deploy.critical_path());
    assert!(took <= critical.mul_f64(1.01), "{took:?} of {critical:?}");
}

#[test]
fn the_same_test_gives_the_same_world() {
    let lived = || {
        let mut world = World::simulate(platform).throttle(0.2).lost_replies(0.1);
        let run = world.deploy();
        run.assert_complete();
        (run.took(), run.retries(), world.objects())
    };
    assert_eq!(lived(), lived());
}

#[test]
fn drift_is_put_back_and_nothing_else_is_touched() {
    let mut world = World::simulate(platform);
    world.deploy().assert_complete();
    world.set("artifacts/bucket", "VersioningStatus", "Suspended");
    world.set("config", "data.uri", "s3://elsewhere");
    assert_eq!(world.plan().counts.update, 2);
    world.deploy().assert_only(&["artifacts/bucket", "config"]);
    assert_eq!(
        world.object("artifacts/bucket").body["inputs"]["VersioningStatus"],
        "Enabled"
    );
    world.take_away("config");
    world.deploy().assert_only(&["config"]);
    world.assert_one_of_each();
    world.deploy().assert_unchanged();
}

#[test]
fn an_edit_is_another_program() {
    let mut world = World::simulate(store);
    world.deploy().assert_complete();
    world.edit(|stack: &mut Stack| {
        stack.add("data", Bucket::new());
    });
    let run = world.deploy();
    run.assert_only(&["data/bucket", "reader/policy", "reader/role"]);
    assert_eq!(run.counts().delete, 2);
    assert_eq!(run.verb("reader/role"), Some(Verb::Delete));
    world.assert_one_of_each();
}

#[test]
fn a_hostile_world_is_survived() {
    let world = World::simulate(platform)
        .seed(7)
        .throttle(0.3)
        .lost_replies(0.1)
        .server_errors(0.1)
        .lag(0.5);
    let life = world.live();
    assert!(life.deploy.retries() > 10, "{}", life.deploy.retries());
    let stormy = World::simulate(store)
        .storm(Duration::from_secs(300))
        .live();
    assert!(stormy.deploy.took() >= Duration::from_secs(300));
}

#[test]
fn what_is_denied_fails_and_the_rest_is_done() {
    let mut world = World::simulate(store).deny("iam:CreateRole");
    let run = world.deploy();
    let failure = run.assert_failed("reader/role");
    assert_eq!(failure.code, "AccessDenied");
    assert_eq!(run.done(), ["data/bucket"]);
    assert_eq!(run.skipped(), 1);
    world.calm().deploy().assert_complete();
    world.assert_one_of_each();
    let mut world = World::simulate(platform).deny("k8s.ConfigMap:create");
    let run = world.deploy();
    run.assert_failed("config");
    assert_eq!(run.failures().len(), 1);
}

#[test]
fn a_killed_run_is_taken_up_again() {
    let mut world = World::simulate(platform).kill_at(40);
    world.deploy().assert_killed();
    let before = world.age();
    world.deploy().assert_complete();
    world.assert_one_of_each();
    assert!(world.age() > before);
    world.deploy().assert_unchanged();
    world.kill_next_at(11).destroy().assert_killed();
    world.destroy().assert_complete();
    world.assert_empty();
}

#[test]
fn kills_are_survived_wherever_they_strike() {
    assert_eq!(World::simulate(store).survive_kills(9), 18);
}

#[test]
fn forks_do_not_meet() {
    let mut world = World::simulate(store);
    world.deploy().assert_complete();
    let mut other = world.fork();
    other.destroy().assert_complete();
    other.assert_empty();
    world.assert_one_of_each();
    world.deploy().assert_unchanged();
}

#[test]
fn a_finalizer_holds_a_namespace_until_it_is_released() {
    let mut world = World::simulate(platform);
    world.deploy().assert_complete();
    world.hold("team", "example.com/never");
    let run = world.destroy();
    let failure = run.assert_failed("team");
    assert!(
        failure.message.contains("still there"),
        "{}",
        failure.message
    );
    world.release("team", "example.com/never");
    world.destroy().assert_complete();
    world.assert_empty();
}

#[test]
fn time_passes_when_it_is_told_to() {
    let mut world = World::simulate(store);
    world.deploy().assert_complete();
    let before = world.age();
    world.advance(Duration::from_secs(3600));
    assert!(world.age() - before >= Duration::from_secs(3600));
    world.deploy().assert_unchanged();
    assert!(world.age() - before < Duration::from_secs(3700));
}

#[test]
fn settings_environment_and_outputs() {
    let program = |stack: &mut Stack| {
        let name = format!("data-{}", stack.env().to_owned());
        let data = stack.add(&name, Bucket::new().name("acme-models"));
        stack.output("uri", &data.uri());
    };
    let mut world = World::simulate_in(Context::new("shop").in_env("prod"), program);
    world.deploy().assert_complete();
    assert_eq!(world.outputs()["uri"], "s3://acme-models");
    assert_eq!(world.object("data-prod/bucket").id, "acme-models");
    assert_eq!(world.count("s3.Bucket"), 1);
}

#[test]
fn what_is_refused_begins_nothing() {
    let mut world = World::simulate(|stack: &mut Stack| {
        stack.add("data", Bucket::new());
        stack.add("data", Bucket::new());
    });
    let run = world.deploy();
    assert!(run.assert_refused().to_string().contains("duplicate-path"));
    assert!(says(|| run.assert_complete().points()).starts_with(
        "the run is not complete: it was refused\ndata: the path data is taken (duplicate-path)"
    ));
    world.assert_empty();
    let mut world = World::simulate(|stack: &mut Stack| {
        stack.add("data", Bucket::new().protect());
    });
    world.deploy().assert_complete();
    world.destroy().assert_refused();
}

#[test]
fn failures_tell_what_happened() {
    let mut world = World::simulate(store).deny("s3:CreateBucket");
    let run = world.deploy();
    assert_eq!(
        says(|| run.assert_complete().points()),
        "the run is not complete: 1 done, 1 failed, 1 skipped\n  data/bucket: User: arn:aws:sts::000000000000:assumed-role/deployer/mlplat is not authorized to perform: s3:CreateBucket on resource: s3.Bucket data/bucket (AccessDenied)"
    );
    assert_eq!(
        says(|| run.assert_failed("reader/role").code.clone()),
        "reader/role did not fail: 1 done, 1 failed, 1 skipped\n  data/bucket: User: arn:aws:sts::000000000000:assumed-role/deployer/mlplat is not authorized to perform: s3:CreateBucket on resource: s3.Bucket data/bucket (AccessDenied)"
    );
    let run = world.calm().deploy();
    assert_eq!(
        says(|| run.assert_unchanged().points()),
        "the run had something to do: 2 done, 0 failed, 0 skipped\n  done  data/bucket, reader/policy"
    );
    assert_eq!(
        says(|| run.assert_only(&["data/bucket"]).points()),
        "the run did something else\n  wanted  data/bucket\n  done    data/bucket, reader/policy"
    );
    assert_eq!(
        says(|| run.took_by("reader/polcy")),
        "nothing was done at reader/polcy\n  nearest  reader/policy, data/bucket"
    );
    assert!(says(|| run.assert_killed().points()).starts_with("the run was not killed: 2 done"));
    assert!(says(|| run.assert_refused().to_string()).starts_with("the run was not refused: "));
    assert_eq!(
        says(|| world.object("data/buckte")),
        "no object stands for data/buckte\n  nearest  data/bucket, reader/role, reader/policy"
    );
    assert!(says(|| world.assert_empty().age()).starts_with("something is left\n  "));
}

#[test]
fn the_oracle_notices_what_is_missing_and_what_is_too_many() {
    let mut world = World::simulate(store);
    world.deploy().assert_complete();
    let bucket = world.object("data/bucket").id;
    world.take_away("data/bucket");
    assert_eq!(
        says(|| world.assert_one_of_each().age()),
        format!(
            "the world is not what the program says\n  data/bucket stands for 0 objects (s3.Bucket {bucket})"
        )
    );
    world.edit(|_: &mut Stack| {});
    let said = says(|| world.assert_one_of_each().age());
    assert!(said.contains(" stands for no node"), "{said}");
}

#[test]
fn the_world_is_no_younger_after_a_death() {
    let fresh = World::simulate(store);
    let points = fresh.fork().deploy().points();
    for at in 1..=points {
        let mut world = fresh.fork();
        let killed = world.kill_next_at(at).deploy();
        // Fault points are counted in whole milliseconds.
        let age = world.age() + Duration::from_millis(2);
        assert!(age >= killed.took(), "{at}: {age:?} {:?}", killed.took());
    }
}

#[test]
fn each_operation_has_faults_of_its_own() {
    let mut world = World::simulate(platform).throttle(0.3);
    let first = world.deploy().assert_complete().retries();
    world.destroy().assert_complete();
    assert_ne!(world.deploy().assert_complete().retries(), first);
}
