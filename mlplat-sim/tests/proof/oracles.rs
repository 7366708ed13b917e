//! Each oracle is seen to fail on a bug made for it.

use std::sync::Arc;

use async_trait::async_trait;
use mlplat_core::facts::Type;
use mlplat_core::provider::{
    Find, Made, Observed, Owned, Provider, ProviderError, Reader, Request, Status, Target,
};
use mlplat_sim::cloud::Cloud;
use mlplat_sim::harness::{Oracle, Power, Scenario, Stage, Sweep, sweep};
use serde_json::{Map, Value, json};

use super::types::*;

#[derive(Clone, Copy, PartialEq)]
enum Bug {
    /// Every creation makes two.
    Twins,
    /// Deletions are acknowledged and not done.
    NeverDeletes,
    /// Nothing is found again.
    FindsNothing,
    /// A field is shown with another value each time.
    Flickers,
    /// Nothing becomes ready.
    NeverReady,
    /// What was made is not there.
    Vanishes,
    /// Somebody else's objects are deleted along.
    Vandal,
}

struct Buggy {
    cloud: Arc<Cloud>,
    bug: Bug,
}

#[async_trait]
impl Reader for Buggy {
    fn types(&self) -> &[&'static Type] {
        self.cloud.types()
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        let mut seen = self.cloud.read(target).await?;
        if self.bug == Bug::Flickers && seen.inputs.contains_key("Level") {
            seen.inputs
                .insert("Level".into(), json!(self.cloud.calls().to_string()));
        }
        if self.bug == Bug::NeverReady {
            seen.status = Status::Coming("CREATING".into());
        }
        Ok(seen)
    }

    async fn find(&self, find: &Find) -> Result<Option<Observed>, ProviderError> {
        match self.bug {
            Bug::FindsNothing => Ok(None),
            _ => self.cloud.find(find).await,
        }
    }

    async fn owned(&self, lineage: &str) -> Result<Vec<Owned>, ProviderError> {
        match self.bug {
            // Else the sweep of what nobody remembers would mend it.
            Bug::FindsNothing | Bug::Twins | Bug::NeverDeletes => Ok(Vec::new()),
            _ => self.cloud.owned(lineage).await,
        }
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
impl Provider for Buggy {
    async fn create(&self, request: &Request) -> Result<Made, ProviderError> {
        if self.bug == Bug::Twins && request.ty.name == "test.Mill" {
            self.cloud.create(request).await?;
        }
        let made = self.cloud.create(request).await?;
        if self.bug == Bug::Vanishes && request.ty.name == "test.Box" {
            let _ = self.cloud.take_away(&made.id);
        }
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
        if self.bug == Bug::Vandal {
            let others = self.cloud.objects();
            let other = others
                .iter()
                .find(|object| object.lineage == "somebody-else");
            if let Some(other) = other {
                let _ = self.cloud.take_away(&other.id);
            }
        }
        if self.bug == Bug::NeverDeletes && target.ty.name == "test.Box" {
            return Ok(());
        }
        self.cloud.delete(target).await
    }
}

fn with(bug: Bug) -> Scenario {
    let mut lone = scenario(
        "seeded bug",
        vec![
            Stage::deploy(|stack| {
                stack.add("box", crate_());
                stack.add("mill", mill());
            }),
            Stage::Destroy,
        ],
    );
    let foreign = json!({"Name": "not-yours"});
    lone.foreign = vec![(&BOX, foreign.as_object().cloned().unwrap_or_default())];
    lone.wrap = Some(Arc::new(move |cloud| Arc::new(Buggy { cloud, bug })));
    lone
}

fn seen_by(bug: Bug) -> Oracle {
    let broken = sweep(&with(bug), &Sweep::default());
    let broken = broken.expect_err("the bug is not seen");
    println!("{broken}");
    broken.oracle
}

#[test]
fn a_second_object_is_seen() {
    assert_eq!(seen_by(Bug::Twins), Oracle::O2);
}

#[test]
fn a_creation_that_is_not_found_again_is_seen() {
    assert_eq!(seen_by(Bug::FindsNothing), Oracle::O2);
}

#[test]
fn a_deletion_that_is_not_done_is_seen() {
    assert_eq!(seen_by(Bug::NeverDeletes), Oracle::O2);
}

#[test]
fn a_plan_that_never_settles_is_seen() {
    assert_eq!(seen_by(Bug::Flickers), Oracle::O4);
}

#[test]
fn a_wait_without_end_is_seen() {
    assert_eq!(seen_by(Bug::NeverReady), Oracle::O6);
}

#[test]
fn a_foreign_object_that_is_touched_is_seen() {
    assert_eq!(seen_by(Bug::Vandal), Oracle::O7);
}

#[test]
fn a_node_that_stands_for_nothing_is_seen() {
    assert_eq!(seen_by(Bug::Vanishes), Oracle::O1);
}

/// Without syncs no promise holds: an engine that left one out would be seen
/// as this disk is.
#[test]
fn a_disk_that_lies_about_syncs_is_seen() {
    let mut honest = with(Bug::NeverDeletes);
    honest.wrap = None;
    let how = Sweep {
        power: Power::LostByALiar,
        ..Sweep::default()
    };
    let broken = sweep(&honest, &how).expect_err("the lie is not seen");
    println!("{broken}");
}
