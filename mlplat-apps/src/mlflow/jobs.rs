//! Processes that run to their end before the server starts.

use k8s_openapi::api::batch::v1::JobSpec;
use mlplat_core::wiring::NodeRef;
use mlplat_core::{Construct, Scope};
use mlplat_k8s::{Job, Spec, pods};

use super::server::{USER, labels};
use super::settings::{self, Database, SCRATCH};
use crate::placed::{Ground, Place, Placed, pod};
use crate::process::Process;

/// What gets the database ready, in this order.
pub(super) struct Jobs<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) image: &'a str,
    pub(super) database: &'a Database,
}

/// The nodes of the jobs.
pub(super) struct Ends {
    pub(super) prepare: NodeRef,
    pub(super) migrate: NodeRef,
}

impl Jobs<'_> {
    pub(super) fn add(self, scope: &mut Scope<'_>) -> Ends {
        let job = |name, process| RunOnce {
            ground: self.ground,
            name,
            image: self.image,
            process,
        };
        let prepare = job("mlflow-prepare", settings::prepare(self.database));
        let prepare = scope.add("prepare", prepare);
        let migrate = job("mlflow-migrate", settings::migrate(self.database));
        let migrate = scope.add("migrate", migrate);
        scope.order(prepare, migrate);
        Ends { prepare, migrate }
    }
}

/// A job, run again when its command, image or secrets change. Whatever comes
/// after its node comes after its end.
struct RunOnce<'a> {
    ground: Ground<'a>,
    name: &'a str,
    image: &'a str,
    process: Process,
}

impl Construct for RunOnce<'_> {
    type Handle = NodeRef;

    fn build(self, scope: &mut Scope<'_>) -> NodeRef {
        let Ground { cluster, namespace } = self.ground;
        let placed = Place {
            ground: self.ground,
            name: self.name,
            process: self.process,
        };
        let placed = placed.build(scope);
        let spec = spec(&placed, self.name, self.image);
        scope
            .add("job", Job::new(cluster, namespace, self.name, spec))
            .node
    }
}

fn spec(placed: &Placed, name: &str, image: &str) -> Spec<JobSpec> {
    Spec::of(|w| {
        let mut container = placed.container(w, name, image, SCRATCH);
        container.resources = Some(pods::resources("250m", "1Gi"));
        let mut pod = pod(USER, vec![container], vec![placed.volume(w, name)]);
        pod.restart_policy = Some("Never".to_owned());
        let mut template = pods::template(&labels(name), pod);
        if let (Some(secret), Some(metadata)) = (&placed.secret, &mut template.metadata) {
            // Nothing else in a job says that a password has changed.
            let revision = w.text(&secret.revision);
            let annotations = [("mlplat.dev/secret".to_owned(), revision)];
            metadata.annotations = Some(annotations.into());
        }
        JobSpec {
            // Six tries take ten minutes: the time that a database's firewall
            // or a node may be late.
            backoff_limit: Some(6),
            active_deadline_seconds: Some(1800),
            template,
            ..JobSpec::default()
        }
    })
}
