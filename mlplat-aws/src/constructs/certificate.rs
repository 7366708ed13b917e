//! `Certificate`: TLS for a domain, proven by DNS.

use mlplat_core::wiring::{KnownText, NodeRef};
use mlplat_core::{Construct, Output, Scope};

use super::domain;
use super::hosted_zone::HostedZoneHandle;
use super::tags::named;
use crate::acm::{self, CertificateValidation};
use crate::ids::CertificateArn;
use crate::route53::{RecordSet, RecordType};

/// The longest first domain: it becomes the common name.
const FIRST_MAX: usize = 64;

/// A certificate for a domain and perhaps further ones. The records that prove
/// the domains to be ours are put into their zones, and the handle's ARN is
/// known when the certificate is issued. AWS renews it.
///
/// ```
/// use mlplat_aws::{Certificate, HostedZone};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let zone = stack.add("zone", HostedZone::lookup("example.com"));
///     let tls = stack.add("tls", Certificate::new("ml.example.com", &zone).and("*.ml.example.com"));
///     stack.output("certificate", &tls.arn);
/// })?;
/// // Both names are proven by the same record.
/// assert!(graph.find(&"tls/validation-1".parse()?).is_some());
/// assert!(graph.find(&"tls/validation-2".parse()?).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct Certificate {
    names: Vec<(String, HostedZoneHandle)>,
}

impl Certificate {
    /// A certificate for a domain of a zone: `ml.example.com`, or
    /// `*.ml.example.com` for all names directly below.
    pub fn new(domain: impl KnownText, zone: &HostedZoneHandle) -> Self {
        Self {
            names: vec![(domain.into(), zone.clone())],
        }
    }

    /// And for another domain of the same zone.
    pub fn and(self, domain: impl KnownText) -> Self {
        // There is a first one from the beginning.
        let zone = self.names[0].1.clone();
        self.and_of(domain, &zone)
    }

    /// And for a domain of another zone.
    pub fn and_of(mut self, domain: impl KnownText, zone: &HostedZoneHandle) -> Self {
        self.names.push((domain.into(), zone.clone()));
        self
    }
}

/// A certificate that has been issued.
#[derive(Debug, Clone)]
pub struct CertificateHandle {
    /// Its ARN, known when it is issued.
    pub arn: Output<CertificateArn>,
    /// Its domains.
    pub domains: Vec<String>,
    /// The node that has to be there before it is used.
    pub node: NodeRef,
}

impl Construct for Certificate {
    type Handle = CertificateHandle;

    fn build(self, scope: &mut Scope<'_>) -> CertificateHandle {
        let mut names: Vec<(String, HostedZoneHandle)> = Vec::new();
        for (text, zone) in self.names {
            let name = domain::parse(scope, "the domain", &text);
            check(scope, &name, &zone.domain);
            if !names.iter().any(|(known, _)| *known == name) {
                names.push((name, zone));
            }
        }
        let domains: Vec<String> = names.iter().map(|(name, _)| name.clone()).collect();
        // A certificate begins with a domain, and the first of equals is kept.
        let first = domains[0].as_str();
        if first.len() > FIRST_MAX {
            scope.problem(
                "domain-too-long",
                format!("the first domain has more than {FIRST_MAX} characters"),
                "name a shorter one first",
            );
        }
        let others = domains.iter().skip(1).map(|name| name.as_str().into());
        let certificate = acm::Certificate {
            subject_alternative_names: others.collect(),
            tags: named(scope, ""),
            ..acm::Certificate::new(first)
        };
        let certificate = scope.add("certificate", certificate);
        add_records(scope, &names, &certificate);
        let issued = scope.add(
            "issued",
            CertificateValidation {
                certificate_arn: certificate.certificate_arn,
            },
        );
        CertificateHandle {
            arn: issued.certificate_arn,
            domains,
            node: issued.node,
        }
    }
}

fn check(scope: &mut Scope<'_>, name: &str, zone: &str) {
    if !domain::lies_in(name, zone) {
        scope.problem(
            "outside-zone",
            format!("{name} does not belong to the zone {zone}, which is to prove it"),
            "pass the zone of the domain",
        );
    }
}

/// One record per domain; a domain and its wildcard are proven by the same.
fn add_records(
    scope: &mut Scope<'_>,
    names: &[(String, HostedZoneHandle)],
    certificate: &acm::CertificateHandle,
) {
    let mut proven: Vec<&str> = Vec::new();
    for (at, (name, zone)) in names.iter().enumerate() {
        let base = name.strip_prefix("*.").unwrap_or(name);
        if proven.contains(&base) {
            continue;
        }
        proven.push(base);
        let record = RecordSet::new(
            &zone.zone_id,
            certificate.validation_record_names.item(at),
            RecordType::Cname,
            [certificate.validation_record_values.item(at)],
        );
        scope.add(&format!("validation-{}", proven.len()), record);
    }
}
