//! How a web application is reached from outside its cluster.

use ipnet::IpNet;
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
    pub(crate) certificate: Output<String>,
    pub(crate) reach: Reach,
}

impl Site {
    /// `host` is a DNS name that the certificate is for; point it to the load
    /// balancer with a record. `certificate` is the ARN of a certificate in
    /// ACM, in the cluster's region.
    #[must_use]
    pub fn new(host: impl Into<String>, certificate: impl Into<Output<String>>) -> Self {
        Self {
            host: host.into(),
            certificate: certificate.into(),
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
    }
}

/// The text of an output that is a literal.
fn known(output: &Output<String>) -> Option<&str> {
    match output.expr() {
        Expr::Literal(value) => value.as_str(),
        _ => None,
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
