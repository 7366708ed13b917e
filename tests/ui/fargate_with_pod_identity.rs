//! Pod Identity on Fargate, where it has no agent.

use mlplat::aws::{FargateProfile, RunsAs};
use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let apps = FargateProfile::new(&cluster, &network.private_subnets).namespace("apps");
    let apps = stack.add("apps", apps);
    let web = stack.add("web", PodIdentity::new(&cluster, ("apps", "web")));
    let _runs = RunsAs::new(&apps, &web);
}

fn main() {}
