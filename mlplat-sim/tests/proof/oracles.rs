//! Each oracle is seen to fail on a bug made for it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mlplat_core::facts::Type;
use mlplat_core::provider::{
    Find, Made, Observed, Owned, Provider, ProviderError, Reader, Request, Status, Target,
};
use mlplat_sim::cloud::Cloud;
use mlplat_sim::harness::{Oracle, Power, Scenario, Stage, Sweep, Violation, sweep};
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
    /// Somebody else's objects are written to, with what they say already.
    Meddler,
    /// A creation takes seven hours.
    Slow,
    /// A creation is never answered.
    Silent,
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
        match self.bug {
            Bug::Slow => tokio::time::sleep(Duration::from_secs(7 * 3600)).await,
            Bug::Silent => std::future::pending().await,
            Bug::Meddler => self.meddle().await,
            _ => {}
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

impl Buggy {
    /// Writes to somebody else's object what it says already.
    async fn meddle(&self) {
        let others = self.cloud.objects();
        let other = others
            .into_iter()
            .find(|object| object.lineage == "somebody-else");
        let Some(other) = other else { return };
        let target = Target {
            ty: &BOX,
            id: other.id,
            inputs: other.inputs.clone(),
            token: other.token,
        };
        let request = Request {
            ty: &BOX,
            inputs: other.inputs,
            token: String::new(),
            lineage: String::new(),
            stack: String::new(),
            path: String::new(),
        };
        let _ = self.cloud.update(&target, &request, &[]).await;
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
    seen(&with(bug)).oracle
}

fn seen(scenario: &Scenario) -> Violation {
    let broken = sweep(scenario, &Sweep::default());
    let broken = broken.expect_err("the bug is not seen");
    println!("{broken}");
    broken
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

/// The object is as it was at the end; that it was written to is on record.
#[test]
fn a_foreign_object_that_is_written_to_is_seen_though_it_is_equal() {
    let broken = seen(&with(Bug::Meddler));
    assert_eq!(broken.oracle, Oracle::O7);
    assert!(broken.what.starts_with("update of test.Box"), "{broken}");
}

#[test]
fn a_run_beyond_its_deadline_is_seen_though_it_ends_well() {
    let broken = seen(&with(Bug::Slow));
    assert_eq!(broken.oracle, Oracle::O6);
    assert!(broken.what.ends_with(" s of 21600 s"), "{broken}");
}

#[test]
fn a_call_without_an_answer_does_not_hold_the_harness() {
    assert_eq!(seen_by(Bug::Silent), Oracle::O6);
}

#[test]
fn a_secret_that_is_written_in_clear_is_seen() {
    let secret = "a secret that nothing else says";
    let mut careless = scenario(
        "careless",
        vec![Stage::deploy(move |stack| {
            let coloured = Crate {
                color: Some(secret.into()),
                ..crate_()
            };
            stack.add("box", coloured);
        })],
    );
    careless.secrets = vec![secret.to_owned()];
    let broken = seen(&careless);
    assert_eq!(broken.oracle, Oracle::O5);
    assert!(broken.what.contains("shows the secret"), "{broken}");
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
    assert_eq!(broken.oracle, Oracle::O3);
}
