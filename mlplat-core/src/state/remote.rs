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
//! it tells the second comer who is there and until when to wait. Its heart
//! beats with every write, and by [`Session::beat`] while nothing is written;
//! it may be taken over when it has not beaten for its time to live. It also
//! says where the last snapshot's segment is: readers start there.
//!
//! *Segments that a snapshot holds are deleted*, and that needs care, because a
//! number that became free again could be won twice, by a holder that was
//! paused and knows nothing of all that happened since. Three rules exclude it:
//!
//! * Take-overs stay for ever; they are tiny, one for each session. The number
//!   that a paused holder would write next is that of the take-over by which
//!   the next one fenced it, so it always finds something there.
//! * A write whose first try had no reply may find its own number free again:
//!   the try had its effect, another took over, folded the segment and deleted
//!   it. So after such a write the lease is looked at once more, and it counts
//!   only while that is still this holder's.
//! * Deletion begins only after the lease was rewritten by its holder with the
//!   new place to start. Whoever is about to take over by then, with a chain
//!   that is read already, has its conditional write of the lease refused; and
//!   one that had won the lease before, was paused, and lost it again, looks
//!   at the lease once more after its take-over, and finds another's.
//!
//! A reader without a lock can lose the ground under its feet: it starts at a
//! segment that is deleted meanwhile, and sees an early end. So it looks at the
//! lease again afterwards, and starts anew when the place has moved beyond what
//! it has seen. What a session that dies leaves undeleted stays.
//!
//! When the store goes away in the middle of a run, the outcomes of calls under
//! way have nowhere to go. They are left in a file beside the program, the
//! *testament* ([`RemoteStore::with_testament`]), and the next run that finds
//! their intents still open adds them to the journal. Without it nothing is
//! lost either, as recovery finds the objects; it only takes longer.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::remote_object::{FORMAT, LEASE, SEGMENT, decode};
use super::remote_session::RemoteSession;
use super::{
    FormatError, Holder, Journal, Session, StateStore, StoreError, Stored, decode_journal,
    decode_snapshot,
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

    /// Deletes an object; one that is not there is no error.
    ///
    /// # Errors
    /// [`RemoteError`].
    async fn delete(&self, key: &str) -> Result<(), RemoteError>;
}

/// How often a call is tried before the store counts as gone.
const TRIES: u32 = 8;

/// How often a take-over is tried against a holder that still writes.
const TAKE_OVERS: u32 = 64;

/// A state behind [`Objects`].
#[derive(Clone)]
pub struct RemoteStore {
    pub(super) objects: Arc<dyn Objects>,
    pub(super) world: Arc<dyn World>,
    /// Seconds without a heartbeat after which a lease may be taken over.
    pub(super) ttl_s: u64,
    /// Nonces of sessions of this process that ended without a release.
    pub(super) dropped: Arc<Mutex<BTreeSet<String>>>,
    /// Where outcomes are left when the store is gone.
    pub(super) testament: Option<PathBuf>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lease {
    pub(super) fence: u64,
    pub(super) nonce: String,
    pub(super) holder: Holder,
    /// Seconds since 1970. Only courtesy depends on it.
    pub(super) beat: u64,
    pub(super) released: bool,
    /// A segment at or before the last snapshot's.
    pub(super) hint: u64,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Segment {
    pub(super) format: u32,
    pub(super) fence: u64,
    pub(super) nonce: String,
    /// Hash of the segment before, empty for the first.
    pub(super) previous: String,
    pub(super) what: What,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum What {
    /// Another writer is here now.
    TakeOver,
    /// A frame of a journal, as text.
    Frame(String),
    /// The snapshot under this key holds everything before.
    Snapshot(String),
}

/// What came of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    /// It stands there.
    Done,
    /// It stands there, and was not there any more, or never, after a try that
    /// had no reply.
    Again,
    /// Somebody else's content stands there.
    Refused,
}

/// The chain as it was read.
#[derive(Clone, Default)]
pub(super) struct Chain {
    /// Number and hash of the last segment; 0 for none.
    pub(super) last: u64,
    pub(super) hash: String,
    pub(super) snapshot: Option<Vec<u8>>,
    /// The segment of the snapshot.
    pub(super) since: u64,
    pub(super) frames: Vec<u8>,
    /// Frames and snapshots, by number: what the next snapshot makes useless.
    pub(super) folded: Vec<(u64, Option<String>)>,
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
            testament: None,
        }
    }

    /// With a file of the world for what cannot be written when the store goes
    /// away in the middle of a run. Several states need several files.
    #[must_use]
    pub fn with_testament(mut self, file: impl Into<PathBuf>) -> Self {
        self.testament = Some(file.into());
        self
    }

    fn gone(&self, what: &'static str, why: RemoteError) -> StoreError {
        StoreError::Io {
            what,
            place: self.objects.place(),
            why: io::Error::other(why),
        }
    }

    pub(super) fn damaged(&self, what: &'static str, why: FormatError) -> StoreError {
        let fix = match why {
            FormatError::Newer { .. } => "run the newer mlplat",
            FormatError::Damaged(_) => {
                "restore an earlier version of the object; the bucket keeps them if it is versioned"
            }
        };
        StoreError::Format {
            what,
            place: self.objects.place(),
            why,
            fix: fix.to_owned(),
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
    pub(super) async fn put(
        &self,
        key: &str,
        body: &[u8],
        when: Condition,
    ) -> Result<bool, StoreError> {
        let put = self.put_once(key, body, when).await?;
        Ok(put != Put::Refused)
    }

    /// As [`RemoteStore::put`], telling how it came to be there.
    pub(super) async fn put_once(
        &self,
        key: &str,
        body: &[u8],
        when: Condition,
    ) -> Result<Put, StoreError> {
        let mut unanswered = false;
        for tries in 0.. {
            match self.objects.put(key, body, when.clone()).await {
                Ok(_) if unanswered => return Ok(Put::Again),
                Ok(_) => return Ok(Put::Done),
                // Ours, written by a try whose reply was lost, is success.
                Err(RemoteError::Refused) => {
                    let found = self.get(key).await?;
                    let ours = found.is_some_and(|(there, _)| there == body);
                    return Ok(if ours { Put::Done } else { Put::Refused });
                }
                Err(why) if tries >= TRIES => return Err(self.gone("write", why)),
                Err(why) => {
                    unanswered |= why == RemoteError::NoReply;
                    self.pause(tries).await;
                }
            }
        }
        Ok(Put::Refused)
    }

    pub(super) async fn lease(&self) -> Result<Option<(Lease, String)>, StoreError> {
        let Some((bytes, etag)) = self.get("lease").await? else {
            return Ok(None);
        };
        let lease = decode(LEASE, &bytes).map_err(|why| self.damaged("lease", why))?;
        Ok(Some((lease, etag)))
    }

    /// Follows the segments to the last one.
    pub(super) async fn chain(&self) -> Result<Chain, StoreError> {
        let mut hint = self.hint().await?;
        for _ in 0..TAKE_OVERS {
            let chain = self.chain_from(hint).await;
            let now = self.hint().await?;
            match chain {
                // Whatever was deleted meanwhile was seen before it went.
                Ok(chain) if now <= hint || chain.last >= now => return Ok(chain),
                Err(error) if now <= hint => return Err(error),
                _ => hint = now,
            }
        }
        Err(StoreError::Fenced)
    }

    /// The segment to start at.
    async fn hint(&self) -> Result<u64, StoreError> {
        let lease = self.lease().await?;
        Ok(lease.map_or(1, |(lease, _)| lease.hint.max(1)))
    }

    async fn chain_from(&self, hint: u64) -> Result<Chain, StoreError> {
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
            let segment: Segment = decode(SEGMENT, &bytes).map_err(|why| {
                let why = match why {
                    FormatError::Damaged(why) => {
                        FormatError::Damaged(format!("segment {number} is no segment: {why}"))
                    }
                    newer @ FormatError::Newer { .. } => newer,
                };
                self.damaged("journal", why)
            })?;
            if segment.format > FORMAT {
                let (found, newest) = (segment.format, FORMAT);
                return Err(self.damaged("journal", FormatError::Newer { found, newest }));
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
                What::Frame(frame) => {
                    chain.frames.extend(frame.into_bytes());
                    chain.folded.push((number, None));
                }
                What::Snapshot(key) => {
                    chain.folded.push((number, Some(key.clone())));
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

    pub(super) fn stored(&self, chain: &Chain) -> Result<Stored, StoreError> {
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

pub(super) fn segment_key(number: u64) -> String {
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
                // It may have been lost again while this one was paused.
                Ok(()) if !session.is_ours().await? => return Err(self.taken().await?),
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
