//! Recovery: what an interrupted run left open, resolved before planning.
//!
//! An open intent says that a call may have been made, and with which request.
//! For a creation, the object is looked for as its type declares (name, tag or
//! natural key) until the consistency window is over; only if it is absent the
//! very same request is made again, with the same token. For a deletion a
//! direct read decides. An update needs no decision: the plan compares what is
//! there, and what cannot be read is sent again.
//!
//! A refused look stops the run as a whole. What cannot be seen may be there,
//! so neither it nor anything under it could be planned; and the refresh, which
//! looks at the same types with the same permissions, would be refused next.

use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;

use super::event::Verb;
use super::identity::Identity;
use super::limits::Patient;
use super::panics::caught;
use super::retry::Tries;
use super::wait::window;
use crate::plan::open_body;
use crate::provider::{Call, ErrorKind, Find, ProviderError, Request, Target};
use crate::seal::Keyring;
use crate::state::{Action, BirthId, Intent, Record, State};

/// One resolved intent, for the record and for people.
pub(crate) struct Resolved {
    pub(crate) record: Record,
    pub(crate) path: crate::NodePath,
    pub(crate) verb: Verb,
    pub(crate) found: &'static str,
}

/// A resolved intent, or where looking failed and why.
pub(crate) type Attempt = Result<Resolved, (String, ProviderError)>;

/// What recovery works with.
pub(crate) struct Recovery<'a> {
    pub(crate) state: &'a State,
    pub(crate) patient: Patient<'a>,
    pub(crate) keyring: &'a Keyring,
    pub(crate) stack: String,
    /// Only look: make no call that changes anything.
    pub(crate) read_only: bool,
}

impl Recovery<'_> {
    /// Resolves every open intent, all at the same time: whatever is resolved
    /// first comes first.
    pub(crate) fn each(&self) -> FuturesUnordered<BoxFuture<'_, Attempt>> {
        let each = self.state.open.iter().map(|(birth, intent)| {
            let resolving: BoxFuture<'_, Attempt> = Box::pin(self.resolve(*birth, intent));
            resolving
        });
        each.collect()
    }

    async fn resolve(&self, birth: BirthId, intent: &Intent) -> Attempt {
        let resolved = match intent.action {
            Action::Create => self.creation(birth, intent).await,
            Action::Update => Ok((Record::Undone { birth }, "what is there is compared")),
            Action::Delete => self.deletion(birth, intent).await,
        };
        let verb = match intent.action {
            Action::Create => Verb::Create,
            Action::Update => Verb::Update,
            Action::Delete => Verb::Delete,
        };
        let path = intent.path.clone();
        match resolved {
            Ok((record, found)) => Ok(Resolved {
                record,
                path,
                verb,
                found,
            }),
            Err(error) => Err((path.to_string(), error)),
        }
    }

    async fn creation(
        &self,
        birth: BirthId,
        intent: &Intent,
    ) -> Result<(Record, &'static str), ProviderError> {
        let Some(request) = self.request(birth, intent)? else {
            return Ok((
                Record::Undone { birth },
                "no provider serves its type any more",
            ));
        };
        let begun = self.patient.world.now();
        loop {
            if let Some(id) = self.find(&request).await? {
                return Ok((Record::Made { birth, id }, "it exists"));
            }
            if self.read_only {
                return Ok((Record::Undone { birth }, "it is not there"));
            }
            if self.patient.world.now().saturating_sub(begun) >= window(request.ty) {
                break;
            }
            self.patient.world.sleep(Duration::from_secs(5)).await;
        }
        self.again(birth, &request).await
    }

    /// The recorded request once more. A repeated call without an answer is
    /// left to the next look.
    async fn again(
        &self,
        birth: BirthId,
        request: &Request,
    ) -> Result<(Record, &'static str), ProviderError> {
        let provider = self.patient.providers.of(request.ty.name)?;
        self.patient.world.fault_point("recovery: before repeating");
        let mut tries = Tries::default();
        let mut unanswered = 0;
        loop {
            self.patient.turn(request.ty, Call::Changes).await;
            let error = match caught(|| provider.create(request)).await {
                Ok(made) => {
                    self.patient.world.fault_point("recovery: repeated");
                    return Ok((
                        Record::Made { birth, id: made.id },
                        "it was made again as recorded",
                    ));
                }
                Err(error) => error,
            };
            match error.kind {
                ErrorKind::Ambiguous => {
                    self.patient.world.sleep(window(request.ty)).await;
                    if let Some(id) = self.find(request).await? {
                        return Ok((Record::Made { birth, id }, "it exists"));
                    }
                    unanswered += 1;
                    if unanswered >= 8 {
                        return Err(error);
                    }
                }
                // The request no longer makes sense, or is not allowed any more,
                // and had no effect: the plan starts afresh. Its step then
                // fails alone, with what depends on it.
                ErrorKind::Invalid
                | ErrorKind::Conflict
                | ErrorKind::NotYet
                | ErrorKind::Gone
                | ErrorKind::Denied => return Ok((Record::Undone { birth }, "it never happened")),
                _ => match tries.again(&error, self.patient.world.now()) {
                    Some(wait) => self.patient.world.sleep(wait).await,
                    None => return Err(error),
                },
            }
        }
    }

    /// The id of the object that a creation asked for, if it is seen. A
    /// namesake is not it.
    async fn find(&self, request: &Request) -> Result<Option<String>, ProviderError> {
        let provider = self.patient.providers.of(request.ty.name)?;
        let find = Find {
            ty: request.ty,
            inputs: request.inputs.clone(),
            token: request.token.clone(),
        };
        let seen = self
            .patient
            .look(request.ty, || provider.find(&find))
            .await?;
        Ok(seen
            .filter(|seen| Identity::born(&request.token).is(request.ty, seen))
            .map(|seen| seen.id))
    }

    async fn deletion(
        &self,
        birth: BirthId,
        intent: &Intent,
    ) -> Result<(Record, &'static str), ProviderError> {
        let (Some(request), Some(object)) =
            (self.request(birth, intent)?, self.state.objects.get(&birth))
        else {
            return Ok((Record::Undone { birth }, "nothing is known of it any more"));
        };
        let target = Target {
            ty: request.ty,
            id: object.id.clone(),
            inputs: request.inputs,
            token: request.token,
        };
        let provider = self.patient.providers.of(&intent.ty)?;
        let identity = Identity::of(self.state, target.ty, birth);
        match self
            .patient
            .look(target.ty, || provider.read(&target))
            .await
        {
            Ok(seen) if !identity.is(target.ty, &seen) => Ok((
                Record::Deleted { birth },
                "it is gone; a namesake stands there",
            )),
            Ok(_) => Ok((Record::Undone { birth }, "it still exists")),
            // A delete that is resolved wrongly as "still exists" is only
            // repeated; one resolved wrongly as "gone" would be forgotten. The
            // plan's own look proves absence.
            Err(error) if error.kind == ErrorKind::Gone => Ok((
                Record::Undone { birth },
                "it seems gone; the next look decides",
            )),
            Err(error) => Err(error),
        }
    }

    fn request(&self, birth: BirthId, intent: &Intent) -> Result<Option<Request>, ProviderError> {
        let Some(ty) = self.patient.providers.type_named(&intent.ty) else {
            return Ok(None);
        };
        let sealed = |why: crate::seal::SealError| {
            ProviderError::new(ErrorKind::Bug, "Sealed", why.to_string())
        };
        let inputs = open_body(
            &intent.body.json,
            &intent.body.sealed,
            &birth.to_string(),
            self.keyring,
        )
        .map_err(sealed)?;
        let born = self.state.birth(birth);
        let (token, path) = born.map_or_else(Default::default, |born| {
            (born.token(&self.state.lineage), born.path.to_string())
        });
        Ok(Some(Request {
            ty,
            inputs,
            token,
            lineage: self.state.lineage.clone(),
            stack: self.stack.clone(),
            path,
        }))
    }
}
