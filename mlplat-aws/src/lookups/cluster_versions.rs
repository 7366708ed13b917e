//! `eks.ClusterVersions`.

use mlplat_core::Resource;
use mlplat_core::facts::{LOOKUP, OutputFact, Type};

use crate::sources;

/// Facts of `eks.ClusterVersions`.
///
/// The simulated answer is the state of 2026-11-20: 1.34 to 1.36 in standard
/// support, 1.31 to 1.33 in extended support.
pub static CLUSTER_VERSIONS: Type = Type {
    name: "eks.ClusterVersions",
    doc: "The Kubernetes versions that EKS offers.",
    api: "eks:DescribeClusterVersions",
    id: "ClusterVersions",
    outputs: &[
        OutputFact::fixed(
            "ClusterVersions",
            r#"["1.31","1.32","1.33","1.34","1.35","1.36"]"#,
        ),
        OutputFact::fixed("StandardSupport", r#"["1.34","1.35","1.36"]"#),
    ],
    source: sources::EKS,
    ..LOOKUP
};

/// The Kubernetes versions that EKS offers, oldest first. API:
/// `DescribeClusterVersions`; those whose `versionStatus` is
/// `STANDARD_SUPPORT` are in the second list.
#[derive(Resource, Clone, Debug, Default)]
#[resource(facts = CLUSTER_VERSIONS, handle = ClusterVersionsHandle {
    cluster_versions: Vec<String>,
    standard_support: Vec<String>,
})]
pub struct ClusterVersions {}
