//! EKS Auto Mode, and who may reach a cluster.

use mlplat_aws::{ComputePlan, EksCluster, Vpc};
use serde_json::json;

use crate::support::{build, document, input, is_after, paths};

#[test]
fn auto_mode_brings_roles_and_no_node_of_its_own() {
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network).auto_mode());
        assert_eq!(cluster.compute, ComputePlan::AutoMode);
        assert!(cluster.nodes.is_none() && cluster.addons.coredns.is_none());
    });
    let of = |field| input(&graph, "cluster/control-plane", field);
    for switch in [
        "ComputeEnabled",
        "BlockStorageEnabled",
        "ElasticLoadBalancingEnabled",
    ] {
        assert_eq!(of(switch), json!(true), "{switch}");
    }
    assert_eq!(of("NodePools"), json!(["general-purpose", "system"]));
    assert_eq!(of("NodeRoleArn"), json!("<cluster/node-role/role.Arn>"));
    for policy in [
        "role/AmazonEKSClusterPolicy",
        "role/AmazonEKSBlockStoragePolicy",
        "role/AmazonEKSComputePolicy",
        "role/AmazonEKSLoadBalancingPolicy",
        "role/AmazonEKSNetworkingPolicy",
        "node-role/AmazonEKSWorkerNodeMinimalPolicy",
        "node-role/AmazonEC2ContainerRegistryPullOnly",
    ] {
        let policy = format!("cluster/{policy}");
        assert!(
            is_after(&graph, "cluster/control-plane", &policy),
            "{policy}"
        );
    }
    assert_eq!(
        document(&graph, "cluster/role/role", "AssumeRolePolicyDocument")["Statement"][0]["Action"],
        json!(["sts:AssumeRole", "sts:TagSession"])
    );
    let managed = |path: &String| path.contains("/addon") || path.contains("cluster/nodes");
    assert!(!paths(&graph).iter().any(managed));
}

#[test]
fn a_cluster_without_auto_mode_says_nothing_of_it() {
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        stack.add("cluster", EksCluster::new(&network));
    });
    for field in ["ComputeEnabled", "NodePools", "NodeRoleArn"] {
        let said = input(&graph, "cluster/control-plane", field);
        assert!(said.is_null() || said == json!([]), "{field}");
    }
    assert_eq!(
        document(&graph, "cluster/role/role", "AssumeRolePolicyDocument")["Statement"][0]["Action"],
        json!("sts:AssumeRole")
    );
}
