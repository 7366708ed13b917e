//! How MLflow's pods are reached, and whom they may reach.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ServiceSpec;
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, IPBlock, IngressRule, IngressSpec,
    NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use mlplat_aws::ids::CertificateArn;
use mlplat_core::wiring::NodeRef;
use mlplat_core::{Construct, Output, Scope, text};
use mlplat_k8s::objects::ServiceHandle;
use mlplat_k8s::{Ingress, NetworkPolicy, Service, Spec, pods};

use super::proxy::{HEALTH_PATH, PROXY_PORT};
use crate::exposure::{Exposure, Reach, Site};
use crate::placed::Ground;

/// The name of the service and its pods.
const NAME: &str = "mlflow";
const HTTP: i32 = 80;
const HTTPS: i32 = 443;

/// Whom the pods of the namespace may reach, and who may reach them. Pods have
/// to come after the node that is given back.
pub(super) fn limits(scope: &mut Scope<'_>, ground: Ground<'_>) -> NodeRef {
    let policy = NetworkPolicy::new(ground.cluster, ground.namespace, NAME, policy());
    scope.add("network-policy", policy).node
}

/// The service, and what is in front of it.
pub(super) struct Access<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) exposure: &'a Exposure,
}

/// How it is reached.
pub(super) struct Reached {
    service: ServiceHandle,
    /// The host name of the load balancer, when there is one.
    pub(super) load_balancer: Option<Output<String>>,
}

impl Reached {
    /// For pods of the cluster.
    pub(super) fn internal_url(&self) -> Output<String> {
        text!("http://{}", self.service.host)
    }
}

impl Construct for Access<'_> {
    type Handle = Reached;

    fn build(self, scope: &mut Scope<'_>) -> Reached {
        let Ground { cluster, namespace } = self.ground;
        let inside = Service::new(cluster, namespace, NAME, service("ClusterIP", HTTP, None));
        let service = scope.add("service", inside);
        let load_balancer = match self.exposure {
            Exposure::Internal => None,
            Exposure::LoadBalancer(site) => {
                Some(self.balancer(scope, HTTPS, &site.reach, Some(&site.certificate)))
            }
            Exposure::PlainHttp(reach) => Some(self.balancer(scope, HTTP, reach, None)),
            Exposure::Ingress(site) => {
                let mut ingress = Ingress::new(cluster, namespace, NAME, ingress(site, &service));
                ingress.annotations = ingress_annotations(site);
                Some(scope.add("ingress", ingress).load_balancer_host)
            }
        };
        Reached {
            service,
            load_balancer,
        }
    }
}

impl Access<'_> {
    /// A service of its own, so that the load balancer has no other port than
    /// the one it is meant to have.
    fn balancer(
        &self,
        scope: &mut Scope<'_>,
        port: i32,
        reach: &Reach,
        certificate: Option<&Output<CertificateArn>>,
    ) -> Output<String> {
        let Ground { cluster, namespace } = self.ground;
        let spec = service("LoadBalancer", port, reach.sources());
        let mut service = Service::new(cluster, namespace, "mlflow-public", spec);
        service.annotations = annotations(reach, certificate);
        scope.add("load-balancer", service).load_balancer_host
    }
}

/// The tracking URI from outside.
pub(super) fn url(exposure: &Exposure, reached: &Reached) -> Output<String> {
    match (exposure, &reached.load_balancer) {
        (Exposure::LoadBalancer(site) | Exposure::Ingress(site), _) => {
            text!("https://{}", site.host)
        }
        (Exposure::PlainHttp(_), Some(host)) => text!("http://{}", *host),
        (Exposure::Internal | Exposure::PlainHttp(_), _) => reached.internal_url(),
    }
}

/// The values of `Host` that the server answers. Others come from pages that
/// have bent their own name to the server's address (DNS rebinding).
pub(super) fn hosts(exposure: &Exposure, reached: &Reached) -> Vec<Output<String>> {
    let service = &reached.service;
    let mut hosts = vec![
        service.name.clone(),
        text!("{}.{}", service.name, service.namespace),
        text!("{}.{}.svc", service.name, service.namespace),
        service.host.clone(),
        // By a forwarded port.
        "localhost:*".into(),
        "127.0.0.1:*".into(),
    ];
    match (exposure, &reached.load_balancer) {
        (Exposure::LoadBalancer(site) | Exposure::Ingress(site), _) => {
            hosts.push(site.host.as_str().into());
        }
        (Exposure::PlainHttp(_), Some(host)) => hosts.push(host.clone()),
        _ => {}
    }
    hosts
}

/// The pages that may change something.
pub(super) fn origins(exposure: &Exposure, reached: &Reached) -> Vec<Output<String>> {
    let internal = reached.internal_url();
    match exposure {
        Exposure::Internal => vec![internal],
        _ => vec![internal, url(exposure, reached)],
    }
}

fn service(kind: &str, port: i32, sources: Option<Vec<String>>) -> Spec<ServiceSpec> {
    Spec::of(|_| ServiceSpec {
        type_: Some(kind.to_owned()),
        selector: Some(pods::labels(NAME)),
        ports: Some(vec![pods::service_port(port, "http")]),
        load_balancer_source_ranges: sources,
        ..ServiceSpec::default()
    })
}

type Annotations = BTreeMap<String, Output<String>>;

fn annotated<const N: usize>(prefix: &str, each: [(&str, Output<String>); N]) -> Annotations {
    let each = each.into_iter();
    each.map(|(name, value)| (format!("{prefix}/{name}"), value))
        .collect()
}

/// What both controllers read that make network load balancers of services:
/// the one that EKS brings, and the AWS Load Balancer Controller. Source:
/// their documentation, v1.34 and v3.5.
fn annotations(reach: &Reach, certificate: Option<&Output<CertificateArn>>) -> Annotations {
    let prefix = "service.beta.kubernetes.io";
    let inside = *reach == Reach::Vpc;
    let mut annotations = annotated(
        prefix,
        [
            ("aws-load-balancer-type", "nlb".into()),
            ("aws-load-balancer-scheme", reach.scheme().into()),
            ("aws-load-balancer-internal", inside.to_string().into()),
        ],
    );
    if let Some(certificate) = certificate {
        let tls = [
            ("aws-load-balancer-ssl-cert", certificate.cast()),
            ("aws-load-balancer-ssl-ports", HTTPS.to_string().into()),
        ];
        annotations.extend(annotated(prefix, tls));
    }
    annotations
}

fn ingress(site: &Site, service: &ServiceHandle) -> Spec<IngressSpec> {
    Spec::of(|w| IngressSpec {
        ingress_class_name: Some("alb".to_owned()),
        rules: Some(vec![IngressRule {
            host: Some(site.host.clone()),
            http: Some(HTTPIngressRuleValue {
                paths: vec![HTTPIngressPath {
                    path: Some("/".to_owned()),
                    path_type: "Prefix".to_owned(),
                    backend: service.backend(w, HTTP),
                }],
            }),
        }]),
        ..IngressSpec::default()
    })
}

/// Source: annotations of ingresses, AWS Load Balancer Controller v3.5.
fn ingress_annotations(site: &Site) -> Annotations {
    let prefix = "alb.ingress.kubernetes.io";
    let mut annotations = annotated(
        prefix,
        [
            ("scheme", site.reach.scheme().into()),
            ("target-type", "ip".into()),
            ("listen-ports", r#"[{"HTTPS":443}]"#.into()),
            ("certificate-arn", site.certificate.cast()),
            ("ssl-policy", "ELBSecurityPolicy-TLS13-1-2-2021-06".into()),
            ("healthcheck-path", HEALTH_PATH.into()),
        ],
    );
    if let Some(networks) = site.reach.sources() {
        let networks = networks.join(",");
        annotations.extend(annotated(prefix, [("inbound-cidrs", networks.into())]));
    }
    annotations
}

/// Everyone may knock at the door, nobody anywhere else; out go questions for
/// names, the database, HTTPS, and the agent that gives credentials. The
/// node's own credentials are out of reach.
fn policy() -> Spec<NetworkPolicySpec> {
    let unprivileged = NetworkPolicyPort {
        end_port: Some(65_535),
        ..tcp(IntOrString::Int(1_024))
    };
    Spec::of(|_| NetworkPolicySpec {
        pod_selector: Some(LabelSelector::default()),
        policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
        ingress: Some(vec![NetworkPolicyIngressRule {
            ports: Some(vec![tcp(IntOrString::Int(PROXY_PORT.into()))]),
            from: None,
        }]),
        egress: Some(vec![
            NetworkPolicyEgressRule {
                ports: Some(vec![udp(53), tcp(IntOrString::Int(53))]),
                to: None,
            },
            NetworkPolicyEgressRule {
                // Which port the database has is known when it is there.
                ports: Some(vec![tcp(IntOrString::Int(HTTPS)), unprivileged]),
                to: Some(vec![block("0.0.0.0/0", &["169.254.0.0/16"])]),
            },
            NetworkPolicyEgressRule {
                ports: Some(vec![tcp(IntOrString::Int(HTTP))]),
                to: Some(vec![block("169.254.170.23/32", &[])]),
            },
        ]),
    })
}

fn tcp(port: IntOrString) -> NetworkPolicyPort {
    NetworkPolicyPort {
        protocol: Some("TCP".to_owned()),
        port: Some(port),
        end_port: None,
    }
}

fn udp(port: i32) -> NetworkPolicyPort {
    NetworkPolicyPort {
        protocol: Some("UDP".to_owned()),
        ..tcp(IntOrString::Int(port))
    }
}

fn block(cidr: &str, except: &[&str]) -> NetworkPolicyPeer {
    let except: Vec<_> = except.iter().map(|net| (*net).to_owned()).collect();
    NetworkPolicyPeer {
        ip_block: Some(IPBlock {
            cidr: cidr.to_owned(),
            except: (!except.is_empty()).then_some(except),
        }),
        ..NetworkPolicyPeer::default()
    }
}
