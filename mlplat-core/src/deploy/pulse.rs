//! What goes on while a run waits for others: its lock stays alive, and it can
//! be stopped.
//!
//! A lock that runs out ([`Session::beats_every`]) is kept alive by the run
//! itself, on the clock of its world: no thread beats on when the run hangs.

use std::future::pending;
use std::pin::pin;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::cancel::{Cancel, Phase};
use crate::state::Session;
use crate::world::World;

/// The time until the next beat; for ever for a lock that does not run out.
pub(super) fn pulse(world: &dyn World, every: Option<Duration>) -> BoxFuture<'static, ()> {
    match every {
        Some(every) => world.sleep(every),
        None => Box::pin(pending()),
    }
}

/// Does something that writes nothing into the state, while the lock's heart
/// beats. `None` when the run was asked to stop meanwhile: what was under way
/// is dropped where it stands.
pub(super) async fn beating<T>(
    world: &dyn World,
    session: &mut dyn Session,
    cancel: &Cancel,
    work: impl Future<Output = T>,
) -> Option<T> {
    let every = session.beats_every();
    let mut work = pin!(work.fuse());
    loop {
        let mut next = pulse(world, every).fuse();
        futures::select_biased! {
            done = work => return Some(done),
            () = cancel.reached(Phase::Stop).fuse() => return None,
            () = next => session.beat().await,
        }
    }
}
