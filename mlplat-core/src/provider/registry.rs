//! Which provider serves which type.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Call, ErrorKind, Limit, Owned, Provider, ProviderError, Reader};
use crate::facts::Type;

/// Providers by the types they serve.
#[derive(Clone, Default)]
pub struct Providers {
    all: Vec<Arc<dyn Provider>>,
    by_type: HashMap<&'static str, (usize, &'static Type)>,
}

impl Providers {
    /// Adds a provider. A type that an earlier one serves stays with it.
    #[must_use]
    pub fn with(mut self, provider: Arc<dyn Provider>) -> Self {
        let index = self.all.len();
        for ty in provider.types() {
            self.by_type.entry(ty.name).or_insert((index, ty));
        }
        self.all.push(provider);
        self
    }

    /// Adds all providers of others, after these.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        others.all.into_iter().fold(self, Self::with)
    }

    /// The facts of a type that some provider serves.
    #[must_use]
    pub fn type_named(&self, name: &str) -> Option<&'static Type> {
        self.by_type.get(name).map(|(_, ty)| *ty)
    }

    /// The provider of a type.
    ///
    /// # Errors
    /// A bug error when nobody serves it.
    pub fn of(&self, ty: &str) -> Result<&dyn Provider, ProviderError> {
        let found = self.by_type.get(ty).and_then(|(at, _)| self.all.get(*at));
        found.map(|provider| &**provider).ok_or_else(|| {
            ProviderError::new(
                ErrorKind::Bug,
                "NoProvider",
                format!("no provider serves {ty}"),
            )
        })
    }

    /// The read-only half of the provider of a type.
    ///
    /// # Errors
    /// As [`Providers::of`].
    pub fn reader(&self, ty: &str) -> Result<&dyn Reader, ProviderError> {
        self.of(ty).map(|provider| provider as &dyn Reader)
    }

    /// How many calls of a kind are taken on a type; `None` for any number, or
    /// when nobody serves it.
    #[must_use]
    pub fn limit(&self, ty: &Type, call: Call) -> Option<Limit> {
        self.of(ty.name).ok()?.limit(ty.service(), call)
    }

    /// Everything in all clouds and clusters that carries the lineage's tag.
    ///
    /// # Errors
    /// The first provider's error.
    pub async fn owned(&self, lineage: &str) -> Result<Vec<Owned>, ProviderError> {
        let mut owned = Vec::new();
        for provider in &self.all {
            owned.extend(provider.owned(lineage).await?);
        }
        Ok(owned)
    }
}
