//! A secret in an object that everyone may read.

use mlplat::k8s::NamespaceHandle;
use mlplat::aws::EksClusterHandle;
use mlplat::prelude::*;

fn settings(cluster: &EksClusterHandle, namespace: &NamespaceHandle) -> ConfigMap {
    let password = Output::generated("password", Generated::alphanumeric(32));
    ConfigMap::new(cluster, namespace, "settings").entry("password", password)
}

fn main() {}
