//! Files in memory, on a disk that forgets what was not synced.
//!
//! A killed process loses nothing that it wrote: the kernel has it. A machine
//! that loses power does: [`MemoryFiles::lose_power`] leaves of each file what
//! was synced and any part of what was written after, torn at any byte or with
//! zeros where blocks never arrived, and of a folder's renames and new files
//! any first few. What the engine has called durable has to be there still.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mlplat_core::world::{Files, LockGuard};

/// A file system in memory. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles(Arc<Mutex<Disk>>);

#[derive(Debug, Clone, Default)]
struct Disk {
    /// What a running process sees.
    names: BTreeMap<PathBuf, u64>,
    /// What folders will show after a loss of power, if nothing is pending.
    durable: BTreeMap<PathBuf, u64>,
    /// Changes of folders that were not synced, oldest first.
    pending: Vec<Change>,
    nodes: BTreeMap<u64, Content>,
    next: u64,
    locked: BTreeSet<PathBuf>,
    /// Syncs are answered and not done.
    lying: bool,
}

/// A change of a folder.
#[derive(Debug, Clone)]
enum Change {
    Made(PathBuf, u64),
    Renamed(PathBuf, PathBuf),
    Removed(PathBuf),
}

/// What a disk writes at once, in bytes.
const BLOCK: usize = 512;

/// A file's content.
#[derive(Debug, Clone, Default)]
struct Content {
    now: Vec<u8>,
    /// So many bytes of it are on the disk.
    synced: usize,
    /// What was on the disk before it was truncated and written anew.
    before: Option<Vec<u8>>,
}

impl MemoryFiles {
    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All files, by path.
    #[must_use]
    pub fn all(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let disk = self.disk();
        let each = disk.names.iter().filter_map(|(path, node)| {
            let content = disk.nodes.get(node)?;
            Some((path.clone(), content.now.clone()))
        });
        each.collect()
    }

    /// Shows each file below a folder, until one is refused.
    ///
    /// # Errors
    /// What the first refusal says.
    pub fn each<E>(
        &self,
        below: &Path,
        mut show: impl FnMut(&Path, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let disk = self.disk();
        let names = disk
            .names
            .iter()
            .filter(|(path, _)| path.starts_with(below));
        for (path, node) in names {
            if let Some(content) = disk.nodes.get(node) {
                show(path, &content.now)?;
            }
        }
        Ok(())
    }

    /// Another disk with the same files, and no locks.
    #[must_use]
    pub fn copy(&self) -> Self {
        let disk = Disk {
            locked: BTreeSet::new(),
            ..self.disk().clone()
        };
        Self(Arc::new(Mutex::new(disk)))
    }

    /// Another disk with what is certain to be there after any loss of power.
    #[must_use]
    pub fn certain(&self) -> Self {
        let mut disk = self.disk().clone();
        disk.names = disk.durable.clone();
        disk.pending.clear();
        disk.locked.clear();
        for content in disk.nodes.values_mut() {
            match content.before.take() {
                Some(before) => content.now = before,
                None => content.now.truncate(content.synced),
            }
            content.synced = content.now.len();
        }
        Self(Arc::new(Mutex::new(disk)))
    }

    /// Frees every lock, as the kernel does when a process dies.
    pub fn free_locks(&self) {
        self.disk().locked.clear();
    }

    /// From now on syncs are answered and not done, as by a drive that lies.
    pub fn lie_about_syncs(&self) {
        self.disk().lying = true;
    }

    /// What a loss of power leaves of the files below a folder; `seed` decides
    /// what of the unsynced arrived. Everything else is as it was.
    pub fn lose_power(&self, below: &Path, seed: u64) {
        let mut dice = Dice(seed | 1);
        let mut disk = self.disk();
        disk.locked.clear();
        let (here, elsewhere): (Vec<_>, Vec<_>) = std::mem::take(&mut disk.pending)
            .into_iter()
            .partition(|change| change.path().starts_with(below));
        let arrived = dice.below(here.len() + 1);
        let mut durable = disk.durable.clone();
        for change in &here[..arrived] {
            change.apply(&mut durable);
        }
        disk.names.retain(|path, _| !path.starts_with(below));
        for (path, node) in durable.iter().filter(|(path, _)| path.starts_with(below)) {
            disk.names.insert(path.clone(), *node);
        }
        disk.durable = durable;
        disk.pending = elsewhere;
        let nodes: Vec<u64> = disk
            .names
            .iter()
            .filter(|(path, _)| path.starts_with(below))
            .map(|(_, node)| *node)
            .collect();
        for node in nodes {
            if let Some(content) = disk.nodes.get_mut(&node) {
                content.lose_power(&mut dice);
            }
        }
    }
}

impl Disk {
    fn content(&mut self, path: &Path) -> io::Result<&mut Content> {
        let node = self.names.get(path).copied();
        node.and_then(|node| self.nodes.get_mut(&node))
            .ok_or_else(not_found)
    }

    /// Drops the content of files that no name leads to any more, now or
    /// after a loss of power.
    fn sweep(&mut self) {
        let pending = self.pending.iter().filter_map(|change| match change {
            Change::Made(_, node) => Some(*node),
            _ => None,
        });
        let named = self.names.values().chain(self.durable.values()).copied();
        let kept: BTreeSet<u64> = named.chain(pending).collect();
        self.nodes.retain(|node, _| kept.contains(node));
    }

    fn change(&mut self, change: Change) {
        change.apply(&mut self.names);
        self.pending.push(change);
    }
}

impl Change {
    fn path(&self) -> &Path {
        match self {
            Self::Made(path, _) | Self::Renamed(_, path) | Self::Removed(path) => path,
        }
    }

    fn apply(&self, names: &mut BTreeMap<PathBuf, u64>) {
        match self {
            Self::Made(path, node) => _ = names.insert(path.clone(), *node),
            Self::Renamed(from, to) => {
                if let Some(node) = names.remove(from) {
                    names.insert(to.clone(), node);
                }
            }
            Self::Removed(path) => _ = names.remove(path),
        }
    }
}

impl Content {
    fn lose_power(&mut self, dice: &mut Dice) {
        // A truncation that never reached the disk takes what was written
        // after it along.
        if let Some(before) = self.before.take()
            && dice.below(2) == 0
        {
            self.now = before;
            self.synced = self.now.len();
            return;
        }
        let unsynced = self.now.len().saturating_sub(self.synced);
        self.now.truncate(self.synced + dice.below(unsynced + 1));
        let (first, end) = (self.synced / BLOCK, self.now.len().div_ceil(BLOCK));
        if self.now.len() > self.synced && dice.below(3) == 0 {
            let from = first + dice.below(end - first);
            let to = from + 1 + dice.below(end - from);
            let from = (from * BLOCK).max(self.synced);
            let to = (to * BLOCK).min(self.now.len());
            self.now[from..to].fill(0);
        }
        self.synced = self.now.len();
    }
}

/// xorshift64*: repeatable.
struct Dice(u64);

impl Dice {
    /// A number from 0 up to `end`, which it does not reach; 0 for an end of 0.
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16;
        usize::try_from(drawn).unwrap_or_default() % end.max(1)
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
        Ok(self.disk().content(path)?.now.clone())
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        Ok(self.disk().content(path)?.now.len() as u64)
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        crate::telltale::wrote(path, content);
        let mut disk = self.disk();
        if let Ok(file) = disk.content(path) {
            if file.before.is_none() {
                file.now.truncate(file.synced);
                file.before = Some(std::mem::take(&mut file.now));
            }
            file.now = content.to_vec();
            file.synced = 0;
            return Ok(());
        }
        disk.next += 1;
        let node = disk.next;
        let file = Content {
            now: content.to_vec(),
            ..Content::default()
        };
        disk.nodes.insert(node, file);
        disk.change(Change::Made(path.to_owned(), node));
        Ok(())
    }

    fn append(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        crate::telltale::wrote(path, content);
        self.disk().content(path)?.now.extend_from_slice(content);
        Ok(())
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        let mut disk = self.disk();
        let lying = disk.lying;
        let file = disk.content(path)?;
        if lying {
            return Ok(());
        }
        file.synced = file.now.len();
        file.before = None;
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut disk = self.disk();
        disk.content(from)?;
        disk.change(Change::Renamed(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut disk = self.disk();
        if disk.lying {
            return Ok(());
        }
        let pending = std::mem::take(&mut disk.pending);
        for change in pending {
            if change.path().parent() == Some(dir) {
                change.apply(&mut disk.durable);
            } else {
                disk.pending.push(change);
            }
        }
        disk.sweep();
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut disk = self.disk();
        if disk.names.contains_key(path) {
            disk.change(Change::Removed(path.to_owned()));
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn there(files: &MemoryFiles, path: &str) -> Option<Vec<u8>> {
        files.read(Path::new(path)).ok()
    }

    /// What is left of a life with these steps, over many losses of power.
    fn left(
        steps: impl Fn(&MemoryFiles) -> io::Result<()>,
        path: &str,
    ) -> BTreeSet<Option<Vec<u8>>> {
        let each = (0..400).map(|seed: u64| {
            let files = MemoryFiles::default();
            steps(&files).unwrap();
            files.lose_power(Path::new("d"), seed.wrapping_mul(0x9E37_79B9));
            there(&files, path)
        });
        each.collect()
    }

    #[test]
    fn what_was_synced_stays_and_the_rest_may_be_torn() {
        let appended = |files: &MemoryFiles| {
            let (dir, path) = (Path::new("d"), Path::new("d/log"));
            files.write(path, b"abc")?;
            files.sync(path)?;
            files.sync_dir(dir)?;
            files.append(path, b"de")
        };
        let left = left(appended, "d/log");
        let texts = [&b"abc"[..], b"abcd", b"abcde", b"abc\0", b"abc\0\0"];
        let expected: BTreeSet<_> = texts.iter().map(|text| Some(text.to_vec())).collect();
        assert_eq!(left, expected);
    }

    #[test]
    fn a_new_file_stays_once_its_folder_was_synced() {
        let made = |files: &MemoryFiles| {
            files.write(Path::new("d/a"), b"x")?;
            files.sync(Path::new("d/a"))
        };
        assert_eq!(
            left(made, "d/a"),
            BTreeSet::from([None, Some(b"x".to_vec())])
        );
        let kept = |files: &MemoryFiles| made(files).and_then(|()| files.sync_dir(Path::new("d")));
        assert_eq!(left(kept, "d/a"), BTreeSet::from([Some(b"x".to_vec())]));
    }

    #[test]
    fn a_rename_shows_the_old_or_the_new_and_nothing_else() {
        let renamed = |files: &MemoryFiles| {
            for (path, text) in [("d/old", b"1"), ("d/new", b"2")] {
                files.write(Path::new(path), text)?;
                files.sync(Path::new(path))?;
            }
            files.sync_dir(Path::new("d"))?;
            files.rename(Path::new("d/new"), Path::new("d/old"))
        };
        let expected = BTreeSet::from([Some(b"1".to_vec()), Some(b"2".to_vec())]);
        assert_eq!(left(renamed, "d/old"), expected);
    }

    #[test]
    fn a_file_written_anew_shows_the_old_or_a_part_of_the_new() {
        let written = |files: &MemoryFiles| {
            let path = Path::new("d/a");
            files.write(path, b"old")?;
            files.sync(path)?;
            files.sync_dir(Path::new("d"))?;
            files.write(path, b"n")
        };
        let expected = [&b"old"[..], b"", b"n", b"\0"];
        let expected: BTreeSet<_> = expected.iter().map(|text| Some(text.to_vec())).collect();
        assert_eq!(left(written, "d/a"), expected);
    }

    #[test]
    fn other_folders_are_as_they_were() {
        let files = MemoryFiles::default();
        files.write(Path::new("world/log"), b"x").unwrap();
        files.write(Path::new("d/log"), b"x").unwrap();
        files.lose_power(Path::new("d"), 7);
        assert_eq!(there(&files, "world/log"), Some(b"x".to_vec()));
    }
}
