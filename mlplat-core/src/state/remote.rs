//! A state in an object store with conditional writes: the protocol.
//!
//! Everything that counts is a *segment*: an object `segments/<number>`, each
//! created with `If-None-Match: *`, so every number is won by exactly one
//! writer. A segment holds the writer's fence and nonce, the hash of the
//! segment before it, and either records, or the name of a snapshot that takes
//! the place of everything before, or nothing but the news that another writer
//! has taken over. Whoever takes the lock writes such a take-over first: from
//! then on the next number is never the one that an earlier holder knows, its
//! next write is answered with 412, and it can start nothing more. So no
//! clock, no pause and no lost lease can bring two writers' records together.
//!
//! A 412 is not always defeat. When a reply was lost, the retried write finds
//! the object that its first try made: content and nonce are ours, and that is
//! success.
//!
//! The *lease* (`lease`, written with `If-Match`) is politeness on top of it:
//! it tells the second comer who is there and until when to wait. Every write
//! beats its heart; it may be taken over when it has not beaten for its time
//! to live. It also says where the last snapshot's segment is, as a hint.
//!
//! Segments are never deleted by the protocol: a number that became free again
//! could be won twice. An expiry rule on the bucket may remove those older
//! than any run can be.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    FormatError, Holder, Journal, JournalHeader, Record, Session, State, StateStore, StoreError,
    Stored, decode_journal, decode_snapshot, encode_frame, encode_snapshot,
};
use crate::world::World;

/// Under which condition an object is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// `If-None-Match: *`
    Absent,
    /// `If-Match: <etag>`
    Matches(String),
}

/// What an object store answers instead of success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// 412: the condition does not hold.
    #[error("the condition does not hold")]
    Refused,
    /// 409: another conditional write to the object is under way; try again.
    #[error("another write was under way")]
    Conflict,
    /// No reply: the write may have happened.
    #[error("there was no reply")]
    NoReply,
    /// The store cannot be reached, or answers 5xx.
    #[error("the store is not available")]
    Unavailable,
}

/// The transport: three calls of an object store with strong consistency.
#[async_trait]
pub trait Objects: Send + Sync {
    /// Where it is, for messages: `s3://bucket/prefix`.
    fn place(&self) -> String;

    /// An object's content and etag.
    ///
    /// # Errors
    /// [`RemoteError::Unavailable`] and [`RemoteError::NoReply`].
    async fn get(&self, key: &str) -> Result<Option<(Vec<u8>, String)>, RemoteError>;

    /// Writes an object under a condition; its new etag.
    ///
    /// # Errors
    /// [`RemoteError`].
    async fn put(&self, key: &str, body: &[u8], when: Condition) -> Result<String, RemoteError>;
}

/// How often a call is tried before the store counts as gone.
const TRIES: u32 = 8;

/// How often a take-over is tried against a holder that still writes.
const TAKE_OVERS: u32 = 64;

/// A state behind [`Objects`].
#[derive(Clone)]
pub struct RemoteStore {
    objects: Arc<dyn Objects>,
    world: Arc<dyn World>,
    /// Seconds without a heartbeat after which a lease may be taken over.
    ttl_s: u64,
    /// Nonces of sessions of this process that ended without a release.
    dropped: Arc<Mutex<BTreeSet<String>>>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Lease {
    fence: u64,
    nonce: String,
    holder: Holder,
    /// Seconds since 1970. Only courtesy depends on it.
    beat: u64,
    released: bool,
    /// A segment at or before the last snapshot's.
    hint: u64,
}

#[derive(Clone, Serialize, Deserialize)]
struct Segment {
    format: u32,
    fence: u64,
    nonce: String,
    /// Hash of the segment before, empty for the first.
    previous: String,
    what: What,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum What {
    /// Another writer is here now.
    TakeOver,
    /// A frame of a journal, as text.
    Frame(String),
    /// The snapshot under this key holds everything before.
    Snapshot(String),
}

/// The chain as it was read.
#[derive(Clone, Default)]
struct Chain {
    /// Number and hash of the last segment; 0 for none.
    last: u64,
    hash: String,
    snapshot: Option<Vec<u8>>,
    /// The segment of the snapshot.
    since: u64,
    frames: Vec<u8>,
}

impl RemoteStore {
    /// A state behind a transport, with a lease of this many seconds.
    #[must_use]
    pub fn new(objects: Arc<dyn Objects>, world: Arc<dyn World>, ttl_s: u64) -> Self {
        Self {
            objects,
            world,
            ttl_s,
            dropped: Arc::default(),
        }
    }

    fn gone(&self, what: &'static str, why: RemoteError) -> StoreError {
        StoreError::Io {
            what,
            place: self.objects.place(),
            why: io::Error::other(why),
        }
    }

    fn damaged(&self, what: &'static str, why: FormatError) -> StoreError {
        StoreError::Format {
            what,
            place: self.objects.place(),
            why,
            fix:
                "restore an earlier version of the object; the bucket keeps them if it is versioned"
                    .to_owned(),
        }
    }

    async fn pause(&self, tries: u32) {
        let wait = Duration::from_millis(100 << tries.min(6));
        self.world.sleep(wait).await;
    }

    async fn get(&self, key: &str) -> Result<Option<(Vec<u8>, String)>, StoreError> {
        for tries in 0.. {
            match self.objects.get(key).await {
                Ok(found) => return Ok(found),
                Err(why) if tries >= TRIES => return Err(self.gone("read", why)),
                Err(_) => self.pause(tries).await,
            }
        }
        Ok(None)
    }

    /// Writes an object under a condition. `false` when somebody else's
    /// content stands there.
    async fn put(&self, key: &str, body: &[u8], when: Condition) -> Result<bool, StoreError> {
        for tries in 0.. {
            match self.objects.put(key, body, when.clone()).await {
                Ok(_) => return Ok(true),
                // Ours, written by a try whose reply was lost, is success.
                Err(RemoteError::Refused) => {
                    let found = self.get(key).await?;
                    return Ok(found.is_some_and(|(there, _)| there == body));
                }
                Err(why) if tries >= TRIES => return Err(self.gone("write", why)),
                Err(_) => self.pause(tries).await,
            }
        }
        Ok(false)
    }

    async fn lease(&self) -> Result<Option<(Lease, String)>, StoreError> {
        let Some((bytes, etag)) = self.get("lease").await? else {
            return Ok(None);
        };
        let lease = serde_json::from_slice(&bytes)
            .map_err(|why| self.damaged("lease", FormatError::Damaged(why.to_string())))?;
        Ok(Some((lease, etag)))
    }

    /// Follows the segments to the last one.
    async fn chain(&self) -> Result<Chain, StoreError> {
        let hint = self
            .lease()
            .await?
            .map_or(1, |(lease, _)| lease.hint.max(1));
        let mut chain = Chain {
            last: hint - 1,
            ..Chain::default()
        };
        let mut first = true;
        loop {
            let number = chain.last + 1;
            let Some((bytes, _)) = self.get(&segment_key(number)).await? else {
                return Ok(chain);
            };
            let segment: Segment = serde_json::from_slice(&bytes).map_err(|why| {
                let why = format!("segment {number} is no segment: {why}");
                self.damaged("journal", FormatError::Damaged(why))
            })?;
            if segment.format > 1 {
                return Err(self.damaged("journal", FormatError::Newer(segment.format)));
            }
            if !first && segment.previous != chain.hash {
                let why = format!("segment {number} does not follow the one before it");
                return Err(self.damaged("journal", FormatError::Damaged(why)));
            }
            first = false;
            chain.last = number;
            chain.hash = crate::hex(&Sha256::digest(&bytes));
            match segment.what {
                What::TakeOver => {}
                What::Frame(frame) => chain.frames.extend(frame.into_bytes()),
                What::Snapshot(key) => {
                    chain.snapshot = self.get(&key).await?.map(|(bytes, _)| bytes);
                    if chain.snapshot.is_none() {
                        let why = FormatError::Damaged(format!("{key} is not there"));
                        return Err(self.damaged("snapshot", why));
                    }
                    chain.since = number;
                    chain.frames.clear();
                }
            }
        }
    }

    fn stored(&self, chain: &Chain) -> Result<Stored, StoreError> {
        let state = match &chain.snapshot {
            Some(bytes) => {
                Some(decode_snapshot(bytes).map_err(|why| self.damaged("snapshot", why))?)
            }
            None => None,
        };
        let journal: Journal =
            decode_journal(&chain.frames).map_err(|why| self.damaged("journal", why))?;
        Stored::assemble(state, journal).map_err(|why| self.damaged("journal", why))
    }

    fn is_free(&self, lease: &Lease) -> bool {
        let dropped = self.dropped.lock().unwrap_or_else(PoisonError::into_inner);
        let silent = self.world.unix_time().saturating_sub(lease.beat);
        lease.released || silent > self.ttl_s || dropped.contains(&lease.nonce)
    }

    fn locked(&self, lease: Lease) -> StoreError {
        let age = self.world.unix_time().saturating_sub(lease.holder.since);
        StoreError::Locked(lease.holder, age)
    }
}

fn segment_key(number: u64) -> String {
    format!("segments/{number:012}")
}

#[async_trait]
impl StateStore for RemoteStore {
    fn place(&self) -> String {
        self.objects.place()
    }

    async fn read(&self) -> Result<Stored, StoreError> {
        let chain = self.chain().await?;
        self.stored(&chain)
    }

    async fn lock(&self, holder: &Holder) -> Result<Box<dyn Session>, StoreError> {
        let before = self.lease().await?;
        if let Some((lease, _)) = &before
            && !self.is_free(lease)
        {
            return Err(self.locked(lease.clone()));
        }
        let chain = self.chain().await?;
        let mut nonce = [0; 16];
        self.world.random(&mut nonce);
        let lease = Lease {
            fence: chain.last + 1,
            nonce: crate::hex(&nonce),
            holder: holder.clone(),
            beat: self.world.unix_time(),
            released: false,
            hint: chain.since.max(1),
        };
        let when = match before {
            Some((_, etag)) => Condition::Matches(etag),
            None => Condition::Absent,
        };
        let mut session = RemoteSession {
            store: self.clone(),
            lease,
            chain,
            ended: None,
        };
        if !self.put("lease", &session.lease_bytes(), when).await? {
            return Err(self.taken().await?);
        }
        // The lease was free, so whoever still writes in between is to be
        // fenced: their segment is read, and the next number tried.
        for _ in 0..TAKE_OVERS {
            match session.extend(What::TakeOver).await {
                Ok(()) => return Ok(Box::new(session)),
                Err(StoreError::Fenced) => {
                    session.ended = None;
                    session.chain = self.chain().await?;
                    session.lease.fence = session.chain.last + 1;
                }
                Err(other) => return Err(other),
            }
        }
        Err(self.taken().await?)
    }
}

impl RemoteStore {
    /// The answer to one who came second.
    async fn taken(&self) -> Result<StoreError, StoreError> {
        Ok(match self.lease().await? {
            Some((lease, _)) => self.locked(lease),
            None => StoreError::Fenced,
        })
    }
}

struct RemoteSession {
    store: RemoteStore,
    lease: Lease,
    chain: Chain,
    /// Why nothing more is written.
    ended: Option<Ended>,
}

#[derive(Clone, Copy)]
enum Ended {
    Fenced,
    Poisoned,
}

impl RemoteSession {
    fn lease_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.lease).unwrap_or_default()
    }

    /// Writes the next segment. Durable, and known to come after all that this
    /// session has read, when it returns.
    async fn extend(&mut self, what: What) -> Result<(), StoreError> {
        match self.ended {
            Some(Ended::Fenced) => return Err(StoreError::Fenced),
            Some(Ended::Poisoned) => return Err(StoreError::Poisoned),
            None => {}
        }
        let number = self.chain.last + 1;
        let segment = Segment {
            format: 1,
            fence: self.lease.fence,
            nonce: self.lease.nonce.clone(),
            previous: self.chain.hash.clone(),
            what,
        };
        let bytes = serde_json::to_vec(&segment).unwrap_or_default();
        let written = self
            .store
            .put(&segment_key(number), &bytes, Condition::Absent)
            .await;
        match written {
            Ok(true) => {
                self.chain.last = number;
                self.chain.hash = crate::hex(&Sha256::digest(&bytes));
                Ok(())
            }
            Ok(false) => {
                self.ended = Some(Ended::Fenced);
                Err(StoreError::Fenced)
            }
            Err(error) => {
                self.ended = Some(Ended::Poisoned);
                Err(error)
            }
        }
    }

    /// Renews the lease, or lets go of it. Nothing depends on its success.
    async fn beat(&mut self, released: bool) {
        let now = self.store.world.unix_time();
        if !released && now.saturating_sub(self.lease.beat) < self.store.ttl_s / 3 {
            return;
        }
        let Ok(Some((there, etag))) = self.store.lease().await else {
            return;
        };
        if there.nonce == self.lease.nonce {
            self.lease.beat = now;
            self.lease.released = released;
            let bytes = self.lease_bytes();
            let _ = self
                .store
                .put("lease", &bytes, Condition::Matches(etag))
                .await;
        }
    }
}

#[async_trait]
impl Session for RemoteSession {
    fn fence(&self) -> u64 {
        self.lease.fence
    }

    async fn load(&mut self) -> Result<Stored, StoreError> {
        let chain = self.store.chain().await?;
        if chain.last != self.chain.last {
            self.ended = Some(Ended::Fenced);
            return Err(StoreError::Fenced);
        }
        self.chain = chain;
        self.store.stored(&self.chain)
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
        let first = self.chain.frames.is_empty();
        let frame = encode_frame(first.then_some(&header), records)
            .map_err(|why| self.store.damaged("journal", why))?;
        // A frame is a header line and lines of JSON: text.
        let text = String::from_utf8_lossy(&frame).into_owned();
        self.extend(What::Frame(text)).await?;
        self.chain.frames.extend(frame);
        self.beat(false).await;
        Ok(())
    }

    async fn commit(&mut self, state: &State) -> Result<(), StoreError> {
        let bytes = encode_snapshot(state).map_err(|why| self.store.damaged("snapshot", why))?;
        let key = format!("snapshots/{:012}-{}", state.serial, self.lease.nonce);
        // The name is ours alone; it counts only once a segment names it.
        self.store.put(&key, &bytes, Condition::Absent).await?;
        self.extend(What::Snapshot(key)).await?;
        self.chain.since = self.chain.last;
        self.chain.snapshot = Some(bytes);
        self.chain.frames.clear();
        self.lease.hint = self.chain.last;
        self.beat(false).await;
        Ok(())
    }

    async fn release(&mut self) {
        self.beat(true).await;
    }
}

impl Drop for RemoteSession {
    fn drop(&mut self) {
        let mut dropped = self
            .store
            .dropped
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        dropped.insert(self.lease.nonce.clone());
    }
}
