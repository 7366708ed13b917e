//! A PostgreSQL in the cluster keeps what it holds: from mistakes in prod, and
//! from a destruction that nobody has allowed.

#![allow(clippy::unwrap_used)]

use mlplat_apps::PostgresInCluster;
use mlplat_aws::{EksCluster, Vpc, checks};
use mlplat_core::graph::{Context, Stack};
use mlplat_core::testing::Tested;
use mlplat_k8s::CronJob;
use mlplat_sim::simulate::World;

type Change = fn(PostgresInCluster<'_>) -> PostgresInCluster<'_>;

fn program(change: Option<Change>) -> impl Fn(&mut Stack) + Send + Sync + 'static {
    move |stack: &mut Stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network));
        if let Some(change) = change {
            stack.add("metadata", change(PostgresInCluster::new(&cluster)));
        }
    }
}

fn world(env: &str, change: Option<Change>) -> World {
    let context = Context::new("test").in_env(env);
    let mut world = World::simulate_in(context, program(change));
    world.deploy().assert_complete();
    world
}

const CLAIMS: [&str; 2] = ["metadata/data", "metadata/backups"];

#[test]
fn a_destruction_has_to_be_told_to_take_database_and_backups() {
    let mut world = world("dev", Some(|it| it));
    let before = world.objects();
    let why = world.destroy().refusal().unwrap().to_string();
    for claim in CLAIMS {
        let said = format!("{claim}: deleting k8s.PersistentVolumeClaim postgres/postgres-");
        assert!(why.contains(&said), "{why}");
    }
    assert_eq!(why.matches("(data-loss)").count(), 2, "{why}");
    assert_eq!(world.objects(), before);
    world.destroy_with_data().assert_complete();
    world.assert_empty();
}

#[test]
fn in_prod_it_stays_until_the_protection_is_taken_off() {
    for env in ["prod", "prod-eu"] {
        let mut world = world(env, Some(|it| it));
        let before = world.objects();
        world.edit(program(None));
        for why in [world.deploy(), world.destroy_with_data()].map(|run| {
            let why = run.refusal().unwrap();
            why.to_string()
        }) {
            assert!(CLAIMS.iter().all(|claim| why.contains(claim)), "{why}");
            assert!(why.contains("(protected)"), "{why}");
        }
        assert_eq!(world.objects(), before);
        world.edit(program(Some(|it| it.deletion_protection(false))));
        world.deploy().assert_complete();
        world.destroy_with_data().assert_complete();
        world.assert_empty();
    }
}

fn tested(env: &str, change: Option<Change>) -> Tested {
    Stack::test_in(Context::new("test").in_env(env), program(change))
}

fn found(tested: &Tested) -> Vec<(&'static str, String)> {
    let found = tested.assert_ok().check(checks::sensible()).0.into_iter();
    let of_volumes =
        found.filter(|problem| ["no-backups", "no-protection"].contains(&problem.code));
    of_volumes
        .map(|problem| (problem.code, problem.path.unwrap()))
        .collect()
}

#[test]
fn the_checks_know_its_volumes() {
    assert_eq!(found(&tested("prod", Some(|it| it))), []);
    let bare = tested("prod", Some(|it| it.deletion_protection(false)));
    let unprotected = CLAIMS.map(|claim| ("no-protection", claim.to_owned()));
    assert_eq!(found(&bare), unprotected);
    let bare = tested("dev", Some(|it| it.deletion_protection(false)));
    assert_eq!(found(&bare), [], "dev may lose what it has");
}

#[test]
fn a_volume_without_a_job_that_backs_it_up_is_found() {
    use mlplat_core::Lifecycle as _;

    let suspended = |stack: &mut Stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network));
        let metadata = PostgresInCluster::new(&cluster).edit("backup", |job: &mut CronJob| {
            // A job that is called something else backs up something else.
            job.name = Some("another".into());
        });
        stack.add("metadata", metadata);
    };
    let tested = Stack::test_in(Context::new("test").in_env("prod"), suspended);
    let expected = ("no-backups", "metadata/data".to_owned());
    assert_eq!(found(&tested), [expected]);
}
