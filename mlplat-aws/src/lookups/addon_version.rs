//! `eks.AddonVersion`.

use mlplat_core::facts::{LOOKUP, OnChange, OutputFact, Refs, Type, f};
use mlplat_core::{Output, Resource};

use crate::sources;

/// Facts of `eks.AddonVersion`.
pub static ADDON_VERSION: Type = Type {
    name: "eks.AddonVersion",
    doc: "The version of an add-on that AWS gives a cluster by default.",
    api: "eks:DescribeAddonVersions",
    id: "AddonVersion",
    fields: &[
        f("AddonName", OnChange::InPlace, Refs::No),
        f("KubernetesVersion", OnChange::InPlace, Refs::No),
    ],
    outputs: &[OutputFact::fixed(
        "AddonVersion",
        "v{KubernetesVersion}.0-eksbuild.1",
    )],
    source: sources::EKS,
    ..LOOKUP
};

/// The version of an add-on that AWS gives a cluster by default. API:
/// `DescribeAddonVersions`, the version whose compatibility with the
/// Kubernetes version is marked `defaultVersion`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = ADDON_VERSION, handle = AddonVersionHandle { addon_version: String })]
pub struct AddonVersion {
    /// The add-on: `vpc-cni`.
    pub addon_name: Output<String>,
    /// The cluster's minor version: `1.35`.
    pub kubernetes_version: Output<String>,
}
