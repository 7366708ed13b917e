//! What stands around a cluster lives as its facts say: registries, logs,
//! endpoints, zones, certificates, Fargate, GPUs, GitHub's role.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use mlplat_aws::acm::{self, CertificateValidation};
use mlplat_aws::action;
use mlplat_aws::ec2::FlowLog;
use mlplat_aws::ids::PolicyArn;
use mlplat_aws::logs::{LogGroup, Retention};
use mlplat_aws::policy::{Statement, trust};
use mlplat_aws::route53::RecordType;
use mlplat_aws::{
    Certificate, DnsRecord, EcrRepo, EksCluster, Endpoint, EndpointService, FargateProfile,
    GithubOidcRole, GpuNodeGroup, HostedZone, ImageMirror, Irsa, Network, Policy, RegistryLogin,
    Role, RunsAs, Upstream, Vpc, VpcEndpoints,
};
use mlplat_core::graph::Lifecycle as _;
use mlplat_core::wiring::Generated;
use mlplat_core::{Output, Stack};
use mlplat_k8s::openapi::api::batch::v1::JobSpec;
use mlplat_k8s::openapi::api::core::v1::{Container, PodSpec, PodTemplateSpec};
use mlplat_k8s::{Job, Namespace, PersistentVolumeClaim, Spec, StorageClass, pods};
use mlplat_sim::simulate::World;

fn network(stack: &mut Stack) -> Network {
    stack.add("network", Vpc::new("10.30.0.0/16").zones(2))
}

/// Everything of this kind at once.
fn platform(stack: &mut Stack) {
    let network = network(stack);
    let endpoints = VpcEndpoints::new(&network)
        .interface(EndpointService::Sts)
        .interface(EndpointService::EcrApi);
    stack.add("endpoints", endpoints);
    let company = stack.add("company", HostedZone::lookup("example.com"));
    let zone = stack.add(
        "zone",
        HostedZone::create("ml.example.com").part_of(&company),
    );
    let tls = Certificate::new("ml.example.com", &zone).and("*.ml.example.com");
    let tls = stack.add("tls", tls.and_of("models.example.com", &company));
    stack.add(
        "inside",
        HostedZone::create("ml.internal").private(&network),
    );
    let www = ["192.0.2.1".into(), "192.0.2.2".into()];
    stack.add(
        "www",
        DnsRecord::new(&zone, "www.ml.example.com", RecordType::A, www),
    );
    let cluster = stack.add("cluster", EksCluster::new(&network).nodes(1..=2));
    stack.add("gpus", GpuNodeGroup::new(&cluster).sizes(0..=2));
    let web = stack.add("web", Irsa::new(&cluster, ("apps", "web")));
    for name in ["apps", "batch"] {
        let pods = FargateProfile::new(&cluster, &network.private_subnets).namespace(name);
        let pods = stack.add(name, pods);
        let _ = RunsAs::new(&pods, &web);
    }
    let images = stack.add("images", EcrRepo::new().keep_last(20));
    let ci = GithubOidcRole::new("example/models").branch("main");
    stack.add("ci", ci.grant(images.push()));
    stack.output("certificate", &tls.arn);
    stack.output("images", &images.uri);
}

#[test]
fn a_platform_comes_and_goes() {
    let life = World::simulate(platform).live();
    // The certificate is issued long before the cluster is there.
    assert!(life.deploy.took_by("tls/issued") >= Duration::from_secs(90));
    let done = life.deploy.done();
    let place = |path: &str| done.iter().position(|one| *one == path).unwrap();
    assert!(place("tls/validation-2") < place("tls/issued"));
    assert!(place("tls/issued") < place("cluster/control-plane"));
    let gone = life.destroy.done();
    let place = |path: &str| gone.iter().position(|one| *one == path).unwrap();
    assert!(place("www/record") < place("zone/zone"));
    assert!(place("zone/delegation/record") < place("zone/zone"));
    assert!(place("tls/issued") < place("tls/certificate"));
}

/// The group is there before the control plane, which would make it, and goes
/// after it, or the control plane would make it again. What expires anyway
/// goes without a question.
#[test]
fn control_plane_logs_outlive_the_control_plane() {
    let mut world = World::simulate(|stack: &mut Stack| {
        let network = network(stack);
        stack.add("cluster", EksCluster::new(&network).nodes(1..=2));
    });
    let run = world.deploy();
    let done = run.assert_complete().done();
    let place = |path: &str| done.iter().position(|one| *one == path).unwrap();
    assert!(place("cluster/logs") < place("cluster/control-plane"));
    let run = world.destroy();
    let gone = run.assert_complete().done();
    let place = |path: &str| gone.iter().position(|one| *one == path).unwrap();
    assert!(place("cluster/control-plane") < place("cluster/logs"));
    world.assert_empty();
}

/// A control plane whose logs have no group of the program's makes one, and
/// leaves it behind: that nothing is left after a destroy is then not true.
#[test]
fn a_log_group_that_nobody_owns_is_left_behind() {
    let program = |logs: bool| {
        move |stack: &mut Stack| {
            let network = network(stack);
            let cluster = EksCluster::new(&network).name("shared").log_group_of_eks();
            let cluster = if logs { cluster } else { cluster.logs([]) };
            stack.add("cluster", cluster.nodes(1..=2));
        }
    };
    let mut silent = World::simulate(program(false));
    silent.deploy().assert_complete();
    silent.destroy().assert_complete();
    silent.assert_empty();
    // The group comes with the logs, also when they are turned on later.
    silent.deploy().assert_complete();
    silent.edit(program(true));
    silent.deploy().assert_only(&["cluster/control-plane"]);
    silent.destroy().assert_complete();
    let left = silent.objects();
    let left: Vec<_> = left
        .iter()
        .map(|one| (one.ty.as_str(), one.id.as_str()))
        .collect();
    assert_eq!(left, [("logs.LogGroup", "/aws/eks/shared/cluster")]);
    // A program that owns it then meets what was left behind.
    silent.edit(|stack: &mut Stack| {
        let network = network(stack);
        stack.add(
            "cluster",
            EksCluster::new(&network).name("shared").nodes(1..=2),
        );
    });
    let run = silent.deploy();
    let failed = run.assert_failed("cluster/logs");
    assert_eq!(failed.code, "ResourceAlreadyExistsException");
}

/// Pods run on what Auto Mode starts, and their volumes are of its driver.
#[test]
fn a_cluster_in_auto_mode_lives() {
    let program = |stack: &mut Stack| {
        let network = network(stack);
        let cluster = stack.add("cluster", EksCluster::new(&network).auto_mode());
        let spare = stack.add("apps", Namespace::new(&cluster, "apps"));
        let claim = Spec::of(|_| {
            let mut claim = pods::claim("1Gi");
            claim.storage_class_name = Some("auto".to_owned());
            claim
        });
        let class = StorageClass::new(&cluster, "auto", "ebs.csi.eks.amazonaws.com");
        stack.add("class", class);
        let claim = PersistentVolumeClaim::new(&cluster, &spare, "data", claim);
        let claim = stack.add("data", claim);
        let job = Spec::of(|w| JobSpec {
            template: PodTemplateSpec {
                spec: Some(PodSpec {
                    restart_policy: Some("Never".to_owned()),
                    containers: vec![Container {
                        name: "it".to_owned(),
                        image: Some("busybox:1.36".to_owned()),
                        ..Container::default()
                    }],
                    volumes: Some(vec![claim.volume(w, "data")]),
                    ..PodSpec::default()
                }),
                ..PodTemplateSpec::default()
            },
            ..JobSpec::default()
        });
        stack.add("job", Job::new(&cluster, &spare, "it", job));
    };
    let mut world = World::simulate(program);
    world.deploy().assert_complete();
    world.assert_one_of_each();
    world.deploy().assert_unchanged();
    world.destroy_with_data().assert_complete();
    world.assert_empty();
}

/// A network without a way out has endpoints instead: nodes come up by them,
/// and not without.
#[test]
fn nodes_come_up_in_a_network_without_a_way_out() {
    let program = |endpoints: bool| {
        move |stack: &mut Stack| {
            let network = Vpc::new("10.30.0.0/16").zones(2).private_only();
            let network = stack.add("network", network.database_subnets());
            if endpoints {
                let all = VpcEndpoints::new(&network)
                    .interface(EndpointService::Sts)
                    .interface(EndpointService::EcrApi);
                stack.add("endpoints", all);
            }
            let cluster = EksCluster::new(&network).endpoint(Endpoint::Private);
            stack.add("cluster", cluster.nodes(1..=2));
        }
    };
    World::simulate(program(true)).live();
    let mut closed = World::simulate(program(false));
    let run = closed.deploy();
    let why = &run.assert_failed("cluster/nodes/group").message;
    assert!(why.contains("a way out of the subnets"), "{why}");
}

#[test]
fn a_platform_survives_kills_and_a_hostile_account() {
    assert!(World::simulate(platform).survive_kills(6) > 0);
    let world = World::simulate(platform)
        .seed(11)
        .throttle(0.2)
        .lost_replies(0.1)
        .lag(0.3);
    world.live();
}

/// Two profiles of a cluster are made one after the other, although nothing in
/// the program says so: the account refuses the second until the first is there.
#[test]
fn fargate_profiles_come_and_go_one_at_a_time() {
    let life = World::simulate(|stack: &mut Stack| {
        let network = network(stack);
        let cluster = stack.add("cluster", EksCluster::new(&network).fargate_only());
        for name in ["a", "b"] {
            let pods = FargateProfile::new(&cluster, &network.private_subnets).namespace(name);
            stack.add(name, pods);
        }
    })
    .live();
    assert!(life.deploy.retries() > 0 && life.destroy.retries() > 0);
    let slowest = ["a/profile", "b/profile", "cluster/fargate-dns/profile"]
        .map(|path| life.deploy.took_by(path))
        .into_iter()
        .max()
        .unwrap();
    assert!(slowest >= Duration::from_secs(3 * 110), "{slowest:?}");
    // CoreDNS waits for a profile, and would be degraded without one.
    let done = life.deploy.done();
    let place = |path: &str| done.iter().position(|one| *one == path).unwrap();
    assert!(place("cluster/fargate-dns/profile") < place("cluster/coredns/addon"));
}

#[test]
fn what_others_have_put_there_is_in_the_way() {
    let mut world = World::simulate(|stack: &mut Stack| {
        stack.add("images", EcrRepo::new());
        stack.add("zone", HostedZone::create("ml.example.com"));
    });
    world.deploy().assert_complete();
    world.set("images/repository", "contents", 3);
    world.set("zone/zone", "contents", 2);
    let kept = world.fork().destroy();
    assert!(!kept.is_complete(), "{kept:?}");
    world.destroy_with_data().assert_complete();
    world.assert_empty();
}

/// A second mirror under the same prefix is refused, and a login goes with its
/// mirror, after it.
#[test]
fn mirrors_come_and_go_with_their_logins() {
    let mut world = World::simulate(|stack: &mut Stack| {
        let token = Output::generated("token", Generated::hex(32));
        let hub = Upstream::DockerHub(RegistryLogin::new("someone", token));
        let hub = stack.add("hub", ImageMirror::of(hub).prefix("hub"));
        stack.output("nginx", &hub.image("nginx:1.27").unwrap());
        stack.add("quay", ImageMirror::of(Upstream::Quay));
    });
    let done = world.deploy();
    let done = done.assert_complete().done();
    let place = |path: &str| done.iter().position(|one| *one == path).unwrap();
    assert!(place("hub/login") < place("hub/rule"));
    world.deploy().assert_unchanged();
    let image = world.outputs()["nginx"].to_string();
    assert!(
        image.contains(".dkr.ecr.") && image.contains(".amazonaws.com/hub/library/nginx:1.27"),
        "{image}"
    );
    let gone = world.destroy_with_data();
    let gone = gone.assert_complete().done();
    let place = |path: &str| gone.iter().position(|one| *one == path).unwrap();
    assert!(place("hub/rule") < place("hub/login"));
    world.assert_empty();
}

/// A policy goes after the roles that have it, and not while one keeps it under
/// its ARN; another description makes another policy, and moves the roles to it.
#[test]
fn a_shared_policy_outlives_its_attachments() {
    let shared = |what: &'static str, by: &'static [&'static str]| {
        move |stack: &mut Stack| {
            let permit = Statement::allow([action!("s3:ListAllMyBuckets")]).on_everything();
            let policy = stack.add("shared", Policy::new().describe(what).allow(permit));
            for name in by {
                let role = Role::new(trust::service("ec2.amazonaws.com"));
                stack.add(name, role.managed_arn("shared", &policy.arn));
            }
        }
    };
    let mut world = World::simulate(shared("first", &["a", "b"]));
    world.deploy().assert_complete();
    world.deploy().assert_unchanged();
    let old = world.object("shared/policy").id;
    let mut left = world.fork();
    let arn = old.clone();
    left.edit(move |stack: &mut Stack| {
        let role = Role::new(trust::service("ec2.amazonaws.com"));
        stack.add("a", role.managed_arn("shared", PolicyArn::new(&arn)));
    });
    let run = left.deploy();
    assert_eq!(run.assert_failed("shared/policy").code, "DeleteConflict");
    world.edit(shared("second", &["a", "b"]));
    let run = world.deploy();
    let done = run.assert_complete().done();
    let place = |path: &str| done.iter().rposition(|one| *one == path).unwrap();
    assert!(place("a/shared") < place("shared/policy"), "{done:?}");
    assert_ne!(world.object("shared/policy").id, old);
    assert_eq!(world.count("iam.ManagedPolicy"), 1);
    let run = world.destroy();
    let gone = run.assert_complete().done();
    let place = |path: &str| gone.iter().position(|one| *one == path).unwrap();
    assert!(place("a/shared") < place("shared/policy"));
    assert!(place("b/shared") < place("shared/policy"));
    world.assert_empty();
}

/// Nothing is written any more when the group goes, and it does not go unasked.
#[test]
fn flow_logs_stop_before_their_group_goes() {
    let program = |period: Option<u32>| {
        move |stack: &mut Stack| {
            let network = Vpc::new("10.30.0.0/16").zones(2);
            let network = network.flow_logs(Retention::OneMonth);
            let network = network.edit("flow-log", move |log: &mut FlowLog| {
                log.max_aggregation_interval = period.map(Into::into);
            });
            stack.add("network", network);
        }
    };
    let mut world = World::simulate(program(None));
    let run = world.deploy();
    let done = run.assert_complete().done();
    let place = |path: &str| done.iter().position(|one| *one == path).unwrap();
    assert!(place("network/flow-log-writer/policy") < place("network/flow-log"));
    world.deploy().assert_unchanged();
    // Another period is another log, and there cannot be two of the same kind.
    let old = world.object("network/flow-log").id;
    world.edit(program(Some(60)));
    world.deploy().assert_complete();
    assert_ne!(world.object("network/flow-log").id, old);
    assert_eq!(world.count("ec2.FlowLog"), 1);
    let run = world.destroy();
    let gone = run.assert_complete().done();
    let place = |path: &str| gone.iter().position(|one| *one == path).unwrap();
    assert!(place("network/flow-log") < place("network/flow-logs"));
    assert!(place("network/flow-log") < place("network/flow-log-writer/policy"));
    world.assert_empty();
}

/// What expires goes with its group; what is kept for ever goes when somebody
/// has said so.
#[test]
fn logs_that_never_expire_are_data() {
    let mut world = World::simulate(|stack: &mut Stack| {
        stack.add("logs", LogGroup::default());
    });
    world.deploy().assert_complete();
    let refusal = world.fork().destroy().refusal().map(ToString::to_string);
    assert!(refusal.unwrap().contains("logs: deleting logs.LogGroup"));
    world.edit(|stack: &mut Stack| {
        let group = LogGroup {
            retention_in_days: Some(Retention::OneMonth.into()),
            ..LogGroup::default()
        };
        stack.add("logs", group);
    });
    world.deploy().assert_only(&["logs"]);
    world.destroy().assert_complete();
    world.assert_empty();
}

#[test]
fn a_protected_log_group_stays() {
    let mut world = World::simulate(|stack: &mut Stack| {
        let group = LogGroup {
            deletion_protection_enabled: Some(true.into()),
            ..LogGroup::default()
        };
        stack.add("logs", group);
    });
    world.deploy().assert_complete();
    let failure = world.destroy_with_data().assert_failed("logs").code.clone();
    assert_eq!(failure, "ValidationException");
}

#[test]
fn a_certificate_without_its_records_is_never_issued() {
    let mut world = World::simulate(|stack: &mut Stack| {
        let certificate = stack.add("certificate", acm::Certificate::new("ml.example.com"));
        stack.add(
            "issued",
            CertificateValidation {
                certificate_arn: certificate.certificate_arn,
            },
        );
    });
    let run = world.deploy();
    let failure = run.assert_failed("issued");
    assert!(
        failure.message.contains("VALIDATION_TIMED_OUT"),
        "{failure:?}"
    );
    assert!(
        failure.message.contains("validation records"),
        "{failure:?}"
    );
}

#[test]
fn a_zone_is_found_and_a_second_one_of_the_network_is_refused() {
    let mut world = World::simulate(|stack: &mut Stack| {
        let zone = stack.add("zone", HostedZone::lookup("example.com"));
        let values = ["192.0.2.1".into()];
        stack.add(
            "www",
            DnsRecord::new(&zone, "WWW.example.com.", RecordType::A, values),
        );
    });
    world.deploy().assert_complete();
    // Case and final dot are no change.
    world.set("www/record", "Name", "WWW.Example.COM.");
    world.deploy().assert_unchanged();
    world.destroy().assert_complete();
    let mut world = World::simulate(|stack: &mut Stack| {
        let network = network(stack);
        for name in ["a", "b"] {
            stack.add(name, HostedZone::create("ml.internal").private(&network));
        }
    });
    let refusal = world.deploy().refusal().map(ToString::to_string);
    assert!(refusal.unwrap().contains("ConflictingDomainExists"));
}

#[test]
fn a_quota_that_is_too_low_is_told_at_the_plan() {
    let gpus = |nodes: u32| {
        let world = World::simulate(move |stack: &mut Stack| {
            let network = network(stack);
            let cluster = stack.add("cluster", EksCluster::new(&network).nodes(1..=2));
            let gpus = GpuNodeGroup::new(&cluster).instance_types(["p5.48xlarge"]);
            stack.add("gpus", gpus.sizes(0..=nodes));
        });
        let mut world = world;
        let run = world.deploy();
        (
            run.refusal().map(ToString::to_string),
            world.count("ec2.VPC"),
        )
    };
    assert_eq!(gpus(5), (None, 1));
    let (refusal, networks) = gpus(6);
    let refusal = refusal.unwrap();
    assert!(
        refusal.contains("L-417A185B") && refusal.contains("1152"),
        "{refusal}"
    );
    assert_eq!(networks, 0);
}
