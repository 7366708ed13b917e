//! The whole simulated world of one state: an account and its clusters.

mod clusters;
mod door;
mod ground;
mod kube_log;
mod machines;
mod memory;
mod thing;
mod time;
mod world;

pub use clusters::Clusters;
pub use door::{Door, DoorError};
pub use memory::{ClusterMemory, ClustersMemory, WorldMemory};
pub use thing::{FOREIGN, Thing};
pub use time::Paced;
pub use world::{Local, LocalOptions};
