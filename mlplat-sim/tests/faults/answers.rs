//! Providers whose answers contradict what their types declare: every way, for every type.

use std::sync::{Arc, Mutex};

use mlplat_core::deploy::{EngineError, Outcome};
use mlplat_core::facts::{OnChange, OutputLife, Type};
use mlplat_core::provider::{Observed, Status};
use mlplat_sim::harness::Life;
use mlplat_sim::machine::Ended;
use serde_json::{Value, json};

use super::every::{resources, scenario, stage_of};
use super::lives::{came_back, proving, settles};
use super::watch::{Watch, watched};

/// What is wrong with the answers about one type.
#[derive(Debug, Clone)]
enum Wrong {
    OtherId,
    DroppedOutput(&'static str),
    NullOutput(&'static str),
    ReshapedOutput(&'static str),
    ExtraOutput,
    ExtraField,
    DroppedField(&'static str),
    ReshapedField(&'static str),
}

impl Wrong {
    /// Every way in which the answers about a type can be wrong.
    fn ways(ty: &'static Type) -> Vec<Self> {
        let mut ways = vec![Self::OtherId, Self::ExtraOutput, Self::ExtraField];
        let firm = ty
            .outputs
            .iter()
            .filter(|output| output.life != OutputLife::Drifts);
        for output in firm {
            ways.extend([
                Self::DroppedOutput(output.name),
                Self::NullOutput(output.name),
            ]);
        }
        for output in ty.outputs.iter().filter(|output| !output.form.is_empty()) {
            ways.push(Self::ReshapedOutput(output.name));
        }
        let readable = ty
            .fields
            .iter()
            .filter(|field| field.change != OnChange::WriteOnly && !field.secret);
        for field in readable {
            ways.extend([
                Self::DroppedField(field.name),
                Self::ReshapedField(field.name),
            ]);
        }
        ways
    }

    /// The member that the message has to name.
    fn member(&self) -> &str {
        match self {
            Self::OtherId => "was asked for, and",
            Self::ExtraOutput | Self::ExtraField => "Surprise",
            Self::DroppedOutput(name)
            | Self::NullOutput(name)
            | Self::ReshapedOutput(name)
            | Self::DroppedField(name)
            | Self::ReshapedField(name) => name,
        }
    }

    /// Does it to an answer; whether there was something to do it to.
    fn to(&self, seen: &mut Observed) -> bool {
        let reshaped = |value: &mut Value| {
            *value = match value {
                Value::Object(_) => json!(["another"]),
                _ => json!({"another": "shape"}),
            };
        };
        match self {
            Self::OtherId => seen.id.push_str("-of-somebody"),
            Self::ExtraOutput => drop(seen.outputs.insert("Surprise".into(), json!("!"))),
            Self::ExtraField => drop(seen.inputs.insert("Surprise".into(), json!("!"))),
            Self::DroppedOutput(name) => return seen.outputs.remove(*name).is_some(),
            Self::NullOutput(name) => {
                return seen.outputs.insert((*name).into(), Value::Null).is_some();
            }
            Self::ReshapedOutput(name) => {
                return seen.outputs.get_mut(*name).map(reshaped).is_some();
            }
            Self::DroppedField(name) => return seen.inputs.remove(*name).is_some(),
            Self::ReshapedField(name) => return seen.inputs.get_mut(*name).map(reshaped).is_some(),
        }
        true
    }
}

struct Lies {
    ty: &'static str,
    wrong: Wrong,
    told: Mutex<usize>,
}

impl Watch for Lies {
    fn shows(&self, ty: &'static Type, mut seen: Observed) -> Observed {
        if ty.name == self.ty && seen.status == Status::Ready && self.wrong.to(&mut seen) {
            *self.told.lock().unwrap() += 1;
        }
        seen
    }
}

/// Proves fault 20.
#[test]
fn every_wrong_answer_is_caught_and_no_id_is_lost() {
    let calm = scenario("right answers", vec![]);
    let mut ways: Vec<(&'static Type, Wrong)> = Vec::new();
    for ty in resources() {
        ways.extend(Wrong::ways(ty).into_iter().map(|way| (ty, way)));
    }
    let all = ways.len();
    let step = all.div_ceil(usize::try_from(proving(120, all as u64)).unwrap());
    let (mut caught, mut looked) = (0, 0);
    for (number, (ty, wrong)) in ways.into_iter().enumerate().step_by(step) {
        let how = format!("{}: {wrong:?}", ty.name);
        let lies = Arc::new(Lies {
            ty: ty.name,
            wrong,
            told: Mutex::new(0),
        });
        let mut lying = calm.clone();
        lying.wrap = Some(watched(lies.clone()));
        let stage = stage_of(ty.name, 1);
        let life = Life::new(&lying);
        let over = came_back(life.go(&stage, 1, 0));
        if *lies.told.lock().unwrap() == 0 {
            // The object has nothing of the kind.
            assert_eq!(over.outcome, Outcome::Complete, "{how}");
            continue;
        }
        assert_eq!(over.outcome, Outcome::Failed, "{how}");
        let failure = &over.failed[0];
        assert_eq!(failure.code, "ContradictsFacts", "{how}: {failure:?}");
        assert!(failure.message.contains(ty.name), "{how}: {failure:?}");
        assert!(
            failure.message.contains(lies.wrong.member()),
            "{how}: {failure:?}"
        );
        let path = ty.name.to_lowercase().replace('.', "-");
        assert_eq!(failure.path.as_str(), path, "{how}");
        // Whatever was said of it: it is known.
        let made = life.objects();
        let made = made
            .values()
            .find(|one| one.ty == ty.name && one.lineage != "there-all-along");
        let id = &made.unwrap_or_else(|| panic!("{how}: it was not made")).id;
        let state = life.state().unwrap();
        assert!(
            state.objects.values().any(|one| one.id == *id),
            "{how}: {id} is lost"
        );
        caught += 1;
        let life = Life {
            scenario: &calm,
            machine: life.machine,
        };
        settles(&life, &stage, 2, &how);
        // The same said of an object that is there: nothing is built on it.
        if number % 5 == 0
            && !matches!(lies.wrong, Wrong::DroppedField(_) | Wrong::ReshapedField(_))
        {
            let lying = Life {
                scenario: &lying,
                machine: life.machine.clone(),
            };
            match lying.go(&stage, 3, 0).ended {
                Ended::Done(Err(EngineError::Read { why, .. })) => {
                    assert!(why.message.contains(lies.wrong.member()), "{how}: {why}");
                }
                Ended::Done(Ok(over)) => {
                    // Only what an input decides on is not known by a look.
                    assert!(
                        matches!(lies.wrong, Wrong::ReshapedOutput(_)),
                        "{how}: {over:?}"
                    );
                }
                _ => panic!("{how}: it was not caught by a look"),
            }
            let life = Life {
                scenario: &calm,
                machine: life.machine,
            };
            settles(&life, &stage, 4, &how);
            looked += 1;
        }
    }
    println!(
        "figure: {caught} of {caught} wrong answers caught ({all} ways for {} types), {looked} more by a look, 0 ids lost",
        resources().count()
    );
}
