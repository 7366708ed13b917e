//! `PostgresInCluster`.

use mlplat_aws::checks::{BACKED_UP_BY, BACKUP_OF, is_prod};
use mlplat_core::wiring::{Generated, NodeRef};
use mlplat_core::{Cluster, Construct, Lifecycle as _, Output, Scope, Secret};
use mlplat_k8s::objects::PersistentVolumeClaimHandle;
use mlplat_k8s::{
    CronJob, Namespace, NetworkPolicy, PersistentVolumeClaim, Service, Spec, StatefulSet,
    pods as short,
};

use super::handle::PostgresInClusterHandle;
use super::pods;
use super::settings;
use crate::image;
use crate::placed::{Ground, Place};
use crate::storage::{Rwo, VolumeClass, gp3};

/// PostgreSQL's official image. Source: versions.json of
/// docker-library/postgres (2026-02).
pub const DEFAULT_IMAGE: &str = "docker.io/library/postgres:17.9-bookworm";

/// The name of the server's objects.
const NAME: &str = "postgres";
/// The name of the backup's objects.
const BACKUP: &str = "postgres-backup";

/// A PostgreSQL server as one pod with a volume, backed up every night to
/// another volume: for small platforms and trials. RDS
/// ([`Postgres`](mlplat_aws::Postgres)) adds a second server, backups outside
/// of the cluster and upgrades.
///
/// ```
/// use mlplat_apps::PostgresInCluster;
/// use mlplat_aws::{EksCluster, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     let cluster = stack.add("cluster", EksCluster::new(&network));
///     stack.add("metadata", PostgresInCluster::new(&cluster).storage_gib(50));
/// })?;
/// assert!(graph.find(&"metadata/backup".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Clients need TLS and a password. Both volumes go when this leaves the
/// program, if that is allowed expressly (`--delete-data`); in an environment
/// that is for real (`prod`) every plan that would delete them is refused
/// until the protection is taken off.
#[derive(Clone)]
#[must_use = "add it to a stack"]
pub struct PostgresInCluster<'a> {
    cluster: &'a dyn Cluster,
    namespace: String,
    image: String,
    storage_gib: u32,
    storage_class: Option<String>,
    volumes: Option<VolumeClass<Rwo>>,
    backups: u16,
    schedule: String,
    password: Option<Output<Secret<String>>>,
    protection: Option<bool>,
    cpu: String,
    memory: String,
}

impl<'a> PostgresInCluster<'a> {
    /// A server with 20 GiB, in the namespace `postgres`.
    pub fn new(cluster: &'a dyn Cluster) -> Self {
        Self {
            cluster,
            namespace: "postgres".to_owned(),
            image: DEFAULT_IMAGE.to_owned(),
            storage_gib: 20,
            storage_class: None,
            volumes: None,
            backups: 7,
            schedule: "17 3 * * *".to_owned(),
            password: None,
            protection: None,
            cpu: "250m".to_owned(),
            memory: "1Gi".to_owned(),
        }
    }

    /// In another namespace, which is made along.
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.namespace = name.into();
        self
    }

    /// Another image, with PostgreSQL 14 or later and openssl, such as the
    /// official ones on Debian. A data directory is of one major version:
    /// going to the next takes a dump and a restore.
    pub fn image(mut self, reference: impl Into<String>) -> Self {
        self.image = reference.into();
        self
    }

    /// The size of the volume, and of that of the backups. It can grow and
    /// never shrink.
    pub fn storage_gib(mut self, gib: u32) -> Self {
        self.storage_gib = gib;
        self
    }

    /// Volumes of a storage class that is there. Default: encrypted gp3
    /// volumes of EBS, by a class of its own.
    pub fn storage_class(mut self, name: impl Into<String>) -> Self {
        self.storage_class = Some(name.into());
        self
    }

    /// Volumes of a storage class of the program.
    pub fn volumes(mut self, class: &VolumeClass<Rwo>) -> Self {
        self.volumes = Some(class.clone());
        self
    }

    /// How many backups are kept, at least one. Default 7.
    pub fn keep_backups(mut self, count: u16) -> Self {
        self.backups = count;
        self
    }

    /// When a backup is made: a schedule of cron, in UTC. Default every night
    /// at 03:17.
    pub fn backup_at(mut self, schedule: impl Into<String>) -> Self {
        self.schedule = schedule.into();
        self
    }

    /// The administrator's password. Another one reaches the server when its
    /// pod starts with it. Default: generated, and changed by `rotate`.
    pub fn password(mut self, password: impl Into<Output<Secret<String>>>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Refuses every plan that would delete or replace the volumes, or not.
    /// Default: in an environment that is [for real](is_prod).
    pub fn deletion_protection(mut self, on: bool) -> Self {
        self.protection = Some(on);
        self
    }

    /// Processor time that it asks for, and memory that it gets and no more.
    /// Default `250m` and `1Gi`.
    pub fn resources(mut self, cpu: impl Into<String>, memory: impl Into<String>) -> Self {
        self.cpu = cpu.into();
        self.memory = memory.into();
        self
    }

    fn check(&self, scope: &mut Scope<'_>) {
        image::check(scope, "PostgreSQL", &self.image);
        if self.storage_gib == 0 {
            scope.problem(
                "no-storage",
                "a database needs storage",
                "give at least 1 GiB",
            );
        }
        if self.backups == 0 {
            scope.problem(
                "no-backups",
                "every backup would be taken away as soon as it is made",
                "keep at least one",
            );
        }
        if self.schedule.split_whitespace().count() != 5 {
            scope.problem(
                "bad-schedule",
                format!("\"{}\" is no schedule", self.schedule.escape_debug()),
                "give minute, hour, day of month, month and day of week: 17 3 * * *",
            );
        }
    }
}

impl Construct for PostgresInCluster<'_> {
    type Handle = PostgresInClusterHandle;

    fn build(self, scope: &mut Scope<'_>) -> PostgresInClusterHandle {
        self.check(scope);
        let namespace = Namespace::new(self.cluster, &self.namespace)
            .label("pod-security.kubernetes.io/enforce", "restricted");
        let namespace = scope.add("namespace", namespace);
        let ground = Ground {
            cluster: self.cluster,
            namespace: &namespace,
        };
        let password = self.password.clone().unwrap_or_else(|| {
            let key = format!("{}/password", scope.path());
            Output::generated(key, Generated::alphanumeric(32))
        });
        let class = self.class(scope);
        let data = (BACKED_UP_BY, BACKUP);
        let data = self.claim(scope, ground, "data", data, class.as_ref());
        let kept = (BACKUP_OF, "postgres-data");
        let kept = self.claim(scope, ground, "backups", kept, class.as_ref());
        let policy = NetworkPolicy::new(self.cluster, &namespace, NAME, pods::policy());
        let policy = scope.add("network-policy", policy);
        let service = Service::new(self.cluster, &namespace, NAME, pods::service());
        let service = scope.add("service", service);
        let host = service.host;
        let node = self.server(scope, ground, &data, &password);
        scope.order(policy.node, node);
        self.backup(scope, ground, &kept, &host, &password);
        PostgresInClusterHandle::new(host, password, namespace, node)
    }
}

impl PostgresInCluster<'_> {
    fn class(&self, scope: &mut Scope<'_>) -> Option<VolumeClass<Rwo>> {
        if self.storage_class.is_some() || self.volumes.is_some() {
            return self.volumes.clone();
        }
        // Named after the namespace, since classes are the whole cluster's.
        let name = format!("{}-gp3", self.namespace);
        let class = gp3(self.cluster, &name, "ebs.csi.aws.com");
        Some(scope.add("storage-class", class).into())
    }

    fn claim(
        &self,
        scope: &mut Scope<'_>,
        ground: Ground<'_>,
        name: &str,
        (key, value): (&str, &str),
        class: Option<&VolumeClass<Rwo>>,
    ) -> PersistentVolumeClaimHandle {
        let spec = Spec::of(|w| {
            let mut claim = short::claim(&format!("{}Gi", self.storage_gib));
            claim.storage_class_name = match class {
                Some(class) => Some(w.text(&class.name)),
                None => self.storage_class.clone(),
            };
            claim
        });
        let object = format!("{NAME}-{name}");
        let mut claim = PersistentVolumeClaim::new(ground.cluster, ground.namespace, &object, spec);
        claim.annotations = [(key.to_owned(), value.into())].into();
        match self.protection.unwrap_or_else(|| is_prod(scope.env())) {
            true => scope.add(name, claim.protect()),
            false => scope.add(name, claim),
        }
    }

    fn server(
        &self,
        scope: &mut Scope<'_>,
        ground: Ground<'_>,
        data: &PersistentVolumeClaimHandle,
        password: &Output<Secret<String>>,
    ) -> NodeRef {
        let place = |name, process| Place {
            ground,
            name,
            process,
        };
        let host = format!("{NAME}.{}.svc.cluster.local", self.namespace);
        let certificate = place("postgres-certificate", settings::certificate(&host));
        let certificate = scope.add("certificate", certificate);
        let server = scope.add("server", place(NAME, settings::serve(password)));
        let resources = short::resources(&self.cpu, &self.memory);
        let spec = pods::server(&self.image, resources, &certificate, &server, data);
        let set = StatefulSet::new(ground.cluster, ground.namespace, NAME, spec);
        scope.add("instance", set).node
    }

    fn backup(
        &self,
        scope: &mut Scope<'_>,
        ground: Ground<'_>,
        kept: &PersistentVolumeClaimHandle,
        host: &Output<String>,
        password: &Output<Secret<String>>,
    ) {
        let process = Place {
            ground,
            name: BACKUP,
            process: settings::backup(host, password, self.backups),
        };
        let process = scope.add("backup-process", process);
        let spec = pods::backup(&self.image, &self.schedule, &process, kept);
        let job = CronJob::new(ground.cluster, ground.namespace, BACKUP, spec);
        scope.add("backup", job);
    }
}
