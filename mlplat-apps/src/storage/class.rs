//! What a storage class offers.

use std::fmt;
use std::marker::PhantomData;

use mlplat_core::Output;
use mlplat_core::wiring::NodeRef;
use mlplat_k8s::objects::StorageClassHandle;

/// `ReadWriteOnce`: volumes that the pods of one node mount at a time.
#[derive(Debug, Clone, Copy)]
pub enum Rwo {}

/// `ReadWriteMany`: volumes that pods on any node mount at once.
#[derive(Debug, Clone, Copy)]
pub enum Rwx {}

/// A storage class by what its volumes can do, [`Rwo`] or [`Rwx`]: a database
/// asks for one and does not fit on the other.
pub struct VolumeClass<M> {
    /// Its name, which a claim says.
    pub name: Output<String>,
    /// Its node, to come after: the class and its driver are then there.
    pub node: NodeRef,
    mode: PhantomData<fn() -> M>,
}

impl<M> From<StorageClassHandle> for VolumeClass<M> {
    fn from(class: StorageClassHandle) -> Self {
        Self {
            name: class.name,
            node: class.node,
            mode: PhantomData,
        }
    }
}

impl<M> Clone for VolumeClass<M> {
    fn clone(&self) -> Self {
        Self {
            name: self.name.clone(),
            node: self.node,
            mode: PhantomData,
        }
    }
}

impl<M> fmt::Debug for VolumeClass<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VolumeClass")
            .field("name", &self.name)
            .field("node", &self.node)
            .finish()
    }
}
