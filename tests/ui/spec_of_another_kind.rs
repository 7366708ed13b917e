//! The specification of a service where that of a deployment goes.

use mlplat::k8s::openapi::api::core::v1::ServiceSpec;
use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let namespace = stack.add("namespace", Namespace::new(&cluster, "web"));
    let spec = Spec::of(|_: &mut Wires| ServiceSpec::default());
    stack.add("web", Deployment::new(&cluster, &namespace, "web", spec));
}

fn main() {}
