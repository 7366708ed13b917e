//! Pods without nodes, and who they can be.

use mlplat_aws::{EksCluster, FargateProfile, Irsa, NodeGroup, PodIdentity, RunsAs, Vpc};
use mlplat_core::Stack;
use serde_json::json;

use crate::support::{build, document, input, is_after, paths, problems};

#[test]
fn a_profile_has_a_role_that_only_its_cluster_can_name() {
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16").zones(2));
        let cluster = stack.add("cluster", EksCluster::new(&network));
        let apps = FargateProfile::new(&cluster, &network.private_subnets)
            .namespace("apps-*")
            .labelled("batch", [("on", "fargate")]);
        stack.add("apps", apps);
    });
    assert_eq!(
        document(&graph, "apps/role/role", "AssumeRolePolicyDocument")["Statement"],
        json!([{
            "Effect": "Allow", "Principal": {"Service": "eks-fargate-pods.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:eks:<caller-identity.Region>:<caller-identity.Account>:fargateprofile/<cluster/control-plane.Name>/*"}},
        }])
    );
    let of = |field| input(&graph, "apps/profile", field);
    assert_eq!(
        of("Selectors"),
        json!([
            {"namespace": "apps-*", "labels": {}},
            {"namespace": "batch", "labels": {"on": "fargate"}},
        ])
    );
    assert_eq!(
        of("Subnets"),
        json!([
            "<network/private-1.SubnetId>",
            "<network/private-2.SubnetId>"
        ])
    );
    assert!(is_after(
        &graph,
        "apps/profile",
        "apps/role/AmazonEKSFargatePodExecutionRolePolicy"
    ));
}

#[test]
fn a_cluster_on_fargate_alone_has_names_and_no_nodes() {
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network).fargate_only());
        assert!(cluster.nodes.is_none() && cluster.addons.on_nodes.is_none());
    });
    let addons = graph
        .nodes()
        .iter()
        .filter(|node| node.ty.name == "eks.Addon");
    assert_eq!(
        addons.map(|node| node.path.to_string()).collect::<Vec<_>>(),
        ["cluster/coredns/addon"]
    );
    assert_eq!(
        document(&graph, "cluster/coredns/addon", "ConfigurationValues"),
        json!({"computeType": "Fargate"})
    );
    assert_eq!(
        input(&graph, "cluster/fargate-dns/profile", "Selectors"),
        json!([{"namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}}])
    );
    assert!(is_after(
        &graph,
        "cluster/coredns/addon",
        "cluster/fargate-dns/profile"
    ));
    assert!(
        !paths(&graph)
            .iter()
            .any(|path| path.starts_with("cluster/nodes"))
    );
    // With nodes, CoreDNS is left as AWS has it.
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        stack.add("cluster", EksCluster::new(&network));
    });
    assert_eq!(
        input(&graph, "cluster/coredns/addon", "ConfigurationValues"),
        json!(null)
    );
}

#[test]
fn profiles_that_eks_would_refuse() {
    let profile = |change: fn(FargateProfile) -> FargateProfile| {
        problems(move |stack: &mut Stack| {
            let network = stack.add("network", Vpc::new("10.10.0.0/16"));
            let cluster = stack.add("cluster", EksCluster::new(&network));
            stack.add(
                "pods",
                change(FargateProfile::new(&cluster, &network.private_subnets)),
            );
        })
    };
    let none: [&str; 0] = [];
    assert_eq!(profile(|p| p.namespace("a")), none);
    assert_eq!(profile(|p| p), ["bad-selectors"]);
    assert_eq!(
        profile(|p| ["a", "b", "c", "d", "e"]
            .into_iter()
            .fold(p, FargateProfile::namespace)),
        none
    );
    assert_eq!(
        profile(|p| ["a", "b", "c", "d", "e", "f"]
            .into_iter()
            .fold(p, FargateProfile::namespace)),
        ["bad-selectors"]
    );
    assert_eq!(profile(|p| p.namespace("Apps")), ["bad-kubernetes-name"]);
    let six = [
        ("a", "1"),
        ("b", "1"),
        ("c", "1"),
        ("d", "1"),
        ("e", "1"),
        ("f", "1"),
    ];
    assert_eq!(
        problems(|stack| {
            let network = stack.add("network", Vpc::new("10.10.0.0/16"));
            let cluster = stack.add("cluster", EksCluster::new(&network));
            let pods = FargateProfile::new(&cluster, &network.private_subnets).labelled("a", six);
            stack.add("pods", pods);
        }),
        ["too-many-labels"]
    );
}

#[test]
fn tokens_reach_everywhere_and_associations_reach_nodes() {
    build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network));
        let nodes = stack.add("more", NodeGroup::new(&cluster));
        let pods = FargateProfile::new(&cluster, &network.private_subnets).namespace("apps");
        let pods = stack.add("pods", pods);
        let token = stack.add("token", Irsa::new(&cluster, ("apps", "a")));
        let association = stack.add("association", PodIdentity::new(&cluster, ("apps", "b")));
        assert_eq!(RunsAs::new(&nodes, &token).after, [nodes.node, token.node]);
        assert_eq!(RunsAs::new(&pods, &token).after, [pods.node, token.node]);
        assert_eq!(
            RunsAs::new(&nodes, &association).after,
            [nodes.node, association.node]
        );
        // RunsAs::new(&pods, &association) does not compile: see its docs.
    });
}
