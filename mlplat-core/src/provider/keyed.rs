//! Providers in a few lines: services that keep objects under keys.
//!
//! Many services beside the big clouds are alike: an object has a key that is
//! part of its inputs, it is read, written and removed whole, and it is there
//! as soon as the call returns: DNS records, dashboards, feature flags, files.
//! For these a user writes three methods over typed inputs; everything else
//! that a [`Provider`] owes to the engine follows from the declared facts.
//!
//! The key is the natural key of the type
//! ([`Recovery::NaturalKey`](crate::facts::Recovery::NaturalKey)), or its
//! name. A service that can keep the birth token beside the object (as a
//! label, a comment, a field) says so by [`Tagging`](crate::facts::Tagging):
//! then an object of the same key that somebody else made is never taken for
//! one's own. A service that cannot declares `Tagging::Never`: then whatever
//! stands under the key counts as ours once a creation was interrupted there.

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::{
    ErrorKind, Find, Made, Observed, Owned, Provider, ProviderError, Reader, Request, Status,
    Target,
};
use crate::facts::{Recovery, Type};
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

    /// Writes the object whole, whether it is there or not, with its birth
    /// token where the type declares that it can carry one.
    ///
    /// # Errors
    /// As the service says; `Ambiguous` when there was no answer.
    async fn put(&self, key: &str, wanted: Wanted<Self>, token: &str) -> Result<(), ProviderError>;

    /// Takes the object away.
    ///
    /// # Errors
    /// As the service says.
    async fn remove(&self, key: &str) -> Result<(), ProviderError>;
}

/// An object as a service keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Its fields by API name, without those that it never shows.
    pub inputs: Map<String, Value>,
    /// Its outputs by name.
    pub outputs: Map<String, Value>,
    /// The birth token that it was written with, if it carries one.
    pub token: Option<String>,
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
            token: None,
        }
    }

    /// With the birth token that it carries.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    fn observed(self, key: &str) -> Observed {
        Observed {
            id: key.to_owned(),
            status: Status::Ready,
            inputs: self.inputs,
            outputs: self.outputs,
            token: self.token,
        }
    }

    /// Whether it carries another object's token.
    fn is_namesake(&self, token: &str) -> bool {
        self.token.as_ref().is_some_and(|own| own != token)
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

    /// Nothing: a service of keys is not asked for all of them.
    async fn owned(&self, _: &str) -> Result<Vec<Owned>, ProviderError> {
        Ok(Vec::new())
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
            Some(kept) if kept.token.as_ref() == Some(&request.token) => {}
            Some(_) => {
                let message = format!("{} {key} exists and is not this stack's", request.ty.name);
                let code = "AlreadyExists";
                return Err(ProviderError::new(ErrorKind::Invalid, code, message));
            }
            None => {
                self.put(&key, wanted::<S>(request)?, &request.token)
                    .await?
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
        self.ours(target).await?;
        self.put(&target.id, wanted::<S>(request)?, &target.token)
            .await
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
        match self.get(key).await {
            Ok(kept) => Ok(Some(kept)),
            Err(error) if error.kind == ErrorKind::Gone => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn ours(&self, target: &Target) -> Result<Kept, ProviderError> {
        let kept = self.under(&target.id).await?;
        let ours = kept.filter(|kept| !kept.is_namesake(&target.token));
        ours.ok_or_else(|| ProviderError::gone(&target.id))
    }
}
