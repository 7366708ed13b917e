//! MLflow from its first job to a run that is read back.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use mlplat_apps::{Mlflow, MlflowOptions};
use mlplat_aws::{Bucket, EksCluster, Vpc};
use mlplat_core::{Secret, Stack};
use mlplat_sim::simulate::World;

use super::database::{AfterNode, Loopback};
use super::http::Get;
use super::machine::Machine;
use super::node::{Container, Node};
use super::process::Running;

/// Everything that has a meaning in a URL, a header, a shell or SQL.
pub(crate) const DATABASE_PASSWORD: &str = "d@/:%# +'\"\\`$&?=";
const LOGIN_PASSWORD: &str = "l@/:%# +'\"\\`$&?={env.HOME}é";
const BUCKET: &str = "real-mlflow-artifacts";
const JOB: Duration = Duration::from_secs(90);
const START: Duration = Duration::from_secs(90);
const SOON: Duration = Duration::from_secs(20);

/// A deployed program, and this machine as its node.
pub(crate) struct Scene<'a> {
    machine: &'a Machine,
    node: Node<'a>,
    bare: Node<'a>,
    door: u16,
    s3: u16,
}

fn options() -> MlflowOptions {
    MlflowOptions {
        workers: 1,
        password: Some(Secret::provided(LOGIN_PASSWORD.to_owned()).into()),
        database: "mlflow_real".to_owned(),
        database_password: Some(Secret::provided(DATABASE_PASSWORD.to_owned()).into()),
        ..MlflowOptions::default()
    }
}

/// Deploys a program onto the simulated account.
pub(crate) fn deployed(program: impl Fn(&mut Stack) + Send + Sync + 'static) -> World {
    let mut world = World::simulate(program);
    world.deploy().assert_complete();
    world
}

/// Adds MLflow to what a program has, over a database.
pub(crate) fn mlflow(
    stack: &mut Stack,
    cluster: &mlplat_aws::EksClusterHandle,
    metadata: &dyn mlplat_apps::MetadataStore,
) {
    let artifacts = stack.add("artifacts", Bucket::new().name(BUCKET));
    let mlflow = Mlflow {
        cluster,
        metadata,
        artifacts: &artifacts,
    };
    stack.add("mlflow", mlflow.with(options()));
}

impl<'a> Scene<'a> {
    /// MLflow over a database on the loopback interface.
    pub(crate) fn on(machine: &'a Machine, store: Loopback) -> Self {
        let world = deployed(move |stack: &mut Stack| {
            let network = stack.add("network", Vpc::new("10.10.0.0/16"));
            let cluster = stack.add("cluster", EksCluster::new(&network));
            mlflow(stack, &cluster, &AfterNode(store, cluster.node));
        });
        Self::of(machine, &world, &[])
    }

    /// MLflow as it stands in a world, with further names that are others
    /// here.
    pub(crate) fn of(machine: &'a Machine, world: &World, more: &[(&str, String)]) -> Self {
        let (server, door, s3) = (machine.port(), machine.port(), machine.port());
        let node = |image: PathBuf| {
            let mut node = Node::of(machine, world, image)
                // Only here: in its pod the door is on every interface.
                .here("\":8080\"", format!("\"127.0.0.1:{door}\""))
                .here("8080", door.to_string())
                .here("5000", server.to_string())
                .given("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{s3}"))
                .given("AWS_ACCESS_KEY_ID", "from-the-agent")
                .given("AWS_SECRET_ACCESS_KEY", "from-the-agent")
                .given("AWS_REGION", "eu-west-1");
            for (there, here) in more {
                node = node.here(there, here.clone());
            }
            node
        };
        Self {
            machine,
            node: node(machine.image()),
            bare: node(machine.bare_image()),
            door,
            s3,
        }
    }

    /// The whole scene, with so many pods one after the other: nothing that
    /// matters may be in a pod.
    pub(crate) fn plays(&self, pods: u32) {
        let _s3 = self.storage();
        // The second time is what a changed password or image does.
        for job in [
            "mlflow-prepare",
            "mlflow-prepare",
            "mlflow-migrate",
            "mlflow-migrate",
        ] {
            self.job(&self.node, job).unwrap();
        }
        let (server, proxy) = self.containers();
        self.check_rights(&server);
        for nth in 1..=pods {
            let _pod = self.serve(&server, &proxy);
            if nth == 1 {
                self.check_door();
            }
            self.log_a_run(nth);
        }
    }

    /// The first job alone: the administrator gets in.
    pub(crate) fn prepares(&self) -> Result<(), String> {
        self.job(&self.node, "mlflow-prepare")
    }

    /// A server that would refuse MLflow's triggers in the middle of the
    /// second job is found out by the first.
    pub(crate) fn fails_without_triggers(&self) {
        let why = self.prepares().unwrap_err();
        assert!(why.contains("log_bin_trust_function_creators"), "{why}");
    }

    /// The first job of MLflow in an image without its driver ends with words
    /// that say so, and the second does not run either.
    pub(crate) fn fails_without_a_driver(&self, driver: &str) {
        let why = self.job(&self.bare, "mlflow-prepare").unwrap_err();
        let said = format!("this image cannot run MLflow: it has no {driver} ");
        assert!(why.contains(&said), "{why}");
        let why = self.job(&self.bare, "mlflow-migrate").unwrap_err();
        assert!(
            why.contains(&format!("No module named '{driver}'")),
            "{why}"
        );
    }

    fn job(&self, node: &Node<'_>, name: &str) -> Result<(), String> {
        let job = node.object("Job", name);
        let (first, containers) = node.pod(name, &job["spec"]["template"]["spec"]);
        assert!(first.is_empty() && containers.len() == 1);
        let (status, printed) = node.run(&containers[0], JOB);
        match status.success() {
            true => Ok(()),
            false => Err(format!("{name} ended with {status}:\n{printed}")),
        }
    }

    /// A server that speaks S3, with the bucket.
    fn storage(&self) -> Running {
        let python = self
            .machine
            .tool("MLPLAT_APPS_S3")
            .join("bin")
            .join("python");
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "TERM", "--"])
            .arg(python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p"])
            .arg(self.s3.to_string());
        let mut running = Running::start("moto", &mut command, &self.machine.path("moto.log"));
        running.until("listening", START, || {
            Get::new(self.s3, "/moto-api/").status() == Some(200)
        });
        let bucket = "import boto3, os\n\
            place = {'LocationConstraint': 'eu-west-1'}\n\
            s3 = boto3.client('s3', endpoint_url=os.environ['S3'])\n\
            s3.create_bucket(Bucket=os.environ['BUCKET'], CreateBucketConfiguration=place)";
        self.python(&["-c", bucket], &[("BUCKET", BUCKET)]);
        running
    }

    /// Runs a program of the client's side to a good end.
    fn python(&self, args: &[&str], env: &[(&str, &str)]) -> String {
        let mut command = Command::new(self.node.image().join("python"));
        command
            .args(args)
            .env_clear()
            .env("HOME", self.machine.folder("client"))
            .env("S3", format!("http://127.0.0.1:{}", self.s3))
            .env("AWS_ACCESS_KEY_ID", "client")
            .env("AWS_SECRET_ACCESS_KEY", "client")
            .env("AWS_DEFAULT_REGION", "eu-west-1")
            .env("MLFLOW_DISABLE_TELEMETRY", "true")
            .envs(env.iter().copied());
        let log = self.machine.path("client.log");
        let (status, printed) = Running::start("client", &mut command, &log).end(JOB);
        assert!(
            status.success(),
            "the client ended with {status}:\n{printed}"
        );
        printed
    }

    fn containers(&self) -> (Container, Container) {
        let deployment = self.node.object("Deployment", "mlflow");
        let pod = &deployment["spec"]["template"]["spec"];
        let (first, mut containers) = self.node.pod("mlflow", pod);
        assert!(first.is_empty());
        let proxy = containers.pop().unwrap();
        let server = containers.pop().unwrap();
        assert!(containers.is_empty());
        assert_eq!((&*server.name, &*proxy.name), ("mlflow", "proxy"));
        (server, proxy)
    }

    /// Starts the pod's containers, as a node does: both at once, until they
    /// are ready.
    fn serve(&self, server: &Container, proxy: &Container) -> (Running, Running) {
        let mut door = self.node.start(proxy);
        let mut running = self.node.start(server);
        door.until("alive", SOON, || self.node.is_well(proxy, "livenessProbe"));
        assert!(
            !self.node.is_well(proxy, "readinessProbe"),
            "the door says that MLflow is there before it is"
        );
        running.until("started", START, || {
            self.node.is_well(server, "startupProbe")
        });
        assert!(self.node.is_well(server, "livenessProbe"));
        assert!(self.node.is_well(proxy, "readinessProbe"));
        (running, door)
    }

    fn check_door(&self) {
        let get = |path| Get::new(self.door, path);
        let search = "/api/2.0/mlflow/experiments/search?max_results=10";
        let assistant = "/ajax-api/3.0/mlflow/assistant/config";
        for path in ["/", search, assistant, "/version", "/metrics", "/health/"] {
            assert_eq!(get(path).status(), Some(401), "{path} without a password");
            let wrong = get(path).login("mlflow", "wrong");
            assert_eq!(wrong.status(), Some(401), "{path} with a wrong password");
            let nobody = get(path).login("admin", LOGIN_PASSWORD);
            assert_eq!(nobody.status(), Some(401), "{path} as somebody else");
        }
        for path in ["/", search, "/version"] {
            let status = get(path).login("mlflow", LOGIN_PASSWORD).status();
            assert_eq!(status, Some(200), "{path} with the password");
        }
        let inside = get(search)
            .login("mlflow", LOGIN_PASSWORD)
            .host("mlflow.mlflow.svc.cluster.local");
        assert_eq!(inside.status(), Some(200), "by the name of the service");
        let bent = get(search)
            .login("mlflow", LOGIN_PASSWORD)
            .host("evil.example");
        assert_eq!(bent.status(), Some(403), "by a name that is not ours");
        let assistant = get(assistant).login("mlflow", LOGIN_PASSWORD);
        assert_eq!(assistant.status(), Some(404), "the assistant");
    }

    fn check_rights(&self, server: &Container) {
        let url = &server.env["MLFLOW_BACKEND_STORE_URI"];
        let printed = self.python(
            &["-c", include_str!("rights.py")],
            &[("MLFLOW_BACKEND_STORE_URI", url)],
        );
        assert!(printed.contains("rights checked"), "{printed}");
    }

    /// Logs a run as a client does and reads it back; the n-th one.
    fn log_a_run(&self, nth: u32) {
        let url = format!("http://127.0.0.1:{}", self.door);
        let count = nth.to_string();
        self.python(
            &["-c", include_str!("client.py"), &count, BUCKET, "mlflow"],
            &[
                ("MLFLOW_TRACKING_URI", &url),
                ("MLFLOW_TRACKING_USERNAME", "mlflow"),
                ("MLFLOW_TRACKING_PASSWORD", LOGIN_PASSWORD),
            ],
        );
    }
}
