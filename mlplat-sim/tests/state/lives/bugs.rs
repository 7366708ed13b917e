//! Bugs that were made for it: each is found, and comes down to a life that a
//! person can read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use async_trait::async_trait;
use mlplat_core::facts::Type;
use mlplat_core::provider::{
    Find, Made, Observed, Owned, Provider, ProviderError, Reader, Request, Target,
};
use mlplat_sim::cloud::Cloud;
use mlplat_sim::harness::Wrap;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine as _, StateMachineTest as _};
use serde_json::{Map, Value};

use super::super::types::{BOX, MILL};
use super::model::{Model, Step};
use super::system::{Between, Lived};

#[derive(Clone, Copy, PartialEq)]
enum Bug {
    /// A mill is never found again, and never counted as owned.
    LosesMills,
    /// An update is acknowledged and not done.
    NeverUpdates,
    /// A box that goes takes somebody else's along.
    Vandal,
}

struct Buggy(Arc<Cloud>, Bug);

#[async_trait]
impl Reader for Buggy {
    fn types(&self) -> &[&'static Type] {
        self.0.types()
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        let mut seen = self.0.read(target).await?;
        if self.1 == Bug::NeverUpdates {
            // It shows what it was asked for.
            let wanted = target.inputs.clone().into_iter();
            seen.inputs
                .extend(wanted.filter(|(field, _)| field == "Size"));
        }
        Ok(seen)
    }

    async fn find(&self, find: &Find) -> Result<Option<Observed>, ProviderError> {
        match self.1 {
            Bug::LosesMills if find.ty.name == MILL.name => Ok(None),
            _ => self.0.find(find).await,
        }
    }

    async fn owned(&self, lineage: &str) -> Result<Vec<Owned>, ProviderError> {
        let mut owned = self.0.owned(lineage).await?;
        owned.retain(|one| self.1 != Bug::LosesMills || one.ty != MILL.name);
        Ok(owned)
    }

    async fn look_up(
        &self,
        ty: &'static Type,
        inputs: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ProviderError> {
        self.0.look_up(ty, inputs).await
    }
}

#[async_trait]
impl Provider for Buggy {
    async fn create(&self, request: &Request) -> Result<Made, ProviderError> {
        self.0.create(request).await
    }

    async fn update(
        &self,
        target: &Target,
        request: &Request,
        fields: &[String],
    ) -> Result<(), ProviderError> {
        match self.1 {
            Bug::NeverUpdates => Ok(()),
            _ => self.0.update(target, request, fields).await,
        }
    }

    async fn delete(&self, target: &Target) -> Result<(), ProviderError> {
        if self.1 == Bug::Vandal && target.ty.name == BOX.name {
            let objects = self.0.objects();
            let other = objects
                .iter()
                .find(|object| object.lineage == "somebody-else");
            if let Some(other) = other {
                let _ = self.0.take_away(&other.id);
            }
        }
        self.0.delete(target).await
    }
}

struct LosesMills;
struct NeverUpdates;
struct Vandal;

fn wrapped(bug: Bug) -> Option<Wrap> {
    Some(Arc::new(move |cloud| Arc::new(Buggy(cloud, bug))))
}

impl Between for LosesMills {
    fn wrap() -> Option<Wrap> {
        wrapped(Bug::LosesMills)
    }
}

impl Between for NeverUpdates {
    fn wrap() -> Option<Wrap> {
        wrapped(Bug::NeverUpdates)
    }
}

impl Between for Vandal {
    fn wrap() -> Option<Wrap> {
        wrapped(Bug::Vandal)
    }
}

/// The shortest life that shows a bug, and what it breaks.
fn shortest<B: Between>() -> (Vec<Step>, String) {
    let config = Config {
        cases: 400,
        failure_persistence: None,
        max_shrink_iters: 1_000,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(config.clone(), rng);
    let lives = Model::sequential_strategy(2..12);
    let found = runner.run(&lives, |(model, steps, seen)| {
        let lived = AssertUnwindSafe(|| {
            Lived::<B>::test_sequential(config.clone(), model, steps, seen);
        });
        catch_unwind(lived).map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            TestCaseError::fail(text.unwrap_or_default())
        })
    });
    match found {
        Err(TestError::Fail(why, (_, steps, _))) => (steps, why.message().to_owned()),
        other => panic!("the bug is not seen: {other:?}"),
    }
}

fn seen<B: Between>(oracle: &str, most: usize) {
    let (steps, why) = shortest::<B>();
    println!("{why}\n{steps:#?}");
    assert!(why.contains(oracle), "{why}");
    assert!(
        steps.len() <= most,
        "it does not come down to something readable: {steps:#?}"
    );
}

/// Added, killed while it is made, and deployed again: there are two.
#[test]
fn what_is_lost_is_seen() {
    seen::<LosesMills>("O2", 4);
}

/// Added, deployed, another size, deployed.
#[test]
fn an_update_that_is_not_done_is_seen() {
    seen::<NeverUpdates>("O1", 5);
}

/// Added, deployed, destroyed.
#[test]
fn a_vandal_is_seen() {
    seen::<Vandal>("O7", 4);
}
