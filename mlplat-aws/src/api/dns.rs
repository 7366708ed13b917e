//! Where the fields of Route 53's and Certificate Manager's types go.

use super::{Mapping, p, plain};

pub(super) const HOSTED_ZONE: Mapping = Mapping {
    also: &["route53:ChangeTagsForResource"],
    status: "route53:ChangeStatus",
    paths: &[
        p("VPCId", "VPCs[].VPCId", "VPC.VPCId"),
        p("VPCRegion", "VPCs[].VPCRegion", "VPC.VPCRegion"),
        p(
            "Comment",
            "HostedZoneConfig.Comment",
            "HostedZoneConfig.Comment",
        ),
        p("Tags", "HostedZoneTags", "AddTags"),
    ],
    ..plain("route53.HostedZone", "route53:DeleteHostedZone")
};

pub(super) const RECORD_SET: Mapping = Mapping {
    status: "route53:ChangeStatus",
    paths: &[
        p(
            "Name",
            "Name",
            "ChangeBatch.Changes[].ResourceRecordSet.Name",
        ),
        p(
            "Type",
            "Type",
            "ChangeBatch.Changes[].ResourceRecordSet.Type",
        ),
        p("TTL", "TTL", "ChangeBatch.Changes[].ResourceRecordSet.TTL"),
        p(
            "ResourceRecords",
            "ResourceRecords",
            "ChangeBatch.Changes[].ResourceRecordSet.ResourceRecords[].Value",
        ),
        p(
            "AliasDNSName",
            "AliasTarget.DNSName",
            "ChangeBatch.Changes[].ResourceRecordSet.AliasTarget.DNSName",
        ),
        p(
            "AliasHostedZoneId",
            "AliasTarget.HostedZoneId",
            "ChangeBatch.Changes[].ResourceRecordSet.AliasTarget.HostedZoneId",
        ),
        p(
            "EvaluateTargetHealth",
            "AliasTarget.EvaluateTargetHealth",
            "ChangeBatch.Changes[].ResourceRecordSet.AliasTarget.EvaluateTargetHealth",
        ),
    ],
    ..plain("route53.RecordSet", "route53:ChangeResourceRecordSets")
};

pub(super) const CERTIFICATE: Mapping = plain("acm.Certificate", "acm:DeleteCertificate");

pub(super) const CERTIFICATE_VALIDATION: Mapping = Mapping {
    status: "acm:CertificateStatus",
    ..plain("acm.CertificateValidation", "")
};
