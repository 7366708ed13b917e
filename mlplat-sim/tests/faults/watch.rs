//! Somebody between engine and account, who sees every call and can stand in its way.

use std::sync::Arc;

use async_trait::async_trait;
use mlplat_core::facts::Type;
use mlplat_core::provider::{
    Find, Made, Observed, Owned, Provider, ProviderError, Reader, Request, Target,
};
use mlplat_sim::cloud::Cloud;
use mlplat_sim::harness::Wrap;
use serde_json::{Map, Value};

/// What a call is about.
#[derive(Clone, Copy)]
pub enum Asks<'a> {
    Create(&'a Request),
    Update(&'a Target),
    Delete(&'a Target),
    Read(&'a Target),
    Find(&'a Find),
    List(&'static Type),
    LookUp(&'static Type),
}

impl Asks<'_> {
    pub fn ty(&self) -> &'static Type {
        match self {
            Self::Create(request) => request.ty,
            Self::Update(target) | Self::Delete(target) | Self::Read(target) => target.ty,
            Self::Find(find) => find.ty,
            Self::List(ty) | Self::LookUp(ty) => ty,
        }
    }

    pub fn verb(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Update(_) => "update",
            Self::Delete(_) => "delete",
            Self::Read(_) => "read",
            Self::Find(_) => "find",
            Self::List(_) => "list",
            Self::LookUp(_) => "look up",
        }
    }

    /// The birth that the call is for.
    pub fn token(&self) -> &str {
        match self {
            Self::Create(request) => &request.token,
            Self::Update(target) | Self::Delete(target) | Self::Read(target) => &target.token,
            Self::Find(find) => &find.token,
            Self::List(_) | Self::LookUp(_) => "",
        }
    }

    pub fn changes(&self) -> bool {
        matches!(self, Self::Create(_) | Self::Update(_) | Self::Delete(_))
    }
}

/// Whoever watches.
pub trait Watch: Send + Sync {
    /// Before the call, with a look at the account.
    fn sees(&self, _: &Cloud, _: &Asks<'_>) {}

    /// Before the call; an error stands for its answer.
    fn before(&self, _: &Asks<'_>) -> Result<(), ProviderError> {
        Ok(())
    }

    /// After it: the error that it met.
    fn after(&self, _: &Asks<'_>, _: Option<&ProviderError>) {}

    /// What the engine gets to see of an object.
    fn shows(&self, _: &'static Type, seen: Observed) -> Observed {
        seen
    }

    /// The id that a creation answers with.
    fn names(&self, _: &Request, id: String) -> String {
        id
    }
}

pub fn watched(watch: Arc<dyn Watch>) -> Wrap {
    Arc::new(move |cloud| {
        let watch = Arc::clone(&watch);
        Arc::new(Between { cloud, watch })
    })
}

struct Between {
    cloud: Arc<Cloud>,
    watch: Arc<dyn Watch>,
}

impl Between {
    async fn ask<T>(
        &self,
        asks: Asks<'_>,
        call: impl Future<Output = Result<T, ProviderError>> + Send,
    ) -> Result<T, ProviderError> {
        self.watch.sees(&self.cloud, &asks);
        self.watch.before(&asks)?;
        let answer = call.await;
        self.watch.after(&asks, answer.as_ref().err());
        answer
    }
}

#[async_trait]
impl Reader for Between {
    fn types(&self) -> &[&'static Type] {
        self.cloud.types()
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        let seen = self
            .ask(Asks::Read(target), self.cloud.read(target))
            .await?;
        Ok(self.watch.shows(target.ty, seen))
    }

    async fn read_many(&self, targets: &[Target]) -> Result<Vec<Option<Observed>>, ProviderError> {
        let Some(ty) = targets.first().map(|target| target.ty) else {
            return Ok(Vec::new());
        };
        let seen = self
            .ask(Asks::List(ty), self.cloud.read_many(targets))
            .await?;
        let shown = |one: Option<Observed>| one.map(|one| self.watch.shows(ty, one));
        Ok(seen.into_iter().map(shown).collect())
    }

    async fn find(&self, find: &Find) -> Result<Option<Observed>, ProviderError> {
        let seen = self.ask(Asks::Find(find), self.cloud.find(find)).await?;
        Ok(seen.map(|one| self.watch.shows(find.ty, one)))
    }

    async fn owned(&self, lineage: &str) -> Result<Vec<Owned>, ProviderError> {
        self.cloud.owned(lineage).await
    }

    async fn look_up(
        &self,
        ty: &'static Type,
        inputs: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ProviderError> {
        self.ask(Asks::LookUp(ty), self.cloud.look_up(ty, inputs))
            .await
    }
}

#[async_trait]
impl Provider for Between {
    async fn create(&self, request: &Request) -> Result<Made, ProviderError> {
        let made = self
            .ask(Asks::Create(request), self.cloud.create(request))
            .await?;
        Ok(Made {
            id: self.watch.names(request, made.id),
            now: made.now.map(|seen| self.watch.shows(request.ty, seen)),
        })
    }

    async fn update(
        &self,
        target: &Target,
        request: &Request,
        fields: &[String],
    ) -> Result<(), ProviderError> {
        let call = self.cloud.update(target, request, fields);
        self.ask(Asks::Update(target), call).await
    }

    async fn empty(&self, target: &Target) -> Result<bool, ProviderError> {
        self.cloud.empty(target).await
    }

    async fn delete(&self, target: &Target) -> Result<(), ProviderError> {
        self.ask(Asks::Delete(target), self.cloud.delete(target))
            .await
    }
}
