//! Facts of objects that no program declares: what controllers in a cluster make in the account.
//!
//! The account obeys them as it obeys those of the catalogue; the engine does not know them.

mod load_balancer;
mod network_interface;
mod volume;

use mlplat_core::facts::Type;

pub(crate) use load_balancer::LOAD_BALANCER;
pub(crate) use network_interface::NETWORK_INTERFACE;
pub(crate) use volume::VOLUME;

/// All of them.
pub(crate) static SIDE: &[&Type] = &[&LOAD_BALANCER, &NETWORK_INTERFACE, &VOLUME];
