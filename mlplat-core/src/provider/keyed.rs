//! Providers in a few lines: services that keep objects under keys.
//!
//! Many services beside the big clouds are alike: an object has a key that is
//! part of its inputs, it is read, written and removed whole, and it is there
//! as soon as the call returns: DNS records, dashboards, feature flags, files.
//! For these a user writes four methods over typed inputs; everything else
//! that a [`Provider`] owes to the engine follows from the declared facts,
//! which start from [`KEYED`](crate::facts::KEYED).
//!
//! The key is the natural key of the type
//! ([`Recovery::NaturalKey`](crate::facts::Recovery::NaturalKey)), or its
//! name. A service that can keep a tag beside the object (as a label, a
//! comment, a field) says so by [`Tagging`](crate::facts::Tagging): then an
//! object of the same key that somebody else made is never taken for one's
//! own. A service that cannot declares `Tagging::Never`: then whatever stands
//! under the key counts as ours once a creation was interrupted there.
//!
//! The tag is the lineage and the birth token with a slash between them, so
//! that the objects of a lineage are found among all keys.

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::{
    ErrorKind, Find, Made, Observed, Owned, Provider, ProviderError, Reader, Request, Status,
    Target,
};
use crate::facts::{Recovery, Tagging, Type};
use crate::wiring::Resource;

/// The typed inputs of a service's objects.
pub type Wanted<S> = <<S as KeyedService>::Resource as Resource>::Resolved;

/// A service that keeps objects of one type under keys. Whoever implements it
/// is a [`Provider`] of that type.
///
/// See `examples/custom_resource.rs` for one from end to end, and
/// [`conformance`](super::conformance) for how to prove it.
#[async_trait]
pub trait KeyedService: Send + Sync + 'static {
    /// The type of its objects.
    type Resource: Resource<Resolved: Send>;

    /// The object under a key.
    ///
    /// # Errors
    /// `Gone` when there is none; others when the question cannot be answered.
    async fn get(&self, key: &str) -> Result<Kept, ProviderError>;

    /// Writes the object whole, whether it is there or not, with the tag of
    /// its owner where the type declares that it can carry one.
    ///
    /// # Errors
    /// As the service says; `Ambiguous` when there was no answer.
    async fn put(&self, key: &str, wanted: Wanted<Self>, tag: &str) -> Result<(), ProviderError>;

    /// Takes the object away.
    ///
    /// # Errors
    /// As the service says.
    async fn remove(&self, key: &str) -> Result<(), ProviderError>;

    /// The keys of all objects, whoever made them: objects that no program
    /// knows any more are found among them. A service whose objects carry no
    /// tag (`Tagging::Never`) is not asked.
    ///
    /// # Errors
    /// When the question cannot be answered; `Gone` is none.
    async fn keys(&self) -> Result<Vec<String>, ProviderError>;
}

/// An object as a service keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Its fields by API name, without those that it never shows.
    pub inputs: Map<String, Value>,
    /// Its outputs by name.
    pub outputs: Map<String, Value>,
    /// The tag that it was written with, if it carries one.
    pub tag: Option<String>,
}

impl Kept {
    /// Fields and outputs as JSON objects: `json!({"Key": key})`.
    #[must_use]
    pub fn new(inputs: Value, outputs: Value) -> Self {
        let members = |value: Value| match value {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        Self {
            inputs: members(inputs),
            outputs: members(outputs),
            tag: None,
        }
    }

    /// With the tag that it carries.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    fn observed(self, key: &str) -> Observed {
        let token = self.token().map(str::to_owned);
        Observed {
            id: key.to_owned(),
            status: Status::Ready,
            inputs: self.inputs,
            outputs: self.outputs,
            token,
        }
    }

    /// The birth token in its tag.
    fn token(&self) -> Option<&str> {
        let tag = self.tag.as_deref()?;
        Some(tag.rsplit_once('/').map_or(tag, |(_, token)| token))
    }

    /// The birth token in its tag, if that is of a lineage.
    fn token_of(&self, lineage: &str) -> Option<&str> {
        let (owner, token) = self.tag.as_deref()?.rsplit_once('/')?;
        (owner == lineage).then_some(token)
    }

    /// Whether it carries another object's token.
    fn is_namesake(&self, token: &str) -> bool {
        self.token().is_some_and(|own| own != token)
    }
}

/// The types of a service, as a list that lives for ever.
struct Types<S>(std::marker::PhantomData<S>);

impl<S: KeyedService> Types<S> {
    const ALL: &'static [&'static Type] = &[S::Resource::TYPE];
}

fn key(ty: &Type, inputs: &Map<String, Value>) -> Result<String, ProviderError> {
    let fields = match ty.recovery {
        Recovery::NaturalKey(fields) => fields,
        Recovery::UniqueName => &["Name"],
        Recovery::Tags { .. } => &[],
    };
    let parts = fields.iter().map(|field| match inputs.get(*field) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(value) => Some(value.to_string()),
        None => None,
    });
    let parts: Option<Vec<String>> = parts.collect();
    let key = parts.filter(|parts| !parts.is_empty());
    key.map(|parts| parts.join("/")).ok_or_else(|| {
        let message = format!(
            "{} declares no natural key, or an object has none: a keyed service needs one",
            ty.name
        );
        ProviderError::new(ErrorKind::Bug, "NoKey", message)
    })
}

fn wanted<S: KeyedService>(request: &Request) -> Result<Wanted<S>, ProviderError> {
    let inputs = Value::Object(request.inputs.clone());
    serde_json::from_value(inputs).map_err(|_| {
        // The error would quote the value, which may be a secret.
        let message = format!("the inputs of {} do not fit its struct", request.ty.name);
        ProviderError::new(ErrorKind::Invalid, "BadInputs", message)
    })
}

/// As an answer of the local system: `?` works on files and sockets.
impl From<std::io::Error> for ProviderError {
    fn from(why: std::io::Error) -> Self {
        use std::io::ErrorKind as Io;
        let kind = match why.kind() {
            Io::NotFound => ErrorKind::Gone,
            Io::PermissionDenied | Io::ReadOnlyFilesystem => ErrorKind::Denied,
            Io::InvalidInput | Io::InvalidData | Io::InvalidFilename => ErrorKind::Invalid,
            Io::ConnectionRefused | Io::NetworkUnreachable | Io::HostUnreachable => {
                ErrorKind::Transient
            }
            // A file may be written in part, a request may have arrived.
            _ => ErrorKind::Ambiguous,
        };
        Self::new(kind, format!("{:?}", why.kind()), why.to_string())
    }
}

#[diagnostic::do_not_recommend]
#[async_trait]
impl<S: KeyedService> Reader for S {
    fn types(&self) -> &[&'static Type] {
        Types::<S>::ALL
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        Ok(self.get(&target.id).await?.observed(&target.id))
    }

    async fn find(&self, find: &Find) -> Result<Option<Observed>, ProviderError> {
        let key = key(find.ty, &find.inputs)?;
        let kept = self.under(&key).await?;
        let ours = kept.filter(|kept| !kept.is_namesake(&find.token));
        Ok(ours.map(|kept| kept.observed(&key)))
    }

    async fn owned(&self, lineage: &str) -> Result<Vec<Owned>, ProviderError> {
        let ty = S::Resource::TYPE;
        let mut owned = Vec::new();
        if ty.tags == Tagging::Never {
            return Ok(owned);
        }
        for key in present(self.keys().await)?.unwrap_or_default() {
            let kept = self.under(&key).await?;
            if let Some(token) = kept.as_ref().and_then(|kept| kept.token_of(lineage)) {
                owned.push(Owned {
                    ty: ty.name.to_owned(),
                    token: token.to_owned(),
                    id: key,
                });
            }
        }
        Ok(owned)
    }

    async fn look_up(
        &self,
        ty: &'static Type,
        _: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ProviderError> {
        let message = format!("{} is no question", ty.name);
        Err(ProviderError::new(ErrorKind::Bug, "NoLookup", message))
    }
}

#[diagnostic::do_not_recommend]
#[async_trait]
impl<S: KeyedService> Provider for S {
    async fn create(&self, request: &Request) -> Result<Made, ProviderError> {
        let key = key(request.ty, &request.inputs)?;
        match self.under(&key).await? {
            Some(kept) if kept.token() == Some(&request.token) => {}
            Some(_) => {
                let message = format!("{} {key} exists and is not this stack's", request.ty.name);
                let code = "AlreadyExists";
                return Err(ProviderError::new(ErrorKind::Invalid, code, message));
            }
            None => {
                let tag = format!("{}/{}", request.lineage, request.token);
                self.put(&key, wanted::<S>(request)?, &tag).await?;
            }
        }
        Ok(Made { id: key, now: None })
    }

    async fn update(
        &self,
        target: &Target,
        request: &Request,
        _: &[String],
    ) -> Result<(), ProviderError> {
        let tag = self.ours(target).await?.tag.unwrap_or_default();
        self.put(&target.id, wanted::<S>(request)?, &tag).await
    }

    async fn delete(&self, target: &Target) -> Result<(), ProviderError> {
        self.ours(target).await?;
        self.remove(&target.id).await
    }
}

/// What the engine's calls have in common.
#[async_trait]
trait Ours {
    /// The object under a key, whoever's it is.
    async fn under(&self, key: &str) -> Result<Option<Kept>, ProviderError>;

    /// The object, or that it is gone: a namesake is not it.
    async fn ours(&self, target: &Target) -> Result<Kept, ProviderError>;
}

#[async_trait]
impl<S: KeyedService> Ours for S {
    async fn under(&self, key: &str) -> Result<Option<Kept>, ProviderError> {
        present(self.get(key).await)
    }

    async fn ours(&self, target: &Target) -> Result<Kept, ProviderError> {
        let kept = self.under(&target.id).await?;
        let ours = kept.filter(|kept| !kept.is_namesake(&target.token));
        ours.ok_or_else(|| ProviderError::gone(&target.id))
    }
}

/// An answer; none when it is that there is nothing.
fn present<T>(answer: Result<T, ProviderError>) -> Result<Option<T>, ProviderError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind == ErrorKind::Gone => Ok(None),
        Err(error) => Err(error),
    }
}
