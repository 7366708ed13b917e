//! A secret in an object that everyone may read.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let namespace = stack.add("namespace", Namespace::new(&cluster, "mlflow"));
    let password = Output::generated("password", Generated::alphanumeric(32));
    stack.add(
        "settings",
        ConfigMap::new(&cluster, &namespace, "settings").entry("password", password),
    );
}

fn main() {}
