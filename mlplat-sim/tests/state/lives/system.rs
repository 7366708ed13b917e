//! The system: an engine on the simulated account, and O1 to O7 asked of it.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

use mlplat_core::NodePath;
use mlplat_core::deploy::{Cancel, DeployOptions, Deployment, Outcome, PlanOptions, Stamped};
use mlplat_core::state::{State, encode_snapshot};
use mlplat_sim::cloud::SimObject;
use mlplat_sim::harness::{Life, Lived as Run, Scenario, Stage, Wrap};
use mlplat_sim::machine::{Ended, Machine};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use serde_json::{Value, json};

use super::super::types::{BOX, MILL, scenario};
use super::latch::LATCH;
use super::model::{CANARY, Followed, Kind, Model, Step, Thing, Weather};

/// What stands between engine and account: nothing, or a bug.
pub trait Between: 'static {
    fn wrap() -> Option<Wrap>;
}

/// Nothing.
pub struct Calm;

impl Between for Calm {
    fn wrap() -> Option<Wrap> {
        None
    }
}

/// A life under test.
pub struct Lived<B>(PhantomData<B>);

/// What is on the machine, and what the account held before.
pub struct System {
    machine: Machine,
    calm: Scenario,
    rough: Scenario,
    foreign: BTreeMap<u64, SimObject>,
    runs: u64,
    /// Everything that the engine has said.
    said: Mutex<String>,
}

/// Six virtual hours are far beyond every life here: O6.
const DEADLINE_S: f64 = 6.0 * 3600.0;

impl System {
    fn life<'a>(&self, scenario: &'a Scenario, machine: &Machine) -> Life<'a> {
        Life {
            scenario,
            machine: machine.clone(),
        }
    }

    fn look(&self) -> Life<'_> {
        self.life(&self.calm, &self.machine)
    }

    /// One run in a process that dies at a share of its points.
    fn go(&self, stage: &Stage, only: &[NodePath], killed: Option<u32>, weather: Weather) -> Run {
        let scenario = match weather {
            Weather::Calm => &self.calm,
            Weather::Rough => &self.rough,
        };
        let options = DeployOptions {
            plan: PlanOptions {
                only: only.to_vec(),
                ..PlanOptions::default()
            },
            delete_data: true,
            ..DeployOptions::default()
        };
        let life = self.life(scenario, &self.machine);
        let tell = |event: &Stamped| {
            let text = serde_json::to_string(event).unwrap();
            self.said.lock().unwrap().push_str(&text);
        };
        let run = |life: &Life<'_>, dies_at| {
            life.go_with(stage, self.runs, dies_at, &options, &tell, &Cancel::new())
        };
        let dies_at = killed.map_or(0, |share| {
            let points = run(&life.fork(), 0).points;
            1 + points * u64::from(share) / 1000
        });
        run(&life, dies_at)
    }

    /// O6: it came to its end, well and in time.
    fn ended(&self, run: Run, what: &Step) -> Deployment {
        assert!(
            run.took_s < DEADLINE_S,
            "O6: {what:?} took {} s",
            run.took_s
        );
        match run.ended {
            Ended::Done(Ok(deployment)) => {
                let failed = &deployment.failed;
                assert_eq!(
                    deployment.outcome,
                    Outcome::Complete,
                    "O6: {what:?}: {failed:?}"
                );
                deployment
            }
            Ended::Done(Err(error)) => panic!("O6: {what:?} gave up: {error}"),
            Ended::Killed => panic!("O6: {what:?} was killed and should not have been"),
        }
    }

    /// The live objects of the stack, by id.
    fn ours(&self) -> BTreeMap<String, SimObject> {
        let objects = self.look().objects().into_values();
        let ours =
            objects.filter(|object| object.gone_at.is_none() && object.lineage != "somebody-else");
        ours.map(|object| (object.id.clone(), object)).collect()
    }

    fn state(&self) -> State {
        self.look().state().unwrap_or_default()
    }

    /// O1 for some things: each stands for one live object that is as it should
    /// be.
    fn one_of_each(&self, things: &[&Thing], what: &Step) {
        let (state, ours) = (self.state(), self.ours());
        let current = state.current();
        let id_of = |path: &str| {
            let birth = current
                .iter()
                .find(|(at, _)| at.as_str() == path)
                .map(|(_, birth)| birth);
            birth
                .and_then(|birth| state.objects.get(birth))
                .map(|object| object.id.clone())
        };
        for thing in things {
            let id = id_of(&thing.path);
            let live = id.and_then(|id| ours.get(&id));
            let Some(live) = live else {
                panic!(
                    "O1: after {what:?} {} stands for nothing that lives",
                    thing.path
                );
            };
            let inside = thing.inside.as_deref().and_then(id_of);
            for (field, value) in expected(thing, inside) {
                let is = live.inputs.get(field).cloned().unwrap_or_default();
                assert_eq!(is, value, "O1: after {what:?}, {field} of {}", thing.path);
            }
        }
    }

    /// O2: no object of the stack that the state does not name.
    fn none_left(&self, what: &Step) {
        let state = self.state();
        for (id, object) in self.ours() {
            let named = state.objects.values().any(|known| known.id == id);
            assert!(
                named,
                "O2: after {what:?} {} {id} is in no state",
                object.ty
            );
        }
    }

    /// O4: a second run has nothing to do and does nothing.
    fn settled(&self, stage: &Stage, what: &Step) {
        let before = self.look().objects();
        let again = self.ended(self.go(stage, &[], None, Weather::Calm), what);
        assert!(
            again.unchanged,
            "O4: after {what:?} a second run did {} steps",
            again.done
        );
        assert_eq!(
            self.look().objects(),
            before,
            "O4: a second run changed something"
        );
    }

    fn drift(&self, path: &str, size: Option<u32>) {
        let state = self.state();
        let current = state.current();
        let birth = current
            .iter()
            .find(|(at, _)| at.as_str() == path)
            .map(|(_, birth)| *birth);
        let Some(object) = birth.and_then(|birth| state.objects.get(&birth)) else {
            return;
        };
        let life = self.look();
        life.look(|cloud| {
            // It may be gone already, or never have come.
            let _ = match size {
                Some(size) if object.ty == MILL.name => {
                    cloud.set(&object.id, "Level", json!(size.to_string()))
                }
                Some(size) => cloud.set(&object.id, "Size", json!(size)),
                None => cloud.take_away(&object.id),
            };
        });
    }
}

/// What the fields of a thing's object should be.
fn expected(thing: &Thing, inside: Option<String>) -> Vec<(&'static str, Value)> {
    let inside = ("In", inside.map_or(Value::Null, Value::from));
    match thing.kind {
        Kind::Box => vec![
            inside,
            ("Size", json!(thing.size)),
            ("Color", json!(thing.color)),
        ],
        Kind::Mill => vec![
            inside,
            ("Level", json!(thing.size.to_string())),
            ("Kind", json!(thing.color)),
        ],
        Kind::Latch => vec![
            inside,
            ("Size", json!(thing.size)),
            ("Code", json!(format!("{CANARY}-{}", thing.color))),
        ],
    }
}

impl<B: Between> StateMachineTest for Lived<B> {
    type SystemUnderTest = System;
    type Reference = Model;

    fn init_test(_: &Model) -> System {
        let with = |faults: &str| {
            let mut made = scenario("life", vec![]);
            made.types = vec![&BOX, &MILL, &LATCH];
            made.faults = faults.parse().unwrap();
            made.wrap = B::wrap();
            let foreign = json!({"Name": "not-yours", "Size": 1, "Color": "red"});
            made.foreign = vec![(&BOX, foreign.as_object().cloned().unwrap_or_default())];
            made
        };
        let calm = with("seed=1");
        let (machine, foreign) = {
            let life = Life::new(&calm);
            (life.machine.clone(), life.objects())
        };
        System {
            machine,
            rough: with("throttle=0.1,lost_reply=0.1,5xx=0.1,lag=1"),
            calm,
            foreign,
            runs: 1,
            said: Mutex::default(),
        }
    }

    fn apply(mut system: System, model: &Model, step: Step) -> System {
        if model.idle {
            return system;
        }
        system.runs += 1;
        let program = model.clone();
        let stage = Stage::Deploy(Arc::new(move |stack| program.write(stack)));
        match &step {
            Step::Drift(index, size) => {
                system.drift(&model.thing(index).unwrap().path, Some(*size))
            }
            Step::TakeAway(index) => system.drift(&model.thing(index).unwrap().path, None),
            Step::Deploy(killed, weather) => {
                let run = system.go(&stage, &[], *killed, *weather);
                if killed.is_none() {
                    system.ended(run, &step);
                    system.one_of_each(&model.program.iter().collect::<Vec<_>>(), &step);
                    assert_eq!(
                        system.ours().len(),
                        model.program.len(),
                        "O2: after {step:?}"
                    );
                    system.settled(&stage, &step);
                }
            }
            Step::Only(index, killed) => {
                let path = &model.thing(index).unwrap().path;
                let run = system.go(&stage, &[path.parse().unwrap()], *killed, Weather::Calm);
                if killed.is_none() {
                    system.ended(run, &step);
                    system.one_of_each(&model.needed(path), &step);
                }
            }
            Step::Destroy(killed) => {
                let run = system.go(&Stage::Destroy, &[], *killed, Weather::Calm);
                if killed.is_none() {
                    system.ended(run, &step);
                    assert_eq!(system.ours().len(), 0, "O2: after {step:?}");
                    assert!(system.state().objects.is_empty(), "O1: after {step:?}");
                }
            }
            _ => {}
        }
        let ran = matches!(step, Step::Deploy(..) | Step::Only(..) | Step::Destroy(_));
        if ran && model.followed != Followed::Cut {
            system.none_left(&step);
        }
        system
    }

    fn check_invariants(system: &System, _: &<Self::Reference as ReferenceStateMachine>::State) {
        // O3: snapshot and journal read, and are written the same.
        let state = system.state();
        assert!(encode_snapshot(&state).is_ok(), "O3");
        // O5: no secret where it does not belong.
        let secret = [CANARY.to_owned(), hex(CANARY)];
        let said = system.said.lock().unwrap();
        for (path, content) in system.machine.files.all() {
            let content = String::from_utf8_lossy(&content).into_owned();
            let shown =
                path.starts_with("state") && secret.iter().any(|secret| content.contains(secret));
            assert!(!shown, "O5: a secret is in {}", path.display());
        }
        assert!(
            !secret.iter().any(|secret| said.contains(secret)),
            "O5: a secret was told"
        );
        // O7: what belongs to somebody else is as it was.
        let objects = system.look().objects();
        for (key, object) in &system.foreign {
            assert_eq!(objects.get(key), Some(object), "O7");
        }
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}
