//! Where the fields of EC2 Auto Scaling's types go.

use super::{Mapping, p, plain};

pub(super) const TAG: Mapping = Mapping {
    paths: &[
        p("AutoScalingGroupName", "", "Tags[].ResourceId"),
        p("Key", "", "Tags[].Key"),
        p("Value", "", "Tags[].Value"),
        p("PropagateAtLaunch", "", "Tags[].PropagateAtLaunch"),
    ],
    ..plain("autoscaling.Tag", "autoscaling:DeleteTags")
};
