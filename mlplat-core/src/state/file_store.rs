//! A state in a folder.
//!
//! `state` is the snapshot, `state.previous` the one before it, `journal` the
//! records since, `lock` an operating-system lock held for the whole operation
//! (the kernel frees it when the process dies, so there is no lease to wait
//! for), `holder` says who holds it, and under which fence.
//!
//! The lock alone is not enough: somebody can remove its file, and the next run
//! gets a lock of its own while this one is at work. So each write looks first,
//! and again before it counts: is the holder still this one, is the journal as
//! long as this session left it, is the snapshot no newer than the one it will
//! follow? A session that finds it otherwise is fenced and writes nothing more.
//!
//! When a write fails, nobody knows what of it is on the disk. Nothing more is
//! written then; the outcomes that could not be are left in `left`, or in
//! another place that was named ([`FileStore::with_refuge`]).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::format::{LIMIT, snapshot_serial, too_large};
use super::left::Left;
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
    refuge: Option<PathBuf>,
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
            refuge: None,
        }
    }

    /// With a file elsewhere for what cannot be written when the folder no
    /// longer takes anything. Several states need several files.
    #[must_use]
    pub fn with_refuge(mut self, file: impl Into<PathBuf>) -> Self {
        self.refuge = Some(file.into());
        self
    }

    /// Where outcomes can be left.
    fn refuges(&self) -> impl Iterator<Item = PathBuf> {
        [Some(self.file("left")), self.refuge.clone()]
            .into_iter()
            .flatten()
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

    fn journal_size(&self) -> Result<u64, StoreError> {
        let path = self.file("journal");
        match self.world.files().length(&path) {
            Ok(size) => Ok(size),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(why) => Err(failed("read", &path)(why)),
        }
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
        let note = serde_json::to_vec(&file).unwrap_or_default();
        let place = self.file("holder");
        files
            .write(&place, &note)
            .map_err(failed("write", &place))?;
        let journal_size = self.journal_size()?;
        Ok(Box::new(FileSession {
            store: self.clone(),
            fence,
            note,
            journal: JournalFile::Unknown,
            journal_size,
            ended: None,
            _guard: guard,
        }))
    }
}

struct FileSession {
    store: FileStore,
    fence: u64,
    /// What it wrote into `holder`.
    note: Vec<u8>,
    journal: JournalFile,
    /// How long it left the journal.
    journal_size: u64,
    /// Why nothing more is written.
    ended: Option<Ended>,
    _guard: LockGuard,
}

#[derive(Clone, Copy)]
enum Ended {
    Fenced,
    Poisoned,
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

    /// Whether somebody else has taken the lock since.
    fn check_holder(&self) -> Result<(), StoreError> {
        let there = self.store.read_if_there("holder")?;
        match there.is_some_and(|there| there == self.note) {
            true => Ok(()),
            false => Err(StoreError::Fenced),
        }
    }

    /// The same, and whether somebody else has written.
    fn check(&self) -> Result<(), StoreError> {
        self.check_holder()?;
        match self.store.journal_size()? == self.journal_size {
            true => Ok(()),
            false => Err(StoreError::Fenced),
        }
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
        self.check_holder()?;
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
            self.journal_size = content.len() as u64;
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
        self.journal_size += frame.len() as u64;
        // Whoever came meanwhile may have read it without this frame.
        self.check_holder()
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
        match self.ended {
            Some(Ended::Fenced) => return Err(StoreError::Fenced),
            Some(Ended::Poisoned) => return Err(StoreError::Poisoned),
            None => {}
        }
        let result = self.check().and_then(|()| act(self));
        self.ended = match result {
            Ok(()) => None,
            Err(StoreError::Fenced) => Some(Ended::Fenced),
            Err(_) => Some(Ended::Poisoned),
        };
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
                // Another run has finished meanwhile.
                if snapshot_serial(&previous).is_some_and(|there| there >= state.serial) {
                    return Err(StoreError::Fenced);
                }
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
            session.journal_size = session.store.journal_size()?;
            Ok(())
        })
    }

    fn bequeath(&mut self, lineage: &str, extends: u64, records: Vec<Record>) -> Option<String> {
        let files = self.store.world.files();
        let mut refuges = self.store.refuges();
        refuges.find_map(|path| {
            let left = Left::new(self.store.place(), lineage, extends, records.clone());
            left.write(files, &path)
        })
    }

    fn inherit(&self, state: &State) -> Vec<Record> {
        let (files, place) = (self.store.world.files(), self.store.place());
        let each = self.store.refuges();
        let left = each.filter_map(|path| Left::read(files, &path));
        left.flat_map(|left| left.records_for(&place, state))
            .collect()
    }

    fn inherited(&mut self, state: &State) {
        let (files, place) = (self.store.world.files(), self.store.place());
        for path in self.store.refuges() {
            if Left::read(files, &path).is_some_and(|left| left.is_for(&place, state)) {
                // Intents that are closed by now need no outcomes.
                let _ = files.remove(&path);
            }
        }
    }
}
