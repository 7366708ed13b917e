//! Files in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mlplat_core::world::{Files, LockGuard};

/// A file system in memory. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles(Arc<Mutex<Disk>>);

#[derive(Debug, Default)]
struct Disk {
    files: BTreeMap<PathBuf, Vec<u8>>,
    locked: BTreeSet<PathBuf>,
}

impl MemoryFiles {
    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All files, by path.
    #[must_use]
    pub fn all(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        self.disk().files.clone()
    }

    /// Another disk with the same files, and no locks.
    #[must_use]
    pub fn copy(&self) -> Self {
        let disk = Disk {
            files: self.all(),
            locked: BTreeSet::new(),
        };
        Self(Arc::new(Mutex::new(disk)))
    }

    /// Frees every lock, as the kernel does when a process dies.
    pub fn free_locks(&self) {
        self.disk().locked.clear();
    }
}

struct Held(MemoryFiles, PathBuf);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.disk().locked.remove(&self.1);
    }
}

fn not_found() -> io::Error {
    io::ErrorKind::NotFound.into()
}

impl Files for MemoryFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.disk().files.get(path).cloned().ok_or_else(not_found)
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.disk().files.insert(path.to_owned(), content.to_vec());
        Ok(())
    }

    fn append(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut disk = self.disk();
        let file = disk.files.get_mut(path).ok_or_else(not_found)?;
        file.extend_from_slice(content);
        Ok(())
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        let there = self.disk().files.contains_key(path);
        if there { Ok(()) } else { Err(not_found()) }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut disk = self.disk();
        let content = disk.files.remove(from).ok_or_else(not_found)?;
        disk.files.insert(to.to_owned(), content);
        Ok(())
    }

    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.disk().files.remove(path);
        Ok(())
    }

    fn create_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<Option<LockGuard>> {
        let fresh = self.disk().locked.insert(path.to_owned());
        Ok(fresh.then(|| LockGuard::new(Held(self.clone(), path.to_owned()))))
    }
}
