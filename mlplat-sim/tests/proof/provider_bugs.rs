//! Providers that panic, refuse, or contradict what their types declare.

use std::sync::Arc;

use async_trait::async_trait;
use mlplat_core::facts::Type;
use mlplat_core::provider::{
    ErrorKind, Find, Made, Observed, Owned, Provider, ProviderError, Reader, Request, Target,
};
use mlplat_sim::cloud::Cloud;
use mlplat_sim::harness::{Life, Wrap};
use serde_json::{Map, Value, json};

use super::types::*;

#[derive(Clone, Copy, PartialEq)]
pub enum Misdeed {
    /// The creation at this path is not allowed.
    DenyCreate(&'static str),
    /// The creation at this path panics.
    PanicCreate(&'static str),
    /// An update makes the id another one.
    NewIdOnUpdate,
    /// A creation leaves out an output.
    NoLabel,
}

struct Misbehaving {
    cloud: Arc<Cloud>,
    misdeed: Misdeed,
}

pub fn misbehaving(misdeed: Misdeed) -> Wrap {
    Arc::new(move |cloud| Arc::new(Misbehaving { cloud, misdeed }))
}

impl Misbehaving {
    fn shown(&self, mut seen: Observed) -> Observed {
        if self.misdeed == Misdeed::NewIdOnUpdate && seen.inputs.get("Size") == Some(&json!(2)) {
            seen.outputs.insert("Id".into(), json!("box-of-somebody"));
        }
        if self.misdeed == Misdeed::NoLabel {
            seen.outputs.remove("Label");
        }
        seen
    }
}

#[async_trait]
impl Reader for Misbehaving {
    fn types(&self) -> &[&'static Type] {
        self.cloud.types()
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        self.cloud.read(target).await.map(|seen| self.shown(seen))
    }

    async fn find(&self, find: &Find) -> Result<Option<Observed>, ProviderError> {
        self.cloud.find(find).await
    }

    async fn owned(&self, lineage: &str) -> Result<Vec<Owned>, ProviderError> {
        self.cloud.owned(lineage).await
    }

    async fn look_up(
        &self,
        ty: &'static Type,
        inputs: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ProviderError> {
        self.cloud.look_up(ty, inputs).await
    }
}

#[async_trait]
impl Provider for Misbehaving {
    async fn create(&self, request: &Request) -> Result<Made, ProviderError> {
        if matches!(self.misdeed, Misdeed::DenyCreate(path) if path == request.path) {
            let message = format!(
                "not allowed to perform {} on {}",
                request.ty.api, request.path
            );
            return Err(ProviderError::new(
                ErrorKind::Denied,
                "AccessDenied",
                message,
            ));
        }
        if matches!(self.misdeed, Misdeed::PanicCreate(path) if path == request.path) {
            panic!("the secret is 0123456789abcdef");
        }
        let mut made = self.cloud.create(request).await?;
        made.now = made.now.map(|seen| self.shown(seen));
        Ok(made)
    }

    async fn update(
        &self,
        target: &Target,
        request: &Request,
        fields: &[String],
    ) -> Result<(), ProviderError> {
        self.cloud.update(target, request, fields).await
    }

    async fn delete(&self, target: &Target) -> Result<(), ProviderError> {
        self.cloud.delete(target).await
    }
}

#[test]
fn a_panic_is_a_failed_node() {
    let stage = yard_stage("red", "wind", 1);
    let mut one = scenario("panic", vec![]);
    one.wrap = Some(misbehaving(Misdeed::PanicCreate("left")));
    let life = Life::new(&one);
    let deployment = came_back(life.go(&stage, 1, 0));
    assert_eq!(deployment.failed.len(), 1);
    assert_eq!(deployment.failed[0].code, "Panic");
    assert_eq!(
        deployment.failed[0].message,
        "the provider panicked: this is a bug in it; what was under way is found again by the next run"
    );
    assert_eq!((deployment.done, deployment.skipped), (4, 1));
    let mended = scenario("mended", vec![]);
    let life = Life {
        scenario: &mended,
        machine: life.machine,
    };
    lives(&life, &stage, 2);
    assert_eq!(life.objects().len(), 6);
}

#[test]
fn a_fixed_output_that_changes_is_a_bug() {
    let mut one = scenario("new id", vec![]);
    one.wrap = Some(misbehaving(Misdeed::NewIdOnUpdate));
    let life = Life::new(&one);
    lives(&life, &yard_stage("red", "wind", 1), 1);
    let deployment = came_back(life.go(&yard_stage("red", "wind", 2), 2, 0));
    assert_eq!(deployment.failed.len(), 2, "{deployment:?}");
    assert_eq!(deployment.failed[0].code, "ContradictsFacts");
    assert_eq!(
        deployment.failed[0].message,
        "test.Box changed its output Id, which it declares not to change with Size"
    );
}

#[test]
fn an_output_that_is_missing_is_a_bug_and_the_id_is_kept() {
    let mut one = scenario("no label", vec![]);
    one.wrap = Some(misbehaving(Misdeed::NoLabel));
    let life = Life::new(&one);
    let deployment = came_back(life.go(&yard_stage("red", "wind", 1), 1, 0));
    assert_eq!(deployment.failed.len(), 1, "{deployment:?}");
    assert_eq!(
        deployment.failed[0].message,
        "test.Box did not give its output Label"
    );
    let state = life.state().unwrap();
    let made = life.objects();
    let root = made
        .values()
        .find(|object| object.ty == "test.Box")
        .unwrap();
    assert!(state.objects.values().any(|object| object.id == root.id));
}
