//! `acm.CertificateValidation`: the wait until a certificate is issued.

use mlplat_core::facts::{
    By, Fails, Held, Join, Need, OnChange, OutputFact, Recovery, Refs, TYPE, Tagging, Type, f,
    instant, w,
};
use mlplat_core::{Output, Resource};

use crate::ids::CertificateArn;
use crate::sources;

/// Facts of `acm.CertificateValidation`.
///
/// No object of AWS: creating it is reading the certificate until it is
/// `ISSUED`, deleting it does nothing. Without its records a certificate
/// waits for 72 hours.
pub static CERTIFICATE_VALIDATION: Type = Type {
    name: "acm.CertificateValidation",
    doc: "The wait until a certificate is issued.",
    api: "acm:DescribeCertificate",
    id: "Id",
    recovery: Recovery::NaturalKey(&["CertificateArn"]),
    tags: Tagging::Never,
    fields: &[f(
        "CertificateArn",
        OnChange::Replace,
        Refs::To("acm.Certificate", Held::Cascades),
    )],
    outputs: &[
        OutputFact::fixed("Id", "{CertificateArn}|issued"),
        OutputFact::fixed("CertificateArn", "{CertificateArn}"),
    ],
    needs: &[Need {
        what: "the certificate's validation records",
        path: &[
            Join::Follow("CertificateArn"),
            Join::Back("route53.RecordSet", "ResourceRecords"),
        ],
        by: By::ToBecomeReady,
        fails: Fails::EndsIn("VALIDATION_TIMED_OUT"),
    }],
    create: w(90, &["PENDING_VALIDATION", "ISSUED"], 0),
    update: instant(0),
    delete: instant(0),
    source: sources::ACM,
    ..TYPE
};

/// The wait until a certificate is issued. API: `DescribeCertificate`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = CERTIFICATE_VALIDATION, handle = CertificateValidationHandle {
    id: String,
    certificate_arn: CertificateArn,
})]
pub struct CertificateValidation {
    /// The certificate that was requested. The output of the same name is of
    /// the one that has been issued.
    pub certificate_arn: Output<CertificateArn>,
}
