//! A cluster's version goes up one minor version at a time, and never down.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;

use mlplat::core::Engine;
use mlplat::core::deploy::{Cancel, DeployOptions, Deployment, EngineError, Outcome, Stamped};
use mlplat::core::graph::{Context, Graph};
use mlplat::core::seal::AgeLock;
use mlplat::core::state::FileStore;
use mlplat::core::world::{SystemFiles, SystemWorld, World};
use mlplat::prelude::*;
use mlplat::sim::local::{Local, LocalOptions};

async fn deploy(dir: &Path, version: &'static str) -> Result<(Deployment, Local), EngineError> {
    let world: Arc<dyn World> = Arc::new(SystemWorld::new());
    let files = Arc::new(SystemFiles::default());
    let options = LocalOptions {
        region: "eu-west-1".to_owned(),
        ..LocalOptions::default()
    };
    let local = Local::open(world.clone(), files, &dir.join("world"), &options).unwrap();
    let keys = AgeLock::local(world.files(), &dir.join("local.key")).unwrap();
    let store = FileStore::new(world.clone(), dir);
    let engine = Engine::new(world, Arc::new(store), local.providers(), Arc::new(keys));
    let graph = Graph::build(Context::new("versions"), |stack| {
        let network = stack.add("network", Vpc::new("10.0.0.0/16"));
        let cluster = EksCluster::new(&network).version(version);
        stack.add("cluster", cluster);
    })?;
    let options = DeployOptions::default();
    let sink = |_: &Stamped| ();
    let deployed = engine
        .deploy(&graph, &options, &sink, &Cancel::new(), &|_| true)
        .await?;
    Ok((deployed, local))
}

fn version(local: &Local) -> String {
    let objects = local.cloud().objects();
    let cluster = objects.iter().find(|object| object.ty == "eks.Cluster");
    cluster.unwrap().inputs["Version"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// In virtual time, so that a busy machine cannot make anything late.
#[tokio::test(start_paused = true)]
async fn a_cluster_goes_up_step_by_step_and_never_down() {
    let dir = tempfile::tempdir().unwrap();
    deploy(dir.path(), "1.33").await.unwrap();
    // The simulated account refuses an update by more than one minor version.
    let (upgraded, local) = deploy(dir.path(), "1.35").await.unwrap();
    assert_eq!(upgraded.outcome, Outcome::Complete, "{:?}", upgraded.failed);
    assert_eq!(version(&local), "1.35");
    let refused = deploy(dir.path(), "1.34").await.err().unwrap().to_string();
    assert!(
        refused.starts_with(
            "cluster/control-plane: Version cannot go from 1.35 down to 1.34 (version-down)"
        ),
        "{refused}"
    );
}
