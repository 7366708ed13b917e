//! `Mlflow`.

use mlplat_aws::{BucketHandle, Compute, Ec2Linux, EksClusterHandle, Fargate, Target};
use mlplat_core::wiring::{Generated, NodeRef};
use mlplat_core::{Construct, Output, Scope, Secret, text};
use mlplat_k8s::Namespace;
use mlplat_k8s::objects::{NamespaceHandle, ServiceAccountHandle};

use super::access::{self, Access};
use super::jobs::Jobs;
use super::options::MlflowOptions;
use super::proxy;
use super::server::{TrackingServer, labels};
use super::settings::{self, Database, Server};
use crate::account::{Credentials, On, Wanted};
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
/// Options are given by [`with`](Self::with). Pods run on the cluster's Linux
/// nodes, with credentials by EKS Pod Identity; where they run on Fargate,
/// [`on`](Self::on) says so and gets them credentials that reach them there.
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

/// MLflow with options, on what its pods run.
#[derive(Clone)]
#[must_use = "add it to a stack"]
pub struct MlflowWith<'a, T = Ec2Linux> {
    wires: Mlflow<'a>,
    options: MlflowOptions,
    on: On<'a, T>,
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
            on: None,
        }
    }

    /// The same with its pods on something, and after it: a node group, or a
    /// Fargate profile that selects MLflow's namespace. The pods' credentials
    /// are then of a kind that reaches them there: EKS Pod Identity on Linux
    /// nodes, IRSA on Fargate.
    ///
    /// ```
    /// use mlplat_apps::Mlflow;
    /// use mlplat_aws::{Bucket, EksCluster, FargateProfile, Postgres, Vpc};
    /// use mlplat_core::Stack;
    ///
    /// let tested = Stack::test(|stack: &mut Stack| {
    ///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
    ///     let cluster = stack.add("cluster", EksCluster::new(&network).fargate_only());
    ///     let pods = FargateProfile::new(&cluster, &network.private_subnets).namespace("mlflow");
    ///     let pods = stack.add("pods", pods);
    ///     let artifacts = stack.add("artifacts", Bucket::new());
    ///     let metadata = Postgres::new(&network).reachable_from(&cluster);
    ///     let metadata = stack.add("metadata", metadata);
    ///     let mlflow = Mlflow { cluster: &cluster, metadata: &metadata, artifacts: &artifacts };
    ///     stack.add("mlflow", mlflow.on(&pods));
    /// });
    /// tested.assert_before("pods/profile", "mlflow/prepare/job");
    /// ```
    pub fn on<C: Compute>(self, compute: &'a C) -> MlflowWith<'a, C::Target> {
        self.with(MlflowOptions::default()).on(compute)
    }
}

impl<'a, T: Target> MlflowWith<'a, T> {
    /// The same with other options.
    pub fn with(self, options: MlflowOptions) -> Self {
        Self { options, ..self }
    }

    /// The same with its pods on something: see [`Mlflow::on`].
    pub fn on<C: Compute>(self, compute: &'a C) -> MlflowWith<'a, C::Target> {
        MlflowWith {
            wires: self.wires,
            options: self.options,
            on: Some(compute),
        }
    }

    /// A profile that does not take the pods leaves them waiting for ever.
    fn check_place(&self, scope: &mut Scope<'_>) {
        let namespace = &self.options.namespace;
        let mut pods = ["mlflow", "mlflow-prepare", "mlflow-migrate"].into_iter();
        let takes =
            |on: &dyn Compute<Target = T>| pods.all(|pod| on.takes(namespace, &labels(pod)));
        if !self.on.is_none_or(takes) {
            scope.problem(
                "not-selected",
                format!(
                    "the pods of the namespace \"{}\" would not run on the Fargate profile that MLflow is put on",
                    namespace.escape_debug()
                ),
                "let the profile select it: .namespace(..)",
            );
        }
    }
}

impl Construct for Mlflow<'_> {
    type Handle = MlflowHandle;

    fn build(self, scope: &mut Scope<'_>) -> MlflowHandle {
        self.with(MlflowOptions::default()).build(scope)
    }
}

impl Construct for MlflowWith<'_, Ec2Linux> {
    type Handle = MlflowHandle;

    fn build(self, scope: &mut Scope<'_>) -> MlflowHandle {
        self.expand(scope)
    }
}

impl Construct for MlflowWith<'_, Fargate> {
    type Handle = MlflowHandle;

    fn build(self, scope: &mut Scope<'_>) -> MlflowHandle {
        self.expand(scope)
    }
}

impl<T: Target> MlflowWith<'_, T> {
    fn expand(self, scope: &mut Scope<'_>) -> MlflowHandle
    where
        T: Credentials,
    {
        self.check_place(scope);
        let Self { wires, options, on } = self;
        options.check(scope, wires.metadata.dialect());
        let namespace = Namespace::new(wires.cluster, &options.namespace)
            .label("pod-security.kubernetes.io/enforce", "restricted");
        let namespace = scope.add("namespace", namespace);
        let ground = Ground {
            cluster: wires.cluster,
            namespace: &namespace,
        };
        let limits = access::limits(scope, ground);
        let account = Wanted {
            cluster: wires.cluster,
            namespace: &namespace,
            within: &options.namespace,
            name: "mlflow",
            grant: wires.artifacts.read_write(),
            on,
        };
        let account = T::account(scope, account);

        let database = database(scope, wires.metadata, &options);
        let jobs = Jobs {
            ground,
            image: &options.image,
            database: &database,
        };
        let jobs = jobs.add(scope);
        for first in [wires.metadata.node(), limits] {
            scope.order(first, jobs.prepare);
        }
        if let Some(compute) = on {
            scope.order(compute.ready(), jobs.prepare);
        }

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
            passphrase: passphrase(scope, &options),
            more: options.settings.clone(),
        };
        let hash = password.bcrypt(&format!("{}/password", scope.path()));
        let server = TrackingServer {
            ground,
            options: &options,
            account: &account.handle,
            server: settings::serve(&database, &server),
            proxy: proxy::proxy(&username, &hash),
        };
        let node = scope.add("server", server);
        scope.order(jobs.migrate, node);
        for first in account.after {
            scope.order(first, node);
        }
        MlflowHandle {
            url: access::url(&options.exposure, &service),
            internal_url: service.internal_url(),
            username,
            password,
            load_balancer: service.load_balancer,
            service_account: account.handle,
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

/// What a generated secret looks like.
const SHAPE: Generated = Generated::alphanumeric(32);

/// What was given, or a value generated under the construct's path.
fn secret(
    scope: &Scope<'_>,
    name: &str,
    given: Option<&Output<Secret<String>>>,
) -> Output<Secret<String>> {
    given
        .cloned()
        .unwrap_or_else(|| generated(scope, name, SHAPE))
}

/// MLflow reads what is sealed with this passphrase alone; another one takes a
/// command of MLflow's own while no server runs (`mlflow/cli/crypto.py`).
fn passphrase(scope: &Scope<'_>, options: &MlflowOptions) -> Output<Secret<String>> {
    const SEALS: Generated = SHAPE.lasting(
        "what MLflow's gateway keeps in its database",
        "stop MLflow, run `mlflow crypto rotate-kek`, and give the new passphrase as \
         MlflowOptions::gateway_passphrase and its version as the setting MLFLOW_CRYPTO_KEK_VERSION",
    );
    let given = options.gateway_passphrase.clone();
    given.unwrap_or_else(|| generated(scope, "gateway-passphrase", SEALS))
}

fn generated(scope: &Scope<'_>, name: &str, shape: Generated) -> Output<Secret<String>> {
    Output::generated(format!("{}/{name}", scope.path()), shape)
}
