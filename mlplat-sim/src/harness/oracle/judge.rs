//! The judge: all oracles on one life.

use mlplat_core::deploy::{Deployment, Outcome};
use mlplat_core::graph::Graph;
use mlplat_core::state::State;
use serde_json::Value;

use super::canary::Canaries;
use super::owners::Others;
use super::{Broken, Oracle, Violation, integrity, standing};
use crate::harness::{Life, Lived};
use crate::local::{Local, Thing};
use crate::machine::Ended;

/// Judges a life after a program was brought to its end, or was killed.
pub(in crate::harness) struct Judge<'a, 'b> {
    pub(in crate::harness) life: &'b Life<'a>,
    /// The program of the last run; an empty one after a destruction.
    pub(in crate::harness) graph: &'b Graph,
    /// What belongs to others.
    pub(in crate::harness) others: &'b Others,
    pub(in crate::harness) canaries: &'b Canaries,
    /// Neither somebody outside nor an interrupted run has taken anything away
    /// since the last run that came to its end.
    pub(in crate::harness) left_alone: bool,
    /// How the life came here.
    pub(in crate::harness) how: &'b str,
}

impl Judge<'_, '_> {
    fn broken(&self, (oracle, what): Broken) -> Violation {
        Violation {
            oracle,
            what,
            how: format!("{}, {}", self.life.scenario.name, self.how),
        }
    }

    /// O6 on one run, which should have come to its end.
    pub(in crate::harness) fn ended(&self, lived: Lived) -> Result<Deployment, Violation> {
        let o6 = |what| Err(self.broken((Oracle::O6, what)));
        let limit = self.life.scenario.deadline_s;
        if lived.cut || lived.took_s > limit {
            return o6(format!("{} s of {limit} s", lived.took_s));
        }
        match lived.ended {
            Ended::Done(Ok(deployment)) if deployment.outcome == Outcome::Complete => {
                Ok(deployment)
            }
            Ended::Done(Ok(deployment)) => o6(format!("it did not complete: {deployment:?}")),
            Ended::Done(Err(error)) => o6(format!("it gave up: {error}")),
            Ended::Killed => o6("it was killed and should not have been".to_owned()),
        }
    }

    /// O6 on one run that should have died on its way.
    pub(in crate::harness) fn died(&self, lived: &Lived) -> Result<(), Violation> {
        match lived.ended {
            Ended::Killed if !lived.cut => Ok(()),
            _ => {
                let what = format!("it was not killed; it passed {} points", lived.points);
                Err(self.broken((Oracle::O6, what)))
            }
        }
    }

    /// O5 on something that was told.
    pub(in crate::harness) fn clean(&self, what: &str, bytes: &[u8]) -> Result<(), Violation> {
        let clean = self.canaries.clean(what, bytes);
        clean.map_err(|broken| self.broken(broken))
    }

    /// What has to be true of a run that was killed: its files are whole and
    /// know of everything that was made, and nothing is told or touched.
    pub(in crate::harness) fn interrupted(&self) -> Result<(), Violation> {
        let left = self.left(false)?;
        let known = self.life.look_around(|local| match &left {
            Some(state) => integrity::knows(state, local, self.left_alone),
            None => Ok(()),
        });
        known.map_err(|broken| self.broken(broken))?;
        self.untouched(left.as_ref())
    }

    /// All oracles on what is there after a run that came to its end.
    pub(in crate::harness) fn world(&self, again: impl FnOnce() -> Lived) -> Result<(), Violation> {
        let left = self.left(true)?;
        let things = self
            .life
            .look_around(|local| -> Result<Vec<Thing>, Broken> {
                let things = look(local)?;
                let state = left.clone().unwrap_or_default();
                self.one_of_each(&state, local, &things)?;
                if left.is_some() {
                    integrity::knows(&state, local, true)?;
                }
                self.others.check(&things)?;
                let kept = Canaries::kept(local, &things, &state.lineage);
                kept.files(&self.life.machine.files)?;
                Ok(things)
            });
        let things = things.map_err(|broken| self.broken(broken))?;
        let deployment = self.ended(again())?;
        if !deployment.unchanged {
            let what = format!("a second run did {deployment:?}");
            return Err(self.broken((Oracle::O4, what)));
        }
        let since = self.life.look_around(look);
        let since = since.map_err(|broken| self.broken(broken))?;
        let lineage = left.as_ref().map_or("", |state| &state.lineage);
        if standing(&since, lineage) != standing(&things, lineage) {
            let what = "a second run changed something".to_owned();
            return Err(self.broken((Oracle::O4, what)));
        }
        self.untouched(left.as_ref())
    }

    /// O3 and O5 on the files, and what they say.
    fn left(&self, over: bool) -> Result<Option<State>, Violation> {
        let left = integrity::files(&self.life.machine.files, over);
        let left = left.map_err(|broken| self.broken(broken))?;
        let clean = self.canaries.files(&self.life.machine.files);
        clean.map_err(|broken| self.broken(broken))?;
        Ok(left)
    }

    fn one_of_each(&self, state: &State, local: &Local, things: &[Thing]) -> Result<(), Broken> {
        let served = |ty: &str| ty.starts_with("k8s.") || local.cloud().facts_of(ty).is_some();
        let wrong = standing::differences(self.graph, state, things, &served);
        if let Some(missing) = wrong.missing.first() {
            return Err((Oracle::O1, missing.clone()));
        }
        if wrong.extra.len() > self.life.scenario.retained {
            let what = format!("objects without a node: {}", wrong.extra.join("; "));
            return Err((Oracle::O2, what));
        }
        Ok(())
    }

    /// O7 on what was written since the life began.
    fn untouched(&self, left: Option<&State>) -> Result<(), Violation> {
        let lineage = left.map_or("", |state| state.lineage.as_str());
        let writes = self.life.machine.world.writes();
        let foreign = writes.iter().find(|write| write.owner != lineage);
        match foreign {
            None => Ok(()),
            Some(write) => {
                let what = format!(
                    "{} of {} {}, which belongs to {:?}",
                    write.verb, write.ty, write.id, write.owner
                );
                Err(self.broken((Oracle::O7, what)))
            }
        }
    }
}

/// What only a call changes of the things that are somebody's. What a cluster
/// does by itself goes on while nobody deploys.
fn standing<'a>(things: &'a [Thing], lineage: &str) -> Vec<(&'a str, &'a str, Vec<&'a Value>)> {
    let somebodys = things
        .iter()
        .filter(|thing| thing.is_foreign() || thing.belongs_to(lineage));
    let each = somebodys.map(|thing| {
        let parts: &[&str] = match thing.cluster() {
            Some(_) => &["/metadata/uid", "/metadata/labels", "/data", "/spec"],
            None => &[""],
        };
        let parts = parts.iter().filter_map(|part| thing.body.pointer(part));
        (&*thing.ty, &*thing.id, parts.collect())
    });
    each.collect()
}

/// Everything that is there, but for what comes along by itself.
pub(super) fn look(local: &Local) -> Result<Vec<Thing>, Broken> {
    local
        .door()
        .list(false)
        .map_err(|why| (Oracle::O1, format!("the world does not open: {why}")))
}
