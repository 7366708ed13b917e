//! Databases, keys, secrets and file systems live as their facts say.

use std::sync::Arc;

use mlplat_aws::{
    Bucket, EfsDirectory, EfsStorage, FsxLustre, KmsKey, MySql, Nat, Network, Postgres,
    SecretEntry, SecurityGroup, Vpc, catalog, ec2, efs, fsx, rds,
};
use mlplat_core::deploy::{Cancel, DeployOptions, Stamped};
use mlplat_core::facts::Type;
use mlplat_core::provider::{Provider as _, Target};
use mlplat_core::wiring::Generated;
use mlplat_core::{Secret, Stack};
use mlplat_sim::cloud::{Cloud, Faults, SimObject};
use mlplat_sim::harness::{Life, Scenario, Stage, Sweep, sweep};
use mlplat_sim::machine::{Ended, Machine, Process, run};
use serde_json::{Map, Value, json};

use super::types::{done, lives};

fn network(stack: &mut Stack) -> Network {
    stack.add("network", Vpc::new("10.10.0.0/16").zones(2).nat(Nat::None))
}

/// Everything that keeps data, with a group of clients that may reach it.
fn platform(stack: &mut Stack) {
    let network = network(stack);
    let clients = stack.add("clients", SecurityGroup::new(&network, "clients"));
    let key = stack.add("key", KmsKey::new("Data").alias("data").recovery_days(7));
    let metadata = MySql::new(&network)
        .encrypted_by(&key)
        .reachable_from(&clients);
    let metadata = stack.add("metadata", metadata);
    stack.add("airflow", Postgres::new(&network).aws_managed_password());
    let url = mlplat_core::secret_text!(
        "mysql://{}:{}@{}:{}/{}",
        metadata.username,
        metadata.password,
        metadata.host,
        metadata.port,
        metadata.database
    );
    stack.add("url", SecretEntry::of(url).encrypted_by(&key));
    stack.add("token", SecretEntry::generated(Generated::hex(32)));
    let files = EfsStorage::new(&network)
        .encrypted_by(&key)
        .reachable_from(&clients);
    let files = stack.add("files", files);
    stack.add("logs", EfsDirectory::new(&files, "/logs"));
    let bucket = stack.add("datasets", Bucket::new().encrypted_by(&key));
    let scratch = FsxLustre::new(&network)
        .linked_to("/datasets", &bucket)
        .reachable_from(&clients);
    stack.add("scratch", scratch);
    stack.output("url", &metadata.host);
}

fn scenario(name: &str, stages: Vec<Stage>) -> Scenario {
    Scenario::new(name, catalog(), stages)
}

/// The one object of a type.
fn object(life: &Life<'_>, ty: &str) -> SimObject {
    let mut all = life
        .objects()
        .into_values()
        .filter(|object| object.ty == ty);
    let one = all.next().unwrap_or_else(|| panic!("no {ty}"));
    assert!(all.next().is_none(), "one {ty}");
    one
}

fn count(life: &Life<'_>, ty: &str) -> usize {
    life.objects()
        .values()
        .filter(|object| object.ty == ty)
        .count()
}

/// What a plan or a run is refused for.
fn error(life: &Life<'_>, stage: &Stage, options: &DeployOptions) -> String {
    let lived = life.go_with(stage, 9, 0, options, &|_: &Stamped| (), &Cancel::new());
    match lived.ended {
        Ended::Done(Err(error)) => error.to_string(),
        Ended::Done(Ok(deployment)) => format!("{:?}", deployment.failed),
        Ended::Killed => panic!("killed"),
    }
}

#[test]
fn a_platform_comes_and_goes() {
    let calm = scenario("stores", vec![]);
    let life = Life::new(&calm);
    let first = lives(&life, &Stage::deploy(platform), 1);
    // Beside each other: the slowest is FSx with its link, not the sum.
    assert!(first.elapsed_s < 450.0 + 240.0 + 60.0, "{first:?}");
    assert!(first.elapsed_s > 450.0, "{first:?}");
    assert!(lives(&life, &Stage::deploy(platform), 2).unchanged);
    for (ty, number) in [
        ("rds.DBInstance", 2),
        ("rds.DBSubnetGroup", 2),
        ("rds.DBParameterGroup", 2),
        ("secretsmanager.Secret", 3),
        ("kms.Key", 1),
        ("kms.Alias", 1),
        ("efs.FileSystem", 1),
        ("efs.MountTarget", 2),
        ("efs.AccessPoint", 1),
        ("fsx.FileSystem", 1),
        ("fsx.DataRepositoryAssociation", 1),
    ] {
        assert_eq!(count(&life, ty), number, "{ty}");
    }
    lives(&life, &Stage::Destroy, 3);
    assert!(life.objects().is_empty(), "{:#?}", life.objects());
}

#[test]
fn killed_at_any_point_it_comes_and_goes_all_the_same() {
    let stages = vec![
        Stage::deploy(platform),
        Stage::deploy(|stack| {
            let network = network(stack);
            stack.add("metadata", MySql::new(&network).storage_gib(40));
        }),
        Stage::Destroy,
    ];
    let how = Sweep {
        seed: 3,
        every: 29,
        ..Sweep::default()
    };
    let report =
        sweep(&scenario("killed stores", stages), &how).unwrap_or_else(|broken| panic!("{broken}"));
    assert!(report.killed > 20, "{report:?}");
}

#[test]
fn in_a_hostile_account_too() {
    let stages = vec![Stage::deploy(platform), Stage::Destroy];
    let mut hostile = scenario("hostile stores", stages);
    hostile.faults = "throttle=0.1,lost_reply=0.1,5xx=0.1,lag=1".parse().unwrap();
    let how = Sweep {
        seed: 7,
        every: 61,
        ..Sweep::default()
    };
    let report = sweep(&hostile, &how).unwrap_or_else(|broken| panic!("{broken}"));
    assert!(report.killed > 5, "{report:?}");
}

/// The text of a secret as the account has it.
fn clear(object: &SimObject, field: &str) -> String {
    let text = object.inputs.get(field).and_then(Value::as_str);
    text.unwrap_or_else(|| panic!("no {field}")).to_owned()
}

#[test]
fn one_password_is_in_the_database_its_secret_and_what_is_composed_of_it() {
    let calm = scenario("passwords", vec![]);
    let life = Life::new(&calm);
    let program = |stack: &mut Stack| {
        let network = network(stack);
        let db = stack.add("db", MySql::new(&network).database("mlflow"));
        let url = mlplat_core::secret_text!("mysql://admin:{}@{}", db.password, db.host);
        stack.add("url", SecretEntry::of(url).name("mlflow/url"));
    };
    lives(&life, &Stage::deploy(program), 1);
    let password = clear(&object(&life, "rds.DBInstance"), "MasterUserPassword");
    assert_eq!(password.len(), 32);
    let secrets: Vec<_> = life
        .objects()
        .into_values()
        .filter(|object| object.ty == "secretsmanager.Secret")
        .collect();
    let named = |name: &str| secrets.iter().find(|s| s.inputs["Name"] == *name);
    let url = clear(
        named("mlflow/url").expect("the composed one"),
        "SecretString",
    );
    assert!(url.starts_with(&format!("mysql://admin:{password}@proof-dev-db-instance-")));
    let whole = secrets.iter().find(|s| s.inputs["Name"] != "mlflow/url");
    let whole = clear(whole.expect("the database's"), "SecretString");
    let whole: Value = serde_json::from_str(&whole).expect("JSON");
    assert_eq!(whole["password"], json!(password));
    assert_eq!(whole["port"], json!(3306));
    assert_eq!(whole["dbname"], json!("mlflow"));
    // Nothing of it is in the state in clear, and a second run makes no other.
    let state = format!("{:?}", life.state());
    assert!(!state.contains(&password));
    assert!(lives(&life, &Stage::deploy(program), 2).unchanged);
    assert_eq!(
        clear(&object(&life, "rds.DBInstance"), "MasterUserPassword"),
        password
    );
}

#[test]
fn another_password_changes_the_database_in_place() {
    let calm = scenario("another password", vec![]);
    let life = Life::new(&calm);
    let with = |password: &'static str| {
        Stage::deploy(move |stack: &mut Stack| {
            let network = network(stack);
            let password = Secret::provided(password.to_owned());
            stack.add("db", Postgres::new(&network).password(password));
        })
    };
    lives(&life, &with("first-of-all"), 1);
    let before = object(&life, "rds.DBInstance");
    lives(&life, &with("second-to-none"), 2);
    let after = object(&life, "rds.DBInstance");
    assert_eq!((before.key, &before.id), (after.key, &after.id));
    assert_eq!(clear(&after, "MasterUserPassword"), "second-to-none");
    assert!(clear(&object(&life, "secretsmanager.Secret"), "SecretString").contains("second"));
}

#[test]
fn a_database_that_is_moved_keeps_its_password_if_it_is_told_the_key() {
    for told in [true, false] {
        let calm = scenario("moved database", vec![]);
        let life = Life::new(&calm);
        let before = Stage::deploy(|stack: &mut Stack| {
            let network = network(stack);
            stack.add("old", MySql::new(&network));
        });
        let after = Stage::deploy(move |stack: &mut Stack| {
            stack.moved("old", "new");
            let network = network(stack);
            let db = MySql::new(&network);
            let db = match told {
                true => db.password_key("old/master-password"),
                false => db,
            };
            stack.add("new", db);
        });
        lives(&life, &before, 1);
        let (first, password) = {
            let instance = object(&life, "rds.DBInstance");
            (instance.key, clear(&instance, "MasterUserPassword"))
        };
        lives(&life, &after, 2);
        let instance = object(&life, "rds.DBInstance");
        assert_eq!(instance.key, first, "the same database");
        let kept = clear(&instance, "MasterUserPassword") == password;
        assert_eq!(kept, told);
    }
}

#[test]
fn storage_that_grew_by_itself_is_left_alone() {
    let calm = scenario("grown", vec![]);
    let life = Life::new(&calm);
    let sized = |gib: u32| {
        Stage::deploy(move |stack: &mut Stack| {
            let network = network(stack);
            stack.add(
                "db",
                MySql::new(&network).storage_gib(gib).max_storage_gib(500),
            );
        })
    };
    lives(&life, &sized(20), 1);
    let id = object(&life, "rds.DBInstance").id;
    life.look(|cloud| cloud.set(&id, "AllocatedStorage", json!(60)))
        .unwrap();
    let gib = || object(&life, "rds.DBInstance").inputs["AllocatedStorage"].clone();
    assert!(lives(&life, &sized(20), 2).unchanged, "more is as wanted");
    assert_eq!(gib(), json!(60));
    assert!(
        lives(&life, &sized(40), 3).unchanged,
        "still more than that"
    );
    lives(&life, &sized(80), 4);
    assert_eq!(gib(), json!(80));
    assert!(lives(&life, &sized(20), 5).unchanged, "it cannot shrink");
    assert_eq!(gib(), json!(80));
}

#[test]
fn a_protected_database_is_not_deleted() {
    let calm = scenario("protected database", vec![]);
    let life = Life::new(&calm);
    let program = |stack: &mut Stack| {
        let network = network(stack);
        stack.add("db", MySql::new(&network).deletion_protection(true));
    };
    lives(&life, &Stage::deploy(program), 1);
    let refused = error(&life, &Stage::Destroy, &DeployOptions::default());
    assert!(refused.contains("InvalidParameterCombination"), "{refused}");
    assert_eq!(count(&life, "rds.DBInstance"), 1);
    // What it stands on stays too.
    assert_eq!(count(&life, "rds.DBSubnetGroup"), 1);
    assert_eq!(count(&life, "ec2.VPC"), 1);
}

/// Why the account would not delete what a holder names in this field.
fn refusal(held: &'static Type, holder: &'static Type, field: &str) -> String {
    let machine = Machine::default();
    let (_, ended) = run(|| {
        let process = Arc::new(Process::new(&machine, 1));
        (process, |process: Arc<Process>| async move {
            let cloud = Cloud::in_memory(catalog(), "eu-west-1", process, Faults::default());
            let id = cloud.put_foreign(held, Map::new());
            let names = Map::from_iter([(field.to_owned(), json!(id))]);
            cloud.put_foreign(holder, names);
            let target = Target {
                ty: held,
                id,
                inputs: Map::new(),
                token: String::new(),
            };
            cloud.delete(&target).await.expect_err("it is held").code
        })
    });
    match ended {
        Ended::Done(code) => code,
        Ended::Killed => panic!("killed"),
    }
}

#[test]
fn what_is_in_use_is_not_deleted() {
    let refused = |held, holder, field, code: &str| {
        assert_eq!(refusal(held, holder, field), code, "{field}");
    };
    let database = &rds::DB_INSTANCE;
    refused(
        &rds::DB_SUBNET_GROUP,
        database,
        "DBSubnetGroupName",
        "InvalidDBSubnetGroupStateFault",
    );
    refused(
        &rds::DB_PARAMETER_GROUP,
        database,
        "DBParameterGroupName",
        "InvalidDBParameterGroupState",
    );
    let groups = &ec2::SECURITY_GROUP;
    refused(groups, database, "VPCSecurityGroups", "DependencyViolation");
    let files = &efs::FILE_SYSTEM;
    refused(files, &efs::MOUNT_TARGET, "FileSystemId", "FileSystemInUse");
    refused(files, &efs::ACCESS_POINT, "FileSystemId", "FileSystemInUse");
}

#[test]
fn files_are_not_destroyed_in_passing() {
    let calm = scenario("files", vec![]);
    let life = Life::new(&calm);
    let stage = |encrypted: bool| {
        Stage::deploy(move |stack: &mut Stack| {
            let files = efs::FileSystem {
                encrypted: Some(encrypted.into()),
                ..efs::FileSystem::default()
            };
            stack.add("files", files);
        })
    };
    lives(&life, &stage(true), 1);
    let refused = error(&life, &Stage::Destroy, &DeployOptions::default());
    assert!(refused.contains("destroys what it holds"), "{refused}");
    let refused = error(&life, &stage(false), &DeployOptions::default());
    assert!(refused.contains("destroys what it holds"), "{refused}");
    assert_eq!(count(&life, "efs.FileSystem"), 1);
    let meant = DeployOptions {
        delete_data: true,
        ..DeployOptions::default()
    };
    done(life.go_with(
        &Stage::Destroy,
        4,
        0,
        &meant,
        &|_: &Stamped| (),
        &Cancel::new(),
    ));
    assert_eq!(count(&life, "efs.FileSystem"), 0);
}

#[test]
fn a_link_goes_while_its_file_system_stays() {
    let calm = scenario("link", vec![]);
    let life = Life::new(&calm);
    let linked = Stage::deploy(|stack: &mut Stack| {
        let network = network(stack);
        let bucket = stack.add("bucket", Bucket::new());
        stack.add("fast", FsxLustre::new(&network).linked_to("/data", &bucket));
    });
    lives(&life, &linked, 1);
    let unlinked = Stage::deploy(|stack: &mut Stack| {
        let network = network(stack);
        stack.add("bucket", Bucket::new());
        stack.add("fast", FsxLustre::new(&network));
    });
    lives(&life, &unlinked, 2);
    assert_eq!(count(&life, fsx::DATA_REPOSITORY_ASSOCIATION.name), 0);
    assert_eq!(count(&life, fsx::FILE_SYSTEM.name), 1);
}

/// A bucket's name is free after two minutes, which a run waits for; a
/// secret's as long as the secret can be had back, which it does not.
#[test]
fn names_outlive_their_objects() {
    let calm = scenario("names", vec![]);
    let life = Life::new(&calm);
    let bucket = |stack: &mut Stack| drop(stack.add("data", Bucket::new().name("the-only-one")));
    lives(&life, &Stage::deploy(bucket), 1);
    let destroyed = lives(&life, &Stage::Destroy, 2);
    assert!(destroyed.elapsed_s < 60.0, "{destroyed:?}");
    let again = lives(&life, &Stage::deploy(bucket), 3);
    assert!(again.elapsed_s > 60.0, "{again:?}");

    let entry = |with: fn(SecretEntry) -> SecretEntry| {
        Stage::deploy(move |stack: &mut Stack| {
            let entry = SecretEntry::generated(Generated::hex(8)).name("ml/token");
            stack.add("token", with(entry));
        })
    };
    let plain = DeployOptions::default();
    let destroy = |seed| {
        let nobody = &|_: &Stamped| ();
        done(life.go_with(&Stage::Destroy, seed, 0, &plain, nobody, &Cancel::new()))
    };
    lives(&life, &entry(SecretEntry::disposable), 4);
    destroy(5);
    lives(&life, &entry(|entry| entry.recovery_days(7)), 6);
    destroy(7);
    let taken = error(&life, &entry(SecretEntry::disposable), &plain);
    assert!(taken.contains("ResourceExistsException"), "{taken}");
    assert!(taken.contains("which was deleted"), "{taken}");
    // Under a generated name nobody notices.
    lives(
        &life,
        &Stage::deploy(|stack| {
            let entry = SecretEntry::generated(Generated::hex(8));
            stack.add("token", entry);
        }),
        8,
    );
}
