//! One object, taken through its life.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::{Broken, Rule, Sample};
use crate::deploy::{Identity, retried};
use crate::facts::{Canon, Fate, Life, OnChange, OutputFact, OutputLife, Recovery, Scope, Tagging};
use crate::plan::canonical;
use crate::provider::{
    ErrorKind, Find, Made, Observed, Provider, ProviderError, Request, Status, Target,
};
use crate::world::World;

/// Takes one object through its life and holds every answer of the provider
/// against the rules. What is not kept, in the order in which it was seen;
/// empty when all is well. The object is deleted at the end, where the
/// provider can.
pub async fn check(provider: &dyn Provider, world: &dyn World, sample: &Sample) -> Vec<Broken> {
    let mut suite = Suite {
        provider,
        world,
        sample,
        broken: Vec::new(),
    };
    suite.run().await;
    sample.judge(suite.broken)
}

struct Suite<'a> {
    provider: &'a dyn Provider,
    world: &'a dyn World,
    sample: &'a Sample,
    broken: Vec<Broken>,
}

impl Suite<'_> {
    async fn run(&mut self) {
        let ty = self.sample.ty;
        if !self.provider.types().iter().any(|one| one.name == ty.name) {
            self.tell(Rule::ServesItsType, "it is not among its types");
        }
        let (lineage, first) = (self.draw(), self.draw());
        self.nothing_is_there(&first).await;
        let request = self.request(&lineage, &first);
        let Some(made) = self.create(&request).await else {
            return;
        };
        let target = self.target(&made.id, &request);
        self.found(&request, &made).await;
        let Some(seen) = self.ready(&target, Rule::BecomesReady).await else {
            return;
        };
        self.shows(&request, &made, &seen);
        self.once(&request, &made).await;
        self.listed(&target, &seen).await;
        self.owned(&lineage, &target).await;
        self.updated(&request, &target, &seen).await;
        if self.deleted(&lineage, &request, &target).await {
            self.made_again(&lineage, &target, &seen).await;
        }
    }

    fn tell(&mut self, rule: Rule, what: impl Into<String>) {
        let (ty, what) = (self.sample.ty.name, what.into());
        self.broken.push(Broken { rule, ty, what });
    }

    fn draw(&self) -> String {
        let mut bytes = [0; 16];
        self.world.random(&mut bytes);
        crate::hex(&bytes)
    }

    fn request(&self, lineage: &str, token: &str) -> Request {
        Request {
            ty: self.sample.ty,
            inputs: self.sample.inputs.clone(),
            token: token.to_owned(),
            lineage: lineage.to_owned(),
            stack: "conformance/test".to_owned(),
            path: "sample".to_owned(),
        }
    }

    fn target(&self, id: &str, request: &Request) -> Target {
        Target {
            ty: request.ty,
            id: id.to_owned(),
            inputs: request.inputs.clone(),
            token: request.token.clone(),
        }
    }

    fn tagged(&self) -> bool {
        self.sample.ty.tags != Tagging::Never
    }

    async fn look(&self, token: &str) -> Result<Option<Observed>, ProviderError> {
        let find = Find {
            ty: self.sample.ty,
            inputs: self.sample.inputs.clone(),
            token: token.to_owned(),
        };
        retried(self.world, || self.provider.find(&find)).await
    }

    /// Before anything is made.
    async fn nothing_is_there(&mut self, token: &str) {
        match self.look(token).await {
            Ok(None) => {}
            Ok(Some(found)) => self.tell(
                Rule::FindsNoOther,
                format!("it finds {} before anything is made", found.id),
            ),
            Err(error) => self.tell(Rule::FindsNoOther, format!("looking for it gives {error}")),
        }
    }

    async fn create(&mut self, request: &Request) -> Option<Made> {
        let made = retried(self.world, || self.provider.create(request)).await;
        match made {
            Ok(made) if made.id.is_empty() => {
                self.tell(Rule::GivesAnId, "the id is empty");
                None
            }
            Ok(made) => Some(made),
            Err(error) => {
                self.tell(Rule::GivesAnId, format!("the creation gives {error}"));
                None
            }
        }
    }

    /// As after a lost reply: the window begins with the creation.
    async fn found(&mut self, request: &Request, made: &Made) {
        let window = match self.sample.ty.recovery {
            Recovery::Tags { window_s } => window_s,
            Recovery::UniqueName | Recovery::NaturalKey(_) => 60,
        };
        let mut waited = 0;
        let found = loop {
            match self.look(&request.token).await {
                Ok(None) if waited < window => {}
                answer => break answer,
            }
            waited += 5;
            self.world.sleep(Duration::from_secs(5)).await;
        };
        match found {
            Ok(Some(found)) if found.id == made.id => {}
            Ok(Some(found)) => self.tell(
                Rule::FoundAgain,
                format!("it finds {} for {}", found.id, made.id),
            ),
            Ok(None) => self.tell(Rule::FoundAgain, format!("{} is not found", made.id)),
            Err(error) => self.tell(Rule::FoundAgain, format!("looking for it gives {error}")),
        }
        if !self.tagged() {
            return;
        }
        let other = self.draw();
        if let Ok(Some(found)) = self.look(&other).await {
            self.tell(
                Rule::NotTakenForAnothers,
                format!("{} is found for another birth", found.id),
            );
        }
    }

    /// Reads until the object is ready, or is proven never to be.
    async fn ready(&mut self, target: &Target, rule: Rule) -> Option<Observed> {
        let deadline = deadline(&self.sample.ty.create).max(deadline(&self.sample.ty.update));
        let begun = self.world.now();
        loop {
            let why = match retried(self.world, || self.provider.read(target)).await {
                Ok(seen) if seen.status == Status::Ready => return Some(seen),
                Ok(seen) => format!("it is {:?}", seen.status),
                Err(error) => format!("a read gives {error}"),
            };
            if self.world.now().saturating_sub(begun) > deadline {
                self.tell(rule, format!("after {} s {why}", deadline.as_secs()));
                return None;
            }
            self.world.sleep(Duration::from_secs(10)).await;
        }
    }

    fn shows(&mut self, request: &Request, made: &Made, seen: &Observed) {
        if seen.id != made.id {
            let what = format!("{} shows the id {}", made.id, seen.id);
            self.tell(Rule::GivesAnId, what);
        }
        for (name, sent) in &request.inputs {
            self.shows_field(name, sent, seen, Rule::ShowsWhatWasSent);
        }
        let missing = self.sample.ty.outputs.iter();
        for output in missing.filter(|output| !seen.outputs.contains_key(output.name)) {
            self.tell(Rule::GivesItsOutputs, format!("{} is missing", output.name));
        }
        if self.tagged() && seen.token.as_ref() != Some(&request.token) {
            let what = format!("it shows {:?} instead of its token", seen.token);
            self.tell(Rule::CarriesItsToken, what);
        }
    }

    fn shows_field(&mut self, name: &str, sent: &Value, seen: &Observed, rule: Rule) {
        let field = self.sample.ty.field(name);
        if field.is_some_and(|field| field.change == OnChange::WriteOnly) {
            if seen.inputs.contains_key(name) {
                self.tell(Rule::HidesWriteOnly, format!("{name} is shown"));
            }
            return;
        }
        if field.is_some_and(|field| field.secret) && !seen.inputs.contains_key(name) {
            // Some services show secrets to whoever may read them, some do not.
            return;
        }
        let canon = field.map_or(Canon::Exact, |field| field.canon);
        let shown = seen.inputs.get(name).cloned();
        let shown = shown.map(|value| canonical(canon, value));
        let sent = canonical(canon, sent.clone());
        if shown.as_ref() != Some(&sent) {
            let secret = field.is_some_and(|field| field.secret);
            let what = match shown {
                Some(_) if secret => format!("{name} is shown as another than was sent"),
                Some(shown) => format!("{name} is shown as {shown}, and {sent} was sent"),
                None => format!("{name} is not shown"),
            };
            self.tell(rule, what);
        }
    }

    /// The same token again, and the same key with another one.
    async fn once(&mut self, request: &Request, made: &Made) {
        if self.sample.ty.token {
            match retried(self.world, || self.provider.create(request)).await {
                Ok(again) if again.id == made.id => {}
                Ok(again) => {
                    let what = format!("{} is made beside {}", again.id, made.id);
                    self.tell(Rule::SameTokenSameObject, what);
                    self.remove(&self.target(&again.id, request)).await;
                }
                Err(error) => self.tell(
                    Rule::SameTokenSameObject,
                    format!("the second creation gives {error}"),
                ),
            }
        }
        if !self.claims_a_key() {
            return;
        }
        let other = Request {
            token: self.draw(),
            ..request.clone()
        };
        // Not patiently: a conflict is an answer.
        if let Ok(second) = self.provider.create(&other).await {
            let what = format!("{} is made with the key of {}", second.id, made.id);
            self.tell(Rule::KeyIsClaimedOnce, what);
            if second.id != made.id {
                self.remove(&self.target(&second.id, &other)).await;
            }
        }
    }

    fn claims_a_key(&self) -> bool {
        let inputs = &self.sample.inputs;
        let keys = self.sample.ty.unique.iter();
        let mut enforced = keys.filter(|unique| !unique.code.is_empty());
        enforced.any(|unique| {
            let scope = match unique.scope {
                Scope::Parent(field) | Scope::OverlapIn(field) => inputs.contains_key(field),
                Scope::Account | Scope::World => true,
            };
            scope
                && unique
                    .fields
                    .iter()
                    .all(|field| inputs.contains_key(*field))
        })
    }

    async fn listed(&mut self, target: &Target, seen: &Observed) {
        let absent = self.absent(target);
        let both = [target.clone(), absent, target.clone()];
        let list = retried(self.world, || self.provider.read_many(&both)).await;
        let list = match list {
            Ok(list) => list,
            Err(error) => {
                self.tell(Rule::ListOmitsNothing, format!("the list gives {error}"));
                return;
            }
        };
        let shown = |at: usize| list.get(at).and_then(Option::as_ref);
        if list.len() != both.len() {
            let what = format!("it has {} answers for {} targets", list.len(), both.len());
            self.tell(Rule::ListOmitsNothing, what);
        } else if shown(0) != Some(seen) || shown(2) != Some(seen) {
            let what = format!("it shows {:?}, and a read shows {seen:?}", shown(0));
            self.tell(Rule::ListOmitsNothing, what);
        } else if let Some(other) = shown(1) {
            let what = format!("it shows {} for what does not exist", other.id);
            self.tell(Rule::ListOmitsNothing, what);
        }
    }

    /// A target of the same type that nobody made.
    fn absent(&self, target: &Target) -> Target {
        let mut absent = Target {
            id: format!("absent{}", &target.token[..8]),
            token: target.token.chars().rev().collect(),
            ..target.clone()
        };
        // A key is in the inputs too.
        let keyed: BTreeSet<&str> = match self.sample.ty.recovery {
            Recovery::NaturalKey(fields) => fields.iter().copied().collect(),
            _ => BTreeSet::new(),
        };
        for name in keyed.into_iter().chain(["Name"]) {
            if let Some(Value::String(value)) = absent.inputs.get_mut(name) {
                *value = absent.id.clone();
            }
        }
        absent
    }

    async fn owned(&mut self, lineage: &str, target: &Target) {
        if !self.tagged() {
            return;
        }
        let ours = |owned: &[crate::provider::Owned]| {
            let mut each = owned.iter();
            each.any(|one| {
                one.ty == target.ty.name && one.id == target.id && one.token == target.token
            })
        };
        match retried(self.world, || self.provider.owned(lineage)).await {
            Ok(owned) if ours(&owned) => {}
            Ok(_) => self.tell(Rule::OwnedIsListed, format!("{} is not listed", target.id)),
            Err(error) => self.tell(Rule::OwnedIsListed, format!("the list gives {error}")),
        }
        let other = self.draw();
        if let Ok(owned) = retried(self.world, || self.provider.owned(&other)).await
            && ours(&owned)
        {
            let what = format!("{} is listed for another lineage", target.id);
            self.tell(Rule::OwnedIsListed, what);
        }
    }

    async fn updated(&mut self, request: &Request, target: &Target, before: &Observed) {
        let rule = Rule::UpdatesInPlace;
        let changed = &self.sample.changed;
        if changed.is_empty() {
            return;
        }
        let mut wanted = request.clone();
        wanted.inputs.extend(changed.clone());
        let names: Vec<String> = changed.keys().cloned().collect();
        let update = || self.provider.update(target, &wanted, &names);
        if let Err(error) = retried(self.world, update).await {
            self.tell(rule, format!("the update gives {error}"));
            return;
        }
        let target = &self.target(&target.id, &wanted);
        let Some(seen) = self.ready(target, rule).await else {
            return;
        };
        if seen.id != before.id {
            self.tell(rule, format!("{} became {}", before.id, seen.id));
        }
        for (name, sent) in &wanted.inputs {
            self.shows_field(name, sent, &seen, rule);
        }
        for output in self.sample.ty.outputs {
            let fixed = match output.life {
                OutputLife::Fixed => true,
                OutputLife::ChangesWith(with) => !with.iter().any(|f| changed.contains_key(*f)),
                OutputLife::Drifts => false,
            };
            if fixed && seen.outputs.get(output.name) != before.outputs.get(output.name) {
                let what = format!("{} changed, which is declared fixed", output.name);
                self.tell(rule, what);
            }
        }
        self.updated_again(&wanted, target, &names, &seen).await;
    }

    /// The same update once more, as after a lost reply.
    async fn updated_again(
        &mut self,
        wanted: &Request,
        target: &Target,
        names: &[String],
        before: &Observed,
    ) {
        let rule = Rule::RepeatedUpdateChangesNothing;
        let update = || self.provider.update(target, wanted, names);
        if let Err(error) = retried(self.world, update).await {
            self.tell(rule, format!("the second update gives {error}"));
            return;
        }
        let Some(seen) = self.ready(target, rule).await else {
            return;
        };
        let firm = |output: &&OutputFact| output.life != OutputLife::Drifts;
        let changed = self
            .sample
            .ty
            .outputs
            .iter()
            .filter(firm)
            .find(|output| seen.outputs.get(output.name) != before.outputs.get(output.name));
        if let Some(output) = changed {
            self.tell(rule, format!("{} is another one after it", output.name));
        }
        if seen.inputs != before.inputs || seen.id != before.id {
            let what = format!("it shows {seen:?} after it, and {before:?} before");
            self.tell(rule, what);
        }
    }

    async fn remove(&self, target: &Target) {
        // What is left over is told by the rule that brought it about.
        let _ = retried(self.world, || self.provider.delete(target)).await;
    }

    /// Whether it is gone for good.
    async fn deleted(&mut self, lineage: &str, request: &Request, target: &Target) -> bool {
        let deleted = retried(self.world, || self.provider.delete(target)).await;
        if let Err(error) = deleted
            && error.kind != ErrorKind::Gone
        {
            self.tell(Rule::DeletionEnds, format!("the deletion gives {error}"));
            return false;
        }
        if !self.gone(target).await {
            return false;
        }
        match retried(self.world, || self.provider.delete(target)).await {
            Err(error) if error.kind == ErrorKind::Gone => {}
            Err(error) => {
                let what = format!("the second deletion gives {error}");
                self.tell(Rule::DeletedTwiceIsGone, what);
            }
            Ok(()) => self.tell(Rule::DeletedTwiceIsGone, "the second deletion succeeds"),
        }
        let mut wanted = request.clone();
        wanted.inputs.extend(self.sample.changed.clone());
        let names: Vec<String> = wanted.inputs.keys().cloned().collect();
        let update = || self.provider.update(target, &wanted, &names);
        match retried(self.world, update).await {
            Err(error) if error.kind == ErrorKind::Gone => {}
            Err(error) => {
                let what = format!("the update of what is deleted gives {error}");
                self.tell(Rule::UpdateOfNothingIsGone, what);
            }
            Ok(()) => {
                let what = "the update of what is deleted succeeds";
                self.tell(Rule::UpdateOfNothingIsGone, what);
                self.remove(target).await;
            }
        }
        if let Ok(Some(found)) = self.look(&request.token).await {
            let what = format!("it finds {} after its deletion", found.id);
            self.tell(Rule::FindsNoOther, what);
        }
        if self.tagged()
            && let Ok(owned) = retried(self.world, || self.provider.owned(lineage)).await
            && !owned.is_empty()
        {
            let what = format!("{} is listed after its deletion", owned[0].id);
            self.tell(Rule::OwnedIsListed, what);
        }
        true
    }

    /// Reads until the object is gone.
    async fn gone(&mut self, target: &Target) -> bool {
        let life = &self.sample.ty.delete;
        let deadline = deadline(life) + Duration::from_secs(u64::from(life.lingers_s));
        let begun = self.world.now();
        loop {
            let rule = match self.provider.read(target).await {
                Err(error) if error.kind == ErrorKind::Gone => return true,
                Ok(Observed {
                    status: Status::Leaving(_),
                    ..
                }) => Rule::DeletionEnds,
                _ => Rule::AbsentIsGone,
            };
            if self.world.now().saturating_sub(begun) > deadline {
                self.tell(rule, format!("{} is there after its deletion", target.id));
                // What follows has no meaning while it is there.
                return rule == Rule::AbsentIsGone;
            }
            self.world.sleep(Duration::from_secs(10)).await;
        }
    }

    /// For how long the keys of a deleted object stay taken.
    fn held(&self) -> Duration {
        let keys = self.sample.ty.unique.iter();
        let held = keys.map(|unique| unique.held_after_delete_s).max();
        let held = Duration::from_secs(u64::from(held.unwrap_or(0)));
        let recoverable = match self.sample.ty.data.fate(&self.sample.inputs) {
            Fate::Recoverable(days) => Duration::from_secs(u64::from(days) * 86_400),
            _ => Duration::ZERO,
        };
        held.max(recoverable)
    }

    async fn made_again(&mut self, lineage: &str, before: &Target, seen: &Observed) {
        self.world.sleep(self.held()).await;
        let request = self.request(lineage, &self.draw());
        let rule = Rule::CanBeMadeAgain;
        match retried(self.world, || self.provider.create(&request)).await {
            Err(error) => self.tell(rule, format!("the second creation gives {error}")),
            Ok(made) => {
                let target = self.target(&made.id, &request);
                if self.ready(&target, rule).await.is_some() && self.tagged() {
                    // The next life of the key is not the object before.
                    if let Ok(Some(found)) = self.look(&before.token).await {
                        let what = format!("{} is found for the one before it", found.id);
                        self.tell(Rule::NotTakenForAnothers, what);
                    }
                }
                if target.id == before.id {
                    self.told(before, seen).await;
                }
                self.remove(&target).await;
            }
        }
    }

    /// Whether the next life of a name is told from the one before it.
    async fn told(&mut self, before: &Target, seen: &Observed) {
        let ty = self.sample.ty;
        let identity = Identity::seen(ty, &before.token, seen.outputs.clone());
        if !identity.tells(ty) {
            return;
        }
        let now = retried(self.world, || self.provider.read(before)).await;
        if let Ok(now) = now
            && identity.is(ty, &now)
        {
            let what = format!("{} is taken for the one that was deleted", now.id);
            self.tell(Rule::NamesakesAreTold, what);
        }
    }
}

fn deadline(life: &Life) -> Duration {
    Duration::from_secs(u64::from(life.typical_s) * 20 + 600)
}
