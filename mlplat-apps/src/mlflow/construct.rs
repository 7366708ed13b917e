//! `Mlflow`.

use mlplat_aws::{BucketHandle, EksClusterHandle, PodIdentity};
use mlplat_core::wiring::{Generated, NodeRef};
use mlplat_core::{Construct, Output, Scope, Secret, text};
use mlplat_k8s::objects::{NamespaceHandle, ServiceAccountHandle};
use mlplat_k8s::{Namespace, ServiceAccount};

use super::access::{self, Access};
use super::jobs::RunOnce;
use super::options::MlflowOptions;
use super::proxy;
use super::server::TrackingServer;
use super::settings::{self, Database, Server};
use crate::metadata::{ClientTls, MetadataStore};
use crate::placed::Ground;

/// MLflow's tracking server, behind a password.
///
/// It gets a namespace, a database and a database user of its own, the rights
/// to its own bucket and nothing else, and two pods behind a service. The
/// database's administrator appears in one job that makes the user; a second
/// job brings the tables up to date, and the server starts after both.
///
/// ```
/// use mlplat_apps::Mlflow;
/// use mlplat_aws::{Bucket, EksCluster, MySql, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     let cluster = stack.add("cluster", EksCluster::new(&network));
///     let artifacts = stack.add("artifacts", Bucket::new().versioned());
///     let metadata = stack.add("metadata", MySql::new(&network).reachable_from(&cluster));
///     let mlflow = stack.add("mlflow", Mlflow { cluster: &cluster, metadata: &metadata, artifacts: &artifacts });
///     stack.output("tracking-uri", &mlflow.url);
/// })?;
/// assert!(graph.find(&"mlflow/migrate/job".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// MLflow's tables have triggers, which MySQL on RDS allows only with the
/// parameter above (its backups need a binary log); the first job says so when
/// it is missing. PostgreSQL needs none.
///
/// Options are given by [`with`](Self::with).
#[derive(Clone, Copy)]
#[must_use = "add it to a stack"]
pub struct Mlflow<'a> {
    /// The cluster that it runs in.
    pub cluster: &'a EksClusterHandle,
    /// Where runs, metrics and models are recorded. Pods of the cluster have
    /// to be let in to it.
    pub metadata: &'a dyn MetadataStore,
    /// Where files go.
    pub artifacts: &'a BucketHandle,
}

/// MLflow with options.
#[derive(Clone)]
#[must_use = "add it to a stack"]
pub struct MlflowWith<'a> {
    wires: Mlflow<'a>,
    options: MlflowOptions,
}

/// A tracking server.
#[derive(Debug, Clone)]
pub struct MlflowHandle {
    /// The tracking URI for those who come from where it is exposed to; the
    /// internal one when it is not.
    pub url: Output<String>,
    /// The tracking URI for pods of the cluster.
    pub internal_url: Output<String>,
    /// Who signs in (`MLFLOW_TRACKING_USERNAME`).
    pub username: Output<String>,
    /// With which password (`MLFLOW_TRACKING_PASSWORD`).
    pub password: Output<Secret<String>>,
    /// The host name of the load balancer, for a DNS record.
    pub load_balancer: Option<Output<String>>,
    /// Its namespace.
    pub namespace: NamespaceHandle,
    /// Whom its pods are, to IAM.
    pub service_account: ServiceAccountHandle,
    /// The deployment's node: what comes after it finds a server that answers.
    pub node: NodeRef,
}

impl<'a> Mlflow<'a> {
    /// The same with options:
    /// `.with(MlflowOptions { replicas: 3, ..Default::default() })`.
    pub fn with(self, options: MlflowOptions) -> MlflowWith<'a> {
        MlflowWith {
            wires: self,
            options,
        }
    }
}

impl Construct for Mlflow<'_> {
    type Handle = MlflowHandle;

    fn build(self, scope: &mut Scope<'_>) -> MlflowHandle {
        self.with(MlflowOptions::default()).build(scope)
    }
}

impl Construct for MlflowWith<'_> {
    type Handle = MlflowHandle;

    fn build(self, scope: &mut Scope<'_>) -> MlflowHandle {
        let Self { wires, options } = self;
        options.check(scope, wires.metadata.dialect());
        let namespace = Namespace::new(wires.cluster, &options.namespace)
            .label("pod-security.kubernetes.io/enforce", "restricted");
        let namespace = scope.add("namespace", namespace);
        let ground = Ground {
            cluster: wires.cluster,
            namespace: &namespace,
        };
        let limits = access::limits(scope, ground);
        let account = ServiceAccount::new(wires.cluster, &namespace, "mlflow");
        let account = scope.add("service-account", account);
        let identity = PodIdentity::new(wires.cluster, &account);
        let identity = scope.add("identity", identity.grant(wires.artifacts.read_write()));

        let database = database(scope, wires.metadata, &options);
        let prepare = RunOnce {
            ground,
            name: "mlflow-prepare",
            image: &options.image,
            process: settings::prepare(&database),
        };
        let prepare = scope.add("prepare", prepare);
        scope.order(wires.metadata.node(), prepare);
        scope.order(limits, prepare);
        let migrate = RunOnce {
            ground,
            name: "mlflow-migrate",
            image: &options.image,
            process: settings::migrate(&database),
        };
        let migrate = scope.add("migrate", migrate);
        scope.order(prepare, migrate);

        let access = Access {
            ground,
            exposure: &options.exposure,
        };
        let service = scope.add("access", access);
        let username: Output<String> = options.username.as_str().into();
        let password = secret(scope, "password", options.password.as_ref());
        let server = Server {
            artifacts: text!("{}/{}", wires.artifacts.uri(), options.folder),
            workers: options.workers,
            hosts: access::hosts(&options.exposure, &service),
            origins: access::origins(&options.exposure, &service),
            passphrase: secret(scope, "gateway-passphrase", None),
            more: options.settings.clone(),
        };
        let hash = password.bcrypt(&format!("{}/password", scope.path()));
        let server = TrackingServer {
            ground,
            options: &options,
            account: &account,
            server: settings::serve(&database, &server),
            proxy: proxy::proxy(&username, &hash),
        };
        let node = scope.add("server", server);
        scope.order(migrate, node);
        // Pods get credentials when they start, or never.
        scope.order(identity.node, node);
        MlflowHandle {
            url: access::url(&options.exposure, &service),
            internal_url: service.internal_url(),
            username,
            password,
            load_balancer: service.load_balancer,
            service_account: account,
            namespace,
            node,
        }
    }
}

fn database(scope: &Scope<'_>, store: &dyn MetadataStore, options: &MlflowOptions) -> Database {
    let password = secret(
        scope,
        "database-password",
        options.database_password.as_ref(),
    );
    let tls = match &options.database_authorities {
        Some(authorities) => ClientTls::Verified {
            authorities: authorities.as_str().into(),
        },
        None => store.tls(),
    };
    Database::new(store, tls, options.database.clone(), password)
}

/// What was given, or a value generated under the construct's path.
fn secret(
    scope: &Scope<'_>,
    name: &str,
    given: Option<&Output<Secret<String>>>,
) -> Output<Secret<String>> {
    given.cloned().unwrap_or_else(|| {
        let key = format!("{}/{name}", scope.path());
        Output::generated(key, Generated::alphanumeric(32))
    })
}
