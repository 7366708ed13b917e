//! A resource that is nothing: it stands for no object in any cloud.
//!
//! It is created, updated and deleted like every other one, at once and
//! without any call, so what a program of null resources costs is what the
//! engine itself costs. Programs use it to bind an order or a value to the
//! state; benchmarks use it to measure.

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::facts::{
    Held, OnChange, OutputFact, Recovery, Refs, TYPE, Tagging, Type, f, instant, opt,
};
use crate::provider::{
    Find, Made, Observed, Owned, Provider, ProviderError, Reader, Request, Status, Target,
};
use crate::{Output, Resource};

/// The facts of a null resource.
pub static NULL: Type = Type {
    name: "null.Resource",
    provider: "null",
    doc: "a resource that stands for no object",
    recovery: Recovery::UniqueName,
    token: true,
    tags: Tagging::Never,
    fields: &[
        f("Name", OnChange::InPlace, Refs::No),
        opt("Value", OnChange::InPlace),
        opt("After", OnChange::InPlace)
            .refs(Refs::To("null.Resource", Held::Refused("NullResourceHeld"))),
    ],
    outputs: &[OutputFact::fixed("Id", "null-{hex32}")],
    create: instant(0),
    update: instant(0),
    delete: instant(0),
    ..TYPE
};

crate::ids! {
    /// The id of a null resource: `null-` and 32 hexadecimal digits.
    pub struct NullId;
}

/// A resource that stands for no object.
#[derive(Resource, Clone)]
#[resource(facts = NULL, handle = NullHandle { id: NullId })]
pub struct Null {
    /// Any text.
    pub name: Output<String>,
    /// Any text; changing it is an update in place.
    pub value: Option<Output<String>>,
    /// What it comes after.
    pub after: Vec<Output<NullId>>,
}

/// The provider of [`Null`]: it agrees with whatever the state remembers.
#[derive(Debug, Clone, Copy, Default)]
pub struct NullProvider;

fn observed(id: String, inputs: Map<String, Value>, token: String) -> Observed {
    let outputs = Map::from_iter([("Id".to_owned(), Value::String(id.clone()))]);
    Observed {
        id,
        status: Status::Ready,
        inputs,
        outputs,
        token: Some(token),
    }
}

#[diagnostic::do_not_recommend]
#[async_trait]
impl Reader for NullProvider {
    fn types(&self) -> &[&'static Type] {
        static TYPES: [&Type; 1] = [&NULL];
        &TYPES
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        Ok(observed(
            target.id.clone(),
            target.inputs.clone(),
            target.token.clone(),
        ))
    }

    /// Creating has no effect, so one without an answer had none.
    async fn find(&self, _: &Find) -> Result<Option<Observed>, ProviderError> {
        Ok(None)
    }

    async fn owned(&self, _: &str) -> Result<Vec<Owned>, ProviderError> {
        Ok(Vec::new())
    }

    async fn look_up(
        &self,
        ty: &'static Type,
        _: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ProviderError> {
        Err(ProviderError::gone(ty.name))
    }
}

#[diagnostic::do_not_recommend]
#[async_trait]
impl Provider for NullProvider {
    async fn create(&self, request: &Request) -> Result<Made, ProviderError> {
        let id = format!("null-{}", request.token);
        let now = observed(id.clone(), request.inputs.clone(), request.token.clone());
        Ok(Made { id, now: Some(now) })
    }

    async fn update(&self, _: &Target, _: &Request, _: &[String]) -> Result<(), ProviderError> {
        Ok(())
    }

    /// There never was anything to delete, which is as good as deleted.
    async fn delete(&self, target: &Target) -> Result<(), ProviderError> {
        Err(ProviderError::gone(&target.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_ready_as_soon_as_it_is_made() {
        let request = Request {
            ty: &NULL,
            inputs: Map::new(),
            token: "ab".into(),
            lineage: String::new(),
            stack: String::new(),
            path: "a".into(),
        };
        let made = NullProvider.create(&request).await.unwrap();
        assert_eq!(made.id, "null-ab");
        let target = Target {
            ty: &NULL,
            id: made.id,
            inputs: Map::new(),
            token: "ab".into(),
        };
        let seen = NullProvider.read(&target).await.unwrap();
        assert_eq!(seen.status, Status::Ready);
        assert_eq!(seen.outputs["Id"], "null-ab");
    }
}
