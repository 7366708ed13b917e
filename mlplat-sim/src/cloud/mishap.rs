//! Calls that go wrong one by one: the n-th of all, of those that change something, or of one kind.
//!
//! Chance meets any call, and never all of them. A [`Mishap`] names its call, so that a proof can go through every
//! one: `lost@change#3` hides the effect of the third call that changes something, `expired@call#17+` refuses the
//! seventeenth call and all after it. An account and its clusters count together, each process from 1.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One call that goes wrong, or every one from it on.
///
/// ```
/// use mlplat_sim::cloud::{Mishap, Wrong};
///
/// let mishap: Mishap = "denied@ec2.VPC:create#1+".parse()?;
/// assert_eq!((mishap.how, mishap.nth, mishap.on), (Wrong::Denied, 1, true));
/// assert_eq!(mishap.to_string(), "denied@ec2.VPC:create#1+");
/// # Ok::<(), mlplat_sim::cloud::NoMishap>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mishap {
    /// How it goes wrong.
    pub how: Wrong,
    /// Which calls are counted.
    pub of: Counted,
    /// The number of the call, from 1.
    pub nth: u64,
    /// Every later one goes wrong too.
    pub on: bool,
}

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// `lost`: it has its effect and no reply.
    LostReply,
    /// `5xx`: it fails without an effect.
    ServerError,
    /// `reset`: the connection breaks before it arrives, which looks like `lost`.
    Reset,
    /// `slow`: it has its effect, and the body of its reply does not end within a minute.
    Slow,
    /// `denied`: it is not allowed.
    Denied,
    /// `expired`: its credentials have run out.
    Expired,
    /// `throttled`: it is one too many.
    Throttled,
}

/// Which calls a mishap counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// `call`: all of them.
    All,
    /// `change`: those that change something.
    Changes,
    /// Those of one name: type and verb (`ec2.VPC:create`), or the API's own (`ec2:CreateVpc`).
    Named(String),
}

/// A text that is no mishap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoMishap;

impl fmt::Display for NoMishap {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a mishap is HOW@WHICH#N or HOW@WHICH#N+, with lost, 5xx, reset, slow, denied, expired or throttled for HOW, and call, change or TYPE:VERB for WHICH")
    }
}

impl std::error::Error for NoMishap {}

const WORDS: [(&str, Wrong); 7] = [
    ("lost", Wrong::LostReply),
    ("5xx", Wrong::ServerError),
    ("reset", Wrong::Reset),
    ("slow", Wrong::Slow),
    ("denied", Wrong::Denied),
    ("expired", Wrong::Expired),
    ("throttled", Wrong::Throttled),
];

impl FromStr for Mishap {
    type Err = NoMishap;

    fn from_str(text: &str) -> Result<Self, NoMishap> {
        let (how, rest) = text.split_once('@').ok_or(NoMishap)?;
        let (of, number) = rest.rsplit_once('#').ok_or(NoMishap)?;
        let (number, on) = match number.strip_suffix('+') {
            Some(number) => (number, true),
            None => (number, false),
        };
        let how = WORDS.iter().find(|(word, _)| *word == how);
        Ok(Self {
            how: how.ok_or(NoMishap)?.1,
            of: match of {
                "call" => Counted::All,
                "change" => Counted::Changes,
                name if name.contains(':') => Counted::Named(name.to_owned()),
                _ => return Err(NoMishap),
            },
            nth: number.parse().ok().filter(|nth| *nth > 0).ok_or(NoMishap)?,
            on,
        })
    }
}

impl fmt::Display for Mishap {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = WORDS.iter().find(|(_, how)| *how == self.how);
        let how = how.map_or("", |(word, _)| word);
        let of = match &self.of {
            Counted::All => "call",
            Counted::Changes => "change",
            Counted::Named(name) => name,
        };
        let on = if self.on { "+" } else { "" };
        write!(out, "{how}@{of}#{}{on}", self.nth)
    }
}

/// The calls of one process to an account and its clusters, counted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    mishaps: Vec<Mishap>,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    calls: u64,
    changes: u64,
    /// How often each mishap has counted.
    each: Vec<u64>,
}

impl Tally {
    pub(crate) fn new(mishaps: &[Mishap]) -> Self {
        let counts = Counts {
            each: vec![0; mishaps.len()],
            ..Counts::default()
        };
        Self {
            mishaps: mishaps.to_vec(),
            counts: Mutex::new(counts),
        }
    }

    /// One more call: how it goes wrong, if it does.
    pub(crate) fn next(&self, changes: bool, is_named: impl Fn(&str) -> bool) -> Option<Wrong> {
        let mut counts = self.counts();
        counts.calls += 1;
        counts.changes += u64::from(changes);
        let mut wrong = None;
        for (mishap, count) in self.mishaps.iter().zip(&mut counts.each) {
            let counted = match &mishap.of {
                Counted::All => true,
                Counted::Changes => changes,
                Counted::Named(name) => is_named(name),
            };
            *count += u64::from(counted);
            let met = *count == mishap.nth || mishap.on && *count > mishap.nth;
            if counted && met {
                wrong = wrong.or(Some(mishap.how));
            }
        }
        wrong
    }

    /// How many calls there were, and how many of them change something.
    pub(crate) fn so_far(&self) -> (u64, u64) {
        let counts = self.counts();
        (counts.calls, counts.changes)
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(words: &[&str]) -> Tally {
        let mishaps: Vec<Mishap> = words.iter().map(|word| word.parse().unwrap()).collect();
        Tally::new(&mishaps)
    }

    #[test]
    fn each_counts_its_own_calls() {
        let tally = tally(&["lost@change#2", "5xx@call#4+", "denied@a.B:read#2"]);
        let asks = [(false, true), (true, false), (true, false), (false, true)];
        let met: Vec<_> = asks
            .into_iter()
            .map(|(changes, named)| tally.next(changes, |_| named))
            .collect();
        let wrong = [None, None, Some(Wrong::LostReply), Some(Wrong::ServerError)];
        assert_eq!(met, wrong);
        assert_eq!(tally.next(false, |_| false), Some(Wrong::ServerError));
        assert_eq!(tally.so_far(), (5, 2));
    }

    #[test]
    fn what_says_nothing_is_refused() {
        for text in [
            "lost",
            "lost@3",
            "gone@call#1",
            "lost@call#0",
            "lost@else#1",
            "lost@call#x",
        ] {
            assert_eq!(text.parse::<Mishap>(), Err(NoMishap), "{text}");
        }
    }
}
