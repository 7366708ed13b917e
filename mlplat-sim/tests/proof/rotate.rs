//! Rotation, killed anywhere: one value everywhere, the one that was drawn.

use std::collections::BTreeSet;

use mlplat_core::deploy::{Cancel, DeployOptions, PlanOptions, Stamped};
use mlplat_core::facts::{OnChange, OutputFact, Recovery, TYPE, Type, opt, w};
use mlplat_core::plan::open_body;
use mlplat_core::seal::Keyring;
use mlplat_core::state::{Ending, State};
use mlplat_core::wiring::Generated;
use mlplat_core::{Output, Resource, Secret, Stack};
use mlplat_sim::harness::{ClearKeys, Life, Lived, Scenario, Stage};
use mlplat_sim::machine::Ended;
use serde_json::Value;

use super::types::{came_back, done};

static VAULT: Type = Type {
    name: "test.Vault",
    provider: "test",
    api: "test:CreateVault",
    recovery: Recovery::Tags { window_s: 60 },
    fields: &[
        opt("Password", OnChange::InPlace).secret(),
        opt("Owner", OnChange::InPlace).secret(),
        opt("Label", OnChange::InPlace),
    ],
    outputs: &[OutputFact::fixed("Id", "vault-{hex17}")],
    create: w(30, &["CREATING", "ACTIVE"], 0),
    update: w(20, &["UPDATING", "ACTIVE"], 0),
    delete: w(10, &["DELETING", "DELETED"], 0),
    ..TYPE
};

#[derive(Resource, Clone)]
#[resource(facts = VAULT, handle = VaultHandle { id: String })]
pub struct Vault {
    pub password: Option<Output<Secret<String>>>,
    pub owner: Option<Output<Secret<String>>>,
    pub label: Option<Output<String>>,
}

fn vaults(stack: &mut Stack) {
    let shape = Generated::alphanumeric(24);
    let password = Output::generated("password", shape);
    let other = Output::generated("other", shape);
    let mut before: Option<Output<String>> = None;
    for name in ["first", "second", "third"] {
        let vault = Vault {
            password: Some(password.clone()),
            owner: None,
            label: before.take(),
        };
        before = Some((&stack.add(name, vault).id).into());
    }
    let apart = Vault {
        password: Some(other),
        owner: None,
        label: None,
    };
    stack.add("apart", apart);
    stack.output("password", &password);
}

fn scenario() -> Scenario {
    Scenario::new("rotate", &[&VAULT], vec![])
}

fn rotate(life: &Life<'_>, seed: u64, dies_at: u64) -> Lived {
    let options = DeployOptions {
        plan: PlanOptions {
            rotate: vec!["password".to_owned()],
            only: ["first", "second", "third"]
                .map(|path| path.parse().unwrap())
                .into(),
            ..PlanOptions::default()
        },
        ..DeployOptions::default()
    };
    let stage = Stage::deploy(vaults);
    life.go_with(
        &stage,
        seed,
        dies_at,
        &options,
        &|_: &Stamped| (),
        &Cancel::new(),
    )
}

/// The passwords in the account: of the three that share one, and of the one
/// that stands apart.
fn passwords(life: &Life<'_>) -> (BTreeSet<String>, String) {
    let state = life.state().unwrap();
    let objects = life.objects();
    let of = |path: &str| {
        let object = state
            .objects
            .values()
            .find(|object| object.path.as_str() == path)
            .unwrap();
        let live = objects.values().find(|live| live.id == object.id).unwrap();
        live.inputs["Password"].as_str().unwrap().to_owned()
    };
    (["first", "second", "third"].map(of).into(), of("apart"))
}

fn keyring(state: &State) -> Keyring {
    Keyring::unlock(state.keys.as_deref().unwrap(), &ClearKeys).unwrap()
}

/// Every secret that the state can still open.
fn opened(state: &State) -> BTreeSet<String> {
    let keyring = keyring(state);
    let mut all = BTreeSet::new();
    for (key, secret) in &state.secrets {
        let place = format!("secret|{key}|{}", secret.generation);
        all.insert(
            keyring
                .open(&place, &secret.sealed)
                .unwrap()
                .expose()
                .to_owned(),
        );
    }
    for (birth, object) in &state.objects {
        for (place, sealed) in &object.sealed {
            assert!(place.starts_with(&birth.to_string()));
            all.insert(keyring.open(place, sealed).unwrap().expose().to_owned());
        }
    }
    for (name, body) in &state.outputs {
        let place = format!("output|{name}");
        let members = open_body(&body.json, &body.sealed, &place, &keyring).unwrap();
        all.extend(
            members
                .get("value")
                .and_then(Value::as_str)
                .map(str::to_owned),
        );
    }
    all
}

#[test]
fn a_calm_rotation_changes_one_secret_everywhere_and_forgets_the_old_value() {
    let scenario = scenario();
    let life = Life::new(&scenario);
    done(life.go(&Stage::deploy(vaults), 1, 0));
    let (old, apart) = passwords(&life);
    assert_eq!(old.len(), 1);
    let deployment = done(rotate(&life, 2, 0));
    assert_eq!(deployment.done, 3);
    let (new, still) = passwords(&life);
    assert_eq!(new.len(), 1);
    assert!(old.is_disjoint(&new));
    assert_eq!(apart, still, "the other secret is not touched");
    let state = life.state().unwrap();
    assert_eq!(state.secrets["password"].generation, 1);
    assert!(!state.secrets["password"].spreading);
    let expected: BTreeSet<String> = new.iter().cloned().chain([apart]).collect();
    assert_eq!(opened(&state), expected, "nothing opens to the old value");
    assert!(done(life.go(&Stage::deploy(vaults), 3, 0)).unchanged);
    done(rotate(&life, 4, 0));
    assert!(passwords(&life).0.is_disjoint(&new), "and once more");
}

#[test]
fn killed_anywhere_it_ends_with_one_new_value_everywhere() {
    let scenario = scenario();
    let begun = Life::new(&scenario);
    done(begun.go(&Stage::deploy(vaults), 1, 0));
    let (old, apart) = passwords(&begun);
    let points = rotate(&begun.fork(), 2, 0).points;
    let mut taken_up = 0;
    for at in 1..=points {
        let killed = begun.fork();
        assert!(
            matches!(rotate(&killed, 2, at).ended, Ended::Killed),
            "{at}"
        );
        let drawn = killed.state().unwrap().secrets["password"].generation == 1;
        taken_up += usize::from(drawn);

        // Whatever is run next goes on with the value that was drawn.
        let deployed = killed.fork();
        done(deployed.go(&Stage::deploy(vaults), 3, 0));
        let (now, still) = passwords(&deployed);
        assert_eq!(
            (now.len(), &still),
            (1, &apart),
            "killed at {at} of {points}"
        );
        assert_eq!(now != old, drawn, "killed at {at} of {points}");
        assert!(
            done(deployed.go(&Stage::deploy(vaults), 4, 0)).unchanged,
            "{at}"
        );

        // The same command again is the same rotation, not another one.
        came_back(rotate(&killed, 5, 0));
        let (again, _) = passwords(&killed);
        let state = killed.state().unwrap();
        assert_eq!(again.len(), 1, "killed at {at} of {points}");
        assert!(again.is_disjoint(&old), "killed at {at} of {points}");
        let committed = state
            .history
            .iter()
            .filter(|past| past.end.outcome == Ending::Complete);
        let generation = if committed.count() == 3 { 2 } else { 1 };
        assert_eq!(
            state.secrets["password"].generation, generation,
            "killed at {at}"
        );
        assert!(!state.secrets["password"].spreading, "killed at {at}");
        let left = opened(&state);
        assert!(
            old.is_disjoint(&left),
            "killed at {at}: the old value is forgotten"
        );
    }
    assert!(
        taken_up > 20,
        "{taken_up} of {points} were killed after the value was drawn"
    );
}
