//! What services take in a second is not exceeded, whatever they answer.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use mlplat_aws::{catalog, ec2, limits::limit_of};
use mlplat_core::deploy::Deployment;
use mlplat_core::facts::Type;
use mlplat_core::provider::{
    Call, Find, Made, Observed, Owned, Provider, ProviderError, Reader, Request, Target,
};
use mlplat_sim::cloud::Cloud;
use mlplat_sim::harness::{Life, Scenario, Stage};
use serde_json::{Map, Value};

use super::types::{done, lives};

/// More than EC2 takes at once, and none waits for another.
const WIDE: usize = 150;

fn wide() -> Stage {
    Stage::deploy(|stack| {
        for number in 0..WIDE {
            stack.add(&format!("template{number}"), ec2::LaunchTemplate::default());
        }
    })
}

/// A scenario whose last account can be asked when its run is over.
fn watched(name: &str) -> (Scenario, Arc<Mutex<Option<Arc<Cloud>>>>) {
    let slot: Arc<Mutex<Option<Arc<Cloud>>>> = Arc::default();
    let keep = Arc::clone(&slot);
    let mut watched = Scenario::new(name, catalog(), vec![]);
    watched.wrap = Some(Arc::new(move |cloud| {
        *keep.lock().unwrap() = Some(Arc::clone(&cloud));
        cloud
    }));
    (watched, slot)
}

/// Deploys, with an account in which all calls are refused for so long: what
/// came of it, the calls that were made, and those above a limit.
fn deploy(storm_s: f64) -> (Deployment, u64, u64) {
    let (mut watched, cloud) = watched("wide");
    watched.faults.storm_s = storm_s;
    let life = Life::new(&watched);
    let deployment = done(life.go(&wide(), 1, 0));
    assert_eq!(life.objects().len(), WIDE);
    let cloud = cloud.lock().unwrap().clone().unwrap();
    (deployment, cloud.calls(), cloud.above_limit())
}

/// The bucket of EC2's changing calls.
fn bucket() -> (f64, f64) {
    let limit = limit_of("ec2", Call::Changes).unwrap().limit;
    (f64::from(limit.burst), limit.per_second)
}

#[test]
fn a_wide_program_keeps_to_what_a_service_takes() {
    let (deployment, calls, above) = deploy(0.0);
    let (burst, per_second) = bucket();
    let least = (WIDE as f64 - burst) / per_second;
    assert_eq!(above, 0);
    assert!(calls <= 2 * WIDE as u64, "{calls}");
    let took = deployment.elapsed_s;
    assert!(
        (least..least + 5.0).contains(&took),
        "{took} s of {least} s"
    );
}

/// Ten minutes in which every call is refused.
///
/// Proves fault 3.
#[test]
fn a_storm_costs_no_more_than_the_budget_of_its_time() {
    let (_, calm, _) = deploy(0.0);
    let (deployment, calls, above) = deploy(600.0);
    let (burst, per_second) = bucket();
    let budget = burst + per_second * 600.0;
    assert_eq!(above, 0, "never above the limit");
    assert!(deployment.failed.is_empty());
    let most = 1.2 * calm as f64 + budget;
    assert!(calls as f64 <= most, "{calls} of {most}");
    assert!(deployment.elapsed_s > 600.0, "{deployment:?}");
    println!(
        "figure: 10 minutes of 429 on {WIDE} objects: {calls} calls of at most {most:.0} (calm {calm}), {above} above the limit, 0 failures, over after {:.0} s",
        deployment.elapsed_s
    );
}

/// The account, whose limits the engine is not told.
struct Untold(Arc<Cloud>);

#[async_trait]
impl Reader for Untold {
    fn types(&self) -> &[&'static Type] {
        self.0.types()
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        self.0.read(target).await
    }

    async fn find(&self, find: &Find) -> Result<Option<Observed>, ProviderError> {
        self.0.find(find).await
    }

    async fn owned(&self, lineage: &str) -> Result<Vec<Owned>, ProviderError> {
        self.0.owned(lineage).await
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
impl Provider for Untold {
    async fn create(&self, request: &Request) -> Result<Made, ProviderError> {
        self.0.create(request).await
    }

    async fn update(
        &self,
        target: &Target,
        request: &Request,
        fields: &[String],
    ) -> Result<(), ProviderError> {
        self.0.update(target, request, fields).await
    }

    async fn delete(&self, target: &Target) -> Result<(), ProviderError> {
        self.0.delete(target).await
    }
}

/// The account does refuse what is above its limits: an engine that does not
/// know them meets it, and gets through all the same.
#[test]
fn an_engine_that_knows_no_limits_is_refused() {
    let slot: Arc<Mutex<Option<Arc<Cloud>>>> = Arc::default();
    let keep = Arc::clone(&slot);
    let mut untold = Scenario::new("untold", catalog(), vec![]);
    untold.wrap = Some(Arc::new(move |cloud| {
        *keep.lock().unwrap() = Some(Arc::clone(&cloud));
        Arc::new(Untold(cloud))
    }));
    let life = Life::new(&untold);
    lives(&life, &wide(), 1);
    assert_eq!(life.objects().len(), WIDE);
    let cloud = slot.lock().unwrap().clone().unwrap();
    assert!(cloud.above_limit() > 50, "{}", cloud.above_limit());
}
