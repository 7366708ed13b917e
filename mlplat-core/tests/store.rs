//! The file store keeps every promise of a store.

use std::sync::Arc;

use mlplat_core::state::{FileStore, conformance};
use mlplat_core::world::SystemWorld;

#[tokio::test]
async fn the_file_store_conforms() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("a/b");
    let store = FileStore::new(Arc::new(SystemWorld::new()), &folder);
    let steal = || std::fs::remove_file(folder.join("lock")).unwrap();
    conformance::run(&store, &steal).await.unwrap();
}
