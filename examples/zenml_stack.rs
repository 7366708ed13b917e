//! The first slice of the ZenML platform: a network, an EKS cluster with its
//! nodes, an artifact store, and what pipelines need in the cluster.

#[cfg(test)]
#[path = "zenml_stack/bench.rs"]
mod bench;
#[cfg(test)]
#[path = "zenml_stack/tests.rs"]
mod tests;

use mlplat::prelude::*;

fn main() -> ExitCode {
    mlplat::cli("zenml", zenml_stack)
}

/// What an operator may set: `--set max_nodes=6`, a file, or the environment.
#[derive(Deserialize)]
#[serde(default)]
struct Settings {
    /// Addresses of the network.
    cidr: String,
    /// The node group grows up to this many.
    max_nodes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cidr: "10.10.0.0/16".to_owned(),
            max_nodes: 4,
        }
    }
}

fn zenml_stack(stack: &mut Stack) {
    let settings: Settings = stack.settings();
    let network = stack.add("network", Vpc::new(&settings.cidr));
    let cluster = EksCluster::new(&network).nodes(1..=settings.max_nodes);
    let cluster = stack.add("cluster", cluster);
    let artifacts = stack.add("artifacts", Bucket::new().versioned());

    let workloads = stack.add("workloads", Namespace::new(&cluster, "zenml"));
    let runner = ServiceAccount::new(&cluster, &workloads, "zenml-runner");
    let runner = stack.add("runner", runner);
    let identity = PodIdentity::new(&cluster, &runner);
    stack.add("identity", identity.grant(artifacts.read_write()));

    let config = ConfigMap::new(&cluster, &workloads, "zenml-config");
    stack.add("config", config.entry("artifacts", artifacts.uri()));
    let key = Output::generated("zenml-store-key", Generated::alphanumeric(32));
    let secret = KubeSecret::new(&cluster, &workloads, "zenml-store");
    stack.add("store-key", secret.entry("encryption-key", key));

    stack.output("eks-cluster-name", &cluster.name);
    stack.output("s3-bucket-path", &artifacts.uri());
    stack.output("workload-namespace", &workloads.name);
}
