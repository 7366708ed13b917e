//! Storage classes over AWS's drivers.
//!
//! A class is an object of Kubernetes that names a driver and what the driver
//! is to make: so it stands here, above the crate of the add-ons and the crate
//! of the objects, which do not know each other.

mod class;
mod ebs;
mod efs;

pub use class::{Rwo, Rwx, VolumeClass};
pub use ebs::EbsStorageClass;
pub(crate) use ebs::gp3;
pub use efs::{EfsStorageClass, EfsStorageClassOptions, EfsStorageClassWith};
