//! How a web application is reached from outside its cluster.

use ipnet::IpNet;
use mlplat_aws::CertificateHandle;
use mlplat_aws::ids::CertificateArn;
use mlplat_core::wiring::Expr;
use mlplat_core::{Output, Scope};

/// How a web application is reached. Nothing is open unless it is said here,
/// and nothing goes in clear unless that is said.
#[derive(Debug, Clone, Default)]
pub enum Exposure {
    /// Only by pods of the cluster, and by port forwarding. The default.
    #[default]
    Internal,
    /// By a network load balancer of its own, which ends TLS.
    LoadBalancer(Site),
    /// By an application load balancer, which ends TLS. The AWS Load Balancer
    /// Controller has to run in the cluster: without it the address never
    /// comes, and the deployment says so when its time is over.
    Ingress(Site),
    /// By a network load balancer without TLS: whoever is on the way reads the
    /// password. For a closed network, or a short trial.
    PlainHttp(Reach),
}

/// A name with its certificate, and who may come.
#[derive(Debug, Clone)]
pub struct Site {
    pub(crate) host: String,
    pub(crate) certificate: Output<CertificateArn>,
    /// The domains of the certificate, where they are known.
    domains: Option<Vec<String>>,
    pub(crate) reach: Reach,
}

/// A certificate that a load balancer can end TLS with: one of ACM, in the
/// cluster's region.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no TLS certificate",
    label = "expected the handle of a `Certificate`",
    note = "add one: `stack.add(\"tls\", Certificate::new(\"mlflow.example.com\", &zone))`; one that was made elsewhere is `CertificateArn::new(\"arn:aws:acm:...\")`"
)]
pub trait TlsCertificate {
    /// Its ARN, known when it is issued.
    fn arn(self) -> Output<CertificateArn>;

    /// The domains that it is for, where they are known.
    fn domains(&self) -> Option<Vec<String>> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl TlsCertificate for &CertificateHandle {
    fn arn(self) -> Output<CertificateArn> {
        self.arn.clone()
    }

    fn domains(&self) -> Option<Vec<String>> {
        Some(self.domains.clone())
    }
}

#[diagnostic::do_not_recommend]
impl TlsCertificate for CertificateArn {
    fn arn(self) -> Output<CertificateArn> {
        self.into()
    }
}

#[diagnostic::do_not_recommend]
impl TlsCertificate for Output<CertificateArn> {
    fn arn(self) -> Output<CertificateArn> {
        self
    }
}

impl Site {
    /// `host` is a DNS name that the certificate is for; point it to the load
    /// balancer with a record.
    ///
    /// ```
    /// use mlplat_apps::{Exposure, Mlflow, MlflowOptions, Site};
    /// use mlplat_aws::route53::RecordType;
    /// use mlplat_aws::{Bucket, Certificate, DnsRecord, EksCluster, HostedZone, MySql, Vpc};
    /// use mlplat_core::Stack;
    ///
    /// let tested = Stack::test(|stack: &mut Stack| {
    ///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
    ///     let cluster = stack.add("cluster", EksCluster::new(&network));
    ///     let artifacts = stack.add("artifacts", Bucket::new());
    ///     let metadata = stack.add("metadata", MySql::new(&network).reachable_from(&cluster));
    ///     let zone = stack.add("zone", HostedZone::lookup("example.com"));
    ///     let tls = stack.add("tls", Certificate::new("mlflow.example.com", &zone));
    ///     let mlflow = Mlflow { cluster: &cluster, metadata: &metadata, artifacts: &artifacts };
    ///     let mlflow = stack.add("mlflow", mlflow.with(MlflowOptions {
    ///         exposure: Exposure::LoadBalancer(Site::new("mlflow.example.com", &tls)),
    ///         ..MlflowOptions::default()
    ///     }));
    ///     let record = DnsRecord::new(&zone, "mlflow.example.com", RecordType::Cname, mlflow.load_balancer);
    ///     stack.add("name", record);
    /// });
    /// tested.assert_before("tls/issued", "mlflow/access/load-balancer");
    /// ```
    #[must_use]
    pub fn new(host: impl Into<String>, certificate: impl TlsCertificate) -> Self {
        Self {
            host: host.into(),
            domains: certificate.domains(),
            certificate: certificate.arn(),
            reach: Reach::default(),
        }
    }

    /// Who the load balancer lets in. Default: the VPC.
    #[must_use]
    pub fn reach(mut self, reach: Reach) -> Self {
        self.reach = reach;
        self
    }
}

/// Who a load balancer lets in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Reach {
    /// The VPC and what is connected to it. The default.
    #[default]
    Vpc,
    /// These networks of the internet, as CIDRs.
    Networks(Vec<String>),
    /// The internet.
    Internet,
}

impl Reach {
    /// Only these networks of the internet, as CIDRs.
    #[must_use]
    pub fn networks<S: Into<String>>(networks: impl IntoIterator<Item = S>) -> Self {
        Self::Networks(networks.into_iter().map(Into::into).collect())
    }

    /// As AWS's controllers call it.
    pub(crate) fn scheme(&self) -> &'static str {
        match self {
            Self::Vpc => "internal",
            Self::Networks(_) | Self::Internet => "internet-facing",
        }
    }

    /// The networks that are let in, when not all are.
    pub(crate) fn sources(&self) -> Option<Vec<String>> {
        match self {
            Self::Networks(networks) => Some(networks.clone()),
            Self::Vpc | Self::Internet => None,
        }
    }

    fn check(&self, scope: &mut Scope<'_>) {
        let Self::Networks(networks) = self else {
            return;
        };
        if networks.is_empty() {
            scope.problem(
                "no-networks",
                "the load balancer is open to no network",
                "name one, or choose another reach",
            );
        }
        for text in networks {
            match text.parse::<IpNet>() {
                Err(_) => scope.problem(
                    "bad-cidr",
                    format!("\"{}\" is no network", text.escape_debug()),
                    "write an address and a prefix length: 203.0.113.0/24",
                ),
                Ok(net) if net.prefix_len() == 0 => scope.problem(
                    "open-to-the-internet",
                    format!("the network {net} is everyone"),
                    "name a smaller one, or say Reach::Internet if everyone is meant",
                ),
                Ok(_) => {}
            }
        }
    }
}

impl Exposure {
    /// Reports what AWS or DNS would refuse.
    pub(crate) fn check(&self, scope: &mut Scope<'_>) {
        let site = match self {
            Self::Internal => return,
            Self::PlainHttp(reach) => return reach.check(scope),
            Self::LoadBalancer(site) | Self::Ingress(site) => site,
        };
        site.reach.check(scope);
        if !is_host(&site.host) {
            scope.problem(
                "bad-host",
                format!("\"{}\" is no host name", site.host.escape_debug()),
                "give the name that the certificate is for, in lower case and without https://: mlflow.example.com",
            );
        }
        if known(&site.certificate).is_some_and(|arn| !is_certificate(arn)) {
            scope.problem(
                "bad-certificate",
                "what is given as a certificate is no ARN of ACM",
                "give one: arn:aws:acm:eu-west-1:123456789012:certificate/...",
            );
        }
        let covers = |domains: &Vec<String>| domains.iter().any(|name| covers(name, &site.host));
        if !site.domains.as_ref().is_none_or(covers) {
            scope.problem(
                "not-in-certificate",
                format!(
                    "browsers would refuse https://{}: its certificate is for {}",
                    site.host.escape_debug(),
                    site.domains
                        .iter()
                        .flatten()
                        .map(String::as_str)
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
                "give a certificate for that name, or a name that it is for",
            );
        }
    }
}

/// The text of an output that is a literal.
fn known<T>(output: &Output<T>) -> Option<&str> {
    match output.expr() {
        Expr::Literal(value) => value.as_str(),
        _ => None,
    }
}

/// Whether a certificate's domain is for a host: the host itself, or a
/// wildcard for names directly below (RFC 9525, section 6.3).
fn covers(domain: &str, host: &str) -> bool {
    let below = || host.split_once('.').map(|(_, parent)| parent);
    match domain.strip_prefix("*.") {
        Some(parent) => below() == Some(parent),
        None => domain == host,
    }
}

fn is_certificate(arn: &str) -> bool {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    matches!(parts[..], ["arn", partition, "acm", region, account, resource]
        if partition.starts_with("aws") && !region.is_empty()
            && account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())
            && resource.starts_with("certificate/"))
}

/// A DNS name of at least two labels, in lower case (RFC 1123, section 2.1).
fn is_host(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_have_two_labels_and_no_scheme() {
        for good in ["mlflow.example.com", "a.b", "x-1.example.org"] {
            assert!(is_host(good), "{good}");
        }
        for bad in [
            "",
            "mlflow",
            "https://a.b",
            "a..b",
            "-a.b",
            "a-.b",
            "A.b",
            "a.b:443",
            "a_b.c",
        ] {
            assert!(!is_host(bad), "{bad}");
        }
    }

    #[test]
    fn a_wildcard_is_for_one_more_label() {
        for (domain, host) in [("a.b", "a.b"), ("*.b.c", "a.b.c")] {
            assert!(covers(domain, host), "{domain} {host}");
        }
        for (domain, host) in [("a.b", "x.a.b"), ("*.b.c", "b.c"), ("*.b.c", "x.a.b.c")] {
            assert!(!covers(domain, host), "{domain} {host}");
        }
    }

    #[test]
    fn certificates_are_arns_of_acm() {
        assert!(is_certificate(
            "arn:aws:acm:eu-west-1:123456789012:certificate/1-2"
        ));
        for bad in [
            "certificate/1-2",
            "arn:aws:iam::123456789012:server-certificate/x",
            "arn:aws:acm:eu-west-1:1:certificate/1-2",
            "arn:aws:acm::123456789012:certificate/1-2",
        ] {
            assert!(!is_certificate(bad), "{bad}");
        }
    }
}
