//! `Local`: what a program is deployed to when no account is at hand.

use std::io;
use std::path::Path;
use std::sync::Arc;

use mlplat_core::facts::Type;
use mlplat_core::provider::Providers;
use mlplat_core::world::{Files, World};
use mlplat_k8s::KubeProvider;

use super::clusters::Keep;
use super::{Clusters, Door, WorldMemory};
use crate::cloud::{Cloud, Faults};

/// How the local world behaves.
#[derive(Debug, Clone, Default)]
pub struct LocalOptions {
    /// The region that the account is in.
    pub region: String,
    /// What goes wrong.
    pub faults: Faults,
}

/// A simulated account with its clusters, kept in a folder.
#[derive(Clone)]
pub struct Local {
    cloud: Arc<Cloud>,
    clusters: Arc<Clusters>,
}

impl Local {
    /// The world in a folder, as the last process left it.
    ///
    /// # Errors
    /// When the folder cannot be read or made.
    pub fn open(
        world: Arc<dyn World>,
        files: Arc<dyn Files>,
        dir: &Path,
        options: &LocalOptions,
    ) -> io::Result<Self> {
        let cloud = Cloud::open(
            mlplat_aws::catalog(),
            &options.region,
            world.clone(),
            options.faults.clone(),
            files.clone(),
            dir,
        )?;
        let keep = Keep::Folder(files, dir.to_owned());
        Ok(Self::of(cloud, world, keep, &options.faults))
    }

    /// The world that is kept in memory, as the last process left it. Its
    /// account serves these types.
    #[must_use]
    pub fn remembered(
        types: &[&'static Type],
        world: Arc<dyn World>,
        memory: &WorldMemory,
        options: &LocalOptions,
    ) -> Self {
        let cloud = Cloud::remembered(
            types,
            &options.region,
            world.clone(),
            options.faults.clone(),
            &memory.account,
        );
        let keep = Keep::Memory(memory.clusters.clone());
        Self::of(cloud, world, keep, &options.faults)
    }

    fn of(cloud: Cloud, world: Arc<dyn World>, keep: Keep, faults: &Faults) -> Self {
        let cloud = Arc::new(cloud);
        let clusters = Clusters::new(cloud.clone(), world, keep, faults.clone());
        let clusters = Arc::new(clusters);
        clusters.act_in_account();
        Self { cloud, clusters }
    }

    /// The providers of the account and of the clusters in it.
    #[must_use]
    pub fn providers(&self) -> Providers {
        Providers::default()
            .with(self.cloud.clone())
            .with(Arc::new(KubeProvider::new(self.clusters.clone())))
    }

    /// The account.
    #[must_use]
    pub fn cloud(&self) -> &Arc<Cloud> {
        &self.cloud
    }

    /// The clusters.
    #[must_use]
    pub fn clusters(&self) -> &Arc<Clusters> {
        &self.clusters
    }

    /// The other door: looking and changing past the engine.
    #[must_use]
    pub fn door(&self) -> Door<'_> {
        Door {
            cloud: &self.cloud,
            clusters: &self.clusters,
        }
    }
}
