#![doc = include_str!("../docs/testing.md")]

pub use mlplat_aws::checks;
pub use mlplat_aws::policy::{Access, Permission, Policies, ReadPolicies};
pub use mlplat_core::checks::Checks;
pub use mlplat_core::graph::{Context, Graph, NodeView, Reference};
pub use mlplat_core::testing::{NodeSnapshot, Order, Snapshot, Tested};
pub use mlplat_core::{Problem, Problems};
pub use mlplat_sim::simulate::{Life, Object, Run, World};
