//! MLflow as a program says it: order, rights, who sees which secret, what is
//! refused.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use mlplat_apps::{Exposure, Mlflow, MlflowOptions, PostgresInCluster, Reach, Site};
use mlplat_aws::ids::CertificateArn;
use mlplat_aws::policy::ReadPolicies as _;
use mlplat_aws::{Bucket, EksCluster, MySql, Postgres, Vpc};
use mlplat_core::graph::Stack;
use mlplat_core::testing::Tested;
use mlplat_core::wiring::{Expr, SecretSource};
use mlplat_core::{Output, Secret};
use serde_json::{Value, json};

const CERTIFICATE: &str = "arn:aws:acm:eu-west-1:123456789012:certificate/1-2";

/// A name with a certificate from elsewhere.
fn site(host: &str, certificate: &str) -> Site {
    Site::new(host, CertificateArn::new(certificate))
}

/// MLflow on MySQL of RDS, with options.
fn platform(options: impl Fn() -> MlflowOptions) -> impl Fn(&mut Stack) {
    move |stack: &mut Stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network));
        let artifacts = stack.add("artifacts", Bucket::new().name("the-artifacts"));
        stack.add("other", Bucket::new().name("another-bucket"));
        let metadata = MySql::new(&network).reachable_from(&cluster);
        let metadata = stack.add("metadata", metadata);
        let mlflow = Mlflow {
            cluster: &cluster,
            metadata: &metadata,
            artifacts: &artifacts,
        };
        let mlflow = stack.add("mlflow", mlflow.with(options()));
        stack.output("url", &mlflow.url);
        stack.output("internal-url", &mlflow.internal_url);
        stack.output("password", &mlflow.password);
    }
}

fn tested(options: impl Fn() -> MlflowOptions) -> Tested {
    let tested = Stack::test(platform(options));
    tested.assert_ok();
    tested
}

fn exposed(exposure: fn() -> Exposure) -> Tested {
    tested(move || MlflowOptions {
        exposure: exposure(),
        ..MlflowOptions::default()
    })
}

fn containers(tested: &Tested, path: &str) -> Vec<Value> {
    let spec = tested.node(path).input("Spec");
    spec["template"]["spec"]["containers"]
        .as_array()
        .unwrap()
        .clone()
}

fn variable(container: &Value, name: &str) -> Value {
    let each = container["env"].as_array().unwrap();
    let found = each.iter().find(|variable| variable["name"] == name);
    found.unwrap_or_else(|| panic!("no {name}")).clone()
}

#[test]
fn jobs_come_after_the_database_and_the_server_after_jobs_bucket_and_identity() {
    let tested = tested(MlflowOptions::default);
    for (first, second) in [
        ("metadata/instance", "mlflow/prepare/job"),
        ("mlflow/prepare/job", "mlflow/migrate/job"),
        ("mlflow/migrate/job", "mlflow/server/deployment"),
        ("artifacts/bucket", "mlflow/server/deployment"),
        ("mlflow/identity/association", "mlflow/server/deployment"),
        ("mlflow/identity/role/policy", "mlflow/server/deployment"),
        ("mlflow/server/proxy/files", "mlflow/server/deployment"),
        ("mlflow/network-policy", "mlflow/prepare/job"),
    ] {
        tested.assert_before(first, second);
    }
    // Making a database takes minutes in which the bucket need not wait.
    tested.assert_free("artifacts/bucket", "mlflow/prepare/job");
}

#[test]
fn the_server_may_use_its_own_bucket_and_nothing_else() {
    let tested = tested(MlflowOptions::default);
    let policies = tested.policies();
    let role = "mlflow/identity/role";
    for action in ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"] {
        policies.assert_allows(role, action, "arn:aws:s3:::the-artifacts/mlflow/1");
        policies.assert_forbids(role, action, "arn:aws:s3:::another-bucket/mlflow/1");
    }
    policies.assert_forbids(role, "s3:DeleteBucket", "arn:aws:s3:::the-artifacts");
    assert_eq!(policies.managed(role), [""; 0]);
    // Jobs are nobody to AWS: they do not run as the service account.
    for job in ["mlflow/prepare/job", "mlflow/migrate/job"] {
        let spec = tested.node(job).input("Spec");
        assert_eq!(spec["template"]["spec"]["serviceAccountName"], Value::Null);
    }
}

#[test]
fn only_the_first_job_sees_the_administrator() {
    let tested = tested(MlflowOptions::default);
    let keys = |path: &str| -> Vec<String> { entries(&tested, path).into_keys().collect() };
    assert_eq!(
        keys("mlflow/prepare/secret"),
        ["DB_ADMIN_PASSWORD", "DB_PASSWORD"]
    );
    assert_eq!(keys("mlflow/migrate/secret"), ["MLFLOW_BACKEND_STORE_URI"]);
    assert_eq!(
        keys("mlflow/server/mlflow/secret"),
        ["MLFLOW_BACKEND_STORE_URI", "MLFLOW_CRYPTO_KEK_PASSPHRASE"]
    );
    assert_eq!(keys("mlflow/server/proxy/secret"), ["MLFLOW_PASSWORD_HASH"]);
    // Wherever the administrator's password goes, by the key it is made under.
    let master = generated(&entries(&tested, "mlflow/prepare/secret")["DB_ADMIN_PASSWORD"]);
    assert_eq!(master.len(), 1);
    let nodes = tested.graph().nodes().iter();
    let seen = nodes.filter(|node| {
        let mut each = node.inputs.values();
        each.any(|expr| generated(expr).is_superset(&master))
    });
    let seen: Vec<_> = seen.map(|node| node.path.as_str()).collect();
    assert_eq!(
        seen,
        [
            "metadata/instance",
            "metadata/secret",
            "mlflow/prepare/secret"
        ]
    );
}

/// The entries of a Kubernetes Secret.
fn entries(tested: &Tested, path: &str) -> BTreeMap<String, Expr> {
    let node = tested.graph().find(&path.parse().unwrap()).unwrap();
    match &tested.graph().node(node).inputs["StringData"] {
        Expr::Map(members) => (**members).clone(),
        other => panic!("{other:?}"),
    }
}

/// The keys of the generated secrets in a value.
fn generated(expr: &Expr) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    expr.visit_secrets(&mut |source| {
        if let SecretSource::Generated { key, .. } = &**source {
            keys.insert(key.clone());
        }
    });
    keys
}

#[test]
fn the_tracking_uri_says_how_it_is_reached() {
    let inside = json!("http://<mlflow/access/service.Host>");
    let url = |exposure| exposed(exposure).output("url");
    assert_eq!(url(|| Exposure::Internal), inside);
    let by_domain = json!("https://mlflow.example.com");
    for exposure in [
        (|| Exposure::LoadBalancer(site("mlflow.example.com", CERTIFICATE))) as fn() -> Exposure,
        || Exposure::Ingress(site("mlflow.example.com", CERTIFICATE)),
    ] {
        assert_eq!(url(exposure), by_domain);
        assert_eq!(exposed(exposure).output("internal-url"), inside);
    }
    assert_eq!(
        url(|| Exposure::PlainHttp(Reach::Vpc)),
        json!("http://<mlflow/access/load-balancer.LoadBalancerHost>")
    );
}

#[test]
fn a_load_balancer_has_tls_and_no_other_port() {
    let tested = exposed(|| Exposure::LoadBalancer(site("mlflow.example.com", CERTIFICATE)));
    let balancer = tested.node("mlflow/access/load-balancer");
    let ports = balancer.input("Spec")["ports"].clone();
    assert_eq!(
        ports,
        json!([{"name": "http", "port": 443, "protocol": "TCP", "targetPort": "http"}])
    );
    assert_eq!(
        balancer.input("Annotations"),
        json!({
            "service.beta.kubernetes.io/aws-load-balancer-internal": "true",
            "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
            "service.beta.kubernetes.io/aws-load-balancer-ssl-cert": CERTIFICATE,
            "service.beta.kubernetes.io/aws-load-balancer-ssl-ports": "443",
            "service.beta.kubernetes.io/aws-load-balancer-type": "nlb",
        })
    );
    let plain = exposed(|| Exposure::PlainHttp(Reach::networks(["203.0.113.0/24"])));
    let spec = plain.node("mlflow/access/load-balancer").input("Spec");
    assert_eq!(spec["ports"][0]["port"], 80);
    assert_eq!(spec["loadBalancerSourceRanges"], json!(["203.0.113.0/24"]));
    // Nothing is open that was not asked for.
    let inside = exposed(|| Exposure::Internal);
    assert!(inside.get("mlflow/access/load-balancer").is_none());
    assert!(inside.get("mlflow/access/ingress").is_none());
    let spec = inside.node("mlflow/access/service").input("Spec");
    assert_eq!(spec["type"], "ClusterIP");
}

#[test]
fn pods_are_restricted_and_listen_only_at_the_door() {
    let tested = tested(MlflowOptions::default);
    let labels = tested.node("mlflow/namespace").input("Labels");
    assert_eq!(labels["pod-security.kubernetes.io/enforce"], "restricted");
    for path in [
        "mlflow/prepare/job",
        "mlflow/migrate/job",
        "mlflow/server/deployment",
    ] {
        let pod = tested.node(path).input("Spec")["template"]["spec"].clone();
        assert_eq!(pod["automountServiceAccountToken"], false, "{path}");
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{path}");
        assert_eq!(pod["securityContext"]["runAsUser"], 10_001, "{path}");
        for container in containers(&tested, path) {
            let security = &container["securityContext"];
            assert_eq!(security["readOnlyRootFilesystem"], true);
            assert_eq!(security["allowPrivilegeEscalation"], false);
            assert_eq!(security["capabilities"]["drop"], json!(["ALL"]));
            assert!(container["resources"]["limits"]["memory"].is_string());
            for word in container["command"].as_array().unwrap() {
                // Kubernetes would take it for a variable.
                assert!(!word.as_str().unwrap().contains("$("), "{word}");
            }
        }
    }
    let each = containers(&tested, "mlflow/server/deployment");
    assert_eq!(variable(&each[0], "MLFLOW_HOST")["value"], "127.0.0.1");
    assert_eq!(each[0]["ports"], Value::Null);
    assert_eq!(each[1]["ports"][0]["containerPort"], 8080);
    for probe in ["startupProbe", "livenessProbe"] {
        assert_eq!(each[0][probe]["httpGet"]["path"], "/health");
    }
}

#[test]
fn a_changed_password_runs_the_first_job_again_and_replaces_the_pods() {
    let tested = tested(MlflowOptions::default);
    let template =
        |path: &str| tested.node(path).input("Spec")["template"]["metadata"]["annotations"].clone();
    assert_eq!(
        template("mlflow/prepare/job")["mlplat.dev/secret"],
        "<mlflow/prepare/secret.Revision>"
    );
    let pods = template("mlflow/server/deployment").to_string();
    for source in ["mlflow/secret", "proxy/secret", "proxy/files"] {
        assert!(
            pods.contains(&format!("<mlflow/server/{source}.Revision>")),
            "{pods}"
        );
    }
}

#[test]
fn certificates_of_authorities_are_asked_for_by_every_client_of_the_database() {
    let tested = tested(|| MlflowOptions {
        database_authorities: Some("-----BEGIN CERTIFICATE-----".to_owned()),
        ..MlflowOptions::default()
    });
    for files in [
        "mlflow/prepare/files",
        "mlflow/migrate/files",
        "mlflow/server/mlflow/files",
    ] {
        let data = tested.node(files).input("Data");
        assert_eq!(
            data,
            json!({"authorities.pem": "-----BEGIN CERTIFICATE-----"})
        );
    }
    let first = &containers(&tested, "mlflow/prepare/job")[0];
    assert_eq!(variable(first, "DB_TLS")["value"], "verified");
}

#[test]
fn every_store_can_be_wired() {
    let tested = Stack::test(|stack: &mut Stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network));
        let artifacts = stack.add("artifacts", Bucket::new());
        let postgres = stack.add("postgres", Postgres::new(&network).reachable_from(&cluster));
        let inside = stack.add("inside", PostgresInCluster::new(&cluster));
        let options = |namespace: &str| MlflowOptions {
            namespace: namespace.to_owned(),
            ..MlflowOptions::default()
        };
        let (cluster, artifacts) = (&cluster, &artifacts);
        let one = Mlflow {
            cluster,
            metadata: &postgres,
            artifacts,
        };
        stack.add("one", one.with(options("one")));
        let two = Mlflow {
            cluster,
            metadata: &inside,
            artifacts,
        };
        stack.add("two", two.with(options("two")));
    });
    tested.assert_ok();
    tested.assert_before("postgres/instance", "one/prepare/job");
    tested.assert_before("inside/instance", "two/prepare/job");
    let first = &containers(&tested, "two/prepare/job")[0];
    assert_eq!(variable(first, "DB_HOST")["value"], "<inside/service.Host>");
    assert_eq!(variable(first, "DB_PORT")["value"], "5432");
}

#[test]
fn two_of_one_namespace_are_refused() {
    let tested = Stack::test(|stack: &mut Stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network));
        let artifacts = stack.add("artifacts", Bucket::new());
        let metadata = stack.add("metadata", MySql::new(&network));
        let wires = Mlflow {
            cluster: &cluster,
            metadata: &metadata,
            artifacts: &artifacts,
        };
        stack.add("one", wires);
        stack.add("two", wires);
    });
    tested.assert_problem("key-collision");
}

#[test]
fn what_cannot_work_is_a_problem() {
    fn refused(change: fn(&mut MlflowOptions)) -> Tested {
        Stack::test(platform(move || {
            let mut options = MlflowOptions::default();
            change(&mut options);
            options
        }))
    }
    let by = |exposure: fn() -> Exposure| {
        Stack::test(platform(move || MlflowOptions {
            exposure: exposure(),
            ..MlflowOptions::default()
        }))
    };
    refused(|o| o.image = "ghcr.io/mlflow/mlflow".to_owned()).assert_problem("unpinned-image");
    refused(|o| o.proxy_image = "caddy:latest".to_owned()).assert_problem("unpinned-image");
    refused(|o| o.replicas = 0).assert_problem("nobody-answers");
    refused(|o| o.workers = 0).assert_problem("nobody-answers");
    refused(|o| o.username = "a:b".to_owned()).assert_problem("bad-username");
    refused(|o| o.database = "mysql".to_owned()).assert_problem("bad-database-name");
    refused(|o| o.folder = "/mlflow".to_owned()).assert_problem("bad-folder");
    refused(|o| o.namespace = "ML flow".to_owned()).assert_problem("bad-physical-name");
    let given = |text: &str| Some(Output::from(Secret::provided(text.to_owned())));
    let long = || MlflowOptions {
        password: given(&"x".repeat(73)),
        ..MlflowOptions::default()
    };
    Stack::test(platform(long)).assert_problem("bad-password");
    let foreign = || MlflowOptions {
        database_password: given("pässword"),
        ..MlflowOptions::default()
    };
    let problem = Stack::test(platform(foreign))
        .assert_problem("bad-password")
        .to_string();
    assert!(
        problem.contains("ASCII") && !problem.contains("ssword-") && !problem.contains("pässword")
    );
    by(|| Exposure::Ingress(site("https://mlflow", CERTIFICATE))).assert_problem("bad-host");
    by(|| Exposure::LoadBalancer(site("a.example", "my-cert"))).assert_problem("bad-certificate");
    by(|| Exposure::PlainHttp(Reach::networks(["0.0.0.0/0"])))
        .assert_problem("open-to-the-internet");
    by(|| Exposure::PlainHttp(Reach::networks(["x"]))).assert_problem("bad-cidr");
    by(|| Exposure::PlainHttp(Reach::Networks(Vec::new()))).assert_problem("no-networks");
}

#[test]
fn an_image_without_its_driver_is_a_problem() {
    let with = |image: &'static str| {
        Stack::test(platform(move || MlflowOptions {
            image: image.to_owned(),
            ..MlflowOptions::default()
        }))
    };
    let tested = with("ghcr.io/mlflow/mlflow:v3.17.2");
    let problem = tested.assert_problem("no-driver");
    assert_eq!(problem.path.as_deref(), Some("mlflow"));
    assert_eq!(
        problem.what,
        "the image ghcr.io/mlflow/mlflow:v3.17.2 has neither PyMySQL, MLflow's driver for its database, nor boto3 for its artifacts"
    );
    assert_eq!(
        problem.fix,
        "take ghcr.io/mlflow/mlflow:v3.17.2-full, which MLflow has since 3.9.0, or an image of your own with both"
    );
    assert!(problem.source.unwrap().file.ends_with("tests/mlflow.rs"));
    let digest = "ghcr.io/mlflow/mlflow:v3.17.2@sha256:0000000000000000000000000000000000000000000000000000000000000000";
    with(digest).assert_problem("no-driver");
    // What is in another image is found out by the first job.
    for other in [
        "ghcr.io/mlflow/mlflow:v3.17.2-full",
        "registry.example/mlflow:1",
    ] {
        with(other).assert_ok();
    }
}

#[test]
fn what_cannot_be_a_database_is_a_problem() {
    let with = |change: fn(PostgresInCluster<'_>) -> PostgresInCluster<'_>| {
        Stack::test(move |stack: &mut Stack| {
            let network = stack.add("network", Vpc::new("10.10.0.0/16"));
            let cluster = stack.add("cluster", EksCluster::new(&network));
            stack.add("metadata", change(PostgresInCluster::new(&cluster)));
        })
    };
    with(|it| it).assert_ok();
    with(|it| it.image("postgres")).assert_problem("unpinned-image");
    with(|it| it.storage_gib(0)).assert_problem("no-storage");
    with(|it| it.keep_backups(0)).assert_problem("no-backups");
    with(|it| it.backup_at("daily")).assert_problem("bad-schedule");
}

#[test]
fn a_secret_of_ones_own_is_used_and_not_shown() {
    let tested = tested(|| MlflowOptions {
        password: Some(Output::from(Secret::provided("hunter2-hunter2".to_owned()))),
        ..MlflowOptions::default()
    });
    let shown = format!("{:?}", tested.graph().nodes());
    assert!(!shown.contains("hunter2"));
    assert_eq!(tested.output("password"), "<secret>");
}
