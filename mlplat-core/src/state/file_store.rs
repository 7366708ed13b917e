//! A state in a folder.
//!
//! `state` is the snapshot, `state.previous` the one before it, `journal` the
//! records since, `lock` an operating-system lock held for the whole operation
//! (the kernel frees it when the process dies, so there is no lease to wait
//! for), `holder` says who holds it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::format::{LIMIT, too_large};
use super::{
    FormatError, Holder, Journal, JournalHeader, Record, Session, State, StateStore, StoreError,
    Stored, decode_journal, decode_snapshot, encode_frame, encode_snapshot,
};
use crate::world::{LockGuard, World};

/// A state in a folder of a [`World`]'s file system.
#[derive(Clone)]
pub struct FileStore {
    world: Arc<dyn World>,
    dir: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct HolderFile {
    fence: u64,
    #[serde(flatten)]
    holder: Holder,
}

impl FileStore {
    /// The state in this folder, which is made on the first write.
    #[must_use]
    pub fn new(world: Arc<dyn World>, dir: impl Into<PathBuf>) -> Self {
        Self {
            world,
            dir: dir.into(),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn read_if_there(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.file(name);
        match self.world.files().read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(failed("read", &path)(why)),
        }
    }

    /// A file of the state that has not grown beyond every state.
    fn read_bounded(&self, name: &str, what: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.file(name);
        match self.world.files().length(&path) {
            Ok(length) if length > LIMIT as u64 => {
                return Err(self.format(what, too_large(length)));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(why) => return Err(failed("read", &path)(why)),
        }
        self.read_if_there(name)
    }

    fn read_journal(&self) -> Result<Journal, StoreError> {
        let bytes = self.read_bounded("journal", "journal")?.unwrap_or_default();
        decode_journal(&bytes).map_err(|why| self.format("journal", why))
    }

    fn read_all(&self) -> Result<(Stored, Journal), StoreError> {
        let state = match self.read_bounded("state", "snapshot")? {
            Some(bytes) => {
                Some(decode_snapshot(&bytes).map_err(|why| self.format("snapshot", why))?)
            }
            None => None,
        };
        let journal = self.read_journal()?;
        let stored = Stored::assemble(state, journal.clone());
        Ok((stored.map_err(|why| self.format("journal", why))?, journal))
    }

    fn format(&self, what: &'static str, why: FormatError) -> StoreError {
        let previous = self.file("state.previous");
        let files = self.world.files();
        let fits = files
            .length(&previous)
            .is_ok_and(|length| length <= LIMIT as u64);
        let previous = fits.then(|| files.read(&previous).ok()).flatten();
        let previous = previous.and_then(|bytes| decode_snapshot(&bytes).ok());
        // Number 0 is the empty one that founds a state.
        let previous = previous.filter(|state| state.serial > 0);
        let backup = match (what, previous) {
            ("snapshot", Some(previous)) => format!(
                "the snapshot before it, number {}, is whole: copy state.previous over state, remove the journal, and run `drift` to see what it misses",
                previous.serial
            ),
            ("snapshot", None) => "put a backup of the file in its place; there is no earlier snapshot beside it".to_owned(),
            _ => "put a backup of the file in its place, or move the journal away: then the state is that of the last finished operation, and what the interrupted one made is found again by its tags".to_owned(),
        };
        let fix = match why {
            // One bit of a number makes a file look newer, too.
            FormatError::Newer { .. } => {
                format!("run the newer mlplat; if none wrote it the file is damaged: {backup}")
            }
            FormatError::Damaged(_) => backup,
        };
        let name = if what == "snapshot" {
            "state"
        } else {
            "journal"
        };
        StoreError::Format {
            what,
            place: self.file(name).display().to_string(),
            why,
            fix,
        }
    }
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let place = path.display().to_string();
    move |why| StoreError::Io { what, place, why }
}

#[async_trait]
impl StateStore for FileStore {
    fn place(&self) -> String {
        self.dir.display().to_string()
    }

    async fn read(&self) -> Result<Stored, StoreError> {
        self.read_all().map(|(stored, _)| stored)
    }

    async fn lock(&self, holder: &Holder) -> Result<Box<dyn Session>, StoreError> {
        let files = self.world.files();
        files
            .create_dir(&self.dir)
            .map_err(failed("make", &self.dir))?;
        let lock = self.file("lock");
        let guard = files.lock(&lock).map_err(failed("lock", &lock))?;
        // Read under the lock: what a run that ended meanwhile wrote counts.
        let before: Option<HolderFile> = self
            .read_if_there("holder")?
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let Some(guard) = guard else {
            let other = before.map_or_else(
                || Holder {
                    who: "another run".into(),
                    what: "starting".into(),
                    since: self.world.unix_time(),
                },
                |file| file.holder,
            );
            let age = self.world.unix_time().saturating_sub(other.since);
            return Err(StoreError::Locked(other, age));
        };
        let fence = before.map_or(1, |file| file.fence.saturating_add(1));
        let file = HolderFile {
            fence,
            holder: holder.clone(),
        };
        let text = serde_json::to_vec(&file).unwrap_or_default();
        let place = self.file("holder");
        files
            .write(&place, &text)
            .map_err(failed("write", &place))?;
        Ok(Box::new(FileSession {
            store: self.clone(),
            fence,
            journal: JournalFile::Unknown,
            poisoned: false,
            _guard: guard,
        }))
    }
}

struct FileSession {
    store: FileStore,
    fence: u64,
    journal: JournalFile,
    poisoned: bool,
    _guard: LockGuard,
}

/// What the journal file is good for.
enum JournalFile {
    /// Not looked at yet.
    Unknown,
    /// Records can be appended.
    Open,
    /// It has to be written anew: with these bytes, then the new records.
    Rewrite(Vec<u8>),
}

impl FileSession {
    fn step(&self, name: &'static str) {
        self.store.world.fault_point(name);
    }

    /// Writes a file beside the real one, and makes it durable under the real
    /// name in one step.
    fn replace(&self, name: &str, content: &[u8]) -> Result<(), StoreError> {
        let files = self.store.world.files();
        let (temp, real) = (
            self.store.file(&format!("{name}.new")),
            self.store.file(name),
        );
        self.step("state: before writing");
        files
            .write(&temp, content)
            .map_err(failed("write", &temp))?;
        self.step("state: written");
        files.sync(&temp).map_err(failed("sync", &temp))?;
        self.step("state: synced");
        files
            .rename(&temp, &real)
            .map_err(failed("rename", &temp))?;
        self.step("state: renamed");
        files
            .sync_dir(&self.store.dir)
            .map_err(failed("sync", &self.store.dir))?;
        self.step("state: durable");
        Ok(())
    }

    fn write_frame(
        &mut self,
        header: &JournalHeader,
        records: &[Record],
    ) -> Result<(), StoreError> {
        let encode = |first: bool| {
            encode_frame(first.then_some(header), records)
                .map_err(|why| self.store.format("journal", why))
        };
        let path = self.store.file("journal");
        if let JournalFile::Rewrite(good) = &self.journal {
            let mut content = good.clone();
            content.extend(encode(good.is_empty())?);
            self.replace("journal", &content)?;
            self.journal = JournalFile::Open;
            return Ok(());
        }
        let frame = encode(false)?;
        let files = self.store.world.files();
        self.step("journal: before writing");
        files
            .append(&path, &frame)
            .map_err(failed("write", &path))?;
        self.step("journal: written");
        files.sync(&path).map_err(failed("sync", &path))?;
        self.step("journal: durable");
        Ok(())
    }

    fn look_at_journal(&mut self, extends: u64) -> Result<(), StoreError> {
        if !matches!(self.journal, JournalFile::Unknown) {
            return Ok(());
        }
        let bytes = self.store.read_if_there("journal")?.unwrap_or_default();
        let journal = self.store.read_journal()?;
        let current = journal
            .header
            .is_some_and(|header| header.extends == extends);
        self.journal = match (current, journal.torn) {
            (true, 0) => JournalFile::Open,
            (true, _) => JournalFile::Rewrite(bytes[..journal.good].to_vec()),
            (false, _) => JournalFile::Rewrite(Vec::new()),
        };
        Ok(())
    }

    fn guarded(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if self.poisoned {
            return Err(StoreError::Poisoned);
        }
        let result = act(self);
        self.poisoned = result.is_err();
        result
    }
}

#[async_trait]
impl Session for FileSession {
    fn fence(&self) -> u64 {
        self.fence
    }

    async fn load(&mut self) -> Result<Stored, StoreError> {
        self.store.read_all().map(|(stored, _)| stored)
    }

    async fn append(
        &mut self,
        lineage: &str,
        extends: u64,
        records: &[Record],
    ) -> Result<(), StoreError> {
        let header = JournalHeader {
            lineage: lineage.to_owned(),
            extends,
        };
        self.guarded(|session| {
            session.look_at_journal(extends)?;
            session.write_frame(&header, records)
        })
    }

    async fn commit(&mut self, state: &State) -> Result<(), StoreError> {
        let bytes = encode_snapshot(state).map_err(|why| self.store.format("snapshot", why))?;
        self.guarded(|session| {
            if let Some(previous) = session.store.read_if_there("state")? {
                let place = session.store.file("state.previous");
                let files = session.store.world.files();
                files
                    .write(&place, &previous)
                    .map_err(failed("write", &place))?;
            }
            session.replace("state", &bytes)?;
            session.journal = JournalFile::Rewrite(Vec::new());
            // The journal extends an older snapshot by now and is ignored;
            // removing it is tidiness, not safety.
            let journal = session.store.file("journal");
            let _ = session.store.world.files().remove(&journal);
            Ok(())
        })
    }
}
