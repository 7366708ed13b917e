//! What acts in the account besides its callers: the controllers of clusters, and what belongs to them.
//!
//! A cluster acts when somebody looks at it. Since what it does can be what a call waits for (a load balancer that
//! holds a subnet), every call lets the clusters act first, up to the time of the call.

use std::sync::{Arc, Weak};

use mlplat_core::facts::Type;
use mlplat_core::provider::Target;
use serde_json::{Map, Value};

use super::account::Cloud;
use super::mishap::Tally;
use super::object::SimObject;

/// Somebody who acts in the account as time passes.
pub(crate) trait Actor: Send + Sync {
    /// Does everything that is due by now.
    fn act(&self);
}

/// An object that somebody made who is not the engine.
pub(crate) struct Belonging<'a> {
    pub(crate) ty: &'static Type,
    pub(crate) inputs: Map<String, Value>,
    /// Whose it is: `kubernetes/CLUSTER`.
    pub(crate) owner: &'a str,
    /// What it was made for: with its type the same object for ever.
    pub(crate) token: &'a str,
    /// The object that it is a part of.
    pub(crate) part_of: Option<u64>,
}

impl Cloud {
    /// From now on this one acts before every call.
    pub(crate) fn let_act(&self, actor: Weak<dyn Actor>) {
        // The first one stays: there is one set of clusters to an account.
        let _ = self.actor.set(actor);
    }

    /// Counts the calls to the account; its clusters count with it.
    pub(crate) fn counter(&self) -> Arc<Tally> {
        Arc::clone(&self.tally)
    }

    /// Lets everybody act.
    pub(super) fn stir(&self) {
        if let Some(actor) = self.actor.get().and_then(Weak::upgrade) {
            actor.act();
        }
    }

    /// How often something has changed in this process, up to now.
    pub(crate) fn changes(&self) -> u64 {
        let now = self.now();
        let mut inner = self.inner();
        inner.tick(now);
        inner.changes
    }

    /// The region that the account is in.
    pub(crate) fn region(&self) -> String {
        self.inner().place.region.clone()
    }

    /// The facts of a type that the account serves.
    pub(crate) fn facts_of(&self, ty: &str) -> Option<&'static Type> {
        let mut served = self.types.iter().chain(crate::facts::SIDE);
        served.find(|known| known.name == ty).copied()
    }

    /// Looks at the live objects, in order of creation, without letting anybody act.
    pub(crate) fn see<T>(&self, look: impl FnOnce(&mut dyn Iterator<Item = &SimObject>) -> T) -> T {
        let now = self.now();
        let mut inner = self.inner();
        inner.tick(now);
        let mut live = inner.live();
        look(&mut live)
    }

    /// The live object that belongs to somebody and was made for something.
    pub(crate) fn belonging(&self, ty: &Type, owner: &str, token: &str) -> Option<SimObject> {
        self.see(|live| {
            let mut live = live.filter(|one| one.gone_at.is_none());
            let found =
                live.find(|one| one.ty == ty.name && one.lineage == owner && one.token == token);
            found.cloned()
        })
    }

    /// Puts an object there for somebody, as of a time; itself.
    pub(crate) fn put_belonging(&self, belonging: Belonging<'_>, at: f64) -> SimObject {
        let now = self.now();
        self.inner().put_belonging(belonging, at, now)
    }

    /// Deletes an object of somebody's. Whether it is gone: it stays while something holds it.
    pub(crate) fn drop_belonging(&self, object: &SimObject) -> bool {
        let now = self.now();
        let mut inner = self.inner();
        inner.tick(now);
        let Some(ty) = inner.facts(&object.ty) else {
            return true;
        };
        let target = Target {
            ty,
            id: object.id.clone(),
            inputs: object.inputs.clone(),
            token: object.token.clone(),
        };
        match inner.deletion(object.key, &target, now, self.faults.seed) {
            Ok(effects) => {
                inner.commit(now, effects);
                true
            }
            Err(error) => error.kind == mlplat_core::provider::ErrorKind::Gone,
        }
    }
}
