//! Keys, secrets and file systems.

use mlplat_aws::fsx::LustreDeploymentType;
use mlplat_aws::policy::{Principal, Statement, trust};
use mlplat_aws::{
    Bucket, EfsDirectory, EfsStorage, EksCluster, FsxLustre, KmsKey, MySql, Network, Role,
    SecretEntry, SecurityGroup, Vpc, action,
};
use mlplat_core::wiring::Generated;
use mlplat_core::{Secret, Stack};
use serde_json::{Value, json};

use crate::support::{build, document, input, is_after, paths, problems};

fn network(stack: &mut Stack) -> Network {
    stack.add("network", Vpc::new("10.10.0.0/16").zones(2))
}

#[test]
fn a_key_is_renewed_and_the_account_decides() {
    let graph = build(|stack| {
        let service = Statement::allow([action!("kms:Decrypt")])
            .by(Principal::Service("logs.amazonaws.com".to_owned()))
            .on_everything();
        stack.add("key", KmsKey::new("Data").allow(service).recovery_days(7));
        stack.add(
            "named",
            KmsKey::new("Logs").alias("ml/logs").without_rotation(),
        );
    });
    assert_eq!(
        document(&graph, "key/key", "KeyPolicy"),
        json!({
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "kms:*",
                    "Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::<caller-identity.Account>:root"},
                    "Resource": "*",
                    "Sid": "AccountDecides",
                },
                {
                    "Action": "kms:Decrypt",
                    "Effect": "Allow",
                    "Principal": {"Service": "logs.amazonaws.com"},
                    "Resource": "*",
                },
            ],
        })
    );
    let key = |field| input(&graph, "key/key", field);
    assert_eq!(key("EnableKeyRotation"), json!(true));
    assert_eq!(key("PendingWindowInDays"), json!(7));
    assert_eq!(
        input(&graph, "key/alias", "AliasName"),
        json!("<generated name>")
    );
    assert_eq!(
        input(&graph, "key/alias", "TargetKeyId"),
        json!("<key/key.KeyId>")
    );
    assert_eq!(
        input(&graph, "named/alias", "AliasName"),
        json!("alias/ml/logs")
    );
    assert_eq!(
        input(&graph, "named/key", "EnableKeyRotation"),
        json!(false)
    );
}

#[test]
fn a_key_stands_for_its_arn() {
    let graph = build(|stack| {
        let network = network(stack);
        let key = stack.add("key", KmsKey::new("Data"));
        let bucket = stack.add("bucket", Bucket::new().encrypted_by(&key));
        stack.add("cluster", EksCluster::new(&network).secrets_key(&key));
        stack.add("db", MySql::new(&network).encrypted_by(&key));
        stack.add("files", EfsStorage::new(&network).encrypted_by(&key));
        let entry = SecretEntry::generated(Generated::hex(32)).encrypted_by(&key);
        stack.add("token", entry);
        let role = Role::new(trust::pod_identity())
            .grant(bucket.read())
            .grant(key.encrypt_and_decrypt());
        stack.add("role", role);
    });
    for (path, field) in [
        ("bucket/bucket", "KMSMasterKeyID"),
        ("cluster/control-plane", "SecretsKeyArn"),
        ("db/instance", "KmsKeyId"),
        ("db/secret", "KmsKeyId"),
        ("files/file-system", "KmsKeyId"),
        ("token/secret", "KmsKeyId"),
    ] {
        assert_eq!(input(&graph, path, field), json!("<key/key.Arn>"), "{path}");
        assert!(is_after(&graph, path, "key/key"));
    }
    let statements = document(&graph, "role/policy", "PolicyDocument")["Statement"].clone();
    assert_eq!(
        statements[2],
        json!({"Action": "kms:Decrypt", "Effect": "Allow", "Resource": "<key/key.Arn>"}),
        "reading the bucket takes the key"
    );
    assert_eq!(
        statements[3],
        json!({
            "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*"],
            "Effect": "Allow",
            "Resource": "<key/key.Arn>",
        })
    );
}

#[test]
fn entries_are_generated_given_or_composed() {
    let graph = build(|stack| {
        let made = stack.add("made", SecretEntry::generated(Generated::hex(64)));
        let given = Secret::provided("hunter2".to_owned());
        stack.add(
            "given",
            SecretEntry::of(given).name("ml/token").recovery_days(7),
        );
        let url = mlplat_core::secret_text!("https://u:{}@hub", made.value);
        stack.add("composed", SecretEntry::of(url).disposable());
        stack.add(
            "reader",
            Role::new(trust::pod_identity()).grant(made.read()),
        );
    });
    let of = |path: &str, field| input(&graph, &format!("{path}/secret"), field);
    assert_eq!(of("made", "SecretString"), json!("<secret>"));
    assert_eq!(of("made", "RecoveryWindowInDays"), Value::Null);
    assert_eq!(of("given", "SecretString"), json!("<secret>"));
    assert_eq!(of("given", "Name"), json!("ml/token"));
    assert_eq!(of("given", "RecoveryWindowInDays"), json!(7));
    assert_eq!(
        of("composed", "SecretString"),
        json!("https://u:<secret>@hub")
    );
    assert_eq!(of("composed", "ForceDeleteWithoutRecovery"), json!(true));
    assert_eq!(
        document(&graph, "reader/policy", "PolicyDocument")["Statement"],
        json!([{
            "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            "Effect": "Allow",
            "Resource": "<made/secret.Id>",
        }])
    );
}

#[test]
fn shared_files_have_an_address_in_each_private_subnet() {
    let graph = build(|stack| {
        let network = network(stack);
        let clients = stack.add("clients", SecurityGroup::new(&network, "clients"));
        let files = EfsStorage::new(&network).reachable_from(&clients);
        let files = stack.add("files", files);
        stack.add(
            "logs",
            EfsDirectory::new(&files, "/airflow/logs").owned_by(50000, 0),
        );
        stack.add(
            "reader",
            Role::new(trust::pod_identity()).grant(files.mount()),
        );
    });
    let parts: Vec<_> = paths(&graph)
        .into_iter()
        .filter(|path| path.starts_with("files/"))
        .collect();
    assert_eq!(
        parts,
        [
            "files/file-system",
            "files/security-group/group",
            "files/security-group/ingress-1",
            "files/mount-target-1",
            "files/mount-target-2",
        ]
    );
    let of = |path: &str, field| input(&graph, path, field);
    assert_eq!(of("files/file-system", "Encrypted"), json!(true));
    assert_eq!(of("files/file-system", "BackupStatus"), json!("ENABLED"));
    assert_eq!(of("files/file-system", "ThroughputMode"), json!("elastic"));
    assert_eq!(
        of("files/file-system", "LifecyclePolicies"),
        json!([{"TransitionToIA": "AFTER_30_DAYS"}])
    );
    assert_eq!(
        of("files/mount-target-2", "SubnetId"),
        json!("<network/private-2.SubnetId>")
    );
    assert_eq!(
        of("files/mount-target-2", "SecurityGroups"),
        json!(["<files/security-group/group.GroupId>"])
    );
    assert_eq!(
        of("files/security-group/ingress-1", "FromPort"),
        json!(2049)
    );
    let point = |field| of("logs/access-point", field);
    assert_eq!(
        ["Path", "Uid", "Gid", "OwnerUid", "OwnerGid", "Permissions"].map(point),
        [
            json!("/airflow/logs"),
            json!(50000),
            json!(0),
            json!(50000),
            json!(0),
            json!("0750")
        ]
    );
    assert_eq!(
        document(&graph, "reader/policy", "PolicyDocument")["Statement"][0]["Action"],
        json!([
            "elasticfilesystem:ClientMount",
            "elasticfilesystem:ClientWrite"
        ])
    );
}

#[test]
fn fast_files_open_lustres_ports_to_clients_and_servers() {
    let graph = build(|stack| {
        let network = network(stack);
        let clients = stack.add("clients", SecurityGroup::new(&network, "clients"));
        let bucket = stack.add("bucket", Bucket::new());
        let fast = FsxLustre::new(&network)
            .gib(4800)
            .zone(2)
            .linked_to("/data", &bucket)
            .reachable_from(&clients);
        stack.add("fast", fast);
        let kept = FsxLustre::new(&network)
            .deployment(LustreDeploymentType::Persistent2)
            .throughput(250);
        stack.add("kept", kept);
        stack.add("plain", FsxLustre::new(&network));
        let linked = FsxLustre::new(&network)
            .deployment(LustreDeploymentType::Persistent2)
            .linked_to("/data", &bucket);
        stack.add("linked", linked);
    });
    let of = |path: &str, field| input(&graph, path, field);
    let rules: Vec<_> = (1..=4)
        .map(|number| {
            let path = format!("fast/security-group/ingress-{number}");
            let from = of(&path, "SourceSecurityGroupId");
            (of(&path, "FromPort"), of(&path, "ToPort"), from)
        })
        .collect();
    let (own, clients) = (
        json!("<fast/security-group/group.GroupId>"),
        json!("<clients/group.GroupId>"),
    );
    assert_eq!(
        rules,
        [
            (json!(988), json!(988), own.clone()),
            (json!(988), json!(988), clients.clone()),
            (json!(1018), json!(1023), own),
            (json!(1018), json!(1023), clients),
        ]
    );
    assert_eq!(
        of("fast/file-system", "SubnetIds"),
        json!(["<network/private-2.SubnetId>"])
    );
    assert_eq!(of("fast/file-system", "DeploymentType"), json!("SCRATCH_2"));
    assert_eq!(
        of("fast/file-system", "PerUnitStorageThroughput"),
        Value::Null
    );
    assert_eq!(of("fast/file-system", "SkipFinalBackup"), json!(true));
    assert_eq!(of("fast/link-1", "FileSystemPath"), json!("/data"));
    assert_eq!(
        of("fast/link-1", "DataRepositoryPath"),
        json!("s3://<bucket/bucket.BucketName>/")
    );
    assert_eq!(
        of("fast/link-1", "AutoExportEvents"),
        json!(["NEW", "CHANGED", "DELETED"])
    );
    assert_eq!(
        of("kept/file-system", "PerUnitStorageThroughput"),
        json!(250)
    );
    assert_eq!(of("kept/file-system", "SkipFinalBackup"), json!(false));
    // FSx cannot back these up.
    assert_eq!(of("plain/file-system", "SkipFinalBackup"), json!(true));
    assert_eq!(of("linked/file-system", "SkipFinalBackup"), json!(true));
    assert_eq!(
        of("linked/file-system", "PerUnitStorageThroughput"),
        json!(125),
        "the least"
    );
    assert_eq!(
        of("kept/file-system", "AutomaticBackupRetentionDays"),
        json!(7)
    );
}

fn lustre(with: impl FnOnce(FsxLustre) -> FsxLustre) -> Vec<&'static str> {
    problems(|stack| {
        let network = network(stack);
        stack.add("fast", with(FsxLustre::new(&network)));
    })
}

#[test]
fn lustre_that_fsx_would_refuse() {
    for gib in [0, 1199, 1201, 2399, 3600] {
        assert_eq!(lustre(|fast| fast.gib(gib)), ["bad-storage"], "{gib}");
    }
    for gib in [1200, 2400, 4800, 7200] {
        assert!(lustre(|fast| fast.gib(gib)).is_empty(), "{gib}");
    }
    let persistent = LustreDeploymentType::Persistent2;
    assert_eq!(lustre(|fast| fast.throughput(125)), ["bad-throughput"]);
    assert_eq!(
        lustre(|fast| fast.deployment(persistent).throughput(100)),
        ["bad-throughput"]
    );
    assert!(lustre(|fast| fast.deployment(persistent).throughput(1000)).is_empty());
    assert_eq!(
        lustre(|fast| fast.encrypted_by("arn")),
        ["no-key-for-scratch"]
    );
    assert_eq!(lustre(|fast| fast.zone(3)), ["bad-zone"]);
    assert_eq!(lustre(|fast| fast.zone(0)), ["bad-zone"]);
}

#[test]
fn keys_entries_and_directories_that_aws_would_refuse() {
    let key = |days| {
        problems(|stack| {
            stack.add("key", KmsKey::new("Data").recovery_days(days));
        })
    };
    assert_eq!(key(6), ["bad-recovery-days"]);
    assert_eq!(key(31), ["bad-recovery-days"]);
    let alias = |name: &'static str| {
        problems(|stack| {
            stack.add("key", KmsKey::new("Data").alias(name));
        })
    };
    assert_eq!(alias("aws/mine"), ["bad-physical-name"]);
    assert_eq!(alias(""), ["bad-physical-name"]);
    assert_eq!(alias("a b"), ["bad-physical-name"]);
    let entry = |with: fn(SecretEntry) -> SecretEntry| {
        problems(|stack| {
            stack.add("entry", with(SecretEntry::generated(Generated::hex(8))));
        })
    };
    assert_eq!(entry(|entry| entry.recovery_days(3)), ["bad-recovery-days"]);
    assert_eq!(entry(|entry| entry.name("a b")), ["bad-physical-name"]);
    let directory = |path: &'static str, octal: &'static str| {
        problems(|stack| {
            let network = network(stack);
            let files = stack.add("files", EfsStorage::new(&network));
            stack.add("dir", EfsDirectory::new(&files, path).permissions(octal));
        })
    };
    for path in ["logs", "/a/b/c/d/e", "/a//b", "/../up", "/a;b"] {
        assert_eq!(directory(path, "0755"), ["bad-directory"], "{path}");
    }
    assert_eq!(directory("/logs", "0789"), ["bad-permissions"]);
    assert!(directory("/a/b/c/d", "755").is_empty());
    let throughput = problems(|stack| {
        let network = network(stack);
        stack.add("files", EfsStorage::new(&network).provisioned_mibps(0));
    });
    assert_eq!(throughput, ["bad-throughput"]);
}
