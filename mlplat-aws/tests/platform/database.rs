//! Databases.

use mlplat_aws::policy::trust;
use mlplat_aws::{
    DbClass, EksCluster, MySql, MySqlVersion, Network, Postgres, PostgresVersion, Role,
    SecurityGroup, Vpc,
};
use mlplat_core::graph::{Context, Graph};
use mlplat_core::{Secret, Stack};
use serde_json::{Value, json};

use crate::support::{build, document, id, input, is_after, paths, problems};

fn network(stack: &mut Stack) -> Network {
    stack.add("network", Vpc::new("10.10.0.0/16"))
}

/// What the database at `db` is made of.
fn parts(graph: &Graph) -> Vec<String> {
    let below = |path: &String| path.strip_prefix("db/").map(str::to_owned);
    paths(graph).iter().filter_map(below).collect()
}

fn instance(graph: &Graph, field: &str) -> Value {
    input(graph, "db/instance", field)
}

#[test]
fn a_database_is_private_encrypted_and_reached_by_tls() {
    let graph = build(|stack| {
        let network = network(stack);
        let cluster = stack.add("cluster", EksCluster::new(&network));
        let db = MySql::new(&network)
            .reachable_from(&cluster)
            .parameter("max_connections", "200");
        stack.add("db", db);
    });
    assert_eq!(
        parts(&graph),
        [
            "subnet-group",
            "parameter-group",
            "security-group/group",
            "security-group/ingress-1",
            "instance",
            "secret",
        ]
    );
    assert_eq!(
        input(&graph, "db/subnet-group", "SubnetIds"),
        json!([
            "<network/private-1.SubnetId>",
            "<network/private-2.SubnetId>",
            "<network/private-3.SubnetId>"
        ])
    );
    assert_eq!(
        input(&graph, "db/parameter-group", "Parameters"),
        json!({
            "log_bin_trust_function_creators": "1",
            "max_connections": "200",
            "require_secure_transport": "1",
        })
    );
    assert_eq!(
        input(&graph, "db/parameter-group", "Family"),
        json!("mysql8.4")
    );
    let rule = |field| input(&graph, "db/security-group/ingress-1", field);
    assert_eq!(
        [rule("FromPort"), rule("ToPort"), rule("IpProtocol")],
        [json!(3306), json!(3306), json!("tcp")]
    );
    assert_eq!(
        rule("SourceSecurityGroupId"),
        json!("<cluster/control-plane.ClusterSecurityGroupId>")
    );
    let node = graph.node(id(&graph, "db/instance"));
    let inputs = node.inputs.keys().map(String::as_str);
    let inputs: serde_json::Map<_, _> = inputs
        .map(|field| (field.to_owned(), instance(&graph, field)))
        .collect();
    assert_eq!(
        Value::Object(inputs),
        json!({
            "AllocatedStorage": 20,
            "ApplyImmediately": true,
            "AutoMinorVersionUpgrade": true,
            "BackupRetentionPeriod": 7,
            "CACertificateIdentifier": "rds-ca-rsa2048-g1",
            "CopyTagsToSnapshot": true,
            "DBInstanceClass": "db.t4g.micro",
            "DBInstanceIdentifier": "<generated name>",
            "DBName": "main",
            "DBParameterGroupName": "<db/parameter-group.DBParameterGroupName>",
            "DBSubnetGroupName": "<db/subnet-group.DBSubnetGroupName>",
            "DeletionProtection": false,
            "EnableCloudwatchLogsExports": [],
            "EnablePerformanceInsights": false,
            "Engine": "mysql",
            "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
            "EngineVersion": "8.4",
            "MasterUserPassword": "<secret>",
            "MasterUsername": "admin",
            "MaxAllocatedStorage": 100,
            "MultiAZ": false,
            "Port": 3306,
            "PubliclyAccessible": false,
            "SkipFinalSnapshot": false,
            "StorageEncrypted": true,
            "StorageType": "gp3",
            "Tags": {"Name": "test-dev/db"},
            "VPCSecurityGroups": ["<db/security-group/group.GroupId>"],
        })
    );
    assert_eq!(
        document(&graph, "db/secret", "SecretString"),
        json!({
            "dbname": "main",
            "engine": "mysql",
            "host": "<db/instance.Endpoint.Address>",
            "password": "<secret>",
            "port": "<db/instance.Endpoint.Port>",
            "username": "admin",
        })
    );
    assert!(is_after(&graph, "db/secret", "db/instance"));
    // The database does not wait for the cluster's ten minutes, its rule does.
    assert!(!is_after(&graph, "db/instance", "cluster/control-plane"));
}

#[test]
fn engines_differ() {
    let graph = build(|stack| {
        let network = network(stack);
        stack.add("db", Postgres::new(&network));
        stack.add(
            "old",
            MySql::new(&network)
                .version(MySqlVersion::V8_0)
                .extended_support(),
        );
        let exact = Postgres::new(&network).exact_version("16.9");
        stack.add("exact", exact);
        stack.add("new", Postgres::new(&network).unlisted_version("19"));
    });
    assert_eq!(instance(&graph, "Engine"), json!("postgres"));
    assert_eq!(instance(&graph, "EngineVersion"), json!("17"));
    assert_eq!(instance(&graph, "Port"), json!(5432));
    assert_eq!(instance(&graph, "MasterUsername"), json!("postgres"));
    assert_eq!(
        input(&graph, "db/parameter-group", "Parameters"),
        json!({"rds.force_ssl": "1"})
    );
    let family = |path: &str| input(&graph, &format!("{path}/parameter-group"), "Family");
    assert_eq!(
        ["db", "old", "exact", "new"].map(family),
        ["postgres17", "mysql8.0", "postgres16", "postgres19"].map(Value::from)
    );
    assert_eq!(
        input(&graph, "old/instance", "EngineLifecycleSupport"),
        json!("open-source-rds-extended-support")
    );
    assert_eq!(
        input(&graph, "exact/instance", "AutoMinorVersionUpgrade"),
        json!(false),
        "an exact version is left alone"
    );
}

#[test]
fn production_is_protected_and_examples_are_not() {
    let program = |stack: &mut Stack| {
        let network = network(stack);
        stack.add("db", MySql::new(&network));
        stack.add("toy", MySql::new(&network).disposable());
    };
    for (env, protected) in [("dev", false), ("prod", true)] {
        let context = Context {
            env: env.to_owned(),
            ..Context::new("test")
        };
        let graph = Graph::build(context, program).unwrap();
        assert_eq!(instance(&graph, "DeletionProtection"), json!(protected));
        let toy = |field| input(&graph, "toy/instance", field);
        assert_eq!(toy("DeletionProtection"), json!(false), "{env}");
        assert_eq!(toy("SkipFinalSnapshot"), json!(true));
        assert_eq!(toy("BackupRetentionPeriod"), json!(0));
        assert_eq!(
            input(&graph, "toy/secret", "ForceDeleteWithoutRecovery"),
            json!(true)
        );
        assert_eq!(
            input(&graph, "db/secret", "ForceDeleteWithoutRecovery"),
            Value::Null
        );
    }
}

#[test]
fn a_password_of_rds_is_nowhere_in_the_program() {
    let graph = build(|stack| {
        let network = network(stack);
        let db = Postgres::new(&network)
            .encrypted_by("arn:aws:kms:x:1:key/k")
            .aws_managed_password();
        let db = stack.add("db", db);
        stack.add(
            "reader",
            Role::new(trust::pod_identity()).grant(db.read_secret()),
        );
    });
    assert!(!parts(&graph).contains(&"secret".to_owned()));
    assert_eq!(instance(&graph, "ManageMasterUserPassword"), json!(true));
    assert_eq!(instance(&graph, "MasterUserPassword"), Value::Null);
    assert_eq!(
        instance(&graph, "MasterUserSecretKmsKeyId"),
        json!("arn:aws:kms:x:1:key/k")
    );
    assert_eq!(
        document(&graph, "reader/policy", "PolicyDocument")["Statement"],
        json!([
            {
                "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                "Effect": "Allow",
                "Resource": "<db/instance.MasterUserSecret.SecretArn>",
            },
            {
                "Action": "kms:Decrypt",
                "Effect": "Allow",
                "Resource": "arn:aws:kms:x:1:key/k",
            },
        ])
    );
}

#[test]
fn the_internet_takes_many_words() {
    let graph = build(|stack| {
        let network = network(stack);
        let open = MySql::new(&network).open_to_the_internet_despite_the_risk(["203.0.113.7/32"]);
        stack.add("db", open);
    });
    assert_eq!(instance(&graph, "PubliclyAccessible"), json!(true));
    assert_eq!(
        input(&graph, "db/subnet-group", "SubnetIds")[0],
        json!("<network/public-1.SubnetId>")
    );
    assert_eq!(
        input(&graph, "db/security-group/ingress-1", "CidrIp"),
        json!("203.0.113.7/32")
    );
    let everyone = problems(|stack| {
        let network = network(stack);
        let open = MySql::new(&network).open_to_the_internet_despite_the_risk(["0.0.0.0/0"]);
        stack.add("db", open);
    });
    assert_eq!(everyone, ["open-to-the-internet"]);
}

/// The codes of what is wrong with a MySQL database.
fn mysql(with: impl FnOnce(MySql) -> MySql) -> Vec<&'static str> {
    problems(|stack| {
        let network = network(stack);
        stack.add("db", with(MySql::new(&network)));
    })
}

fn postgres(with: impl FnOnce(Postgres) -> Postgres) -> Vec<&'static str> {
    problems(|stack| {
        let network = network(stack);
        stack.add("db", with(Postgres::new(&network)));
    })
}

#[test]
fn storage_has_a_least_and_room_to_grow() {
    assert_eq!(mysql(|db| db.storage_gib(19)), ["bad-storage"]);
    assert_eq!(mysql(|db| db.storage_gib(65_537)), ["bad-storage"]);
    assert_eq!(mysql(|db| db.max_storage_gib(20)), ["bad-max-storage"]);
    assert_eq!(mysql(|db| db.max_storage_gib(10)), ["bad-max-storage"]);
    assert_eq!(mysql(|db| db.max_storage_gib(21)), ["bad-max-storage"]);
    assert!(mysql(|db| db.max_storage_gib(22)).is_empty());
    assert!(mysql(|db| db.storage_gib(65_536).fixed_storage()).is_empty());
    assert_eq!(
        mysql(|db| db.storage_gib(1000).max_storage_gib(65_537)),
        ["bad-max-storage"]
    );
}

#[test]
fn versions_that_rds_does_not_offer() {
    assert_eq!(
        mysql(|db| db.version(MySqlVersion::V8_0)),
        ["engine-version-ended"]
    );
    assert_eq!(
        mysql(|db| db.exact_version("5.7.44")),
        ["engine-version-ended"]
    );
    assert_eq!(
        mysql(|db| db.exact_version("9.1.0")),
        ["unknown-engine-version"]
    );
    assert_eq!(
        mysql(|db| db.exact_version("8.4")),
        ["unknown-engine-version"],
        "that is not exact"
    );
    assert_eq!(
        postgres(|db| db.exact_version("8.4.9")),
        ["unknown-engine-version"],
        "of the other engine"
    );
    assert_eq!(
        postgres(|db| db.exact_version("13.23")),
        ["engine-version-ended"]
    );
    assert!(postgres(|db| db.exact_version("13.23").extended_support()).is_empty());
    assert!(postgres(|db| db.version(PostgresVersion::V18)).is_empty());
    assert!(mysql(|db| db.unlisted_version("9.7")).is_empty());
}

#[test]
fn ports_that_are_taken() {
    assert_eq!(mysql(|db| db.port(1149)), ["bad-port"]);
    assert_eq!(mysql(|db| db.port(5432)), ["port-clash"]);
    assert_eq!(postgres(|db| db.port(3306)), ["port-clash"]);
    assert!(postgres(|db| db.port(5433)).is_empty());
}

#[test]
fn names_that_the_engine_keeps() {
    assert_eq!(mysql(|db| db.username("rdsadmin")), ["bad-database-name"]);
    assert_eq!(postgres(|db| db.username("admin")), ["bad-database-name"]);
    assert_eq!(
        mysql(|db| db.username("seventeen_letters")),
        ["bad-database-name"]
    );
    assert!(postgres(|db| db.username("seventeen_letters")).is_empty());
    assert_eq!(mysql(|db| db.database("a-b")), ["bad-database-name"]);
    assert_eq!(mysql(|db| db.database("")), ["bad-database-name"]);
    assert_eq!(mysql(|db| db.database("MySQL")), ["bad-database-name"]);
    assert_eq!(mysql(|db| db.name("ends-")), ["bad-physical-name"]);
}

#[test]
fn servers_that_rds_does_not_have() {
    assert_eq!(mysql(|db| db.class("t4g.micro")), ["bad-instance-class"]);
    assert_eq!(
        mysql(|db| db.performance_insights()),
        ["no-performance-insights"]
    );
    assert!(mysql(|db| db.performance_insights().class(DbClass::T4G_MEDIUM)).is_empty());
    assert!(postgres(|db| db.performance_insights()).is_empty());
    assert_eq!(mysql(|db| db.backup_days(36)), ["bad-backup-days"]);
    let narrow = problems(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16").zones(1));
        stack.add("db", MySql::new(&network));
    });
    assert_eq!(narrow, ["too-few-zones"]);
}

#[test]
fn a_password_that_rds_would_refuse_is_not_shown() {
    let secret = |text: &str| Secret::provided(text.to_owned());
    assert!(mysql(|db| db.password(secret("perfectly.fine"))).is_empty());
    assert!(postgres(|db| db.password(secret(&"x".repeat(42)))).is_empty());
    let problems = Graph::build(Context::new("test"), |stack| {
        let network = network(stack);
        let long = format!("hunter2@{}", "x".repeat(41));
        stack.add("long", MySql::new(&network).password(secret(&long)));
        stack.add("short", Postgres::new(&network).password(secret("hunter2")));
    })
    .unwrap_err();
    let said: Vec<_> = problems.0.iter().map(|problem| &problem.what).collect();
    assert_eq!(
        said,
        [
            "RDS would refuse the master password: it is longer than 41 characters",
            "RDS would refuse the master password: it holds a space, one of / \" @, or a \
             character that is no printable ASCII",
            "RDS would refuse the master password: it is shorter than 8 characters",
        ]
    );
    assert!(!problems.to_string().contains("hunter2"));
    assert!(!problems.to_string().contains("xx"));
}

#[test]
fn a_group_that_is_let_in_later() {
    use mlplat_aws::{Ingress, Peer, Ports};
    let graph = build(|stack| {
        let network = network(stack);
        let jump = stack.add("jump", SecurityGroup::new(&network, "jump host"));
        let db = stack.add("db", Postgres::new(&network));
        stack.add(
            "late",
            Ingress::new(&db, Ports::tcp(5432), Peer::group(&jump)),
        );
    });
    assert_eq!(
        input(&graph, "late", "GroupId"),
        json!("<db/security-group/group.GroupId>")
    );
}
