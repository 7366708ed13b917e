//! A password written into the program.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let tools = stack.add("tools", Namespace::new(&cluster, "tools"));
    let secret = KubeSecret::new(&cluster, &tools, "store");
    stack.add("store", secret.entry("password", "hunter2"));
}

fn main() {}
