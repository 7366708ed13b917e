//! The AWS half of the ZenML platform: a network, an EKS cluster with its
//! nodes, an artifact store, a container registry, a metadata database, an
//! MLflow tracking server, and what pipelines need in the cluster.

#[cfg(test)]
#[path = "zenml_stack/bench.rs"]
mod bench;
#[cfg(test)]
#[path = "zenml_stack/crash.rs"]
mod crash;
#[cfg(test)]
#[path = "zenml_stack/tests.rs"]
mod tests;

use mlplat::prelude::*;

fn main() -> ExitCode {
    mlplat::cli("zenml", zenml_stack)
}

/// What an operator may set: `--set max_nodes=6`, a file, or the environment.
#[derive(Settings)]
struct Settings {
    /// Addresses of the network.
    cidr: String,
    /// The node group grows up to this many.
    max_nodes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        let cidr = "10.10.0.0/16".to_owned();
        Self { cidr, max_nodes: 4 }
    }
}

fn zenml_stack(stack: &mut Stack) {
    let settings: Settings = stack.settings();
    let network = stack.add("network", Vpc::new(&settings.cidr));
    let nodes = 1..=settings.max_nodes;
    let cluster = stack.add("cluster", EksCluster::new(&network).nodes(nodes));
    let artifacts = stack.add("artifacts", Bucket::new().versioned());
    let registry = stack.add("registry", EcrRepo::new().name("zenml-kubernetes"));
    let metadata = MySql::new(&network)
        .database("zenml")
        .reachable_from(&cluster);
    let metadata = stack.add("metadata", metadata.disposable());
    let mlflow = Mlflow {
        cluster: &cluster,
        metadata: &metadata,
        artifacts: &artifacts,
    };
    let mlflow = stack.add("mlflow", mlflow);

    let workloads = stack.add("workloads", Namespace::new(&cluster, "zenml"));
    let runner = ServiceAccount::new(&cluster, &workloads, "zenml-runner");
    let runner = stack.add("runner", runner);
    let identity = PodIdentity::new(&cluster, &runner).grant(artifacts.read_write());
    stack.add("identity", identity.grant(registry.push()));
    let config = ConfigMap::new(&cluster, &workloads, "zenml-config");
    let config = config.entry("artifacts", artifacts.uri());
    stack.add("config", config.entry("tracking-uri", &mlflow.internal_url));
    let sign_in = KubeSecret::new(&cluster, &workloads, "zenml-tracking");
    stack.add("sign-in", sign_in.entry("password", &mlflow.password));

    stack.output("eks-cluster-name", &cluster.name);
    stack.output("s3-bucket-path", &artifacts.uri());
    stack.output("ecr-registry", &registry.registry);
    stack.output("ecr-registry-name", &registry.name);
    stack.output("metadata-db-host", &metadata.host);
    stack.output("metadata-db-username", &metadata.username);
    stack.output("metadata-db-password", &metadata.password);
    stack.output("tracking-uri", &mlflow.url);
    stack.output("tracking-username", &mlflow.username);
    stack.output("tracking-password", &mlflow.password);
}
