//! Route 53 and Certificate Manager.

use super::table::{NOTHING, Permissions};

const CERTIFICATES: &str = "arn:{partition}:acm:{region}:{account}:certificate/*";
const ZONES: &str = "arn:{partition}:route53:::hostedzone/*";
const CHANGES: &str = "arn:{partition}:route53:::change/*";

pub(super) const ROWS: &[Permissions] = &[
    Permissions {
        ty: "acm.Certificate",
        create: &["acm:RequestCertificate"],
        read: &[
            "acm:DescribeCertificate",
            "acm:ListCertificates",
            "acm:ListTagsForCertificate",
        ],
        delete: &["acm:DeleteCertificate"],
        tag: &["acm:AddTagsToCertificate", "acm:RemoveTagsFromCertificate"],
        on: &[CERTIFICATES],
        ..NOTHING
    },
    Permissions {
        ty: "acm.CertificateValidation",
        create: &["acm:DescribeCertificate"],
        read: &["acm:DescribeCertificate"],
        on: &[CERTIFICATES],
        ..NOTHING
    },
    Permissions {
        ty: "route53.HostedZone",
        // A private zone is made for a VPC, which is looked at in our name.
        create: &[
            "ec2:DescribeVpcs",
            "route53:CreateHostedZone",
            "route53:GetChange",
        ],
        read: &[
            "route53:GetHostedZone",
            "route53:ListHostedZones",
            "route53:ListTagsForResource",
        ],
        update: &[
            "route53:AssociateVPCWithHostedZone",
            "route53:DisassociateVPCFromHostedZone",
            "route53:UpdateHostedZoneComment",
        ],
        delete: &["route53:DeleteHostedZone"],
        tag: &["route53:ChangeTagsForResource"],
        on: &[ZONES, CHANGES],
        ..NOTHING
    },
    Permissions {
        ty: "route53.HostedZoneByName",
        read: &["route53:GetHostedZone", "route53:ListHostedZonesByName"],
        on: &[ZONES],
        ..NOTHING
    },
    Permissions {
        ty: "route53.PrivateHostedZone",
        read: &["ec2:DescribeVpcs", "route53:ListHostedZonesByVPC"],
        ..NOTHING
    },
    Permissions {
        ty: "route53.RecordSet",
        create: &["route53:ChangeResourceRecordSets", "route53:GetChange"],
        read: &["route53:ListResourceRecordSets"],
        update: &["route53:ChangeResourceRecordSets", "route53:GetChange"],
        delete: &["route53:ChangeResourceRecordSets"],
        on: &[
            "arn:{partition}:route53:::hostedzone/{HostedZoneId}",
            CHANGES,
        ],
        ..NOTHING
    },
];
