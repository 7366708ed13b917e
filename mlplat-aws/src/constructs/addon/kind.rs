//! What is true of an add-on: its name, its settings, whom its pods act as.

use std::fmt::Debug;

use serde_json::{Map, Value};

use crate::policy::{ManagedPolicy, Statement};

pub(super) mod sealed {
    use super::{Acts, Map, Value};

    pub trait Kind {
        /// The settings as the add-on's own schema has them. Empty for AWS's
        /// defaults.
        fn settings(&self) -> Map<String, Value> {
            Map::new()
        }

        /// Whom its pods act as, if they act in AWS at all.
        fn acts(&self) -> Option<Acts> {
            None
        }
    }
}

/// An add-on of EKS with its settings: [`VpcCni`](crate::VpcCni),
/// [`CoreDns`](crate::CoreDns), [`EfsCsi`](crate::EfsCsi) ...
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an add-on of EKS",
    label = "not an add-on",
    note = "pass one of VpcCni, KubeProxy, CoreDns, PodIdentityAgent, EbsCsi, EfsCsi, FsxCsi, MountpointS3, SnapshotController, MetricsServer"
)]
pub trait AddonKind: sealed::Kind + Clone + Debug {
    /// As EKS spells it: `vpc-cni`.
    const NAME: &'static str;
}

/// An add-on whose pods act in AWS, so that they can be permitted more.
#[diagnostic::on_unimplemented(
    message = "the pods of `{Self}` do nothing in AWS",
    label = "has no role that could be permitted anything"
)]
pub trait ActsInAws: AddonKind {
    /// The service account of its pods in `kube-system`, as the add-on makes
    /// it.
    const ACCOUNT: &'static str;
}

/// Whom the pods of an add-on act as.
#[doc(hidden)]
#[derive(Debug)]
pub struct Acts {
    /// Their service account in `kube-system`.
    pub(super) account: &'static str,
    /// What they may do in any case.
    pub(super) policies: &'static [ManagedPolicy],
    /// What they may do by their settings.
    pub(super) statements: Vec<Statement>,
}

impl Acts {
    /// With the policies of AWS alone.
    pub(super) const fn by(account: &'static str, policies: &'static [ManagedPolicy]) -> Self {
        Self {
            account,
            policies,
            statements: Vec::new(),
        }
    }
}
