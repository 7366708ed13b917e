//! A process: a world that can die.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use mlplat_core::world::{Files, LockGuard, World};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::MemoryFiles;
use super::trouble::{Disk, Trouble, part};
use crate::local::WorldMemory;

/// What outlives processes. Clones are the same machine.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    /// Its disk.
    pub files: MemoryFiles,
    /// The account and the clusters that its processes reach. They are
    /// somewhere else: no loss of power takes anything from them.
    pub world: WorldMemory,
}

impl Machine {
    /// Another machine in another world, where everything is the same.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self {
            files: self.files.copy(),
            world: self.world.copy(),
        }
    }
}

/// One process on a machine.
pub struct Process {
    files: Gate,
    start: Instant,
    seed: AtomicU64,
    passed: AtomicU64,
    dies_at: u64,
    dead: AtomicBool,
    /// Milliseconds that it lived, once it is dead.
    lived_ms: AtomicU64,
    /// Told when the process dies.
    pub(super) death: Notify,
    trace: Mutex<Vec<&'static str>>,
}

/// The machine's files, shut to a dead process.
struct Gate {
    files: MemoryFiles,
    dead: AtomicBool,
    disk: Disk,
}

impl Process {
    /// A process that lives, with its own randomness.
    #[must_use]
    pub fn new(machine: &Machine, seed: u64) -> Self {
        Self::dying(machine, seed, 0)
    }

    /// A process that dies at its n-th fault point; 0 for never.
    #[must_use]
    pub fn dying(machine: &Machine, seed: u64, at: u64) -> Self {
        machine.files.free_locks();
        Self {
            files: Gate {
                files: machine.files.clone(),
                dead: AtomicBool::new(false),
                disk: Disk::default(),
            },
            start: Instant::now(),
            seed: AtomicU64::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1),
            passed: AtomicU64::new(0),
            dies_at: at,
            dead: AtomicBool::new(false),
            lived_ms: AtomicU64::new(0),
            death: Notify::new(),
            trace: Mutex::default(),
        }
    }

    /// The same process, on a disk with something wrong.
    #[must_use]
    pub fn on_a_disk_with(mut self, trouble: Trouble) -> Self {
        self.files.disk = Disk::with(trouble);
        self
    }

    /// How many operations of the disk it has asked for.
    #[must_use]
    pub fn disk_operations(&self) -> u64 {
        self.files.disk.operations()
    }

    /// How many fault points were passed.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.passed.load(Ordering::Relaxed)
    }

    /// How long it lived, when it was killed.
    #[must_use]
    pub fn died_after(&self) -> Duration {
        Duration::from_millis(self.lived_ms.load(Ordering::Relaxed))
    }

    /// The names of the fault points that were passed.
    #[must_use]
    pub fn trace(&self) -> Vec<&'static str> {
        self.trace
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl World for Process {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn unix_time(&self) -> u64 {
        1_800_000_000 + self.start.elapsed().as_secs()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(time))
    }

    fn random(&self, buffer: &mut [u8]) {
        for byte in buffer {
            // xorshift64*: repeatable, and nobody's secret depends on it here.
            let mut x = self.seed.load(Ordering::Relaxed);
            x ^= x >> 12;
            x ^= x << 25;
            x ^= x >> 27;
            self.seed.store(x, Ordering::Relaxed);
            *byte = x.wrapping_mul(0x2545_F491_4F6C_DD1D).to_be_bytes()[0];
        }
    }

    fn files(&self) -> &dyn Files {
        &self.files
    }

    fn fault_point(&self, name: &'static str) {
        let number = self.passed.fetch_add(1, Ordering::Relaxed) + 1;
        self.trace
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(name);
        if number == self.dies_at {
            let lived = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.lived_ms.store(lived, Ordering::Relaxed);
            self.dead.store(true, Ordering::Relaxed);
            self.files.dead.store(true, Ordering::Relaxed);
            self.death.notify_one();
        }
    }

    fn alive(&self) -> bool {
        !self.dead.load(Ordering::Relaxed)
    }
}

impl Gate {
    /// The files of a process that lives, for an operation that only looks.
    fn look(&self) -> io::Result<&MemoryFiles> {
        self.open(false)
    }

    /// The same for one that changes something.
    fn change(&self) -> io::Result<&MemoryFiles> {
        self.open(true)
    }

    fn open(&self, writes: bool) -> io::Result<&MemoryFiles> {
        if self.dead.load(Ordering::Relaxed) {
            return Err(io::Error::other("the process is dead"));
        }
        self.disk.next(writes)?;
        Ok(&self.files)
    }

    /// What a write that fails leaves behind.
    fn torn(
        &self,
        failed: io::Result<&MemoryFiles>,
        write: impl Fn(&MemoryFiles) -> io::Result<()>,
    ) -> io::Result<()> {
        if let (Err(why), false) = (&failed, self.dead.load(Ordering::Relaxed))
            && why.kind() == io::ErrorKind::StorageFull
        {
            // The disk is full already: nobody hears whether this much went.
            let _ = write(&self.files);
        }
        failed.map(drop)
    }
}

impl Files for Gate {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.look()?.read(path)
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        self.look()?.length(path)
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        match self.change() {
            Ok(files) => files.write(path, content),
            failed => self.torn(failed, |files| files.write(path, part(content))),
        }
    }

    fn append(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        match self.change() {
            Ok(files) => files.append(path, content),
            failed => self.torn(failed, |files| files.append(path, part(content))),
        }
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.change()?.sync(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change()?.rename(from, to)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.change()?.sync_dir(dir)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.change()?.remove(path)
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.change()?.create_dir(dir)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<LockGuard>> {
        self.change()?.lock(path)
    }
}
