//! One holder of a state in an object store: its writes, its lease, what it
//! deletes, and what it leaves behind when the store is gone.

use std::sync::PoisonError;
use std::time::Duration;

use async_trait::async_trait;
use sha2::{Digest, Sha256};

use super::left::Left;
use super::remote::{Chain, Condition, Lease, Put, RemoteStore, Segment, What, segment_key};
use super::remote_object::{FORMAT, LEASE, SEGMENT, encode};
use super::{
    JournalHeader, Record, Session, State, StoreError, Stored, encode_frame, encode_snapshot,
};

pub(super) struct RemoteSession {
    pub(super) store: RemoteStore,
    pub(super) lease: Lease,
    pub(super) chain: Chain,
    /// Why nothing more is written.
    pub(super) ended: Option<Ended>,
}

#[derive(Clone, Copy)]
pub(super) enum Ended {
    Fenced,
    Poisoned,
}

impl RemoteSession {
    pub(super) fn lease_bytes(&self) -> Vec<u8> {
        encode(LEASE, &self.lease)
    }

    /// Writes the next segment. Durable, and known to come after all that this
    /// session has read, when it returns.
    pub(super) async fn extend(&mut self, what: What) -> Result<(), StoreError> {
        match self.ended {
            Some(Ended::Fenced) => return Err(StoreError::Fenced),
            Some(Ended::Poisoned) => return Err(StoreError::Poisoned),
            None => {}
        }
        let number = self.chain.last + 1;
        let folded = match &what {
            What::TakeOver => None,
            What::Frame(_) => Some(None),
            What::Snapshot(key) => Some(Some(key.clone())),
        };
        let segment = Segment {
            format: FORMAT,
            fence: self.lease.fence,
            nonce: self.lease.nonce.clone(),
            previous: self.chain.hash.clone(),
            what,
        };
        let bytes = encode(SEGMENT, &segment);
        let key = segment_key(number);
        let put = self.store.put_once(&key, &bytes, Condition::Absent);
        let written = match put.await {
            // The first try may have been read, folded and deleted by another.
            Ok(Put::Again) => self.is_ours().await,
            Ok(put) => Ok(put == Put::Done),
            Err(error) => Err(error),
        };
        match written {
            Ok(true) => {
                self.chain.last = number;
                self.chain.hash = crate::hex(&Sha256::digest(&bytes));
                self.chain.folded.extend(folded.map(|key| (number, key)));
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

    /// Whether the lease is still this session's.
    pub(super) async fn is_ours(&self) -> Result<bool, StoreError> {
        let there = self.store.lease().await?;
        Ok(there.is_some_and(|(lease, _)| lease.nonce == self.lease.nonce))
    }

    /// Renews the lease when it is time, or lets go of it. Nothing depends on
    /// its success.
    async fn renew(&mut self, released: bool) {
        let now = self.store.world.unix_time();
        if released || now.saturating_sub(self.lease.beat) >= self.store.ttl_s / 3 {
            self.write_lease(released).await;
        }
    }

    /// Writes the lease, if it is still ours; whether it was.
    async fn write_lease(&mut self, released: bool) -> bool {
        let Ok(Some((there, etag))) = self.store.lease().await else {
            return false;
        };
        if there.nonce != self.lease.nonce {
            return false;
        }
        self.lease.beat = self.store.world.unix_time();
        self.lease.released = released;
        let bytes = self.lease_bytes();
        let written = self.store.put("lease", &bytes, Condition::Matches(etag));
        matches!(written.await, Ok(true))
    }

    /// Deletes what the last snapshot holds: earlier snapshots and segments.
    /// What fails is left.
    async fn tidy(&mut self) {
        let since = self.chain.since;
        let (useless, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.chain.folded)
            .into_iter()
            .partition(|(number, _)| *number < since);
        self.chain.folded = kept;
        for key in useless.iter().filter_map(|(_, key)| key.as_ref()) {
            let _ = self.store.objects.delete(key).await;
        }
        for (number, _) in &useless {
            let _ = self.store.objects.delete(&segment_key(*number)).await;
        }
    }

    fn testament(&self) -> Option<Left> {
        let path = self.store.testament.as_ref()?;
        Left::read(self.store.world.files(), path)
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
        self.renew(false).await;
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
        if self.write_lease(false).await {
            self.tidy().await;
        }
        Ok(())
    }

    async fn release(&mut self) {
        self.renew(true).await;
    }

    fn beats_every(&self) -> Option<Duration> {
        Some(Duration::from_secs((self.store.ttl_s / 3).max(1)))
    }

    async fn beat(&mut self) {
        self.renew(false).await;
    }

    fn bequeath(&mut self, lineage: &str, extends: u64, records: Vec<Record>) -> Option<String> {
        let path = self.store.testament.as_ref()?;
        let left = Left::new(self.store.objects.place(), lineage, extends, records);
        left.write(self.store.world.files(), path)
    }

    fn inherit(&self, state: &State) -> Vec<Record> {
        let place = self.store.objects.place();
        let left = self.testament();
        left.map_or_else(Vec::new, |left| left.records_for(&place, state))
    }

    fn inherited(&mut self, state: &State) {
        let place = self.store.objects.place();
        let ours = self
            .testament()
            .is_some_and(|left| left.is_for(&place, state));
        if let (Some(path), true) = (&self.store.testament, ours) {
            // Intents that are closed by now need no testament.
            let _ = self.store.world.files().remove(path);
        }
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
