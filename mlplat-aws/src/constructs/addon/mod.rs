//! Add-ons: parts of a cluster that AWS installs and updates.

mod construct;
mod kind;
mod kinds;

pub use construct::{Addon, AddonReady};
pub use kind::{ActsInAws, AddonKind};
pub use kinds::{
    CoreDns, EbsCsi, EfsCsi, FsxCsi, KubeProxy, MetricsServer, MountpointS3, PodIdentityAgent,
    SnapshotController, VpcCni,
};
