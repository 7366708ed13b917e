//! Facts that all Kubernetes objects share.

use mlplat_core::facts::{
    Alphabet, Field, Held, Life, NameRule, OnChange, OutputFact, Recovery, Refs, Scope, TYPE,
    Tagging, Type, Unique, f, opt, w,
};

/// Where the facts come from.
pub(super) const SOURCE: &str = "Kubernetes API conventions and reference, v1.35 (2026-11-20)";

/// The cluster: an object cannot move to another one.
pub(super) const CLUSTER: Field = f("Cluster", OnChange::Replace, Refs::No);
/// The namespace, which takes its objects along when it goes.
pub(super) const IN_NAMESPACE: Field = f(
    "Namespace",
    OnChange::Replace,
    Refs::To("k8s.Namespace", Held::Cascades),
);
/// The name.
pub(super) const NAME: Field = f("Name", OnChange::Replace, Refs::No);
/// Labels.
pub(super) const LABELS: Field = opt("Labels", OnChange::InPlace);
/// Annotations.
pub(super) const ANNOTATIONS: Field = opt("Annotations", OnChange::InPlace);

const fn name_rule(max: u16) -> NameRule {
    NameRule {
        field: "Name",
        min: 1,
        max,
        alphabet: Alphabet::Dns1123,
    }
}

/// Until finalizers are done an object shows as terminating.
const DELETE: Life = w(1, &["Terminating"], 0);

/// What a cluster-wide type starts from.
pub(super) const CLUSTER_WIDE: Type = Type {
    provider: "kubernetes",
    id: "Id",
    recovery: Recovery::NaturalKey(&["Name"]),
    tags: Tagging::OnCreate,
    name_rule: Some(name_rule(63)),
    unique: &[Unique {
        fields: &["Name"],
        scope: Scope::Parent("Cluster"),
        code: "AlreadyExists",
        held_after_delete_s: 0,
    }],
    delete: DELETE,
    source: SOURCE,
    ..TYPE
};

/// What a namespaced type starts from.
pub(super) const NAMESPACED: Type = Type {
    recovery: Recovery::NaturalKey(&["Namespace", "Name"]),
    unique: &[Unique {
        fields: &["Cluster", "Namespace", "Name"],
        scope: Scope::Account,
        code: "AlreadyExists",
        held_after_delete_s: 0,
    }],
    ..CLUSTER_WIDE
};

/// Outputs of a namespaced type.
pub(super) const OUTPUTS: &[OutputFact] = &[
    OutputFact::fixed("Id", "{Namespace}/{Name}"),
    OutputFact::fixed("Name", "{Name}"),
    OutputFact::fixed("Namespace", "{Namespace}"),
];
