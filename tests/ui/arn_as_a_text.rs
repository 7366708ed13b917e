//! An administrator by a plain text.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    stack.add(
        "ops",
        AccessEntry::new(&cluster, "arn:aws:iam::123456789012:role/ops"),
    );
}

fn main() {}
