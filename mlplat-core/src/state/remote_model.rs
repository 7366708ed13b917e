//! A model of an object store, and what can go wrong with it.
//!
//! [`Bucket`] answers as S3 answers conditional writes: 412 when the condition
//! does not hold, 409 now and then when writes meet, a reply that is lost after
//! the effect, and nothing at all from some call on. Every call yields a few
//! times first, as many as the seed says, so that two writers on one thread
//! meet in every order.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use async_trait::async_trait;

use super::remote::{Condition, Objects, RemoteError, RemoteStore};
use crate::world::World;

/// What goes wrong, in chances from 0 to 255.
#[derive(Debug, Clone, Copy, Default)]
pub struct BucketFaults {
    /// Decides everything.
    pub seed: u64,
    /// A write is answered with 409 and has no effect.
    pub conflict: u8,
    /// A write has its effect and no reply.
    pub lost_reply: u8,
    /// A call is answered with 503 and has no effect.
    pub unavailable: u8,
    /// No call from this one on is answered; 0 for never.
    pub down_from: u64,
}

/// Objects in memory. Clones are the same bucket.
#[derive(Clone)]
pub struct Bucket {
    inner: Arc<Mutex<Inner>>,
    faults: BucketFaults,
}

#[derive(Default)]
struct Inner {
    objects: BTreeMap<String, (Vec<u8>, u64)>,
    writes: u64,
    calls: u64,
    dice: u64,
}

/// A state in a [`Bucket`]: the model against which a live store is held.
pub type RemoteModelStore = RemoteStore;

impl Bucket {
    /// An empty bucket.
    #[must_use]
    pub fn new(faults: BucketFaults) -> Self {
        let inner = Inner {
            dice: faults.seed,
            ..Inner::default()
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
            faults,
        }
    }

    /// The same objects behind a network with other faults.
    #[must_use]
    pub fn with(&self, faults: BucketFaults) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            faults,
        }
    }

    /// A state in this bucket.
    #[must_use]
    pub fn store(&self, world: Arc<dyn World>, ttl_s: u64) -> RemoteModelStore {
        RemoteStore::new(Arc::new(self.clone()), world, ttl_s)
    }

    /// The names of the objects that there are.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.inner().objects.keys().cloned().collect()
    }

    /// How many calls there were.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.inner().calls
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn chance(&self, of: u8) -> bool {
        self.inner().roll() % 256 < u64::from(of)
    }

    /// On the way to the store: other calls may overtake this one.
    async fn travel(&self) -> Result<(), RemoteError> {
        let mut yields = self.inner().roll() % 4;
        poll_fn(|context| {
            if yields == 0 {
                return Poll::Ready(());
            }
            yields -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        let call = {
            let mut inner = self.inner();
            inner.calls += 1;
            inner.calls
        };
        let down = self.faults.down_from > 0 && call >= self.faults.down_from;
        if down || self.chance(self.faults.unavailable) {
            return Err(RemoteError::Unavailable);
        }
        Ok(())
    }
}

impl Inner {
    fn roll(&mut self) -> u64 {
        self.dice = self.dice.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.dice;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }
}

#[async_trait]
impl Objects for Bucket {
    fn place(&self) -> String {
        "model://bucket".to_owned()
    }

    async fn get(&self, key: &str) -> Result<Option<(Vec<u8>, String)>, RemoteError> {
        self.travel().await?;
        let inner = self.inner();
        let found = inner.objects.get(key);
        Ok(found.map(|(bytes, etag)| (bytes.clone(), etag.to_string())))
    }

    async fn put(&self, key: &str, body: &[u8], when: Condition) -> Result<String, RemoteError> {
        self.travel().await?;
        if self.chance(self.faults.conflict) {
            return Err(RemoteError::Conflict);
        }
        let etag = {
            let mut inner = self.inner();
            let there = inner.objects.get(key).map(|(_, etag)| etag.to_string());
            let holds = match (&when, there) {
                (Condition::Absent, there) => there.is_none(),
                (Condition::Matches(wanted), there) => there.as_ref() == Some(wanted),
            };
            if !holds {
                return Err(RemoteError::Refused);
            }
            inner.writes += 1;
            let etag = inner.writes;
            inner.objects.insert(key.to_owned(), (body.to_vec(), etag));
            etag
        };
        if self.chance(self.faults.lost_reply) {
            return Err(RemoteError::NoReply);
        }
        Ok(etag.to_string())
    }

    async fn delete(&self, key: &str) -> Result<(), RemoteError> {
        self.travel().await?;
        self.inner().objects.remove(key);
        if self.chance(self.faults.lost_reply) {
            return Err(RemoteError::NoReply);
        }
        Ok(())
    }
}
