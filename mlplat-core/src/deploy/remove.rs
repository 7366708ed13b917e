//! Removing objects: those that a plan lets go, and those that nobody remembers.

use serde_json::Map;

use super::data;
use super::event::{Event, Verb};
use super::identity::Identity;
use super::run::Run;
use super::step::{At, Stop};
use crate::facts::Data;
use crate::plan::Change;
use crate::provider::{ErrorKind, Owned, Target};
use crate::state::{Action, BirthId, Body, Record};

impl Run<'_> {
    pub(super) async fn remove(&self, at: At<'_>, birth: BirthId) -> Result<(), Stop> {
        let Some(object) = self.ledger.with(|state| state.objects.get(&birth).cloned()) else {
            return Ok(());
        };
        if at.planned.change == Change::Forget || object.retain {
            let told = Event::Done {
                path: at.planned.path.clone(),
                action: Verb::Forget,
                id: Some(object.id),
                took_s: 0.0,
            };
            self.ledger.record(Record::Forgotten { birth }, told)?;
            return Ok(());
        }
        let ty = self.providers.type_named(&object.ty).ok_or_else(|| {
            at.refused(
                "NoProvider",
                format!(
                    "no provider serves {}: run a program that has it",
                    object.ty
                ),
            )
        })?;
        let at = At {
            verb: Verb::Delete,
            ..at
        };
        let mut target = self.target(at, ty, birth, &object)?;
        if self.delete_data {
            target.inputs = data::without_copies(ty, target.inputs);
        }
        let begun = self.world.now();
        self.ledger
            .commit(vec![Record::Begin {
                birth,
                action: Action::Delete,
                path: object.path.clone(),
                ty: object.ty.clone(),
                body: Body {
                    json: object.inputs.clone(),
                    sealed: object.sealed.clone(),
                },
                deps: object.deps.clone(),
                soft_deps: object.soft_deps.clone(),
                replaces: None,
                protect: object.protect,
                retain: object.retain,
            }])
            .await?;
        self.tell_started(at, ty);
        let identity = self.ledger.with(|state| Identity::of(state, ty, birth));
        let deleted = self.delete_until_gone(at, &target, &identity, begun).await;
        if let Err(stop) = deleted {
            let stop = advised(at, &target, stop);
            if matches!(stop, Stop::Failed(_)) {
                self.ledger.commit(vec![Record::Undone { birth }]).await?;
            }
            return Err(stop);
        }
        let told = self.done(at, Some(target.id), begun);
        self.ledger.record(Record::Deleted { birth }, told)?;
        Ok(())
    }

    /// Empties what the API deletes only empty, batch by batch, when data may
    /// go. Emptying twice is the same as once, so a lost answer is no matter.
    pub(super) async fn empty(&self, at: At<'_>, target: &Target) -> Result<(), Stop> {
        if !self.delete_data || target.ty.data != Data::MustBeEmpty {
            return Ok(());
        }
        let provider = self.provider(at, target.ty)?;
        let mut told = false;
        loop {
            match self.call(at, target.ty, || provider.empty(target)).await {
                Ok(true) if !told => {
                    told = true;
                    self.tell(Event::Waiting {
                        path: at.planned.path.clone(),
                        status: "emptying".to_owned(),
                    });
                }
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) if error.kind == ErrorKind::Gone => return Ok(()),
                Err(error) if error.kind == ErrorKind::Ambiguous => {}
                Err(error) => return Err(self.gave_up(at, &error)),
            }
            if self.cancel.is_cancelled() {
                return Err(Stop::Halted);
            }
        }
    }

    pub(super) async fn sweep(&self, at: At<'_>) -> Result<(), Stop> {
        let Some(Owned { ty, id, token }) = &at.planned.orphan else {
            return Ok(());
        };
        let ty = self
            .providers
            .type_named(ty)
            .ok_or_else(|| at.refused("NoProvider", format!("no provider serves {ty}")))?;
        let target = Target {
            ty,
            id: id.clone(),
            inputs: Map::new(),
            token: token.clone(),
        };
        self.tell_started(at, ty);
        let begun = self.world.now();
        let identity = Identity::seen(ty, token, Map::new());
        self.delete_until_gone(at, &target, &identity, begun)
            .await?;
        self.tell(self.done(at, Some(target.id), begun));
        Ok(())
    }
}

/// A refusal with what to do about it, where that is known.
fn advised(at: At<'_>, target: &Target, stop: Stop) -> Stop {
    let Stop::Failed(mut failure) = stop else {
        return stop;
    };
    if let Some(advice) = data::advice(target.ty, &failure.code)
        && failure.path == at.planned.path
    {
        failure.message = format!("{}; {advice}", failure.message);
    }
    Stop::Failed(failure)
}
