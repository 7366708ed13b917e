//! A domain with records, and a certificate that is proven by one of them.

use mlplat_aws::acm;
use mlplat_aws::lookups::HostedZoneByName;
use mlplat_aws::route53::{self, RecordType};
use mlplat_core::Stack;

use super::draft::Draft;

pub(super) fn add(stack: &mut Stack, draft: Draft) {
    let zone = route53::HostedZone {
        comment: Some(draft.pick("zone", &["a zone", "the zone"]).into()),
        ..route53::HostedZone::new("models.example.org")
    };
    let path = draft.place(stack, "zone");
    let zone = stack.add(&path, zone);
    let named = acm::Certificate {
        tags: draft.tags("certificate"),
        ..acm::Certificate::new(draft.pick(
            "domain",
            &["api.models.example.org", "www.models.example.org"],
        ))
    };
    let certificate = stack.add("certificate", named);
    let proof = route53::RecordSet::new(
        &zone.id,
        certificate.validation_record_names.item(0),
        RecordType::Cname,
        [certificate.validation_record_values.item(0)],
    );
    stack.add("proof", proof);
    let issued = acm::CertificateValidation {
        certificate_arn: certificate.certificate_arn,
    };
    stack.add("issued", issued);
    if draft.is_there("record") {
        let record = route53::RecordSet {
            ttl: Some(draft.pick("ttl", &[60, 300, 900]).into()),
            ..route53::RecordSet::new(
                &zone.id,
                "api.models.example.org",
                RecordType::A,
                ["192.0.2.1".into()],
            )
        };
        let path = draft.place(stack, "record");
        stack.add(&path, record);
    }
    if draft.has("parent", 2) {
        let name = "example.org".into();
        let parent = stack.add("parent", HostedZoneByName { name });
        stack.output("parent", &parent.id);
    }
}
