//! One program, two environments, in plain Rust.
//!
//! What differs is a value for each environment; what is the same is written
//! once. `--env` chooses, each environment has a state of its own, and a name
//! that the program is not made for is refused.
//!
//! ```text
//! cargo run --example environments -- plan --env dev
//! cargo run --example environments -- plan --env prod
//! cargo run --example environments -- plan --env prd     # did you mean `prod`?
//! ```

use std::ops::RangeInclusive;

use mlplat::prelude::*;

fn main() -> ExitCode {
    mlplat::cli("environments", platform)
}

/// What differs between environments.
struct Sizes {
    zones: u8,
    nat: Nat,
    nodes: RangeInclusive<u32>,
    class: &'static str,
    /// Whether the data has to outlive a mistake.
    precious: bool,
}

fn sizes(stack: &mut Stack) -> Sizes {
    let dev = Sizes {
        zones: 2,
        nat: Nat::Single,
        nodes: 1..=2,
        class: "db.t4g.micro",
        precious: false,
    };
    let prod = Sizes {
        zones: 3,
        nat: Nat::PerAz,
        nodes: 3..=9,
        class: "db.m7g.large",
        precious: true,
    };
    stack.by_env([("dev", dev), ("prod", prod)])
}

pub(crate) fn platform(stack: &mut Stack) {
    let sizes = sizes(stack);
    let network = Vpc::new("10.50.0.0/16").zones(sizes.zones).nat(sizes.nat);
    let network = stack.add("network", network);
    let cluster = stack.add("cluster", EksCluster::new(&network).nodes(sizes.nodes));
    let metadata = Postgres::new(&network).class(sizes.class);
    let metadata = metadata.reachable_from(&cluster);
    let metadata = match sizes.precious {
        true => stack.add("metadata", metadata.multi_az().protect()),
        false => stack.add("metadata", metadata.disposable()),
    };
    stack.output("metadata-host", &metadata.host);
}
