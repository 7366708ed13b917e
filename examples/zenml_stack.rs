//! The AWS half of the ZenML platform: a network, an EKS cluster with its
//! nodes, an artifact store, and what the pipelines need in the cluster.

use mlplat::prelude::*;

fn main() -> ExitCode {
    mlplat::cli("zenml", zenml_stack)
}

/// The stack, one construct after the other.
fn zenml_stack(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.10.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network).nodes(1..=4));
    let artifacts = stack.add("artifacts", Bucket::new().versioned());

    let workloads = stack.add("workloads", Namespace::new(&cluster, "zenml"));
    stack.add("runner", ServiceAccount::new(&cluster, &workloads, "zenml-runner"));
    stack.add(
        "runner-identity",
        PodIdentity::new(&cluster, "zenml", "zenml-runner").grant(artifacts.read_write()),
    );
    stack.add(
        "settings",
        ConfigMap::new(&cluster, &workloads, "zenml-settings").entry("artifacts", artifacts.uri()),
    );
    stack.add(
        "store-key",
        mlplat::k8s::Secret::new(&cluster, &workloads, "zenml-store").entry(
            "encryption-key",
            Output::generated("zenml-store-key", Generated::alphanumeric(32)),
        ),
    );

    stack.output("eks-cluster-name", &cluster.name);
    stack.output("s3-bucket-path", &artifacts.uri());
    stack.output("workload-namespace", &workloads.name);
}
