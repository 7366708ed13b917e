//! The real world, and how often something was made durable in it.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use mlplat::core::world::{Files, LockGuard, SystemWorld, World};

/// The real world with counters.
#[derive(Default)]
pub(crate) struct Counted {
    world: SystemWorld,
    /// Batches of records.
    journal: AtomicU64,
    /// Everything else: snapshots, folders, the key.
    other: AtomicU64,
}

/// ` journal-syncs=N other-syncs=N`
impl fmt::Display for Counted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (journal, other) = (
            self.journal.load(Ordering::Relaxed),
            self.other.load(Ordering::Relaxed),
        );
        write!(out, " journal-syncs={journal} other-syncs={other}")
    }
}

impl World for Counted {
    fn now(&self) -> Duration {
        self.world.now()
    }

    fn unix_time(&self) -> u64 {
        self.world.unix_time()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        self.world.sleep(time)
    }

    fn random(&self, buffer: &mut [u8]) {
        self.world.random(buffer);
    }

    fn files(&self) -> &dyn Files {
        self
    }
}

impl Files for Counted {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.world.files().read(path)
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.world.files().write(path, content)
    }

    fn append(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.world.files().append(path, content)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        let counter = match path.file_name().is_some_and(|name| name == "journal") {
            true => &self.journal,
            false => &self.other,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        self.world.files().sync(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.world.files().rename(from, to)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.other.fetch_add(1, Ordering::Relaxed);
        self.world.files().sync_dir(dir)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.world.files().remove(path)
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.world.files().create_dir(dir)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<LockGuard>> {
        self.world.files().lock(path)
    }
}
