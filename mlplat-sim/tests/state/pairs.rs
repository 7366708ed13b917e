//! Two executors that come at once, in every order of their calls: each pair
//! of a call of the one and a call of the other is met. One proceeds; the other
//! is told who does, since when, and what to do.

use std::sync::PoisonError;

use mlplat_core::deploy::{Deployment, EngineError};
use mlplat_core::state::StoreError;
use mlplat_core::state::remote_model::BucketFaults;
use mlplat_sim::machine::Machine;

use super::brake::Brake;
use super::paused::Meeting;
use super::proving;
use super::scene::{RED, Wanted, deploy, in_process};

const OTHER: Wanted = Wanted::Small {
    color: "red",
    kind: "water",
    size: 2,
};

/// How a meeting came about.
#[derive(Debug, Clone, Copy)]
struct Pair {
    /// There is a state already.
    before: bool,
    /// How far the second one's clock is ahead: with an hour it takes a living
    /// holder for dead.
    ahead_s: i64,
    /// The points at which the two stand still.
    points: (u64, u64),
}

#[derive(Debug, Default)]
struct Seen {
    pairs: u64,
    locked: u64,
    fenced: u64,
    both: u64,
}

type Ended = Result<Deployment, EngineError>;

/// What the two ended with, and whether the first and the second stood still
/// at their points.
async fn met(meeting: &Meeting, pair: Pair) -> Result<(Ended, Ended, (bool, bool)), String> {
    if pair.before {
        meeting.calm(RED).await?;
    }
    let (one, two) = (Brake::at(pair.points.0), Brake::at(pair.points.1));
    let first = meeting.engine("first", 0, &one);
    let second = meeting.engine("second", pair.ahead_s, &two);
    let starting = Brake::at(0);
    let order = async {
        one.reached().await;
        let stood = !one.is_over();
        starting.let_go();
        two.reached().await;
        let stood = (stood, !two.is_over());
        one.let_go();
        one.over().await;
        two.let_go();
        stood
    };
    let comes_later = async {
        starting.reached().await;
        two.run(deploy(&second, OTHER, "second")).await
    };
    let (first, second, stood) =
        tokio::join!(one.run(deploy(&first, OTHER, "first")), comes_later, order);
    Ok((first, second, stood))
}

/// Whose segments follow whose, without repetitions.
fn turns(meeting: &Meeting) -> Vec<&'static str> {
    let written = meeting
        .written
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let segments = written
        .iter()
        .filter(|(_, key)| key.starts_with("segments/"));
    let mut turns: Vec<_> = segments
        .map(|(who, _)| *who)
        .filter(|who| *who != "calm")
        .collect();
    turns.dedup();
    turns
}

async fn judged(meeting: &Meeting, pair: Pair, seen: &mut Seen) -> Result<(bool, bool), String> {
    let (first, second, stood) = met(meeting, pair).await?;
    let turns = turns(meeting);
    if turns.len() > 2 {
        return Err(format!("their writes are interleaved: {turns:?}"));
    }
    let mut won = 0;
    for (who, other, ended) in [("first", "second", &first), ("second", "first", &second)] {
        match ended {
            Ok(_) => won += 1,
            Err(error @ EngineError::Store(StoreError::Locked(holder, _))) => {
                seen.locked += 1;
                let said = error.to_string();
                let tells = said.contains(&format!("locked by {other} (deploy, since "))
                    && said.contains("do   wait until it is done");
                if holder.who != other || !tells {
                    return Err(format!("{who} was told: {said}"));
                }
            }
            Err(EngineError::Store(StoreError::Fenced)) => seen.fenced += 1,
            Err(why) => return Err(format!("{who}: {why}")),
        }
    }
    match won {
        0 => return Err(format!("nobody proceeds: {first:?}; {second:?}")),
        2 => seen.both += 1,
        _ => {}
    }
    seen.pairs += 1;
    meeting.settles(OTHER).await?;
    Ok(stood)
}

/// Every pair of points, or a part of them that the offsets choose.
fn pairs(before: bool, ahead_s: i64, (stride, offset): (u64, u64), seen: &mut Seen) {
    let mut i = 1 + offset % stride;
    loop {
        let mut j = 1 + (offset / stride) % stride;
        let first_stood = loop {
            let pair = Pair {
                before,
                ahead_s,
                points: (i, j),
            };
            let machine = Machine::default();
            let stood = in_process(&machine, i * 1000 + j, |process| {
                let meeting = Meeting::new(process, 1, BucketFaults::default());
                let seen = &mut *seen;
                async move { judged(&meeting, pair, seen).await }
            });
            let stood = stood.unwrap_or_else(|why| panic!("{pair:?}: {why}"));
            if !stood.1 {
                break stood.0;
            }
            j += stride;
        };
        if !first_stood {
            return;
        }
        i += stride;
    }
}

/// Proves fault 11.
#[test]
fn of_two_executors_one_proceeds_in_every_order() {
    let mut seen = Seen::default();
    let stride = if proving() { 1 } else { 17 };
    for before in [false, true] {
        for ahead_s in [0, 3_700] {
            pairs(before, ahead_s, (stride, 11), &mut seen);
        }
    }
    assert!(seen.locked > 10 && seen.fenced > 10, "{seen:?}");
    println!(
        "figure: {} pairs of calls of two executors, {} told who holds the lock, {} taken over, 0 interleaved writes",
        seen.pairs, seen.locked, seen.fenced
    );
}
