//! A role or bucket that somebody else has made under the name of ours, after
//! ours was deleted outside: it is never updated, emptied or deleted (O7).

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use mlplat_aws::ids::{BucketName, RoleName};
use mlplat_aws::policy::trust;
use mlplat_aws::{catalog, iam, s3};
use mlplat_core::Stack;
use mlplat_core::deploy::{Cancel, DeployOptions, Deployment, Outcome, PlanOptions, Stamped};
use mlplat_core::facts::Type;
use mlplat_core::provider::{
    ErrorKind, Find, Made, Observed, Owned, Provider, ProviderError, Reader, Request, Target,
};
use mlplat_sim::cloud::{Cloud, SimObject};
use mlplat_sim::harness::{Life, Scenario, Stage};
use mlplat_sim::machine::{Ended, Process, run};
use serde_json::{Map, Value};

use super::types::{came_back, lives};

/// A role is told by its `RoleId` too, a bucket by its tags alone.
fn program(stack: &mut Stack, about: &'static str, versions: s3::VersioningStatus) {
    let role = iam::Role {
        role_name: Some(RoleName::new("the-role").into()),
        description: Some(about.into()),
        ..iam::Role::new(trust::service("ec2.amazonaws.com"))
    };
    stack.add("role", role);
    let bucket = s3::Bucket {
        bucket_name: Some(BucketName::new("the-bucket").into()),
        versioning_status: Some(versions.into()),
        ..s3::Bucket::default()
    };
    stack.add("bucket", bucket);
}

fn first() -> Stage {
    Stage::deploy(|stack| program(stack, "first", s3::VersioningStatus::Enabled))
}

fn second() -> Stage {
    Stage::deploy(|stack| program(stack, "second", s3::VersioningStatus::Suspended))
}

fn scenario(name: &str) -> Scenario {
    Scenario::new(name, catalog(), vec![])
}

/// Deletes what is ours, and makes something under each of its names. Those,
/// with five things in each bucket.
fn swap(cloud: &Cloud, token: &str) -> Vec<SimObject> {
    let ours = cloud.objects();
    let ours = ours.iter().filter(|one| one.lineage != "somebody-else");
    let names: Vec<String> = ours
        .map(|object| {
            cloud.take_away(&object.id).unwrap();
            let ty = catalog().iter().find(|ty| ty.name == object.ty).unwrap();
            let id = cloud.put_foreign_tagged(ty, object.inputs.clone(), token);
            assert_eq!(id, object.id, "it has the same name");
            if object.ty == "s3.Bucket" {
                cloud.set(&id, "contents", 5.into()).unwrap();
            }
            id
        })
        .collect();
    let all = cloud.objects();
    all.into_iter()
        .filter(|one| names.contains(&one.id))
        .collect()
}

/// O7.
fn untouched(life: &Life<'_>, theirs: &[SimObject], how: &str) {
    let objects = life.objects();
    for one in theirs {
        assert_eq!(objects.get(&one.key), Some(one), "{how}");
    }
}

/// Both ways in which a namesake is not ours: without a tag, and with that of
/// another stack.
const TOKENS: [&str; 2] = ["", "0123456789abcdef0123456789abcdef"];

/// Between kill and resume.
///
/// Proves fault 1.
#[test]
fn a_namesake_that_appears_while_nobody_runs_survives_the_resume() {
    let calm = scenario("namesakes");
    let before = Life::new(&calm);
    lives(&before, &first(), 1);
    let (mut killed, mut met) = (0, 0);
    for (name, stage) in [("update", second()), ("destroy", Stage::Destroy)] {
        let points = before.fork().go(&stage, 2, 0).points;
        for at in 1..=points {
            for token in TOKENS {
                let how = format!("{name} killed at {at} of {points}, token {token:?}");
                let life = before.fork();
                assert!(matches!(life.go(&stage, 2, at).ended, Ended::Killed));
                let theirs = life.look(|cloud| swap(cloud, token));
                let deployment = came_back(life.go(&stage, 3, 0));
                untouched(&life, &theirs, &how);
                if name == "destroy" {
                    assert_eq!(deployment.outcome, Outcome::Complete, "{how}");
                    assert_eq!(life.objects().len(), theirs.len(), "{how}");
                    assert!(life.state().unwrap().objects.is_empty(), "{how}");
                }
                killed += 1;
                met += theirs.len();
            }
        }
    }
    assert!(met > killed, "{met} namesakes in {killed} runs");
    println!("figure: {met} namesakes met in {killed} killed and resumed runs, 0 touched");
}

/// Deploys with something that is done between plan and first step.
fn deploy_and(
    life: &Life<'_>,
    stage: &Stage,
    cloud: &Mutex<Option<Arc<Cloud>>>,
    meanwhile: impl Fn(&Cloud) + Sync,
) -> Deployment {
    let (_, ended) = run(|| {
        let process = Arc::new(Process::new(&life.machine, 7));
        (process, |process: Arc<Process>| async {
            let (engine, graph) = life.engine(process, stage, 7);
            let options = DeployOptions {
                plan: PlanOptions {
                    destroy: matches!(stage, Stage::Destroy),
                    ..PlanOptions::default()
                },
                delete_data: true,
                ..DeployOptions::default()
            };
            let approve = |_: &mlplat_core::plan::Plan| {
                let cloud = cloud.lock().unwrap().clone().unwrap();
                meanwhile(&cloud);
                true
            };
            let (quiet, cancel) = (|_: &Stamped| (), Cancel::new());
            engine
                .deploy(&graph, &options, &quiet, &cancel, &approve)
                .await
        })
    });
    match ended {
        Ended::Done(result) => result.unwrap(),
        Ended::Killed => panic!("killed"),
    }
}

/// A scenario whose account can be had while an engine runs on it.
fn watched(name: &str) -> (Scenario, Arc<Mutex<Option<Arc<Cloud>>>>) {
    let slot: Arc<Mutex<Option<Arc<Cloud>>>> = Arc::default();
    let mut watched = scenario(name);
    let keep = Arc::clone(&slot);
    watched.wrap = Some(Arc::new(move |cloud| {
        *keep.lock().unwrap() = Some(Arc::clone(&cloud));
        cloud
    }));
    (watched, slot)
}

/// Between plan and delete, and between plan and update.
#[test]
fn a_namesake_that_appears_after_the_plan_is_neither_updated_nor_deleted() {
    for token in TOKENS {
        for stage in [second(), Stage::Destroy] {
            let (watched, cloud) = watched("after the plan");
            let life = Life::new(&watched);
            lives(&life, &first(), 1);
            let theirs = Mutex::new(Vec::new());
            let deployment = deploy_and(&life, &stage, &cloud, |cloud| {
                *theirs.lock().unwrap() = swap(cloud, token);
            });
            let theirs = theirs.into_inner().unwrap();
            assert_eq!(theirs.len(), 2);
            untouched(&life, &theirs, "after the plan");
            if matches!(stage, Stage::Destroy) {
                assert_eq!(deployment.outcome, Outcome::Complete);
                assert!(life.state().unwrap().objects.is_empty());
                continue;
            }
            let codes: Vec<_> = deployment.failed.iter().map(|one| &*one.code).collect();
            assert_eq!(codes, ["NotOurs", "NotOurs"]);
            let role = deployment
                .failed
                .iter()
                .find(|one| one.path.as_str() == "role");
            assert_eq!(
                role.unwrap().message,
                "iam.Role the-role is somebody else's by now: ours was deleted outside, and theirs was left as it is; run again to plan anew"
            );
            // The next plan makes ours, and is told that the name is taken.
            let again = came_back(life.go(&stage, 8, 0));
            assert_eq!(again.failed.len(), 2, "{again:?}");
            untouched(&life, &theirs, "in the next run");
        }
    }
}

/// An account in which each deletion has its effect and no answer, and
/// somebody takes the name at once.
struct Snatched {
    cloud: Arc<Cloud>,
    theirs: Arc<Mutex<Vec<SimObject>>>,
}

#[async_trait]
impl Reader for Snatched {
    fn types(&self) -> &[&'static Type] {
        self.cloud.types()
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        self.cloud.read(target).await
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
impl Provider for Snatched {
    async fn create(&self, request: &Request) -> Result<Made, ProviderError> {
        self.cloud.create(request).await
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
        self.cloud.delete(target).await?;
        let id = self.cloud.put_foreign(target.ty, target.inputs.clone());
        let theirs = self.cloud.object(&id).unwrap();
        self.theirs.lock().unwrap().push(theirs);
        let message = "the connection was reset before the reply";
        Err(ProviderError::new(
            ErrorKind::Ambiguous,
            "ConnectionReset",
            message,
        ))
    }
}

/// A deletion without an answer is not repeated on whoever has the name now.
#[test]
fn a_deletion_without_an_answer_is_not_repeated_on_a_namesake() {
    let theirs: Arc<Mutex<Vec<SimObject>>> = Arc::default();
    let mut snatched = scenario("snatched");
    let kept = Arc::clone(&theirs);
    snatched.wrap = Some(Arc::new(move |cloud| {
        let theirs = Arc::clone(&kept);
        Arc::new(Snatched { cloud, theirs })
    }));
    let life = Life::new(&snatched);
    lives(&life, &first(), 1);
    lives(&life, &Stage::Destroy, 2);
    let theirs = theirs.lock().unwrap().clone();
    assert_eq!(theirs.len(), 2, "one deletion of each");
    untouched(&life, &theirs, "after a lost reply");
}

/// Somebody who takes our tags off does not make it theirs, where the cloud
/// has given it an id of its own.
#[test]
fn a_role_without_its_tags_is_still_ours() {
    let (watched, cloud) = watched("untagged");
    let life = Life::new(&watched);
    lives(&life, &first(), 1);
    life.look(|cloud| cloud.strip_tags("the-role")).unwrap();
    let unchanged = deploy_and(&life, &first(), &cloud, |_| ());
    assert!(unchanged.unchanged, "{unchanged:?}");
    lives(&life, &Stage::Destroy, 3);
    assert!(life.objects().is_empty());
}
