//! A lost reply and a take-over between a write and its second try.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future::BoxFuture;
use mlplat_core::state::remote::{Condition, Objects, RemoteError, RemoteStore};
use mlplat_core::state::remote_model::{Bucket, BucketFaults};
use mlplat_core::state::{BirthId, Holder, Record, State, StateStore as _, StoreError};
use mlplat_core::world::SystemWorld;

/// A network on which something happens after the effect of one write, whose
/// reply is lost.
struct Between {
    bucket: Bucket,
    armed: Arc<AtomicBool>,
    happens: Mutex<Option<BoxFuture<'static, ()>>>,
}

#[async_trait]
impl Objects for Between {
    fn place(&self) -> String {
        self.bucket.place()
    }

    async fn get(&self, key: &str) -> Result<Option<(Vec<u8>, String)>, RemoteError> {
        self.bucket.get(key).await
    }

    async fn put(&self, key: &str, body: &[u8], when: Condition) -> Result<String, RemoteError> {
        let put = self.bucket.put(key, body, when).await;
        if self.armed.swap(false, Ordering::Relaxed) {
            let happens = self.happens.lock().unwrap().take();
            if let Some(happens) = happens {
                happens.await;
            }
            return Err(RemoteError::NoReply);
        }
        put
    }

    async fn delete(&self, key: &str) -> Result<(), RemoteError> {
        self.bucket.delete(key).await
    }
}

fn holder(who: &str) -> Holder {
    Holder {
        who: who.to_owned(),
        what: "deploy".to_owned(),
        since: 0,
    }
}

fn record(ordinal: u32) -> Record {
    let birth = BirthId { serial: 1, ordinal };
    Record::Undone { birth }
}

/// The first one's segment was read, folded into a snapshot and deleted by the
/// time it is written again. It finds the number free, and is told all the
/// same that it is out: what it would do next nobody expects.
///
/// Proves fault 12.
#[tokio::test(start_paused = true)]
async fn a_number_that_became_free_again_is_not_won_by_a_second_try() {
    let bucket = Bucket::new(BucketFaults::default());
    let world = Arc::new(SystemWorld::new());
    let other = bucket.store(world.clone(), 0);
    let takes_over = Box::pin(async move {
        // The first one's lease is of no length.
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        let me = holder("second");
        let mut second = other.lock(&me).await.unwrap();
        let read = second.load().await.unwrap();
        assert_eq!(read.records.len(), 2, "the write had its effect");
        let mut state = State::new("lin".into());
        state.serial = 1;
        second.commit(&state).await.unwrap();
        second.release().await;
    });
    let armed = Arc::new(AtomicBool::new(false));
    let objects = Between {
        bucket: bucket.clone(),
        armed: Arc::clone(&armed),
        happens: Mutex::new(Some(takes_over)),
    };
    let store = RemoteStore::new(Arc::new(objects), world.clone(), 0);
    let me = holder("first");
    let mut first = store.lock(&me).await.unwrap();
    first.append("lin", 0, &[record(0)]).await.unwrap();
    armed.store(true, Ordering::Relaxed);
    let again = first.append("lin", 0, &[record(1)]).await;
    assert!(matches!(again, Err(StoreError::Fenced)), "{again:?}");
    let stored = bucket.store(world, 60).read().await.unwrap();
    assert_eq!((stored.state.unwrap().serial, stored.records.len()), (1, 0));
}
