//! What constructs expand to, in which order.

#![allow(clippy::unwrap_used, clippy::panic)] // Helpers of tests.

use std::collections::BTreeSet;

use mlplat_aws::ids::PrincipalArn;
use mlplat_aws::policy::{ManagedPolicy, trust};
use mlplat_aws::{
    Bucket, EksCluster, Endpoint, Ingress, Irsa, Nat, Network, NodeGroup, Peer, PodIdentity, Ports,
    Role, SecurityGroup, Vpc, ec2, eks,
};
use mlplat_core::graph::{Context, Graph};
use mlplat_core::wiring::NodeId;
use mlplat_core::{Lifecycle as _, Stack};

fn build(program: impl FnOnce(&mut Stack)) -> Graph {
    Graph::build(Context::new("test"), program).unwrap_or_else(|problems| panic!("{problems}"))
}

fn paths(graph: &Graph) -> Vec<String> {
    graph
        .nodes()
        .iter()
        .map(|node| node.path.to_string())
        .collect()
}

fn id(graph: &Graph, path: &str) -> NodeId {
    graph
        .find(&path.parse().unwrap())
        .unwrap_or_else(|| panic!("no {path} in {:#?}", paths(graph)))
}

fn input(graph: &Graph, path: &str, field: &str) -> String {
    format!("{:?}", graph.node(id(graph, path)).inputs[field])
}

/// Whether `later` comes after `earlier`, directly or by others.
fn is_after(graph: &Graph, later: &str, earlier: &str) -> bool {
    let (goal, mut seen) = (id(graph, earlier), BTreeSet::new());
    let mut open = vec![id(graph, later)];
    while let Some(at) = open.pop() {
        if at == goal {
            return true;
        }
        if seen.insert(at) {
            open.extend(&graph.node(at).after);
        }
    }
    false
}

fn network(stack: &mut Stack) -> Network {
    stack.add("network", Vpc::new("10.10.0.0/16"))
}

#[test]
fn a_network_of_two_zones() {
    let graph = build(|stack| {
        stack.add("network", Vpc::new("10.10.0.0/16").zones(2));
    });
    assert_eq!(
        paths(&graph),
        [
            "network/vpc",
            "network/default-security-group-lock",
            "availability-zones",
            "network/internet-gateway",
            "network/internet-gateway-attachment",
            "network/public-table",
            "network/public-route",
            "network/public-1",
            "network/public-1-association",
            "network/public-2",
            "network/public-2-association",
            "network/nat-1-address",
            "network/nat-1",
            "network/private-table",
            "network/private-route",
            "network/private-1",
            "network/private-1-association",
            "network/private-2",
            "network/private-2-association",
        ]
    );
    assert_eq!(
        input(&graph, "network/private-2", "CidrBlock"),
        r#""10.10.64.0/18""#
    );
    assert_eq!(
        input(&graph, "network/public-1", "Tags"),
        r#"{"Name": "test-dev/network/public-1", "kubernetes.io/role/elb": "1"}"#
    );
    assert!(input(&graph, "network/private-1", "Tags").contains("kubernetes.io/role/internal-elb"));
    assert!(is_after(
        &graph,
        "network/nat-1",
        "network/internet-gateway-attachment"
    ));
    assert!(is_after(
        &graph,
        "network/public-route",
        "network/internet-gateway-attachment"
    ));
}

fn count(graph: &Graph, ty: &str) -> usize {
    graph
        .nodes()
        .iter()
        .filter(|node| node.ty.name == ty)
        .count()
}

#[test]
fn nat_gateways_by_choice() {
    for (nat, gateways, private_tables) in
        [(Nat::None, 0, 1), (Nat::Single, 1, 1), (Nat::PerAz, 3, 3)]
    {
        let graph = build(|stack| {
            stack.add("network", Vpc::new("10.10.0.0/16").nat(nat));
        });
        assert_eq!(count(&graph, "ec2.NatGateway"), gateways, "{nat:?}");
        assert_eq!(count(&graph, "ec2.EIP"), gateways, "{nat:?}");
        assert_eq!(
            count(&graph, "ec2.RouteTable"),
            1 + private_tables,
            "{nat:?}"
        );
        assert_eq!(count(&graph, "ec2.Route"), 1 + gateways, "{nat:?}");
        let addresses = graph
            .node(id(&graph, "network/public-1"))
            .inputs
            .get("MapPublicIpOnLaunch");
        assert_eq!(addresses.is_some(), nat == Nat::None, "{nat:?}");
    }
}

#[test]
fn each_zone_of_a_per_zone_network_uses_its_own_gateway() {
    let graph = build(|stack| {
        stack.add("network", Vpc::new("10.10.0.0/16").nat(Nat::PerAz));
    });
    for zone in 1..=3 {
        for other in 1..=3 {
            let uses = is_after(
                &graph,
                &format!("network/private-{zone}-route"),
                &format!("network/nat-{other}"),
            );
            assert_eq!(uses, zone == other, "{zone} {other}");
        }
        assert!(is_after(
            &graph,
            &format!("network/private-{zone}-association"),
            &format!("network/private-{zone}-table"),
        ));
    }
}

#[test]
fn ranges_of_the_users_choice_are_taken() {
    let graph = build(|stack| {
        let vpc = Vpc::new("10.10.0.0/16").zones(1).nat(Nat::None);
        stack.add(
            "network",
            vpc.private_cidrs(["10.10.8.0/24"])
                .public_cidrs(["10.10.9.0/28"]),
        );
    });
    assert_eq!(
        input(&graph, "network/private-1", "CidrBlock"),
        r#""10.10.8.0/24""#
    );
    assert_eq!(
        input(&graph, "network/public-1", "CidrBlock"),
        r#""10.10.9.0/28""#
    );
}

#[test]
fn a_cluster_comes_up_in_the_right_order() {
    let graph = build(|stack| {
        let network = network(stack);
        stack.add("cluster", EksCluster::new(&network).nodes(1..=4));
    });
    let order = [
        (
            "cluster/control-plane",
            "cluster/role/AmazonEKSClusterPolicy",
        ),
        (
            "cluster/vpc-cni/addon",
            "cluster/vpc-cni/identity/association",
        ),
        (
            "cluster/vpc-cni/identity/association",
            "cluster/pod-identity-agent/addon",
        ),
        (
            "cluster/vpc-cni/identity/association",
            "cluster/vpc-cni/identity/role/AmazonEKS_CNI_Policy",
        ),
        ("cluster/nodes/group", "cluster/vpc-cni/addon"),
        ("cluster/nodes/group", "cluster/kube-proxy/addon"),
        ("cluster/nodes/group", "cluster/pod-identity-agent/addon"),
        (
            "cluster/nodes/group",
            "cluster/nodes/role/AmazonEKSWorkerNodePolicy",
        ),
        (
            "cluster/nodes/group",
            "cluster/nodes/role/AmazonEC2ContainerRegistryPullOnly",
        ),
        ("cluster/nodes/group", "network/private-route"),
        ("cluster/nodes/group", "network/private-3-association"),
        ("cluster/nodes/group", "network/nat-1"),
        ("cluster/coredns/addon", "cluster/nodes/group"),
        ("cluster/ebs-csi/addon", "cluster/nodes/group"),
        (
            "cluster/ebs-csi/addon",
            "cluster/ebs-csi/identity/association",
        ),
        (
            "cluster/admin-deployer/AmazonEKSClusterAdminPolicy",
            "cluster/admin-deployer/entry",
        ),
    ];
    for (later, earlier) in order {
        assert!(is_after(&graph, later, earlier), "{later} after {earlier}");
        assert!(
            !is_after(&graph, earlier, later),
            "{earlier} not after {later}"
        );
    }
    // The control plane takes ten minutes; nothing of the way out waits for
    // it, and it waits for none of that.
    assert!(!is_after(&graph, "cluster/control-plane", "network/nat-1"));
    assert!(!is_after(
        &graph,
        "network/private-route",
        "cluster/control-plane"
    ));
    assert!(!is_after(
        &graph,
        "cluster/vpc-cni/addon",
        "cluster/nodes/group"
    ));
}

#[test]
fn a_cluster_says_what_aws_would_choose_otherwise() {
    let graph = build(|stack| {
        let network = network(stack);
        stack.add("cluster", EksCluster::new(&network));
    });
    let says = |field| input(&graph, "cluster/control-plane", field);
    assert_eq!(says("AuthenticationMode"), r#""API""#);
    assert_eq!(says("BootstrapClusterCreatorAdminPermissions"), "false");
    assert_eq!(says("BootstrapSelfManagedAddons"), "false");
    assert_eq!(says("SupportType"), r#""STANDARD""#);
    assert_eq!(says("Version"), r#""1.35""#);
    assert_eq!(
        says("EnabledLogTypes"),
        r#"["api", "audit", "authenticator"]"#
    );
    let caller = id(&graph, "caller-ip");
    let mut asked = Vec::new();
    graph.node(id(&graph, "cluster/control-plane")).inputs["PublicAccessCidrs"]
        .visit_attrs(&mut |node, output| asked.push((node, output.to_owned())));
    assert_eq!(asked, [(caller, "Cidr".to_owned())]);
    let template = |field| input(&graph, "cluster/nodes/launch-template", field);
    assert_eq!(template("HttpTokens"), r#""required""#);
    assert_eq!(template("HttpPutResponseHopLimit"), "1");
    assert_eq!(
        template("BlockDeviceMappings"),
        r#"[{"DeviceName": "/dev/xvda", "Ebs": {"DeleteOnTermination": true, "Encrypted": true, "VolumeSize": 50, "VolumeType": "gp3"}}]"#
    );
    assert_eq!(
        input(&graph, "cluster/nodes/group", "AmiType"),
        r#""AL2023_x86_64_STANDARD""#
    );
}

#[test]
fn a_network_that_gains_a_zone_leaves_the_control_plane_alone() {
    let subnets = |zones| {
        let graph = build(|stack| {
            let network = stack.add("network", Vpc::new("10.10.0.0/16").zones(zones));
            stack.add("cluster", EksCluster::new(&network));
        });
        let node = graph.node(id(&graph, "cluster/control-plane"));
        let mut named = Vec::new();
        node.inputs["SubnetIds"].visit_attrs(&mut |subnet, _| {
            named.push(graph.node(subnet).path.to_string());
        });
        named
    };
    assert_eq!(subnets(2), ["network/private-1", "network/private-2"]);
    assert_eq!(subnets(3), subnets(2));
}

#[test]
fn endpoints() {
    let graph = build(|stack| {
        let network = network(stack);
        let private = EksCluster::new(&network).endpoint(Endpoint::Private);
        stack.add("private", private);
        let office = Endpoint::networks(["203.0.113.7/24"]);
        stack.add("office", EksCluster::new(&network).endpoint(office));
    });
    assert_eq!(
        input(&graph, "private/control-plane", "EndpointPublicAccess"),
        "false"
    );
    assert_eq!(
        input(&graph, "private/control-plane", "EndpointPrivateAccess"),
        "true"
    );
    assert_eq!(
        input(&graph, "office/control-plane", "PublicAccessCidrs"),
        r#"["203.0.113.0/24"]"#
    );
}

#[test]
fn add_ons_wait_for_node_groups_that_come_later() {
    let graph = build(|stack| {
        let network = network(stack);
        let cluster = stack.add("cluster", EksCluster::new(&network).without_nodes());
        let bottlerocket = eks::AmiType::BOTTLEROCKET_ARM_64;
        stack.add(
            "workers",
            NodeGroup::new(&cluster)
                .ami(bottlerocket)
                .instance_types(["m7g.large"])
                .spot(),
        );
    });
    assert!(is_after(&graph, "cluster/coredns/addon", "workers/group"));
    assert!(input(&graph, "workers/launch-template", "BlockDeviceMappings").contains("/dev/xvdb"));
    assert_eq!(input(&graph, "workers/group", "CapacityType"), r#""SPOT""#);
}

#[test]
fn look_ups_are_made_once() {
    let graph = build(|stack| {
        let network = network(stack);
        stack.add("one", EksCluster::new(&network));
        stack.add("two", EksCluster::new(&network));
    });
    assert_eq!(count(&graph, "eks.AddonVersion"), 5);
    assert_eq!(count(&graph, "ec2.AvailabilityZones"), 1);
    assert_eq!(count(&graph, "sts.CallerIdentity"), 1);
}

#[test]
fn irsa_sets_up_the_issuer_once_per_cluster() {
    let graph = build(|stack| {
        let network = network(stack);
        let cluster = stack.add("cluster", EksCluster::new(&network));
        let other = stack.add("other", EksCluster::new(&network));
        stack.add(
            "a",
            Irsa::new(&cluster, ("ml", "a")).managed(ManagedPolicy::FsxFullAccess),
        );
        stack.add("b", Irsa::new(&cluster, ("ml", "b")));
        stack.add("c", Irsa::new(&other, ("ml", "c")));
    });
    assert_eq!(count(&graph, "iam.OIDCProvider"), 2);
    let trust = input(&graph, "a/role/role", "AssumeRolePolicyDocument");
    assert!(
        trust.contains(":sub\\\":\\\"system:serviceaccount:ml:a"),
        "{trust}"
    );
    assert!(trust.contains(":aud\\\":\\\"sts.amazonaws.com"), "{trust}");
    assert!(trust.contains(".Issuer>"), "{trust}");
    assert!(is_after(&graph, "a/role/role", "cluster/control-plane"));
}

#[test]
fn grants_are_the_least_that_does() {
    let graph = build(|stack| {
        let bucket = stack.add("data", Bucket::new().versioned());
        let role = || Role::new(trust::service("ec2.amazonaws.com"));
        stack.add("reader", role().grant(bucket.read()));
        stack.add("writer", role().grant(bucket.write()));
        stack.add("both", role().grant(bucket.read_write()));
    });
    let bucket = id(&graph, "data/bucket").index();
    let policy = |path| input(&graph, path, "PolicyDocument");
    let list = format!(
        r##"{{"Action": ["s3:GetBucketLocation", "s3:ListBucket"], "Effect": "Allow", "Resource": <#{bucket}.Arn>}}"##
    );
    let objects = |actions: &str| {
        format!(
            r##"{{"Action": {actions}, "Effect": "Allow", "Resource": concat([<#{bucket}.Arn>, "/*"])}}"##
        )
    };
    let document = |statements: &str| {
        format!(r#"json({{"Statement": [{statements}], "Version": "2012-10-17"}})"#)
    };
    let get = objects(r#""s3:GetObject""#);
    assert_eq!(policy("reader/policy"), document(&format!("{list}, {get}")));
    let put = objects(r#"["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"]"#);
    assert_eq!(policy("writer/policy"), document(&put));
    let all = objects(
        r#"["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]"#,
    );
    assert_eq!(policy("both/policy"), document(&format!("{list}, {all}")));
}

#[test]
fn a_bucket_with_a_key_grants_the_key_too() {
    let graph = build(|stack| {
        let bucket = stack.add(
            "data",
            Bucket::new()
                .encrypted_by("arn:aws:kms:eu-west-1:1:key/k")
                .tls_only(),
        );
        stack.add(
            "reader",
            Role::new(trust::pod_identity()).grant(bucket.read()),
        );
    });
    let policy = input(&graph, "reader/policy", "PolicyDocument");
    assert!(policy.contains(r#"{"Action": "kms:Decrypt", "Effect": "Allow", "Resource": "arn:aws:kms:eu-west-1:1:key/k"}"#));
    assert_eq!(input(&graph, "data/bucket", "SSEAlgorithm"), r#""aws:kms""#);
    assert!(
        input(&graph, "data/policy", "PolicyDocument")
            .contains(r#""Bool": {"aws:SecureTransport": "false"}"#)
    );
}

#[test]
fn rules_name_groups_networks_and_clusters() {
    let graph = build(|stack| {
        let network = network(stack);
        let cluster = stack.add("cluster", EksCluster::new(&network));
        let group = SecurityGroup::new(&network, "database")
            .allow(Ports::tcp(5432), Peer::group(&cluster))
            .allow(Ports::all(), Peer::same_group())
            .allow(Ports::tcp(443), Peer::internet());
        let database = stack.add("database", group);
        stack.add(
            "late",
            Ingress::new(&database, Ports::udp(53), Peer::network("10.9.0.0/16")),
        );
    });
    let cluster = id(&graph, "cluster/control-plane").index();
    assert_eq!(
        input(&graph, "database/ingress-1", "SourceSecurityGroupId"),
        format!("<#{cluster}.ClusterSecurityGroupId>")
    );
    assert_eq!(
        input(&graph, "database/ingress-2", "SourceSecurityGroupId"),
        input(&graph, "database/ingress-2", "GroupId")
    );
    assert_eq!(input(&graph, "database/ingress-2", "FromPort"), "-1");
    assert_eq!(
        input(&graph, "database/ingress-3", "CidrIp"),
        r#""0.0.0.0/0""#
    );
    assert_eq!(input(&graph, "late", "CidrIp"), r#""10.9.0.0/16""#);
}

#[test]
fn raw_resources_stay_within_reach() {
    let graph = build(|stack| {
        let vpc = Vpc::new("10.10.0.0/16").edit::<ec2::Subnet>("private-1", |subnet| {
            subnet.tags.insert("team".into(), "ml".into());
        });
        let network = stack.add("network", vpc);
        let cluster = stack.add(
            "cluster",
            EksCluster::new(&network).admin(
                "ops",
                PrincipalArn::new("arn:aws:iam::123456789012:role/ops"),
            ),
        );
        stack.add("trainer", PodIdentity::new(&cluster, ("ml", "trainer")));
    });
    assert!(input(&graph, "network/private-1", "Tags").contains(r#""team": "ml""#));
    assert_eq!(count(&graph, "eks.AccessEntry"), 2);
}
