//! Writes the facts of every type, the mapping of its fields and the values of
//! its enumerations as JSON to standard output, for the oracle.

#[path = "../tests/names/mod.rs"]
mod names;

use std::io::{self, Write};

use mlplat_aws::policy::ManagedPolicy;
use mlplat_aws::{
    DbClass, EngineVersion, MySql, Postgres, acm, api, catalog, ec2, ecr, efs, eks, fsx, kms, logs,
    permissions, rds, route53, s3,
};
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let dump = json!({
        "types": catalog(),
        "mappings": api::MAPPINGS,
        "values": values(),
        "permissions": permissions::all().collect::<Vec<_>>(),
        "databases": {
            "mysql": names_of(MySql::VERSIONS),
            "postgres": names_of(Postgres::VERSIONS),
        },
        "database_classes": DbClass::NAMED.iter().map(DbClass::as_str).collect::<Vec<_>>(),
        "managed_policies": ManagedPolicy::ALL.map(ManagedPolicy::name),
    });
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &dump)?;
    writeln!(out)
}

fn names_of(versions: &[EngineVersion]) -> Vec<&'static str> {
    versions.iter().map(|version| version.name).collect()
}

/// The enumerations of this crate, by the field that takes them.
fn values() -> Vec<Value> {
    let each = [
        (
            "acm.Certificate",
            "ValidationMethod",
            names::of::<acm::ValidationMethod>(),
        ),
        (
            "acm.Certificate",
            "KeyAlgorithm",
            names::of::<acm::KeyAlgorithm>(),
        ),
        (
            "route53.RecordSet",
            "Type",
            names::of::<route53::RecordType>(),
        ),
        (
            "ec2.VPC",
            "InstanceTenancy",
            names::of::<ec2::InstanceTenancy>(),
        ),
        (
            "ec2.VPCEndpoint",
            "VpcEndpointType",
            names::of::<ec2::VpcEndpointType>(),
        ),
        (
            "ec2.FlowLog",
            "ResourceType",
            names::of::<ec2::FlowLogResourceType>(),
        ),
        (
            "ec2.FlowLog",
            "TrafficType",
            names::of::<ec2::TrafficType>(),
        ),
        (
            "ec2.LaunchTemplate",
            "HttpTokens",
            names::of::<ec2::HttpTokens>(),
        ),
        (
            "ecr.PullThroughCacheRule",
            "UpstreamRegistry",
            names::of::<ecr::UpstreamRegistry>(),
        ),
        (
            "ecr.Repository",
            "ImageTagMutability",
            names::of::<ecr::ImageTagMutability>(),
        ),
        (
            "ecr.Repository",
            "EncryptionType",
            names::of::<ecr::EncryptionType>(),
        ),
        (
            "eks.Cluster",
            "AuthenticationMode",
            names::of::<eks::AuthenticationMode>(),
        ),
        ("eks.Cluster", "IpFamily", names::of::<eks::IpFamily>()),
        (
            "eks.Cluster",
            "EnabledLogTypes",
            names::of::<eks::LogType>(),
        ),
        (
            "eks.Cluster",
            "SupportType",
            names::of::<eks::SupportType>(),
        ),
        ("eks.Nodegroup", "AmiType", names::of::<eks::AmiType>()),
        (
            "eks.Nodegroup",
            "CapacityType",
            names::of::<eks::CapacityType>(),
        ),
        (
            "eks.Nodegroup",
            "Taints[].effect",
            names::of::<eks::TaintEffect>(),
        ),
        (
            "eks.Nodegroup",
            "Taints[]",
            names::of::<eks::ResolvedTaint>(),
        ),
        (
            "eks.Addon",
            "ResolveConflicts",
            names::of::<eks::ResolveConflicts>(),
        ),
        (
            "eks.AccessPolicyAssociation",
            "AccessScopeType",
            names::of::<eks::AccessScopeType>(),
        ),
        (
            "ec2.LaunchTemplate",
            "BlockDeviceMappings[]",
            names::of::<ec2::ResolvedBlockDeviceMapping>(),
        ),
        (
            "ec2.LaunchTemplate",
            "BlockDeviceMappings[].Ebs",
            names::of::<ec2::ResolvedEbsBlockDevice>(),
        ),
        (
            "logs.LogGroup",
            "LogGroupClass",
            names::of::<logs::LogGroupClass>(),
        ),
        (
            "s3.Bucket",
            "VersioningStatus",
            names::of::<s3::VersioningStatus>(),
        ),
        ("s3.Bucket", "SSEAlgorithm", names::of::<s3::SseAlgorithm>()),
        (
            "s3.Bucket",
            "ObjectOwnership",
            names::of::<s3::ObjectOwnership>(),
        ),
        (
            "efs.FileSystem",
            "PerformanceMode",
            names::of::<efs::PerformanceMode>(),
        ),
        (
            "efs.FileSystem",
            "ThroughputMode",
            names::of::<efs::ThroughputMode>(),
        ),
        (
            "efs.FileSystem",
            "BackupStatus",
            names::of::<efs::BackupStatus>(),
        ),
        (
            "efs.FileSystem",
            "LifecyclePolicies[]",
            names::of::<efs::ResolvedLifecyclePolicy>(),
        ),
        (
            "fsx.FileSystem",
            "DeploymentType",
            names::of::<fsx::LustreDeploymentType>(),
        ),
        (
            "fsx.DataRepositoryAssociation",
            "AutoImportEvents",
            names::of::<fsx::RepositoryEvent>(),
        ),
        (
            "fsx.DataRepositoryAssociation",
            "AutoExportEvents",
            names::of::<fsx::RepositoryEvent>(),
        ),
        ("kms.Key", "KeySpec", names::of::<kms::KeySpec>()),
        ("kms.Key", "KeyUsage", names::of::<kms::KeyUsage>()),
        (
            "rds.DBInstance",
            "StorageType",
            names::of::<rds::StorageType>(),
        ),
        (
            "rds.DBInstance",
            "EngineLifecycleSupport",
            names::of::<rds::EngineLifecycleSupport>(),
        ),
    ];
    let days = logs::Retention::ALL.iter().map(|period| period.days());
    let days = json!({
        "ty": "logs.LogGroup", "field": "RetentionInDays", "values": days.collect::<Vec<_>>(),
    });
    each.iter()
        .map(|(ty, field, values)| json!({ "ty": ty, "field": field, "values": values }))
        .chain([days])
        .collect()
}
