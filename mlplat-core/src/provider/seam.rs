//! The traits that a provider implements, and the plain data they exchange.

use std::fmt;

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::ProviderError;
use crate::facts::Type;

/// A request to create or update an object. It carries clear secrets, so it
/// has no `Debug`.
#[derive(Clone)]
pub struct Request {
    /// The type's facts.
    pub ty: &'static Type,
    /// The canonical inputs by API name, everything resolved.
    pub inputs: Map<String, Value>,
    /// The same for every repetition of this creation: client token and
    /// ownership tag `mlplat:birth`.
    pub token: String,
    /// The state that owns the object: ownership tag `mlplat:lineage`.
    pub lineage: String,
    /// The stack and environment, for tags that people read.
    pub stack: String,
    /// The path at creation, for tags that people read.
    pub path: String,
}

/// An object that is read, updated or deleted.
#[derive(Clone)]
pub struct Target {
    /// The type's facts.
    pub ty: &'static Type,
    /// Its id.
    pub id: String,
    /// The inputs it was last known to have: what a parent or cluster is
    /// found by.
    pub inputs: Map<String, Value>,
    /// The birth token it was created with, to tell it from a namesake.
    pub token: String,
}

/// What a creation returned.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The id by which the object is read from now on.
    pub id: String,
    /// The object as the answer shows it, where the answer shows all of it:
    /// then it is not read again.
    pub now: Option<Observed>,
}

/// How many calls a service takes: a bucket of tokens, one for each call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// The bucket: calls that share one are counted together.
    pub bucket: &'static str,
    /// Calls in a second, in the long run: how fast the bucket fills.
    pub per_second: f64,
    /// Calls at once after a pause: what the bucket holds.
    pub burst: u32,
}

/// What a call does, as far as limits go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    /// It reads, lists or looks for something.
    Looks,
    /// It changes something.
    Changes,
}

/// An object as the service shows it. It may carry secrets in clear, for the
/// engine to compare by their digests: its `Debug` shows no values.
#[derive(Clone, PartialEq)]
pub struct Observed {
    /// Its id.
    pub id: String,
    /// Where it is in its life.
    pub status: Status,
    /// The fields that the service shows, by API name. Write-only fields are
    /// missing; so are secret ones, unless the service shows them again.
    pub inputs: Map<String, Value>,
    /// The outputs that are known by now.
    pub outputs: Map<String, Value>,
    /// The birth token in its ownership tag, if it carries one.
    pub token: Option<String>,
}

impl fmt::Debug for Observed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Observed")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("inputs", &self.inputs.keys())
            .field("outputs", &self.outputs.keys())
            .field("token", &self.token)
            .finish()
    }
}

/// Where an object is in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It can be used.
    Ready,
    /// On its way, in the service's words (`CREATING`).
    Coming(String),
    /// It will never be ready, and why.
    Failed(String),
    /// It will not become ready as it is, and why; an update can mend it, so
    /// it is not made anew (a rollout of an image that does not exist).
    Stuck(String),
    /// On its way out.
    Leaving(String),
}

/// How an object whose creation had no answer is looked for.
#[derive(Clone)]
pub struct Find {
    /// The type's facts.
    pub ty: &'static Type,
    /// The recorded inputs: name, natural key, parent.
    pub inputs: Map<String, Value>,
    /// The birth token in the ownership tag.
    pub token: String,
}

/// An object that carries this lineage's ownership tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// The type's name.
    pub ty: String,
    /// Its id.
    pub id: String,
    /// The birth token.
    pub token: String,
}

/// The read-only half of a provider: what a plan is handed.
#[async_trait]
pub trait Reader: Send + Sync {
    /// The types it serves.
    fn types(&self) -> &[&'static Type];

    /// How many calls of a kind one of its services takes; `None` for any
    /// number.
    fn limit(&self, _service: &str, _call: Call) -> Option<Limit> {
        None
    }

    /// Reads one object directly by its id.
    ///
    /// # Errors
    /// [`ErrorKind::Gone`](super::ErrorKind::Gone) when it does not exist.
    async fn read(&self, target: &Target) -> Result<Observed, ProviderError>;

    /// Reads many objects of one type with as few calls as the API allows.
    /// A missing answer proves nothing: lists omit new objects.
    ///
    /// # Errors
    /// When the list cannot be had.
    async fn read_many(&self, targets: &[Target]) -> Result<Vec<Option<Observed>>, ProviderError> {
        let mut found = Vec::with_capacity(targets.len());
        for target in targets {
            match self.read(target).await {
                Ok(observed) => found.push(Some(observed)),
                Err(error) if error.kind == super::ErrorKind::Gone => found.push(None),
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Looks for an object as its type's recovery says: by name, tag or
    /// natural key.
    ///
    /// # Errors
    /// When the question cannot be answered; "none" is an answer.
    async fn find(&self, find: &Find) -> Result<Option<Observed>, ProviderError>;

    /// Every object with the lineage's ownership tag.
    ///
    /// # Errors
    /// When the question cannot be answered.
    async fn owned(&self, lineage: &str) -> Result<Vec<Owned>, ProviderError>;

    /// Answers a look-up: its outputs.
    ///
    /// # Errors
    /// When it cannot be answered.
    async fn look_up(
        &self,
        ty: &'static Type,
        inputs: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ProviderError>;
}

/// The half that changes things.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a provider",
    label = "serves no resource type",
    note = "implement `KeyedService` for a service whose objects have keys, or `Reader` and `Provider` for any other"
)]
#[async_trait]
pub trait Provider: Reader {
    /// Creates an object. Returns as soon as the service has given it an id.
    ///
    /// # Errors
    /// As the service says; `Ambiguous` when there was no answer.
    async fn create(&self, request: &Request) -> Result<Made, ProviderError>;

    /// Updates the named fields of an object to what the request says.
    ///
    /// # Errors
    /// As the service says; `Ambiguous` when there was no answer.
    async fn update(
        &self,
        target: &Target,
        request: &Request,
        fields: &[String],
    ) -> Result<(), ProviderError>;

    /// Deletes a batch of what people put into an object that the API deletes
    /// only empty ([`Data::MustBeEmpty`](crate::facts::Data::MustBeEmpty)):
    /// `true` while there may be more. Called only when data may go.
    ///
    /// # Errors
    /// As the service says.
    async fn empty(&self, _target: &Target) -> Result<bool, ProviderError> {
        Ok(false)
    }

    /// Starts the deletion of an object, as the target's inputs say: whether a
    /// database leaves a last snapshot stands there.
    ///
    /// # Errors
    /// As the service says; `Gone` when there is nothing to delete.
    async fn delete(&self, target: &Target) -> Result<(), ProviderError>;
}
