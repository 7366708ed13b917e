//! Add-ons: settings, versions, roles, and who may not have one.

use mlplat_aws::{
    ActsInAws, Addon, AddonKind, Bucket, CoreDns, EbsCsi, EfsCsi, EksCluster, EksClusterHandle,
    FsxCsi, KmsKey, KubeProxy, MetricsServer, MountpointS3, PodIdentity, PodIdentityAgent,
    SnapshotController, Vpc, VpcCni,
};
use mlplat_aws::{action, policy::Statement};
use mlplat_core::Stack;
use serde_json::{Value, json};

use crate::support::{build, document, input, is_after, problems};

fn cluster(stack: &mut Stack) -> EksClusterHandle {
    let network = stack.add("network", Vpc::new("10.10.0.0/16"));
    stack.add("cluster", EksCluster::new(&network))
}

/// Add-on, account and policies as they stand in a graph.
fn acting<A: ActsInAws>(kind: A) -> (Value, Value, Vec<String>) {
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network).auto_mode());
        let data = stack.add("data", Bucket::new());
        stack.add("it", Addon::new(&cluster, kind).grant(data.read()));
    });
    assert!(is_after(&graph, "it/addon", "it/identity/association"));
    let attached = graph.nodes().iter().map(|node| node.path.to_string());
    let attached =
        attached.filter_map(|path| path.strip_prefix("it/identity/role/").map(Into::into));
    (
        input(&graph, "it/addon", "AddonName"),
        input(&graph, "it/identity/association", "ServiceAccount"),
        attached.collect(),
    )
}

#[test]
fn drivers_act_as_roles_of_their_own() {
    let says = |name: &str, account: &str, policies: &[&str]| {
        let policies = policies.iter().map(|policy| (*policy).to_owned());
        (json!(name), json!(account), policies.collect::<Vec<_>>())
    };
    assert_eq!(
        acting(EbsCsi::new()),
        says(
            "aws-ebs-csi-driver",
            "ebs-csi-controller-sa",
            &["role", "AmazonEBSCSIDriverPolicyV2", "policy"]
        )
    );
    assert_eq!(
        acting(EfsCsi),
        says(
            "aws-efs-csi-driver",
            "efs-csi-controller-sa",
            &["role", "AmazonEFSCSIDriverPolicy", "policy"]
        )
    );
    assert_eq!(
        acting(FsxCsi),
        says(
            "aws-fsx-csi-driver",
            "fsx-csi-controller-sa",
            &["role", "AmazonFSxFullAccess", "policy"]
        )
    );
    assert_eq!(
        acting(MountpointS3),
        says(
            "aws-mountpoint-s3-csi-driver",
            "s3-csi-driver-sa",
            &["role", "policy"]
        )
    );
    assert_eq!(
        acting(VpcCni::new()),
        says(
            "vpc-cni",
            "aws-node",
            &["role", "AmazonEKS_CNI_Policy", "policy"]
        )
    );
}

fn settings<A: AddonKind>(kind: A) -> Value {
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network).auto_mode());
        stack.add("it", Addon::new(&cluster, kind));
    });
    match input(&graph, "it/addon", "ConfigurationValues") {
        Value::Null => Value::Null,
        _ => document(&graph, "it/addon", "ConfigurationValues"),
    }
}

#[test]
fn settings_are_in_the_words_of_each_add_on() {
    assert_eq!(
        settings(VpcCni::new()),
        json!({"enableNetworkPolicy": "true"})
    );
    assert_eq!(
        settings(VpcCni::new().without_network_policies().prefix_delegation()),
        json!({"env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"}})
    );
    assert_eq!(
        settings(CoreDns::new().replicas(2..=6)),
        json!({"autoScaling": {"enabled": true, "minReplicas": 2, "maxReplicas": 6}})
    );
    assert_eq!(
        settings(KubeProxy::new().ipvs()),
        json!({"mode": "ipvs", "ipvs": {"scheduler": "rr"}})
    );
    for none in [
        settings(CoreDns::new()),
        settings(KubeProxy::new()),
        settings(EbsCsi::new()),
        settings(EfsCsi),
        settings(FsxCsi),
        settings(SnapshotController),
        settings(MetricsServer),
        settings(PodIdentityAgent),
    ] {
        assert_eq!(none, Value::Null);
    }
}

#[test]
fn a_cluster_takes_settings_and_pins_of_its_own_add_ons() {
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = EksCluster::new(&network)
            .vpc_cni(VpcCni::new().prefix_delegation())
            .coredns(CoreDns::new().replicas(3..=9))
            .pin_addon::<VpcCni>("v1.20.4-eksbuild.2");
        let cluster = stack.add("cluster", cluster);
        assert!(cluster.addons.coredns.is_some());
        stack.add(
            "metrics",
            Addon::new(&cluster, MetricsServer).version("v0.8.0-eksbuild.1"),
        );
    });
    let of = |path, field| input(&graph, path, field);
    assert_eq!(
        document(&graph, "cluster/vpc-cni/addon", "ConfigurationValues"),
        json!({
            "enableNetworkPolicy": "true",
            "env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"},
        })
    );
    assert_eq!(
        of("cluster/vpc-cni/addon", "AddonVersion"),
        json!("v1.20.4-eksbuild.2")
    );
    assert_eq!(
        of("cluster/coredns/addon", "AddonVersion"),
        json!("<addon-version-coredns-1.35.AddonVersion>")
    );
    assert_eq!(
        of("metrics/addon", "AddonVersion"),
        json!("v0.8.0-eksbuild.1")
    );
    assert!(is_after(&graph, "metrics/addon", "cluster/nodes/group"));
}

#[test]
fn a_driver_of_encrypted_disks_may_use_their_key_and_no_other() {
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let key = stack.add("key", KmsKey::new("Disks"));
        let cluster = EksCluster::new(&network).ebs_csi(EbsCsi::new().encrypting_by(&key));
        stack.add("cluster", cluster);
    });
    assert_eq!(
        document(
            &graph,
            "cluster/ebs-csi/identity/role/policy",
            "PolicyDocument"
        )["Statement"],
        json!([
            {"Effect": "Allow", "Action": "kms:CreateGrant", "Resource": "<key/key.Arn>",
             "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}},
            {"Effect": "Allow", "Resource": "<key/key.Arn>",
             "Action": ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"]},
        ])
    );
}

#[test]
fn add_ons_that_could_not_work() {
    let wrong = |add: fn(&mut Stack, &EksClusterHandle)| {
        problems(move |stack| {
            let cluster = cluster(stack);
            add(stack, &cluster);
        })
    };
    let addon_versions: [fn(&mut Stack, &EksClusterHandle); 2] = [
        |stack, cluster| {
            stack.add("it", Addon::new(cluster, EfsCsi).version("latest"));
        },
        |stack, cluster| {
            stack.add("it", Addon::new(cluster, EfsCsi).version("1.2.3"));
        },
    ];
    for add in addon_versions {
        assert_eq!(wrong(add), ["bad-addon-version"]);
    }
    assert_eq!(
        wrong(|stack, cluster| {
            stack.add("it", Addon::new(cluster, MountpointS3));
        }),
        ["addon-without-rights"]
    );
    let on_fargate = |stack: &mut Stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network).fargate_only());
        stack.add("efs", Addon::new(&cluster, EfsCsi));
        stack.add("pods", PodIdentity::new(&cluster, ("apps", "web")));
    };
    assert_eq!(problems(on_fargate), ["no-pod-identity", "no-pod-identity"]);
}

#[test]
fn pods_come_to_another_account_by_a_role_of_this_one() {
    let graph = build(|stack| {
        let cluster = cluster(stack);
        let there = mlplat_aws::ids::RoleArn::new("arn:aws:iam::210987654321:role/reader");
        let web = PodIdentity::new(&cluster, ("apps", "web")).target_role(there);
        stack.add("web", web);
        let read = Statement::allow([action!("s3:GetObject")]).on(["arn:aws:s3:::a/*".into()]);
        let narrow = PodIdentity::new(&cluster, ("apps", "narrow")).session_policy([read]);
        stack.add("narrow", narrow);
    });
    assert_eq!(
        input(&graph, "web/association", "TargetRoleArn"),
        json!("arn:aws:iam::210987654321:role/reader")
    );
    assert_eq!(
        document(&graph, "web/role/policy", "PolicyDocument")["Statement"],
        json!([{
            "Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Resource": "arn:aws:iam::210987654321:role/reader",
        }])
    );
    assert_eq!(
        input(&graph, "web/association", "DisableSessionTags"),
        Value::Null
    );
    assert_eq!(
        document(&graph, "narrow/association", "Policy")["Statement"][0]["Action"],
        json!("s3:GetObject")
    );
    assert_eq!(
        input(&graph, "narrow/association", "DisableSessionTags"),
        json!(true)
    );
    assert!(is_after(
        &graph,
        "narrow/association",
        "cluster/pod-identity-agent/addon"
    ));
}

#[test]
fn a_session_policy_has_2048_characters() {
    let with = |count: usize| {
        problems(move |stack| {
            let cluster = cluster(stack);
            let objects = (0..count).map(|at| format!("arn:aws:s3:::bucket-{at:04}/*").into());
            let read = Statement::allow([action!("s3:GetObject")]).on(objects);
            stack.add(
                "it",
                PodIdentity::new(&cluster, ("a", "b")).session_policy([read]),
            );
        })
    };
    assert_eq!(with(60), [""; 0]);
    assert_eq!(with(80), ["policy-too-long"]);
}
