//! Facts that all Kubernetes objects share.

use mlplat_core::facts::{
    Alphabet, By, Document, Fails, Field, Held, Join, Keyed, Life, NameRule, Need, OnChange,
    OutputFact, OutputLife, Recovery, Refs, Scope, TYPE, Tagging, Type, Unique, f, keyed, opt, w,
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

/// What a type with pods, or with volumes of pods, starts from. They can be
/// made before there is a machine and a driver, and would wait; a failure is
/// better told when these come first, and volumes only go while their driver
/// is there.
pub(super) const WITH_PODS: Type = Type {
    needs: &[Need {
        what: "what pods run on",
        path: &[Join::Follow("Cluster"), Join::Offered("pods")],
        by: By::ToBecomeReady,
        fails: Fails::OrderOnly,
    }],
    ..NAMESPACED
};

/// What tells an object from one that is made under its name after it.
pub(super) const UID: OutputFact = OutputFact::fixed("Uid", "{uuid}");

/// Outputs of a cluster-wide type.
pub(super) const CLUSTER_OUTPUTS: &[OutputFact] = &[
    OutputFact::fixed("Id", "{Name}"),
    OutputFact::fixed("Name", "{Name}"),
    UID,
];

/// Outputs of a namespaced type.
pub(super) const OUTPUTS: &[OutputFact] = &[
    OutputFact::fixed("Id", "{Namespace}/{Name}"),
    OutputFact::fixed("Name", "{Name}"),
    OutputFact::fixed("Namespace", "{Namespace}"),
    UID,
];

/// The specification of an object, compared member by member.
pub(super) const fn spec(inside: &'static Document) -> Field {
    f("Spec", OnChange::InPlace, Refs::No).inside(inside)
}

/// The lists in a pod that are keyed, as the API's schema has them
/// (`x-kubernetes-list-map-keys`). An environment variable may use an earlier
/// one, and init containers run one after the other.
pub(super) const POD_LISTS: &[Keyed] = &[
    keyed("containers", &["name"]),
    keyed("initContainers", &["name"]).ordered(),
    keyed("ephemeralContainers", &["name"]),
    keyed("env", &["name"]).ordered(),
    keyed("ports", &["containerPort", "protocol"]),
    keyed("volumes", &["name"]),
    keyed("volumeMounts", &["mountPath"]),
    keyed("volumeDevices", &["devicePath"]),
    keyed("imagePullSecrets", &["name"]),
    keyed("hostAliases", &["ip"]),
    keyed(
        "topologySpreadConstraints",
        &["topologyKey", "whenUnsatisfiable"],
    ),
    keyed("schedulingGates", &["name"]),
    keyed("resourceClaims", &["name"]),
    keyed("claims", &["name"]),
];

/// Until pods are up, as far as nothing has to be pulled or scaled first.
pub(super) const ROLLOUT: Life = w(20, &["Progressing", "Available"], 0);
/// Until the pods are gone, too: they get 30 seconds to end.
pub(super) const DELETE_PODS: Life = w(10, &["Terminating"], 0);

/// Where a load balancer is reached from outside: a host name, or an address
/// where it has no name. Its controller makes it up.
pub(super) const LOAD_BALANCER_HOST: OutputFact = OutputFact {
    life: OutputLife::Drifts,
    ..OutputFact::fixed("LoadBalancerHost", "{uuid}")
};

/// The annotation of a pod template that carries the revisions of the secrets
/// and settings that its pods use.
pub(crate) const REVISIONS: &str = "mlplat.dev/revisions";
/// The annotation of a secret or settings that counts their contents.
pub(crate) const REVISION: &str = "mlplat.dev/revision";
