//! Who an object is: what tells it from a namesake.
//!
//! An id that the cloud makes up is never given twice. A name is: somebody
//! deletes our role and makes another one under its name, and every call by
//! that name would reach theirs. So what is found by a name is compared before
//! anything is done to it. The ownership tag decides, where there is one to
//! see. Where there is none, what the cloud made up for the object and never
//! changes (`RoleId`, the `Uid` of a Kubernetes object) does: a tag can be
//! taken away. An object without either, under a name, of a type that is
//! always tagged, is not ours.

use serde_json::{Map, Value};

use super::run::Run;
use super::step::{At, Stop};
use super::wait::window;
use crate::facts::{OutputLife, Tagging, Type};
use crate::provider::{ErrorKind, Observed, Target};
use crate::state::{BirthId, State};

/// What is known of an object that nobody else's can have.
pub(crate) struct Identity {
    /// The birth token that its tag carries. `None` for an object that was
    /// taken over: its tags say nothing about it.
    token: Option<String>,
    /// Outputs that the cloud made up for it.
    made_up: Map<String, Value>,
    /// Its id is known, and not only what it was to be called.
    has_id: bool,
}

/// What stands under an object's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The object.
    Ours,
    /// Another one: the object is gone.
    Namesake,
    /// Nothing.
    Gone,
}

impl Identity {
    /// What a creation without an answer may have made.
    pub(crate) fn born(token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            made_up: Map::new(),
            has_id: false,
        }
    }

    /// An object that was seen with its tag, and with these outputs.
    pub(crate) fn seen(ty: &Type, token: &str, mut outputs: Map<String, Value>) -> Self {
        outputs.retain(|name, _| {
            let fact = ty.output(name);
            fact.is_some_and(|fact| fact.life == OutputLife::Fixed && fact.is_made_up())
        });
        Self {
            token: Some(token.to_owned()),
            made_up: outputs,
            has_id: true,
        }
    }

    /// An object that the state remembers.
    pub(crate) fn of(state: &State, ty: &Type, birth: BirthId) -> Self {
        let born = state.birth(birth);
        let token = born.map_or_else(String::new, |born| born.token(&state.lineage));
        let object = state.objects.get(&birth);
        let outputs = object.and_then(|object| serde_json::from_str(object.outputs.get()).ok());
        let seen = Self::seen(ty, &token, outputs.unwrap_or_default());
        Self {
            token: seen.token.filter(|_| !birth.is_taken_over()),
            ..seen
        }
    }

    /// Whether there is anything by which it could be told.
    pub(crate) fn tells(&self, ty: &Type) -> bool {
        let tagged = self.token.is_some() && ty.tags != Tagging::Never;
        tagged || !self.made_up.is_empty()
    }

    /// Whether what was seen is this object.
    pub(crate) fn is(&self, ty: &Type, seen: &Observed) -> bool {
        if let (Some(own), Some(found)) = (&self.token, &seen.token) {
            return own == found;
        }
        let shown = |(name, value)| seen.outputs.get(name).map(|shown| shown == value);
        let mut compared = self.made_up.iter().filter_map(shown).peekable();
        if compared.peek().is_some() {
            return compared.all(|same| same);
        }
        let by_id = self.has_id && !ty.is_name_keyed();
        self.token.is_none() || by_id || ty.tags != Tagging::OnCreate
    }
}

impl Run<'_> {
    /// What stands under the name of an object that is about to be changed by
    /// it. Something that cannot be told from others is taken as it is; that
    /// nothing is there is believed once the consistency window is over.
    pub(crate) async fn standing(
        &self,
        at: At<'_>,
        target: &Target,
        identity: &Identity,
    ) -> Result<Standing, Stop> {
        let ty = target.ty;
        if !ty.is_name_keyed() || !identity.tells(ty) {
            return Ok(Standing::Ours);
        }
        let provider = self.provider(at, ty)?;
        let begun = self.world.now();
        loop {
            match self.look(at, ty, || provider.read(target)).await {
                Ok(seen) if identity.is(ty, &seen) => return Ok(Standing::Ours),
                Ok(_) => return Ok(Standing::Namesake),
                Err(error) if error.kind == ErrorKind::Gone => {}
                Err(error) => return Err(self.gave_up(at, &error)),
            }
            if self.world.now().saturating_sub(begun) >= window(ty) {
                return Ok(Standing::Gone);
            }
            self.pause(window(ty) / 6).await?;
        }
    }

    /// Refuses to go on with an object that is no longer the one it was.
    pub(crate) async fn check_standing(
        &self,
        at: At<'_>,
        target: &Target,
        birth: BirthId,
    ) -> Result<(), Stop> {
        let identity = self
            .ledger
            .with(|state| Identity::of(state, target.ty, birth));
        let (ty, id) = (target.ty.name, &target.id);
        let what = match self.standing(at, target, &identity).await? {
            Standing::Ours => return Ok(()),
            Standing::Namesake => {
                format!(
                    "{ty} {id} is somebody else's by now: ours was deleted outside, and theirs was left as it is"
                )
            }
            Standing::Gone => format!("{ty} {id} was deleted outside since the plan was made"),
        };
        Err(at.refused("NotOurs", format!("{what}; run again to plan anew")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::facts::{OutputFact, TYPE};
    use crate::provider::Status;

    /// Called by a name, with an id that the cloud makes up beside it.
    static ROLE: Type = Type {
        name: "test.Role",
        id: "Name",
        outputs: &[
            OutputFact::fixed("Name", "{Name}"),
            OutputFact::fixed("RoleId", "AROA{upper17}"),
        ],
        ..TYPE
    };
    /// Called by a name and nothing else.
    static BUCKET: Type = Type {
        name: "test.Bucket",
        id: "Name",
        outputs: &[OutputFact::fixed("Name", "{Name}")],
        ..TYPE
    };
    /// Called by an id that the cloud makes up.
    static VPC: Type = Type {
        name: "test.Vpc",
        outputs: &[OutputFact::fixed("Id", "vpc-{hex17}")],
        ..TYPE
    };

    fn seen(token: Option<&str>, outputs: &[(&str, &str)]) -> Observed {
        let each = outputs.iter();
        Observed {
            id: "a".to_owned(),
            status: Status::Ready,
            inputs: Map::new(),
            outputs: each.map(|(k, v)| ((*k).to_owned(), json!(v))).collect(),
            token: token.map(str::to_owned),
        }
    }

    fn known(ty: &Type, token: &str, role_id: &str) -> Identity {
        let outputs = [("Name", "a"), ("RoleId", role_id)];
        Identity::seen(ty, token, seen(None, &outputs).outputs)
    }

    #[test]
    fn a_tag_decides_where_there_is_one() {
        let role = known(&ROLE, "ours", "AROA1");
        assert!(role.is(&ROLE, &seen(Some("ours"), &[("RoleId", "AROA2")])));
        assert!(!role.is(&ROLE, &seen(Some("theirs"), &[("RoleId", "AROA1")])));
    }

    #[test]
    fn without_a_tag_what_the_cloud_made_up_decides() {
        let role = known(&ROLE, "ours", "AROA1");
        assert!(role.is(&ROLE, &seen(None, &[("RoleId", "AROA1")])));
        assert!(!role.is(&ROLE, &seen(None, &[("RoleId", "AROA2")])));
        let taken_over = Identity {
            token: None,
            ..known(&ROLE, "", "AROA1")
        };
        assert!(taken_over.is(&ROLE, &seen(Some("theirs"), &[("RoleId", "AROA1")])));
        assert!(!taken_over.is(&ROLE, &seen(Some("theirs"), &[("RoleId", "AROA2")])));
    }

    #[test]
    fn without_either_a_name_is_not_enough() {
        let bucket = known(&BUCKET, "ours", "");
        assert!(!bucket.is(&BUCKET, &seen(None, &[("Name", "a")])));
        let vpc = Identity::seen(&VPC, "ours", Map::new());
        assert!(vpc.is(&VPC, &seen(None, &[])), "its id is enough");
        let made = Identity::born("ours");
        assert!(
            !made.is(&VPC, &seen(None, &[])),
            "it was not found by an id"
        );
        let untagged = Type {
            tags: Tagging::Never,
            ..BUCKET
        };
        assert!(bucket.is(&untagged, &seen(None, &[("Name", "a")])));
    }
}
