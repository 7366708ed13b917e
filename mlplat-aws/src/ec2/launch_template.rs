//! `ec2.LaunchTemplate`.

use mlplat_core::facts::{
    Alphabet, Canon, Held, NameRule, OnChange, OutputFact, OutputLife, Recovery, Refs, Scope, TYPE,
    Type, Unique, f, instant, opt,
};
use mlplat_core::{Output, Resource};

use crate::ids::{LaunchTemplateId, SecurityGroupId, Tags};
use crate::sources;

/// The fields whose change makes a new version.
const DATA: &[&str] = &[
    "ImageId",
    "UserData",
    "SecurityGroupIds",
    "BlockDeviceMappings",
    "HttpEndpoint",
    "HttpTokens",
    "HttpPutResponseHopLimit",
    "InstanceTags",
    "VolumeTags",
];

/// Facts of `ec2.LaunchTemplate`.
///
/// The members of `LaunchTemplateData` stand at the top level:
/// `HttpEndpoint`, `HttpTokens` and `HttpPutResponseHopLimit` are members of
/// its `MetadataOptions`, `InstanceTags` and `VolumeTags` its
/// `TagSpecifications`, and `Tags` those of the template itself. A change to
/// any of the data makes a new version, and `LatestVersionNumber` moves.
pub static LAUNCH_TEMPLATE: Type = Type {
    name: "ec2.LaunchTemplate",
    doc: "How instances of a node group are started: disk, metadata service, tags.",
    cloudformation: "AWS::EC2::LaunchTemplate",
    api: "ec2:CreateLaunchTemplate",
    id: "LaunchTemplateId",
    recovery: Recovery::UniqueName,
    token: true,
    name_rule: Some(NameRule {
        field: "LaunchTemplateName",
        min: 3,
        max: 128,
        alphabet: Alphabet::LaunchTemplate,
    }),
    fields: &[
        f("LaunchTemplateName", OnChange::Replace, Refs::No),
        opt("ImageId", OnChange::InPlace),
        opt("UserData", OnChange::InPlace),
        opt("SecurityGroupIds", OnChange::InPlace)
            .canon(Canon::Set)
            .refs(Refs::To("ec2.SecurityGroup", Held::Dangles)),
        opt("BlockDeviceMappings", OnChange::InPlace),
        opt("HttpEndpoint", OnChange::InPlace),
        opt("HttpTokens", OnChange::InPlace),
        opt("HttpPutResponseHopLimit", OnChange::InPlace),
        opt("InstanceTags", OnChange::InPlace),
        opt("VolumeTags", OnChange::InPlace),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("LaunchTemplateId", "lt-{hex17}"),
        OutputFact {
            name: "LatestVersionNumber",
            life: OutputLife::ChangesWith(DATA),
            form: "{counter}",
            secret: false,
        },
    ],
    unique: &[Unique {
        fields: &["LaunchTemplateName"],
        scope: Scope::Account,
        code: "InvalidLaunchTemplateName.AlreadyExistsException",
        held_after_delete_s: 0,
    }],
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    source: sources::EC2,
    ..TYPE
};

/// How instances of a node group are started. API: `CreateLaunchTemplate`;
/// a change is `CreateLaunchTemplateVersion` and `ModifyLaunchTemplate`.
#[derive(Resource, Clone, Debug, Default)]
#[resource(facts = LAUNCH_TEMPLATE, handle = LaunchTemplateHandle {
    launch_template_id: LaunchTemplateId,
    latest_version_number: String,
})]
pub struct LaunchTemplate {
    /// Unique in the account and region, 3 to 128 characters. Generated when
    /// not set.
    pub launch_template_name: Option<Output<String>>,
    /// The machine image. Left out, EKS chooses the node group's.
    pub image_id: Option<Output<String>>,
    /// Start-up data, base 64. For AL2023 a `NodeConfig` in a MIME part.
    pub user_data: Option<Output<String>>,
    /// Security groups of the instances. Left out, EKS sets the cluster's;
    /// when set, the cluster's has to be among them.
    pub security_group_ids: Vec<Output<SecurityGroupId>>,
    /// Disks.
    pub block_device_mappings: Vec<BlockDeviceMapping>,
    /// Whether the metadata service answers at all: `enabled` or `disabled`.
    /// Default `enabled`.
    pub http_endpoint: Option<Output<String>>,
    /// Whether the metadata service asks for a session token (IMDSv2):
    /// `required` or `optional`.
    pub http_tokens: Option<Output<HttpTokens>>,
    /// How many network hops a metadata answer may travel, 1 to 64. With 1,
    /// pods cannot reach it unless they use the host's network.
    pub http_put_response_hop_limit: Option<Output<u32>>,
    /// Tags of the instances.
    pub instance_tags: Tags,
    /// Tags of their volumes.
    pub volume_tags: Tags,
    /// Tags of the template.
    pub tags: Tags,
}

/// A disk of an instance.
#[derive(Resource, Clone, Debug)]
#[resource(nested)]
pub struct BlockDeviceMapping {
    /// The device: `/dev/xvda` is the root disk of AL2023.
    pub device_name: Output<String>,
    /// The volume.
    pub ebs: EbsBlockDevice,
}

/// The volume behind a disk.
#[derive(Resource, Clone, Debug)]
#[resource(nested)]
pub struct EbsBlockDevice {
    /// Size in GiB.
    pub volume_size: Output<u32>,
    /// `gp3`, `gp2`, `io2` ...
    pub volume_type: Output<String>,
    /// Whether it is encrypted at rest.
    pub encrypted: Output<bool>,
    /// Whether it goes with the instance.
    pub delete_on_termination: Output<bool>,
    /// The KMS key. Default: the account's key for EBS.
    pub kms_key_id: Option<Output<String>>,
}

/// Whether the metadata service asks for a session token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HttpTokens {
    /// IMDSv2 only.
    Required,
    /// IMDSv1 too.
    Optional,
}
