//! The real world: the operating system's clock, randomness and files.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::future::BoxFuture;
use tokio::time::Instant;

use super::{Files, LockGuard, World};

/// The operating system, with tokio's clock: on a runtime whose clock is
/// paused, time is virtual.
#[derive(Debug)]
pub struct SystemWorld {
    start: Instant,
    files: SystemFiles,
}

impl SystemWorld {
    /// A world whose time starts now. Needs a tokio runtime with a clock when
    /// it sleeps.
    #[must_use]
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
            files: SystemFiles::default(),
        }
    }
}

impl Default for SystemWorld {
    fn default() -> Self {
        Self::new()
    }
}

impl World for SystemWorld {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn unix_time(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.as_secs())
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(time))
    }

    fn random(&self, buffer: &mut [u8]) {
        // Without randomness no key is safe, so there is nothing to go on
        // with; the kernel's generator fails only before the machine is up.
        #[allow(clippy::expect_used)]
        getrandom::fill(buffer).expect("the operating system gives random numbers");
    }

    fn files(&self) -> &dyn Files {
        &self.files
    }
}

/// The operating system's files. Files that are appended to stay open.
#[derive(Debug, Default)]
pub struct SystemFiles {
    open: Mutex<HashMap<PathBuf, File>>,
}

impl SystemFiles {
    fn with_open<T>(
        &self,
        path: &Path,
        act: impl FnOnce(&mut File) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if !open.contains_key(path) {
            let file = OpenOptions::new().append(true).open(path)?;
            open.insert(path.to_owned(), file);
        }
        match open.get_mut(path) {
            Some(file) => act(file),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn forget(&self, path: &Path) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.remove(path);
    }
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

impl Files for SystemFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        fs::metadata(path).map(|about| about.len())
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.forget(path);
        let mut options = OpenOptions::new();
        let mut file = private(options.write(true).create(true).truncate(true)).open(path)?;
        file.write_all(content)
    }

    fn append(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.with_open(path, |file| file.write_all(content))
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.with_open(path, |file| file.sync_data())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.forget(from);
        self.forget(to);
        fs::rename(from, to)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        // Only Unix lets a folder be opened and synced.
        if cfg!(unix) {
            File::open(dir)?.sync_all()
        } else {
            Ok(())
        }
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.forget(path);
        match fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        fs::create_dir_all(dir)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<LockGuard>> {
        let mut options = OpenOptions::new();
        let file = private(options.write(true).create(true).truncate(false)).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(LockGuard::new(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
