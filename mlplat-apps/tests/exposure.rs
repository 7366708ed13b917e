//! MLflow for those outside of its cluster: a name, its certificate, and a load
//! balancer that ends TLS; in the program and on the simulated account.

#![allow(clippy::unwrap_used)]

use mlplat_apps::{Exposure, Mlflow, MlflowOptions, Reach, Site};
use mlplat_aws::route53::RecordType;
use mlplat_aws::{Bucket, Certificate, DnsRecord, EksCluster, HostedZone, MySql, Vpc};
use mlplat_core::graph::Stack;
use mlplat_core::testing::Tested;
use mlplat_k8s::IngressClass;
use mlplat_sim::simulate::World;
use serde_json::json;

const HOST: &str = "mlflow.ml.example.com";

/// MLflow under a name of its own: zone, certificate, server, record.
fn program(
    domain: &'static str,
    exposure: fn(Site) -> Exposure,
) -> impl Fn(&mut Stack) + Send + Sync + 'static {
    move |stack: &mut Stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network));
        // What the AWS Load Balancer Controller brings along.
        let class = IngressClass::new(&cluster, "alb", "ingress.k8s.aws/alb");
        stack.add("ingress-class", class);
        let artifacts = stack.add("artifacts", Bucket::new());
        let metadata = MySql::new(&network).reachable_from(&cluster).disposable();
        let metadata = stack.add("metadata", metadata);
        let zone = stack.add("zone", HostedZone::create("ml.example.com"));
        let tls = stack.add("tls", Certificate::new(domain, &zone));
        let mlflow = Mlflow {
            cluster: &cluster,
            metadata: &metadata,
            artifacts: &artifacts,
        };
        let mlflow = mlflow.with(MlflowOptions {
            exposure: exposure(Site::new(HOST, &tls)),
            ..MlflowOptions::default()
        });
        let mlflow = stack.add("mlflow", mlflow);
        let record = DnsRecord::new(&zone, HOST, RecordType::Cname, mlflow.load_balancer);
        stack.add("name", record);
        stack.output("tracking-uri", &mlflow.url);
    }
}

fn tested(domain: &'static str, exposure: fn(Site) -> Exposure) -> Tested {
    Stack::test(program(domain, exposure))
}

#[test]
fn an_ingress_has_tls_its_class_and_the_service_behind_it() {
    let tested = tested(HOST, Exposure::Ingress);
    tested.assert_ok();
    let ingress = tested.node("mlflow/access/ingress");
    assert_eq!(
        ingress.input("Annotations"),
        json!({
            "alb.ingress.kubernetes.io/certificate-arn": "<tls/issued.CertificateArn>",
            "alb.ingress.kubernetes.io/healthcheck-path": "/health",
            "alb.ingress.kubernetes.io/listen-ports": "[{\"HTTPS\":443}]",
            "alb.ingress.kubernetes.io/scheme": "internal",
            "alb.ingress.kubernetes.io/ssl-policy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "alb.ingress.kubernetes.io/target-type": "ip",
        })
    );
    let service = json!({"name": "<mlflow/access/service.Name>", "port": {"number": 80}});
    assert_eq!(
        ingress.input("Spec"),
        json!({
            "ingressClassName": "alb",
            "rules": [{
                "host": HOST,
                "http": {"paths": [{
                    "path": "/", "pathType": "Prefix", "backend": {"service": service},
                }]},
            }],
        })
    );
    let known: fn(Site) -> Exposure = |site| {
        Exposure::Ingress(site.reach(Reach::networks(["203.0.113.0/24", "198.51.100.7/32"])))
    };
    let known = self::tested(HOST, known);
    let annotations = known.node("mlflow/access/ingress").input("Annotations");
    let prefix = "alb.ingress.kubernetes.io";
    assert_eq!(annotations[format!("{prefix}/scheme")], "internet-facing");
    assert_eq!(
        annotations[format!("{prefix}/inbound-cidrs")],
        "203.0.113.0/24,198.51.100.7/32"
    );
}

#[test]
fn certificate_server_and_name_come_in_this_order() {
    for (exposure, balancer) in [
        (
            Exposure::LoadBalancer as fn(Site) -> Exposure,
            "mlflow/access/load-balancer",
        ),
        (Exposure::Ingress, "mlflow/access/ingress"),
    ] {
        let tested = tested("*.ml.example.com", exposure);
        tested.assert_ok();
        tested
            .assert_before("tls/validation-1", "tls/issued")
            .assert_before("tls/issued", balancer)
            .assert_before(balancer, "name/record");
        // The certificate takes minutes in which the database is made.
        tested.assert_free("tls/issued", "metadata/instance");
        assert_eq!(
            tested.output("tracking-uri"),
            "https://mlflow.ml.example.com"
        );
        let record = tested.node("name/record");
        assert_eq!(record.input("Name"), HOST);
        assert_eq!(
            record.input("ResourceRecords"),
            json!([format!("<{balancer}.LoadBalancerHost>")])
        );
    }
}

#[test]
fn both_live_and_their_names_lead_to_their_load_balancers() {
    for exposure in [
        Exposure::LoadBalancer as fn(Site) -> Exposure,
        Exposure::Ingress,
    ] {
        let mut world = World::simulate(program(HOST, exposure));
        world.deploy().assert_complete();
        world.assert_one_of_each();
        assert_eq!(
            world.outputs()["tracking-uri"],
            "https://mlflow.ml.example.com"
        );
        let record = world.object("name/record").body;
        let target = record["inputs"]["ResourceRecords"][0].as_str().unwrap();
        assert!(target.ends_with(".eu-west-1.elb.amazonaws.com"), "{target}");
        // It is a load balancer that stands in the account.
        let is_it = |one: &mlplat_sim::simulate::Object| {
            one.ty.contains("LoadBalancer") && one.body.to_string().contains(target)
        };
        assert_eq!(world.objects().iter().filter(|one| is_it(one)).count(), 1);
        world.deploy().assert_unchanged();
        world.destroy().assert_complete();
        world.assert_empty();
    }
}

#[test]
fn a_certificate_has_to_be_for_the_name() {
    let tested = tested("tracking.ml.example.com", Exposure::Ingress);
    let problem = tested.assert_problem("not-in-certificate");
    assert_eq!(problem.path.as_deref(), Some("mlflow"));
    assert_eq!(
        problem.what,
        "browsers would refuse https://mlflow.ml.example.com: its certificate is for tracking.ml.example.com"
    );
}

#[test]
fn one_pod_at_a_time_may_go() {
    let tested = tested(HOST, Exposure::Ingress);
    assert_eq!(
        tested.node("mlflow/server/budget").input("Spec"),
        json!({
            "maxUnavailable": 1,
            "selector": {"matchLabels": {"app.kubernetes.io/name": "mlflow"}},
        })
    );
    // Which are those of the deployment.
    let deployment = tested.node("mlflow/server/deployment").input("Spec");
    let selector = json!({"matchLabels": {"app.kubernetes.io/name": "mlflow"}});
    assert_eq!(deployment["selector"], selector);
    assert_eq!(deployment["replicas"], 2);
}
