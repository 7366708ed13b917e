//! Objects that exist and are nobody's here: read at every plan, followed when
//! they change, named when they are missing, never touched.

use mlplat_aws::{catalog, iam, policy::trust};
use mlplat_core::Stack;
use mlplat_core::deploy::{Deployment, Outcome};
use mlplat_sim::cloud::SimObject;
use mlplat_sim::harness::{Life, Scenario, Stage, Sweep, sweep};
use mlplat_sim::machine::Ended;
use serde_json::{Map, Value, json};

use super::types::{came_back, lives};

/// A role of ours says in its description which role of theirs it knows.
fn program(stack: &mut Stack) {
    let theirs = stack.existing::<iam::Role>("theirs", "their-role");
    let ours = iam::Role {
        description: Some((&theirs.role_id).into()),
        ..iam::Role::new(trust::service("ec2.amazonaws.com"))
    };
    stack.add("ours", ours);
}

fn deploy() -> Stage {
    Stage::deploy(program)
}

fn inputs() -> Map<String, Value> {
    let inputs = json!({"RoleName": "their-role", "Path": "/", "AssumeRolePolicyDocument": "{}"});
    inputs.as_object().cloned().unwrap()
}

fn scenario(name: &str, stages: Vec<Stage>) -> Scenario {
    let mut scenario = Scenario::new(name, catalog(), stages);
    scenario.foreign = vec![(&iam::ROLE, inputs())];
    scenario
}

fn role(life: &Life<'_>, theirs: bool) -> SimObject {
    let roles = life.objects().into_values();
    let mut fits = roles.filter(|one| (one.inputs["RoleName"] == "their-role") == theirs);
    let found = fits.next().expect("the role");
    assert!(fits.next().is_none(), "one role");
    found
}

/// Killed anywhere, with theirs untouched (O7) and read again each time.
#[test]
fn what_exists_is_read_and_left_alone() {
    let stages = vec![deploy(), Stage::Destroy];
    let report = sweep(&scenario("existing", stages), &Sweep::default());
    let report = report.unwrap_or_else(|broken| panic!("{broken}"));
    assert!(report.killed > 15, "{report:?}");

    let calm = scenario("existing", vec![]);
    let life = Life::new(&calm);
    lives(&life, &deploy(), 1);
    let (theirs, ours) = (role(&life, true), role(&life, false));
    assert_eq!(ours.inputs["Description"], theirs.outputs["RoleId"]);
}

/// Somebody has made theirs anew: what we made of it follows, and only that.
#[test]
fn what_exists_and_has_changed_is_followed() {
    let calm = scenario("changed", vec![]);
    let life = Life::new(&calm);
    lives(&life, &deploy(), 1);
    let before = role(&life, false);
    assert!(lives(&life, &deploy(), 2).unchanged);
    life.look(|cloud| {
        cloud.take_away("their-role").unwrap();
        cloud.put_foreign(&iam::ROLE, inputs());
    });
    let followed = lives(&life, &deploy(), 3);
    assert_eq!((followed.done, followed.unchanged), (1, false));
    let (theirs, ours) = (role(&life, true), role(&life, false));
    assert_ne!(before.inputs["Description"], theirs.outputs["RoleId"]);
    assert_eq!(ours.inputs["Description"], theirs.outputs["RoleId"]);
    assert_eq!(ours.key, before.key, "it is the same object");
    assert!(lives(&life, &deploy(), 4).unchanged);
}

fn refused(life: &Life<'_>, stage: &Stage) -> String {
    match life.go(stage, 9, 0).ended {
        Ended::Done(Err(error)) => error.to_string(),
        Ended::Done(Ok(deployment)) => panic!("{deployment:?}"),
        Ended::Killed => panic!("killed"),
    }
}

/// The line of the program at which theirs is named.
const AT: &str = "\n  at   mlplat-sim/tests/proof/existing.rs:16\n";

#[test]
fn what_should_exist_and_does_not_is_named_with_its_line() {
    let calm = scenario("missing", vec![]);
    let life = Life::new(&calm);
    life.look(|cloud| cloud.take_away("their-role")).unwrap();
    assert_eq!(
        refused(&life, &deploy()),
        format!(
            "theirs: the existing iam.Role their-role could not be read: NotFound: iam.Role their-role does not exist (unread){AT}  do   make it, or give the id of one that is there: the program says that it exists; nothing was begun"
        )
    );
    assert!(life.objects().is_empty());
}

#[test]
fn what_may_not_be_read_is_named_with_its_line() {
    let mut denied = scenario("denied", vec![]);
    denied.faults.deny = vec!["iam.Role:read".to_owned()];
    let life = Life::new(&denied);
    assert_eq!(
        refused(&life, &deploy()),
        format!(
            "theirs: the existing iam.Role their-role could not be read: AccessDenied: User: arn:aws:sts::000000000000:assumed-role/deployer/mlplat is not authorized to perform: iam:GetRole on resource: iam.Role their-role (unread){AT}  do   let whoever deploys do this: `plan --deployer-policy` lists all that is needed; nothing was begun"
        )
    );
    // An object of our own that a refresh may not look at.
    let calm = scenario("allowed", vec![]);
    let life = Life::new(&calm);
    let alone = Stage::deploy(|stack| {
        let role = iam::Role::new(trust::service("ec2.amazonaws.com"));
        stack.add("alone", role);
    });
    lives(&life, &alone, 1);
    let mut denied = scenario("denied", vec![]);
    denied.faults.deny = vec!["iam.Role:list".to_owned()];
    let life = Life {
        scenario: &denied,
        machine: life.machine,
    };
    let said = refused(&life, &alone);
    assert!(
        said.starts_with("alone: its iam.Role could not be read: AccessDenied: "),
        "{said}"
    );
    assert!(
        said.contains("\n  at   mlplat-sim/tests/proof/existing.rs:"),
        "{said}"
    );
    assert!(
        said.contains("\n  do   let whoever deploys do this"),
        "{said}"
    );
}

/// Called by a name that is known only while the plan is carried out.
fn later(prefix: &'static str) -> Stage {
    Stage::deploy(move |stack| {
        let first = iam::Role::new(trust::service("ec2.amazonaws.com"));
        let first = stack.add("first", first);
        let name = mlplat_core::text!("{}{}", prefix, first.role_name);
        let again = stack.existing::<iam::Role>("again", name);
        let second = iam::Role {
            description: Some((&again.role_id).into()),
            ..iam::Role::new(trust::service("ec2.amazonaws.com"))
        };
        stack.add("second", second);
    })
}

#[test]
fn what_is_known_only_later_is_read_when_the_run_comes_to_it() {
    let calm = Scenario::new("later", catalog(), vec![]);
    let life = Life::new(&calm);
    lives(&life, &later(""), 1);
    let objects = life.objects();
    let mut roles = objects.values();
    let (first, second) = (roles.next().unwrap(), roles.next().unwrap());
    assert_eq!(second.inputs["Description"], first.outputs["RoleId"]);
    assert!(lives(&life, &later(""), 2).unchanged);

    let life = Life::new(&calm);
    let Deployment {
        outcome, failed, ..
    } = came_back(life.go(&later("no-"), 3, 0));
    assert_eq!(outcome, Outcome::Failed);
    let (path, said) = (failed[0].path.as_str(), &failed[0].message);
    assert_eq!(path, "again");
    assert!(failed[0].source.is_some());
    assert!(
        said.starts_with("the existing iam.Role no-proof-dev-first"),
        "{said}"
    );
    assert!(
        said.contains("does not exist; make it, or give the id"),
        "{said}"
    );
}
