//! `autoscaling.Tag`.

use mlplat_core::facts::{
    Held, OnChange, OutputFact, Recovery, Refs, Scope, TYPE, Tagging, Type, Unique, f, instant, opt,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::sources;

/// Facts of `autoscaling.Tag`.
///
/// EKS makes the auto scaling group of a node group and copies none of the
/// node group's tags to it; an autoscaler reads there what a node would be
/// like that does not exist yet. CloudFormation has tags only as a property of
/// a group that it makes itself. `CreateOrUpdateTags` is both creation and
/// update, and the group takes its tags along.
pub static TAG: Type = Type {
    name: "autoscaling.Tag",
    doc: "A tag of an auto scaling group that somebody else makes.",
    api: "autoscaling:CreateOrUpdateTags",
    id: "Id",
    recovery: Recovery::NaturalKey(&["AutoScalingGroupName", "Key"]),
    tags: Tagging::Never,
    fields: &[
        f(
            "AutoScalingGroupName",
            OnChange::Replace,
            Refs::To("eks.Nodegroup", Held::Cascades),
        ),
        f("Key", OnChange::Replace, Refs::No),
        opt("Value", OnChange::InPlace),
        opt("PropagateAtLaunch", OnChange::InPlace),
    ],
    outputs: &[OutputFact::fixed("Id", "{AutoScalingGroupName}|{Key}")],
    unique: &[Unique {
        fields: &["Key"],
        scope: Scope::Parent("AutoScalingGroupName"),
        code: "",
        held_after_delete_s: 0,
    }],
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    source: sources::AUTO_SCALING,
    ..TYPE
};

/// A tag of an auto scaling group that somebody else makes. API:
/// `CreateOrUpdateTags`, `DeleteTags`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = TAG, handle = TagHandle { id: String })]
pub struct Tag {
    /// The group: `auto_scaling_group` of a node group. In the API
    /// `ResourceId`.
    pub auto_scaling_group_name: Output<String>,
    /// The key, 1 to 128 characters.
    pub key: Output<String>,
    /// The value, up to 256 characters.
    pub value: Option<Output<String>>,
    /// Whether instances that the group starts get it too. Default false.
    pub propagate_at_launch: Option<Output<bool>>,
}

impl Tag {
    /// A tag of the group alone, not of its instances.
    pub fn new(
        auto_scaling_group_name: impl Gives<String>,
        key: impl Gives<String>,
        value: impl Gives<String>,
    ) -> Self {
        Self {
            auto_scaling_group_name: auto_scaling_group_name.into(),
            key: key.into(),
            value: Some(value.into()),
            propagate_at_launch: Some(false.into()),
        }
    }
}
