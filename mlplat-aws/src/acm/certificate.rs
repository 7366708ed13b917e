//! `acm.Certificate`.

use mlplat_core::facts::{
    Blocked, Canon, OnChange, OutputFact, Quota, Recovery, Refs, Scope, TYPE, Type, f, instant, opt,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{CertificateArn, Tags};
use crate::sources;

/// Facts of `acm.Certificate`.
///
/// Certificates of AWS's public authority, which AWS renews for as long as the
/// validation records stay. `ValidationRecordNames` and
/// `ValidationRecordValues` have one element for the domain and one for each
/// alternative name, in this order; a domain and its wildcard have the same.
/// AWS answers them a few seconds after the request.
///
/// The token is good for an hour.
pub static CERTIFICATE: Type = Type {
    name: "acm.Certificate",
    doc: "A TLS certificate, requested and perhaps not issued yet.",
    cloudformation: "AWS::CertificateManager::Certificate",
    api: "acm:RequestCertificate",
    id: "CertificateArn",
    recovery: Recovery::Tags { window_s: 60 },
    token: true,
    fields: &[
        f("DomainName", OnChange::Replace, Refs::No).canon(Canon::DnsName),
        opt("SubjectAlternativeNames", OnChange::Replace),
        opt("ValidationMethod", OnChange::Replace),
        opt("KeyAlgorithm", OnChange::Replace),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed(
            "CertificateArn",
            "arn:{partition}:acm:{region}:{account}:certificate/{uuid}",
        ),
        OutputFact::fixed(
            "ValidationRecordNames",
            "each(DomainName,SubjectAlternativeNames) _{item:hex32}.{item:domain}.",
        ),
        OutputFact::fixed(
            "ValidationRecordValues",
            "each(DomainName,SubjectAlternativeNames) _{item:hex32}.acm-validations.aws.",
        ),
    ],
    blocked: &[Blocked {
        when: "a load balancer or another service uses it",
        code: "ResourceInUseException",
    }],
    create: instant(5),
    update: instant(1),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-F141DD1D",
        default: 2_500,
        per: Scope::Account,
        error: "LimitExceededException",
    }),
    source: sources::ACM,
    ..TYPE
};

/// A TLS certificate, requested and perhaps not issued yet. API:
/// `RequestCertificate`, then `DescribeCertificate` until it names the
/// validation records.
#[derive(Resource, Clone, Debug)]
#[resource(facts = CERTIFICATE, handle = CertificateHandle {
    certificate_arn: CertificateArn,
    validation_record_names: Vec<String>,
    validation_record_values: Vec<String>,
})]
pub struct Certificate {
    /// The domain, up to 64 characters: `ml.example.com`, `*.ml.example.com`.
    pub domain_name: Output<String>,
    /// Further domains.
    pub subject_alternative_names: Vec<Output<String>>,
    /// How the domains are proven to be ours. AWS's default is by mail; always
    /// sent.
    pub validation_method: Output<ValidationMethod>,
    /// The kind of key. Default `RSA_2048`.
    pub key_algorithm: Option<Output<KeyAlgorithm>>,
    /// Tags.
    pub tags: Tags,
}

impl Certificate {
    /// A certificate for a domain, proven by DNS.
    pub fn new(domain_name: impl Gives<String>) -> Self {
        Self {
            domain_name: domain_name.into(),
            subject_alternative_names: Vec::new(),
            validation_method: ValidationMethod::Dns.into(),
            key_algorithm: None,
            tags: Tags::new(),
        }
    }
}

/// How a domain is proven to be ours. By mail is not offered: it needs a hand
/// at every renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ValidationMethod {
    /// By a record.
    Dns,
}

/// The kind of a certificate's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum KeyAlgorithm {
    /// Known to every client.
    #[serde(rename = "RSA_2048")]
    Rsa2048,
    /// Shorter and faster, known to every client of the last ten years.
    #[serde(rename = "EC_prime256v1")]
    EcPrime256v1,
    /// The same, longer.
    #[serde(rename = "EC_secp384r1")]
    EcSecp384r1,
}
