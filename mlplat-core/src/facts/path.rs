//! The small join language in which needs and side objects name other objects.

use serde::Serialize;

/// One step from a set of objects to a set of related objects.
///
/// The same path is walked over the expressions of a graph (to derive order)
/// and over the objects of the simulated cloud (to derive behaviour). For
/// example, the gateway attachment that a NAT gateway needs is
/// `[Follow("SubnetId"), Follow("VpcId"), Back("ec2.VPCGatewayAttachment", "VpcId")]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Join {
    /// To the objects that this field names.
    Follow(&'static str),
    /// To the objects of this type whose field (second) names one of these.
    Back(&'static str, &'static str),
    /// To the objects of any of these types, each with the field that names one
    /// of these: instances or Fargate, for example.
    BackAny(&'static [(&'static str, &'static str)]),
    /// To the objects that offer this to one of these, whatever their type:
    /// see [`Offer`]. So a Kubernetes workload comes after the machines that
    /// its pods run on, though no Kubernetes type knows a cloud's.
    Offered(&'static str),
    /// Keep only the objects whose field (first) has this literal value.
    Where(&'static str, &'static str),
}

/// Something that a type's objects do for another, for [`Join::Offered`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Offer {
    /// What: `pods` for somewhere to run them, `permissions` for what a role
    /// may do.
    pub what: &'static str,
    /// The field that names for whom.
    pub to: &'static str,
}
