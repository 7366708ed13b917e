//! A process that is stopped and let go on, as by SIGSTOP and SIGCONT: while it
//! stands still nothing in it moves, and the world goes on.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use mlplat_core::facts::Type;
use mlplat_core::provider::{
    Find, Made, Observed, Owned, Provider, ProviderError, Reader, Request, Target,
};
use mlplat_core::state::remote::{Condition, Objects, RemoteError};
use mlplat_core::state::remote_model::Bucket;
use mlplat_core::world::{Files, World};
use mlplat_sim::cloud::Cloud;
use serde_json::{Map, Value};

/// Stops a process at its n-th point: before and after each of its calls.
#[derive(Default)]
pub struct Brake(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    at: u64,
    passed: u64,
    stopped: bool,
    /// It was stopped and let go, or is over.
    free: bool,
    over: bool,
    wakers: Vec<Waker>,
}

impl Brake {
    /// Stops at this point, counted from 1; 0 for never.
    pub fn at(point: u64) -> Arc<Self> {
        let brake = Self::default();
        brake.inner().at = point;
        Arc::new(brake)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, context: &Context<'_>, ready: impl Fn(&Inner) -> bool) -> Poll<()> {
        let mut inner = self.inner();
        if ready(&inner) {
            return Poll::Ready(());
        }
        inner.wakers.push(context.waker().clone());
        Poll::Pending
    }

    fn change(&self, act: impl Fn(&mut Inner)) {
        let wakers = {
            let mut inner = self.inner();
            act(&mut inner);
            std::mem::take(&mut inner.wakers)
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// A point.
    async fn pass(&self) {
        self.change(|inner| {
            inner.passed += 1;
            inner.stopped |= inner.passed == inner.at;
        });
        poll_fn(|context| self.wait(context, |inner| !inner.stopped)).await;
    }

    /// Until the process stands still, or is over.
    pub async fn reached(&self) {
        poll_fn(|context| self.wait(context, |inner| inner.stopped || inner.free || inner.over))
            .await;
    }

    /// Until the process is over.
    pub async fn over(&self) {
        poll_fn(|context| self.wait(context, |inner| inner.over)).await;
    }

    pub fn let_go(&self) {
        self.change(|inner| (inner.stopped, inner.free) = (false, true));
    }

    pub fn is_over(&self) -> bool {
        self.inner().over
    }

    /// Runs a process under this brake.
    pub async fn run<T>(&self, body: impl Future<Output = T>) -> T {
        let mut body = pin!(body);
        let done = poll_fn(|context| {
            if self.wait(context, |inner| !inner.stopped).is_pending() {
                return Poll::Pending;
            }
            body.as_mut().poll(context)
        });
        let done = done.await;
        self.change(|inner| inner.over = true);
        done
    }
}

/// What was written where everybody sees it, in order: who, and under which
/// name.
pub type Written = Arc<Mutex<Vec<(&'static str, String)>>>;

/// The bucket, as the process reaches it.
pub struct BrakedBucket {
    pub bucket: Bucket,
    pub brake: Arc<Brake>,
    pub who: &'static str,
    pub written: Written,
}

#[async_trait]
impl Objects for BrakedBucket {
    fn place(&self) -> String {
        self.bucket.place()
    }

    async fn get(&self, key: &str) -> Result<Option<(Vec<u8>, String)>, RemoteError> {
        self.brake.pass().await;
        let got = self.bucket.get(key).await;
        self.brake.pass().await;
        got
    }

    async fn put(&self, key: &str, body: &[u8], when: Condition) -> Result<String, RemoteError> {
        self.brake.pass().await;
        let put = self.bucket.put(key, body, when).await;
        if matches!(put, Ok(_) | Err(RemoteError::NoReply)) {
            let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
            written.push((self.who, key.to_owned()));
        }
        self.brake.pass().await;
        put
    }

    async fn delete(&self, key: &str) -> Result<(), RemoteError> {
        self.brake.pass().await;
        let deleted = self.bucket.delete(key).await;
        self.brake.pass().await;
        deleted
    }
}

/// The account, as the process reaches it.
pub struct BrakedCloud {
    pub cloud: Arc<Cloud>,
    pub brake: Arc<Brake>,
}

impl BrakedCloud {
    async fn call<T>(&self, call: impl Future<Output = T>) -> T {
        self.brake.pass().await;
        let answer = call.await;
        self.brake.pass().await;
        answer
    }
}

#[async_trait]
impl Reader for BrakedCloud {
    fn types(&self) -> &[&'static Type] {
        self.cloud.types()
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        self.call(self.cloud.read(target)).await
    }

    async fn find(&self, find: &Find) -> Result<Option<Observed>, ProviderError> {
        self.call(self.cloud.find(find)).await
    }

    async fn owned(&self, lineage: &str) -> Result<Vec<Owned>, ProviderError> {
        self.call(self.cloud.owned(lineage)).await
    }

    async fn look_up(
        &self,
        ty: &'static Type,
        inputs: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ProviderError> {
        self.call(self.cloud.look_up(ty, inputs)).await
    }
}

#[async_trait]
impl Provider for BrakedCloud {
    async fn create(&self, request: &Request) -> Result<Made, ProviderError> {
        self.call(self.cloud.create(request)).await
    }

    async fn update(
        &self,
        target: &Target,
        request: &Request,
        fields: &[String],
    ) -> Result<(), ProviderError> {
        self.call(self.cloud.update(target, request, fields)).await
    }

    async fn delete(&self, target: &Target) -> Result<(), ProviderError> {
        self.call(self.cloud.delete(target)).await
    }
}

/// A world whose calendar is wrong.
pub struct Skewed<W> {
    pub world: Arc<W>,
    pub ahead_s: i64,
}

impl<W: World> World for Skewed<W> {
    fn now(&self) -> std::time::Duration {
        self.world.now()
    }

    fn unix_time(&self) -> u64 {
        self.world.unix_time().saturating_add_signed(self.ahead_s)
    }

    fn sleep(&self, time: std::time::Duration) -> futures::future::BoxFuture<'static, ()> {
        self.world.sleep(time)
    }

    fn random(&self, buffer: &mut [u8]) {
        self.world.random(buffer);
    }

    fn files(&self) -> &dyn Files {
        self.world.files()
    }
}
