//! Where clients come from.

use async_trait::async_trait;
use mlplat_core::ClusterAccess;
use mlplat_core::provider::ProviderError;

/// Gives a client for a cluster: the live half mints tokens for EKS, the
/// simulated world answers by itself.
#[async_trait]
pub trait ClientSource: Send + Sync {
    /// A client that is let in now.
    ///
    /// # Errors
    /// `Gone` when the cluster does not exist, which takes all its objects
    /// with it; `Denied` when nobody lets the caller in; `Transient` while it
    /// does not answer.
    async fn client(&self, access: &ClusterAccess) -> Result<kube::Client, ProviderError>;
}
