//! Bad input as Problems: what is said, and that the rest of the program is
//! checked too.

#![allow(clippy::unwrap_used, clippy::panic)] // Helpers of tests.

use mlplat_aws::ids::PrincipalArn;
use mlplat_aws::policy::{AccessPolicy, Statement, trust};
use mlplat_aws::{
    AccessEntry, Bucket, EksCluster, Endpoint, MySql, Nat, NodeGroup, Peer, PodIdentity, Ports,
    Postgres, Role, SecurityGroup, Vpc, action, eks,
};
use mlplat_core::graph::{Context, Graph};
use mlplat_core::{Secret, Stack};

/// Path and text of each problem.
fn problems(program: impl FnOnce(&mut Stack)) -> Vec<String> {
    let problems = Graph::build(Context::new("test"), program).unwrap_err();
    let each = problems.0.iter().map(|problem| {
        let source = problem
            .source
            .unwrap_or_else(|| panic!("no line: {problem}"));
        assert!(source.file.ends_with("tests/bad_input.rs"), "{problem}");
        assert!(!problem.fix.is_empty(), "{problem}");
        let path = problem.path.as_deref().unwrap_or_default();
        format!("{path}: {}", problem.what)
    });
    each.collect()
}

#[test]
fn ranges_that_are_none() {
    let found = problems(|stack| {
        stack.add("a", Vpc::new("10.10.0.0"));
        stack.add("b", Vpc::new("10.0.0.0/8"));
        stack.add("c", Vpc::new("10.0.0.0/26"));
        stack.add("d", Vpc::new("10.0.0.0/16").zones(0));
        stack.add("e", Vpc::new("0.0.0.0/0"));
        let odd = Vpc::new("10.20.0.0/16").zones(2);
        stack.add("f", odd.public_cidrs(["10.20.0.0/33", "10.20.240.0/24"]));
    });
    assert_eq!(
        found,
        [
            r#"a: the network "10.10.0.0" is not an IPv4 network"#,
            "b: AWS would refuse a VPC of 10.0.0.0/8",
            "c: 10.0.0.0/26 is too small for a public and a private subnet in 3 zones",
            "d: a network cannot spread over 0 zones",
            "e: AWS would refuse a VPC of 0.0.0.0/0",
            r#"f: the public subnet "10.20.0.0/33" is not an IPv4 network"#,
        ]
    );
}

#[test]
fn subnets_that_do_not_fit() {
    let found = problems(|stack| {
        let vpc = || Vpc::new("10.0.0.0/16").zones(2).nat(Nat::None);
        stack.add(
            "overlap",
            vpc()
                .private_cidrs(["10.0.0.0/20", "10.0.8.0/24"])
                .public_cidrs(["10.0.64.0/24", "10.0.65.0/24"]),
        );
        stack.add(
            "outside",
            vpc().private_cidrs(["10.1.0.0/20", "10.0.8.0/24"]),
        );
        stack.add(
            "tiny",
            vpc().public_cidrs(["10.0.192.0/29", "10.0.193.0/24"]),
        );
        stack.add("count", vpc().public_cidrs(["10.0.193.0/24"]));
    });
    assert_eq!(
        found,
        [
            "outside: the subnet 10.1.0.0/20 is not inside the VPC 10.0.0.0/16",
            "tiny: AWS would refuse the subnet 10.0.192.0/29",
            "count: 1 public subnets do not fit 2 zones",
            r#"overlap/private-2: CidrBlock "10.0.8.0/24" overlaps that of overlap/private-1"#,
        ]
    );
}

#[test]
fn clusters_that_eks_would_refuse() {
    let found = problems(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let narrow = stack.add("narrow", Vpc::new("10.20.0.0/16").zones(1));
        stack.add("old", EksCluster::new(&network).version("1.21"));
        stack.add("zones", EksCluster::new(&narrow));
        stack.add(
            "range",
            EksCluster::new(&network).service_cidr("10.10.128.0/20"),
        );
        stack.add(
            "public",
            EksCluster::new(&network).service_cidr("8.8.8.0/24"),
        );
        stack.add("name", EksCluster::new(&network).name("-x"));
        stack.add(
            "closed",
            EksCluster::new(&network).endpoint(Endpoint::networks([""; 0])),
        );
        stack.add(
            "locked",
            EksCluster::new(&network).without_deployer_access(),
        );
    });
    assert_eq!(
        found,
        [
            r#"old: EKS is not known to offer Kubernetes "1.21""#,
            "zones: EKS needs subnets in two zones, the network has 1",
            "range: the service range 10.10.128.0/20 overlaps the network 10.10.0.0/16",
            "public: EKS would refuse the service range 8.8.8.0/24",
            "closed: the public endpoint is open to no network",
            "locked: nobody could sign in to the cluster",
            r#"name/control-plane: AWS would refuse the Name "-x""#,
        ]
    );
}

#[test]
fn a_version_of_tomorrow_can_be_asked_for() {
    let built = Graph::build(Context::new("test"), |stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        stack.add(
            "cluster",
            EksCluster::new(&network).unlisted_version("1.37"),
        );
    });
    assert!(built.is_ok());
}

#[test]
fn node_groups_that_would_not_run() {
    let found = problems(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network));
        #[allow(clippy::reversed_empty_ranges)] // That is the mistake.
        stack.add("sizes", NodeGroup::new(&cluster).sizes(3..=1));
        stack.add("disk", NodeGroup::new(&cluster).disk_gib(8));
        stack.add(
            "arm",
            NodeGroup::new(&cluster).instance_types(["m7g.large"]),
        );
        let gpu = eks::AmiType::AL2023_ARM_64_NVIDIA;
        stack.add(
            "x86",
            NodeGroup::new(&cluster)
                .ami(gpu)
                .instance_types(["g5.xlarge"]),
        );
        stack.add("type", NodeGroup::new(&cluster).instance_types(["large"]));
        stack.add("none", NodeGroup::new(&cluster).instance_types([""; 0]));
        stack.add("hops", NodeGroup::new(&cluster).metadata_hops(65));
    });
    assert_eq!(
        found,
        [
            "sizes: a node group of 3 to 1 nodes is none",
            "disk: a disk of 8 GiB is smaller than the image",
            "arm: m7g.large cannot run the image AL2023_x86_64_STANDARD",
            "x86: g5.xlarge cannot run the image AL2023_ARM_64_NVIDIA",
            r#"type: "large" is not an instance type"#,
            "none: no instance type is given",
            "hops: AWS would refuse 65 metadata hops",
        ]
    );
}

#[test]
fn principals_and_groups_that_eks_would_refuse() {
    let found = problems(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network));
        let entry = |arn: &str| AccessEntry::new(&cluster, PrincipalArn::new(arn));
        stack.add(
            "session",
            entry("arn:aws:sts::123456789012:assumed-role/a/b").policy(AccessPolicy::View),
        );
        stack.add("account", entry("arn:aws:iam::123456789012:root"));
        let good = "arn:aws:iam::123456789012:role/team/dev";
        stack.add("group", entry(good).group("system:masters"));
        stack.add(
            "scope",
            entry("arn:aws:iam::123456789012:user/ann").namespaces(["ml"]),
        );
    });
    assert_eq!(
        found,
        [
            r#"session: "arn:aws:sts::123456789012:assumed-role/a/b" cannot have an access entry"#,
            r#"account: "arn:aws:iam::123456789012:root" cannot have an access entry"#,
            r#"group: EKS would refuse the group "system:masters""#,
            "scope: namespaces limit an access policy, and there is none",
        ]
    );
}

#[test]
fn service_accounts_that_kubernetes_would_refuse() {
    let found = problems(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network));
        stack.add("a", PodIdentity::new(&cluster, ("ML", "trainer")));
        stack.add("b", PodIdentity::new(&cluster, ("ml", "trainer_1")));
    });
    assert_eq!(
        found,
        [
            r#"a: "ML" is not a name for a namespace"#,
            r#"b: "trainer_1" is not a name for a service account"#,
        ]
    );
}

#[test]
fn one_service_account_has_one_role() {
    let found = problems(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network));
        stack.add("a", PodIdentity::new(&cluster, ("ml", "trainer")));
        stack.add("b", PodIdentity::new(&cluster, ("ml", "trainer")));
    });
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("b/association: Namespace and ServiceAccount"),
        "{found:?}"
    );
}

#[test]
fn security_groups_that_ec2_would_refuse_or_nobody_meant() {
    let found = problems(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        stack.add("umlaut", SecurityGroup::new(&network, "für alle"));
        stack.add("empty", SecurityGroup::new(&network, ""));
        let open = SecurityGroup::new(&network, "open");
        stack.add(
            "open",
            open.allow(Ports::tcp(22), Peer::network("0.0.0.0/0")),
        );
        let ports = SecurityGroup::new(&network, "ports");
        stack.add(
            "ports",
            ports.allow(Ports::tcp_range(90, 80), Peer::same_group()),
        );
        let peer = SecurityGroup::new(&network, "peer");
        stack.add(
            "peer",
            peer.allow(Ports::tcp(80), Peer::network("10.0.0.0/33")),
        );
        let twice = SecurityGroup::new(&network, "twice");
        stack.add(
            "twice",
            twice
                .allow(Ports::tcp(80), Peer::internet())
                .allow(Ports::tcp(80), Peer::internet()),
        );
    });
    assert_eq!(
        found[..5],
        [
            "umlaut: AWS would refuse `ü` in the description",
            "empty: the description has 0 characters",
            "open/ingress-1: the peer 0.0.0.0/0 is everyone",
            "ports/ingress-1: the ports 90 to 80 are none",
            r#"peer/ingress-1: the peer "10.0.0.0/33" is not an IPv4 network"#,
        ]
    );
    assert_eq!(found.len(), 6, "{found:?}");
    assert!(found[5].starts_with("twice/ingress-2: "), "{found:?}");
}

#[test]
fn buckets_and_roles_that_would_be_refused() {
    let found = problems(|stack| {
        stack.add("name", Bucket::new().name("My_Bucket"));
        stack.add("old", Bucket::new().expire_old_versions_after_days(30));
        stack.add("now", Bucket::new().expire_after_days(0));
        let many = (0..200)
            .map(|n| format!("arn:aws:s3:::a-bucket-with-a-rather-long-name-{n:04}/*").into());
        let statement = Statement::allow([action!("s3:GetObject")]).on(many);
        stack.add("role", Role::new(trust::pod_identity()).allow(statement));
    });
    assert_eq!(
        found,
        [
            "old: the bucket keeps no old versions that could expire",
            "now: AWS would refuse to expire objects after 0 days",
            "role: IAM would refuse to fit 11094 characters into the inline policies of a role, which may have 10240",
            r#"name/bucket: AWS would refuse the BucketName "My_Bucket""#,
        ]
    );
}

/// What is said of each wrong database: line, text, and what to do.
fn told(program: impl FnOnce(&mut Stack)) -> Vec<(u32, String, String)> {
    let problems = Graph::build(Context::new("test"), program).unwrap_err();
    let each = problems.0.into_iter().map(|problem| {
        let source = problem.source.unwrap();
        assert!(source.file.ends_with("tests/bad_input.rs"), "{problem}");
        let path = problem.path.as_deref().unwrap_or_default();
        let text = format!("{path}: {} ({})", problem.what, problem.code);
        (source.line, text, problem.fix)
    });
    each.collect()
}

#[test]
fn databases_that_rds_would_refuse() {
    let password = |text: &str| Secret::provided(text.to_owned());
    let mut lines = Vec::new();
    let found = told(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        lines.push(line!() + 1);
        stack.add("small", MySql::new(&network).storage_gib(19));
        lines.push(line!() + 1);
        stack.add("clash", Postgres::new(&network).port(3306));
        lines.push(line!() + 1);
        stack.add("low", MySql::new(&network).port(1149));
        lines.push(line!() + 1);
        stack.add("short", MySql::new(&network).password(password("hunter2")));
        lines.push(line!() + 1);
        stack.add(
            "quoted",
            Postgres::new(&network).password(password("hunter2/2")),
        );
        lines.push(line!() + 1);
        stack.add("other", Postgres::new(&network).exact_version("8.4.9"));
        lines.push(line!() + 1);
        stack.add("user", Postgres::new(&network).username("admin"));
        lines.push(line!() + 1);
        stack.add("name", MySql::new(&network).database("ml-flow"));
    });
    let expected = [
        (
            "small: RDS would refuse 19 GiB of gp3 storage (bad-storage)",
            "choose 20 to 65536 GiB",
        ),
        (
            "clash: 3306 is the port of MySQL, this is PostgreSQL (port-clash)",
            "leave it at 5432, or choose another one",
        ),
        (
            "low: RDS keeps the port 1149 for itself (bad-port)",
            "choose 1150 to 65535",
        ),
        (
            "short: RDS would refuse the master password: it is shorter than 8 characters (bad-password)",
            "use 8 to 41 printable ASCII characters without / \" @ and spaces",
        ),
        (
            "quoted: RDS would refuse the master password: it holds a space, one of / \" @, or a character that is no printable ASCII (bad-password)",
            "use 8 to 128 printable ASCII characters without / \" @ and spaces",
        ),
        (
            "other: RDS is not known to offer PostgreSQL \"8.4.9\" (unknown-engine-version)",
            "give a minor version of 14, 15, 16, 17, 18, or .unlisted_version(..) once RDS offers another",
        ),
        (
            "user: PostgreSQL would refuse \"admin\" as the name of the master user: it is reserved (bad-database-name)",
            "use 1 to 63 letters, digits and _, a letter first",
        ),
        (
            "name: MySQL would refuse \"ml-flow\" as the name of the database: its characters (bad-database-name)",
            "use 1 to 64 letters, digits and _, a letter first",
        ),
    ];
    let expected: Vec<_> = lines
        .into_iter()
        .zip(expected)
        .map(|(line, (text, fix))| (line, text.to_owned(), fix.to_owned()))
        .collect();
    assert_eq!(found, expected);
}
