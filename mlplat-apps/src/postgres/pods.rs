//! PostgreSQL's pods, and who may reach them.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::StatefulSetSpec;
use k8s_openapi::api::batch::v1::{CronJobSpec, JobSpec, JobTemplateSpec};
use k8s_openapi::api::core::v1::{Container, Probe, ResourceRequirements, ServiceSpec};
use k8s_openapi::api::networking::v1::{
    NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use mlplat_k8s::objects::PersistentVolumeClaimHandle;
use mlplat_k8s::{Spec, pods};

use super::settings::{BACKUPS, DATA, PORT, SCRATCH, SOCKETS, is_ready, set_password};
use crate::placed::{Placed, pod};

/// `postgres` in the official images on Debian.
const USER: i64 = 999;
const SERVER: &str = "postgres";
const BACKUP: &str = "postgres-backup";

fn labels(name: &str) -> BTreeMap<String, String> {
    let mut labels = pods::labels(name);
    labels.insert("app.kubernetes.io/part-of".to_owned(), SERVER.to_owned());
    labels
}

pub(super) fn service() -> Spec<ServiceSpec> {
    Spec::of(|_| ServiceSpec {
        selector: Some(pods::labels(SERVER)),
        ports: Some(vec![pods::service_port(PORT.into(), SERVER)]),
        ..ServiceSpec::default()
    })
}

/// The server with its volume, after it has got a certificate and the password
/// of now.
pub(super) fn server(
    image: &str,
    resources: ResourceRequirements,
    certificate: &Placed,
    server: &Placed,
    data: &PersistentVolumeClaimHandle,
) -> Spec<StatefulSetSpec> {
    Spec::of(|w| {
        let mut bare = server.container(w, SERVER, image, SCRATCH);
        bare.resources = Some(resources);
        let mounts = bare.volume_mounts.get_or_insert_default();
        mounts.push(pods::mount("data", DATA));
        let password = Container {
            name: "password".to_owned(),
            command: Some(set_password()),
            ..bare.clone()
        };
        let mut main = Container {
            ports: Some(vec![pods::port(SERVER, PORT.into())]),
            // Ten minutes: after a crash the log is read again first.
            startup_probe: Some(probe(5, 120)),
            readiness_probe: Some(probe(5, 3)),
            liveness_probe: Some(probe(10, 6)),
            ..bare
        };
        let mounts = main.volume_mounts.get_or_insert_default();
        mounts.push(pods::mount("sockets", SOCKETS));
        let mut pod = pod(USER, vec![main], vec![server.volume(w, SERVER)]);
        let certificate = Container {
            resources: Some(pods::resources("50m", "64Mi")),
            ..certificate.container(w, "certificate", image, SCRATCH)
        };
        pod.init_containers = Some(vec![certificate, password]);
        // Clients are sent away and the last page is written.
        pod.termination_grace_period_seconds = Some(120);
        let volumes = pod.volumes.get_or_insert_default();
        volumes.push(data.volume(w, "data"));
        volumes.push(pods::scratch("sockets"));
        StatefulSetSpec {
            replicas: Some(1),
            selector: pods::selector(&pods::labels(SERVER)),
            service_name: Some(SERVER.to_owned()),
            template: pods::template(&labels(SERVER), pod),
            ..StatefulSetSpec::default()
        }
    })
}

fn probe(every_s: i32, failures: i32) -> Probe {
    Probe {
        period_seconds: Some(every_s),
        failure_threshold: Some(failures),
        timeout_seconds: Some(5),
        ..pods::exec_probe(&is_ready())
    }
}

/// A backup by the clock; a late one is made as soon as it can be.
pub(super) fn backup(
    image: &str,
    schedule: &str,
    process: &Placed,
    kept: &PersistentVolumeClaimHandle,
) -> Spec<CronJobSpec> {
    Spec::of(|w| {
        let mut container = Container {
            resources: Some(pods::resources("100m", "256Mi")),
            ..process.container(w, "backup", image, SCRATCH)
        };
        let mounts = container.volume_mounts.get_or_insert_default();
        mounts.push(pods::mount("backups", BACKUPS));
        let mut pod = pod(USER, vec![container], vec![Some(kept.volume(w, "backups"))]);
        pod.restart_policy = Some("Never".to_owned());
        CronJobSpec {
            schedule: schedule.to_owned(),
            time_zone: Some("Etc/UTC".to_owned()),
            // The volume is for one at a time.
            concurrency_policy: Some("Forbid".to_owned()),
            starting_deadline_seconds: Some(6 * 3600),
            job_template: JobTemplateSpec {
                spec: Some(JobSpec {
                    backoff_limit: Some(3),
                    active_deadline_seconds: Some(4 * 3600),
                    template: pods::template(&labels(BACKUP), pod),
                    ..JobSpec::default()
                }),
                ..JobTemplateSpec::default()
            },
            ..CronJobSpec::default()
        }
    })
}

/// Every pod of the cluster may come to the server's port. Out goes only the
/// backup: to the server, and to ask for its address.
pub(super) fn policy() -> Spec<NetworkPolicySpec> {
    let server = || LabelSelector {
        match_labels: Some(pods::labels(SERVER)),
        ..LabelSelector::default()
    };
    Spec::of(|_| NetworkPolicySpec {
        pod_selector: Some(LabelSelector::default()),
        policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
        ingress: Some(vec![NetworkPolicyIngressRule {
            ports: Some(vec![port("TCP", PORT.into())]),
            from: Some(vec![NetworkPolicyPeer {
                namespace_selector: Some(LabelSelector::default()),
                ..NetworkPolicyPeer::default()
            }]),
        }]),
        egress: Some(vec![
            NetworkPolicyEgressRule {
                ports: Some(vec![port("UDP", 53), port("TCP", 53)]),
                to: None,
            },
            NetworkPolicyEgressRule {
                ports: Some(vec![port("TCP", PORT.into())]),
                to: Some(vec![NetworkPolicyPeer {
                    pod_selector: Some(server()),
                    ..NetworkPolicyPeer::default()
                }]),
            },
        ]),
    })
}

fn port(protocol: &str, number: i32) -> NetworkPolicyPort {
    NetworkPolicyPort {
        protocol: Some(protocol.to_owned()),
        port: Some(IntOrString::Int(number)),
        end_port: None,
    }
}
