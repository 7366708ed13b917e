//! Two stacks in one binary: a network team's and a platform team's.
//!
//! The struct `NetworkOutputs` is the contract between them. Rename a field of
//! it, and the platform does not compile until it follows.
//!
//! ```text
//! cargo run --example two_stacks                        # both, the network first
//! cargo run --example two_stacks -- --stack platform plan
//! cargo run --example two_stacks -- --stack network outputs
//! cargo run --example two_stacks -- destroy             # the platform first
//! ```
//!
//! The platform pins what it has read: when the network changes, deploy the
//! platform with `--refresh-lookups`. Destroy the platform before the network;
//! the other way round AWS refuses to delete subnets that are in use, and what
//! the platform has pinned points to nothing.

use mlplat::aws::ids::{AvailabilityZone, SubnetId, VpcId};
use mlplat::aws::{ExistingZone, Network};
use mlplat::prelude::*;

fn main() -> ExitCode {
    mlplat::Cli::new("network", network)
        .stack("platform", platform)
        .run()
}

/// What the network team promises. The range and the number of zones are part
/// of the program: they decide what is made, so they cannot be read later.
const CIDR: &str = "10.30.0.0/16";
const ZONES: u8 = 2;

/// What a deployment of the network finds out.
#[derive(StackOutputs, Clone)]
struct NetworkOutputs {
    vpc_id: Output<VpcId>,
    zones: Output<Vec<AvailabilityZone>>,
    public_subnets: Output<Vec<SubnetId>>,
    private_subnets: Output<Vec<SubnetId>>,
    /// Sealed in both states, each with its own key.
    peering_key: Output<Secret<String>>,
}

fn network(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new(CIDR).zones(ZONES));
    stack.export(&NetworkOutputs {
        vpc_id: network.vpc_id,
        zones: Output::list(network.zones),
        public_subnets: Output::list(network.public_subnets.ids().to_vec()),
        private_subnets: Output::list(network.private_subnets.ids().to_vec()),
        peering_key: Output::generated("peering-key", Generated::alphanumeric(40)),
    });
}

fn platform(stack: &mut Stack) -> Result<(), Box<dyn std::error::Error>> {
    let shared = stack.other::<NetworkOutputs>("network");
    let zones = (0..usize::from(ZONES)).map(|at| ExistingZone {
        zone: shared.zones.item(at),
        public: shared.public_subnets.item(at),
        private: shared.private_subnets.item(at),
    });
    let network = Network::existing(&shared.vpc_id, CIDR.parse()?, Nat::Single, zones);
    let cluster = stack.add("cluster", EksCluster::new(&network).nodes(1..=3));
    let tools = stack.add("tools", Namespace::new(&cluster, "tools"));
    let key = KubeSecret::new(&cluster, &tools, "peering");
    stack.add("peering", key.entry("key", &shared.peering_key));
    stack.output("cluster", &cluster.name);
    Ok(())
}
