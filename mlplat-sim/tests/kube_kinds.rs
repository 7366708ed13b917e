//! A namespace with every kind of object: deployed, changed, drifted, failed, destroyed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/kinds.rs"]
mod kinds;

use mlplat_core::Output;
use mlplat_core::deploy::Verb;
use mlplat_core::graph::Stack;
use mlplat_core::plan::{Change, Rule};
use mlplat_k8s::openapi::api::batch::v1::JobSpec;
use mlplat_k8s::{ConfigMap, Job, Namespace, Spec, Wires, pods};
use mlplat_sim::simulate::{Object, World};

use kinds::{WISH, Wish, cluster, ends, everything, small};

/// Paths, rules and values of the reasons for one change.
fn reasons(world: &World, path: &str) -> (Change, Vec<String>) {
    let plan = world.plan();
    let planned = plan.changes().find(|one| one.path.as_str() == path);
    let planned = planned.unwrap_or_else(|| panic!("nothing changes at {path}"));
    let each = planned.reasons.iter().map(|reason| {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let rule = serde_json::to_value(reason.rule).unwrap();
        let rule = rule.as_str().unwrap().to_owned();
        format!(
            "{}: {} -> {} ({rule})",
            reason.field,
            text(&reason.old),
            text(&reason.new)
        )
    });
    (planned.change, each.collect())
}

fn changes(world: &World) -> Vec<(String, Change)> {
    let plan = world.plan();
    let each = plan.changes();
    each.map(|one| (one.path.to_string(), one.change)).collect()
}

fn deployed(wish: &Wish) -> World {
    let mut world = World::simulate(small(wish));
    world.deploy().assert_complete();
    world
}

fn with(world: &mut World, wish: Wish) {
    world.edit(small(&wish));
}

#[test]
fn a_namespace_with_every_kind_lives_and_goes() {
    let mut world = World::simulate(everything);
    world.deploy().assert_complete();
    world.assert_one_of_each();
    let outputs = world.outputs();
    assert_eq!(outputs["inner"], "web.space.svc.cluster.local");
    for name in ["outer", "ingress"] {
        let host = outputs[name].as_str().unwrap();
        assert!(host.ends_with(".amazonaws.com"), "{name}: {host}");
    }
    // Defaults, canonical forms and statuses are nobody's drift.
    assert_eq!(changes(&world), []);
    world.deploy().assert_unchanged();
    // Two kinds hold data, and go only when that is said.
    let why = world.destroy().refusal().unwrap().to_string();
    assert_eq!(
        why.matches("(data-loss)").count(),
        2,
        "claim and set: {why}"
    );
    world.destroy_with_data().assert_complete();
    world.assert_empty();
}

#[test]
fn a_plan_names_the_path_that_differs() {
    let mut world = deployed(&WISH);
    with(
        &mut world,
        Wish {
            image: "web:2",
            replicas: Some(3),
            ..WISH
        },
    );
    assert_eq!(
        reasons(&world, "web"),
        (
            Change::Update,
            vec![
                "Spec.replicas: 2 -> 3 (in-place)".to_owned(),
                "Spec.template.spec.containers[web].image: web:1 -> web:2 (in-place)".to_owned(),
            ]
        )
    );
    world.deploy().assert_only(&["web"]);
    world.deploy().assert_unchanged();
}

#[test]
fn what_cannot_be_changed_makes_it_anew_old_one_first() {
    let mut world = deployed(&WISH);
    with(
        &mut world,
        Wish {
            selector: "other",
            ..WISH
        },
    );
    let (change, reasons) = reasons(&world, "web");
    assert_eq!(change, Change::Replace);
    let selector = r#"Spec.selector.matchLabels["app.kubernetes.io/name"]: web -> other (replace)"#;
    assert!(reasons.contains(&selector.to_owned()), "{reasons:#?}");
    let run = world.deploy();
    run.assert_complete();
    world.assert_one_of_each();
    world.deploy().assert_unchanged();
}

#[test]
fn another_secret_rolls_the_pods_that_use_it() {
    let mut world = deployed(&WISH);
    let pods = |world: &World| {
        let stays = |one: &Object| one.body["metadata"]["deletionTimestamp"].is_null();
        let pods = world.objects().into_iter();
        let pods = pods.filter(|one| one.ty == "k8s.Pod" && stays(one));
        pods.map(|pod| pod.id).collect::<Vec<_>>()
    };
    let before = pods(&world);
    assert_eq!(before.len(), 2);
    with(
        &mut world,
        Wish {
            password: "two",
            ..WISH
        },
    );
    let (_, why) = reasons(&world, "db");
    assert_eq!(
        why,
        ["StringData.password: <secret> -> <secret> (in-place)"]
    );
    let (change, why) = reasons(&world, "web");
    assert_eq!(change, Change::Update);
    assert!(
        why[0].starts_with(r#"Spec.template.metadata.annotations["mlplat.dev/revisions"]: "#)
            && why[0].ends_with("-1 -> <db.Revision> (update-if-changed)"),
        "{why:?}"
    );
    world.deploy().assert_only(&["db", "web"]);
    let after = pods(&world);
    let new = after.iter().all(|pod| !before.contains(pod));
    assert!(after.len() == 2 && new, "{before:?} {after:?}");
    world.deploy().assert_unchanged();
    // Labels and other metadata roll nobody.
    world.set("db", "metadata.labels.somebody", "else");
    world.deploy().assert_unchanged();
}

#[test]
fn a_secret_that_somebody_changed_is_drift_and_put_back() {
    let mut world = deployed(&WISH);
    world.set("db", "data.password", "aHVudGVyMg==");
    let (change, why) = reasons(&world, "db");
    assert_eq!(change, Change::Update);
    assert_eq!(why, ["StringData.password: <secret> -> <secret> (drift)"]);
    let run = world.deploy();
    run.assert_only(&["db", "web"]);
    assert_eq!(world.object("db").body["data"]["password"], "b25l");
    world.deploy().assert_unchanged();
    world.set("db", "data", serde_json::Value::Null);
    assert_eq!(
        reasons(&world, "db").1,
        ["StringData.password: - -> <secret> (drift)"]
    );
    world.deploy().assert_complete();
    world.deploy().assert_unchanged();
    // What others keep beside ours is theirs.
    world.set("db", "data.theirs", "eA==");
    world.deploy().assert_unchanged();
    let state = format!("{:?}", world.state().unwrap());
    assert!(!state.contains("hunter2") && !state.contains("aHVudGVyMg"));
}

#[test]
fn drift_is_told_by_its_path_and_what_others_set_is_left_alone() {
    let mut world = deployed(&Wish {
        replicas: None,
        ..WISH
    });
    // The program does not say how many there are: a scaler does.
    world.set("web", "spec.replicas", 3);
    world.set("web", "metadata.annotations.theirs", "x");
    world.deploy().assert_unchanged();
    assert_eq!(world.object("web").body["spec"]["replicas"], 3);
    world.set(
        "web",
        "spec.selector",
        serde_json::json!({"matchLabels": {"app.kubernetes.io/name": "web"}}),
    );
    world.deploy().assert_unchanged();
    let mut containers = world.object("web").body["spec"]["template"]["spec"]["containers"].clone();
    containers[0]["image"] = "evil:1".into();
    containers[0]["tty"] = true.into();
    world.set("web", "spec.template.spec.containers", containers);
    assert_eq!(
        reasons(&world, "web"),
        (
            Change::Update,
            vec!["Spec.template.spec.containers[web].image: evil:1 -> web:1 (drift)".to_owned()]
        )
    );
    world.deploy().assert_only(&["web"]);
    world.deploy().assert_unchanged();
    assert_eq!(world.object("web").body["spec"]["replicas"], 3);
    world.take_away("web");
    let plan = world.plan();
    let gone = plan.changes().next().unwrap();
    assert!(gone.reasons.iter().any(|reason| reason.rule == Rule::Gone));
    world.deploy().assert_only(&["web"]);
    world.deploy().assert_unchanged();
}

#[test]
fn an_image_that_cannot_be_pulled_fails_early_and_is_mended_in_place() {
    let hostile = Wish {
        behaviour: "pull=web:nope",
        ..WISH
    };
    // From the start.
    let mut world = World::simulate(small(&Wish {
        image: "web:nope",
        ..hostile
    }));
    let run = world.deploy();
    let failure = run.assert_failed("web");
    assert!(
        failure.message.contains("container web: ImagePullBackOff"),
        "{}",
        failure.message
    );
    let uid = world.object("web").body["metadata"]["uid"].clone();
    // It says so again, as long as nobody changes anything.
    world.deploy().assert_failed("web");
    with(&mut world, hostile.clone());
    assert_eq!(reasons(&world, "web").0, Change::Update);
    let run = world.deploy();
    run.assert_only(&["web"]);
    assert_eq!(world.object("web").body["metadata"]["uid"], uid);
    world.deploy().assert_unchanged();
    // And in a rollout: the old pods serve on, nothing is made anew.
    with(
        &mut world,
        Wish {
            image: "web:nope",
            ..hostile
        },
    );
    world.deploy().assert_failed("web");
    with(&mut world, hostile.clone());
    assert_eq!(reasons(&world, "web").0, Change::Update);
    world.deploy().assert_complete();
    assert_eq!(world.object("web").body["metadata"]["uid"], uid);
    world.deploy().assert_unchanged();
}

fn migrating(wish: &Wish) -> impl Fn(&mut Stack) + Send + Sync + 'static {
    let wish = wish.clone();
    move |stack: &mut Stack| {
        let cluster = cluster(stack, wish.behaviour);
        let space = stack.add("space", Namespace::new(&cluster, "space"));
        let spec = Spec::of(|_: &mut Wires| JobSpec {
            template: pods::template(&pods::labels("migrate"), ends(wish.migration)),
            backoff_limit: Some(0),
            ..JobSpec::default()
        });
        let job = stack.add("migrate", Job::new(&cluster, &space, "migrate", spec));
        let done: Output<String> = job.name;
        let after = ConfigMap::new(&cluster, &space, "after");
        stack.add("after", after.entry("migrated", done));
    }
}

#[test]
fn a_failed_job_says_why_and_is_made_anew() {
    let failing = Wish {
        behaviour: "job=migrate:3",
        ..WISH
    };
    let mut world = World::simulate(migrating(&failing));
    let run = world.deploy();
    let failure = run.assert_failed("migrate");
    assert!(
        failure.message.contains("BackoffLimitExceeded") && failure.message.contains("exit code 3"),
        "{}",
        failure.message
    );
    assert_eq!(run.skipped(), 1);
    // Mended outside of it: the same job is tried again.
    world.edit(migrating(&Wish {
        behaviour: "unready=nobody",
        ..WISH
    }));
    assert_eq!(reasons(&world, "migrate").0, Change::Replace);
    let run = world.deploy();
    run.assert_complete();
    world.deploy().assert_unchanged();
    // Another template is another run, and whatever comes after it stays.
    world.edit(migrating(&Wish {
        behaviour: "unready=nobody",
        migration: "migrate:2",
        ..WISH
    }));
    assert_eq!(
        reasons(&world, "migrate").1,
        ["Spec.template.spec.containers[web].image: migrate:1 -> migrate:2 (replace)"]
    );
    world.deploy().assert_only(&["migrate"]);
    assert_eq!(world.deploy().verb("migrate"), None::<Verb>);
    world.destroy().assert_complete();
    world.assert_empty();
}

#[test]
fn lost_replies_and_kills_leave_one_of_each() {
    let world = World::simulate(small(&WISH))
        .seed(3)
        .lost_replies(0.2)
        .server_errors(0.1);
    world.live();
    assert_eq!(World::simulate(small(&WISH)).survive_kills(8), 16);
}

/// Wherever the update of a secret is killed, the pods end up with what is in it.
#[test]
fn a_killed_rotation_rolls_the_pods_all_the_same() {
    let mut ready = deployed(&WISH);
    with(
        &mut ready,
        Wish {
            password: "two",
            ..WISH
        },
    );
    let points = ready.fork().deploy().points();
    let step = usize::try_from(points / 10).unwrap().max(1);
    for at in (1..=points).step_by(step) {
        let mut world = ready.fork();
        world.kill_next_at(at).deploy().assert_killed();
        let resumed = world.deploy();
        if !resumed.is_unchanged() {
            resumed.assert_complete();
        }
        let annotation = |path: &str, pointer: &str, key: &str| {
            let body = world.object(path).body;
            body.pointer(pointer).unwrap()[key]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let revision = annotation("db", "/metadata/annotations", "mlplat.dev/revision");
        let template = "/spec/template/metadata/annotations";
        let rolled = annotation("web", template, "mlplat.dev/revisions");
        assert_eq!(revision, rolled, "killed at {at}");
        assert!(revision.ends_with("-2"), "killed at {at}: {revision}");
        assert_eq!(world.object("db").body["data"]["password"], "dHdv");
        world.deploy().assert_unchanged();
    }
    assert!(points > 6, "{points}");
}
