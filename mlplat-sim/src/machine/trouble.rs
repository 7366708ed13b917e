//! A disk that fails at one of its operations, once or from then on.
//!
//! Operations are counted as the process asks for them: each read, write, append, sync, rename, removal, folder and
//! lock. A write that fails may have got a part of its bytes onto the disk, as with a real one that is full.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is wrong with a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trouble {
    /// What it answers.
    pub what: DiskError,
    /// The number of the operation, from 1.
    pub at: u64,
    /// Every later one fails too.
    pub stays: bool,
}

/// What a disk answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskError {
    /// `ENOSPC`: it is full. It can be read.
    Full,
    /// `EROFS`: it cannot be written any more.
    ReadOnly,
    /// `EIO`: it is broken.
    Broken,
}

/// A process's disk: its operations counted, and which of them fail.
#[derive(Debug, Default)]
pub(super) struct Disk {
    trouble: Option<Trouble>,
    operations: AtomicU64,
}

impl Disk {
    pub(super) fn with(trouble: Trouble) -> Self {
        Self {
            trouble: Some(trouble),
            operations: AtomicU64::new(0),
        }
    }

    pub(super) fn operations(&self) -> u64 {
        self.operations.load(Ordering::Relaxed)
    }

    /// One more operation.
    pub(super) fn next(&self, writes: bool) -> io::Result<()> {
        let number = self.operations.fetch_add(1, Ordering::Relaxed) + 1;
        let Some(trouble) = self.trouble else {
            return Ok(());
        };
        let met = number == trouble.at || trouble.stays && number > trouble.at;
        if !met {
            return Ok(());
        }
        match trouble.what {
            DiskError::Broken => Err(io::Error::other("Input/output error")),
            DiskError::Full if writes => Err(io::ErrorKind::StorageFull.into()),
            DiskError::ReadOnly if writes => Err(io::ErrorKind::ReadOnlyFilesystem.into()),
            DiskError::Full | DiskError::ReadOnly => Ok(()),
        }
    }
}

/// The part of some bytes that a failing write leaves.
pub(super) fn part(content: &[u8]) -> &[u8] {
    &content[..content.len() / 2]
}
