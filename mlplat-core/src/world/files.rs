//! The operations on files that the engine needs, and no more.

use std::any::Any;
use std::io;
use std::path::Path;

/// A file system. What was written is durable only after [`Files::sync`], and
/// a rename only after [`Files::sync_dir`].
pub trait Files: Send + Sync {
    /// The whole content.
    ///
    /// # Errors
    /// As the system says; `NotFound` when there is none.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// How many bytes the file has: asked before one is read that somebody else
    /// may have made.
    ///
    /// # Errors
    /// As [`Files::read`].
    fn length(&self, path: &Path) -> io::Result<u64> {
        Ok(self.read(path)?.len() as u64)
    }

    /// Creates or truncates the file and writes the content, without syncing.
    /// The file is readable by its owner only.
    ///
    /// # Errors
    /// As the system says.
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()>;

    /// Writes at the end of an existing file, without syncing.
    ///
    /// # Errors
    /// As the system says.
    fn append(&self, path: &Path, content: &[u8]) -> io::Result<()>;

    /// Makes the content of a file durable.
    ///
    /// # Errors
    /// As the system says.
    fn sync(&self, path: &Path) -> io::Result<()>;

    /// Gives a file another name, replacing what was there.
    ///
    /// # Errors
    /// As the system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Makes renames and new files of a folder durable.
    ///
    /// # Errors
    /// As the system says.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Removes a file; one that is not there is no error.
    ///
    /// # Errors
    /// As the system says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes a folder and those above it.
    ///
    /// # Errors
    /// As the system says.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;

    /// Takes an exclusive lock that ends with the guard or the process.
    /// `None` when another holds it.
    ///
    /// # Errors
    /// As the system says.
    fn lock(&self, path: &Path) -> io::Result<Option<LockGuard>>;
}

/// A held lock: dropping it lets go.
pub struct LockGuard(#[allow(dead_code)] Box<dyn Any + Send + Sync>);

impl LockGuard {
    /// Wraps whatever releases the lock when dropped.
    #[must_use]
    pub fn new(held: impl Any + Send + Sync) -> Self {
        Self(Box::new(held))
    }
}
