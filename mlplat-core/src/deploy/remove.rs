//! Removing objects: those that a plan lets go, and those that nobody remembers.

use serde_json::Map;

use super::event::{Event, Verb};
use super::run::Run;
use super::step::{At, Stop};
use crate::plan::Change;
use crate::provider::{Owned, Target};
use crate::state::{Action, BirthId, Body, Record};

impl Run<'_> {
    pub(super) async fn remove(&self, at: At<'_>, birth: BirthId) -> Result<(), Stop> {
        let Some(object) = self.ledger.with(|state| state.objects.get(&birth).cloned()) else {
            return Ok(());
        };
        if at.planned.change == Change::Forget || object.retain {
            self.ledger
                .commit(vec![Record::Forgotten { birth }])
                .await?;
            let path = at.planned.path.clone();
            self.tell(Event::Done {
                path,
                action: Verb::Forget,
                id: Some(object.id),
                took_s: 0.0,
            });
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
        let target = self.target(at, ty, birth, &object)?;
        self.tell_started(at, ty);
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
        if let Err(stop) = self.delete_until_gone(at, &target, begun).await {
            if matches!(stop, Stop::Failed(_)) {
                self.ledger.commit(vec![Record::Undone { birth }]).await?;
            }
            return Err(stop);
        }
        self.ledger.commit(vec![Record::Deleted { birth }]).await?;
        self.tell_done(at, Some(target.id), begun);
        Ok(())
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
        self.delete_until_gone(at, &target, begun).await?;
        self.tell_done(at, Some(target.id), begun);
        Ok(())
    }
}
