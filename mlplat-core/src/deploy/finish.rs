//! The end of a step: its outcome on record, its outputs for others, its events.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::coherent::Asked;
use super::event::{Event, Verb};
use super::run::{Run, seconds};
use super::step::{At, Stop};
use crate::facts::{OutputFact, OutputLife, Type};
use crate::graph::Node;
use crate::plan::{Val, render_body};
use crate::provider::{ErrorKind, Observed, ProviderError};
use crate::state::{BirthId, Body, Record};
use crate::wiring::NodeId;

/// How an object came to be as wanted.
pub(super) enum Finished {
    /// Created just now, with this id.
    Created(String),
    /// A creation that an earlier run began.
    Resumed,
    /// These fields were updated.
    Updated(Vec<String>),
}

impl Run<'_> {
    /// Records that an object is as wanted, and lets others use its outputs.
    #[allow(clippy::too_many_arguments)]
    pub(super) async fn finish(
        &self,
        at: At<'_>,
        node: &Node,
        id: NodeId,
        birth: BirthId,
        how: Finished,
        seen: Observed,
        begun: Duration,
    ) -> Result<(), Stop> {
        let fresh = self
            .ledger
            .with(|state| !state.objects.contains_key(&birth));
        let contradiction = self.contradiction(node.ty, birth, &how, &seen);
        let made = match how {
            Finished::Created(made) if fresh => Some(made),
            _ => None,
        };
        if let Some(message) = contradiction {
            if let Some(id) = made {
                // Whatever else is wrong with it: it exists.
                self.ledger.commit(vec![Record::Made { birth, id }]).await?;
            }
            let error = ProviderError::new(ErrorKind::Bug, "ContradictsFacts", message);
            return Err(at.failed(&error));
        }
        let took = self.world.now().saturating_sub(begun);
        let outputs: BTreeMap<String, Val> = seen
            .outputs
            .iter()
            .map(|(name, value)| (name.clone(), output_val(node.ty, name, value)))
            .collect();
        let body = render_body(
            &outputs,
            &format!("{birth}|outputs"),
            self.secrets.keyring(),
            Some(self.world),
        );
        let done = Record::Done {
            birth,
            id: made,
            outputs: body.unwrap_or_else(Body::empty),
            took_s: Some(took.as_secs_f64().round() as u32),
        };
        self.ledger
            .record(done, self.done(at, Some(seen.id), begun))?;
        self.publish(id, birth);
        Ok(())
    }

    /// How what the provider shows contradicts what its type declares.
    pub(super) fn contradiction(
        &self,
        ty: &Type,
        birth: BirthId,
        how: &Finished,
        seen: &Observed,
    ) -> Option<String> {
        let (id, sent) = self.asked(birth, how)?;
        let asked = Asked {
            ty,
            id: &id,
            sent: &sent,
        };
        if let Some(contradicted) = asked.contradicted(seen) {
            return Some(contradicted);
        }
        let Finished::Updated(fields) = how else {
            return None;
        };
        let before = self.ledger.with(|state| {
            let object = state.objects.get(&birth)?;
            serde_json::from_str::<Map<String, Value>>(object.outputs.get()).ok()
        })?;
        let stays = |output: &&OutputFact| match output.life {
            OutputLife::Fixed => true,
            OutputLife::ChangesWith(with) => !with.iter().any(|w| fields.iter().any(|f| f == w)),
            OutputLife::Drifts => false,
        };
        let changed = ty.outputs.iter().filter(stays).find(|output| {
            let old = before.get(output.name).filter(|_| !output.secret);
            old.is_some_and(|old| seen.outputs.get(output.name) != Some(old))
        })?;
        Some(format!(
            "{} changed its output {}, which it declares not to change with {}",
            ty.name,
            changed.name,
            fields.join(", ")
        ))
    }

    /// The object that was asked about, and the inputs that were sent.
    fn asked(&self, birth: BirthId, how: &Finished) -> Option<(String, Map<String, Value>)> {
        self.ledger.with(|state| {
            let object = state.objects.get(&birth);
            let id = match how {
                Finished::Created(id) => id.clone(),
                Finished::Resumed | Finished::Updated(_) => object?.id.clone(),
            };
            let open = state.open.get(&birth).map(|intent| &intent.body.json);
            let sent = open.or(object.map(|object| &object.inputs))?;
            Some((id, serde_json::from_str(sent.get()).unwrap_or_default()))
        })
    }

    /// Lets others use an object's outputs.
    pub(crate) fn publish(&self, id: NodeId, birth: BirthId) {
        self.place(id, birth);
        let outputs = self.ledger.with(|state| {
            let object = state.objects.get(&birth)?;
            let known = serde_json::from_str(object.outputs.get()).ok()?;
            Some((
                known,
                crate::plan::open_secret_outputs(object, birth, self.secrets),
            ))
        });
        if let Some((known, secret)) = outputs {
            self.set_outputs(id, known, secret);
        }
    }

    pub(crate) fn tell_started(&self, at: At<'_>, ty: &Type) {
        self.tell(Event::Started {
            path: at.planned.path.clone(),
            ty: ty.name.to_owned(),
            action: at.verb,
            expected_s: self.expected_s(ty, at.verb),
        });
    }

    /// How many seconds something usually takes.
    pub(crate) fn expected_s(&self, ty: &Type, verb: Verb) -> u32 {
        let life = match verb {
            Verb::Create => ty.create,
            Verb::Update => ty.update,
            Verb::Delete | Verb::Forget | Verb::Read => ty.delete,
        };
        let learned = self
            .ledger
            .with(|state| state.durations.get(ty.name).copied());
        learned
            .filter(|_| verb == Verb::Create)
            .unwrap_or(life.typical_s)
    }

    /// That a step is done, to be told when it is on record.
    pub(crate) fn done(&self, at: At<'_>, id: Option<String>, begun: Duration) -> Event {
        Event::Done {
            path: at.planned.path.clone(),
            action: at.verb,
            id,
            took_s: seconds(self.world.now().saturating_sub(begun)),
        }
    }
}

pub(super) fn output_val(ty: &Type, name: &str, value: &Value) -> Val {
    match (ty.output(name), value) {
        (Some(fact), Value::String(text)) if fact.secret => {
            Val::Secret(crate::wiring::Plain::new(text.clone()))
        }
        _ => Val::Known(value.clone()),
    }
}
