//! What a program says at one stage of its life.

use mlplat_core::{Output, Stack};

use crate::harness::Dice;

/// How seldom a value is edited from one stage to the next: once in so many.
const EDITED: u64 = 4;
/// How seldom a part is missing at a stage.
const MISSING: u64 = 6;

/// Decides every word of a program at one stage.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draft {
    seed: u64,
    dice: Dice,
    stage: u64,
}

impl Draft {
    pub(super) fn new(seed: u64, shape: u64, stage: u64) -> Self {
        let dice = Dice::new(Dice::new(seed).draw("shape", shape));
        Self { seed, dice, stage }
    }

    pub(super) fn seed(self) -> u64 {
        self.seed
    }

    /// A number that stays the same at all stages.
    pub(super) fn fixed(self, what: &str, end: u64) -> u64 {
        self.dice.below(what, 0, end)
    }

    /// Whether the program has something at all, at every stage: once in so
    /// many programs.
    pub(super) fn has(self, what: &str, times: u64) -> bool {
        self.fixed(what, times) == 0
    }

    /// Whether a part of it is there at this stage.
    pub(super) fn is_there(self, what: &str) -> bool {
        !self
            .dice
            .once_in(&format!("missing {what}"), self.stage, MISSING)
    }

    /// How often something was edited by now.
    fn edits(self, what: &str, times: u64) -> u64 {
        let edited = |stage: &u64| self.dice.once_in(what, *stage, times);
        (1..=self.stage).filter(edited).count() as u64
    }

    /// One of several values; the next one after each edit.
    pub(super) fn pick<T: Copy>(self, what: &str, values: &[T]) -> T {
        self.drawn(what, values, EDITED)
    }

    /// The same for what takes much along when it changes.
    pub(super) fn seldom<T: Copy>(self, what: &str, values: &[T]) -> T {
        self.drawn(what, values, 4 * EDITED)
    }

    fn drawn<T: Copy>(self, what: &str, values: &[T], times: u64) -> T {
        let count = values.len() as u64;
        let at = (self.fixed(what, count) + self.edits(what, times)) % count.max(1);
        // Callers give at least one value, and `at` is below their count.
        values[usize::try_from(at).unwrap_or_default()]
    }

    /// A name that is pinned in some programs, and generated in the others.
    pub(super) fn name(self, what: &str) -> Option<String> {
        self.has(&format!("name of {what}"), 3)
            .then(|| format!("pinned-{}-{what}", self.seed))
    }

    /// Where something stands: at one of two paths, as an edit moves it. Half
    /// of the programs say that it has moved; in the others it leaves one path
    /// and comes at another.
    pub(super) fn place(self, stack: &mut Stack, what: &str) -> String {
        let question = format!("place of {what}");
        let (here, there) = (what.to_owned(), format!("{what}-elsewhere"));
        let (from, to) = match self.edits(&question, EDITED) % 2 {
            0 => (there, here),
            _ => (here, there),
        };
        if self.has(&format!("says that {what} moves"), 2) {
            stack.moved(&from, &to);
        }
        to
    }

    /// Tags: what everything has that can be changed in place.
    pub(super) fn tags(self, what: &str) -> mlplat_aws::Tags {
        let team = self.pick(&format!("tags of {what}"), &["red", "green", "blue"]);
        [("team".to_owned(), Output::from(team))].into()
    }
}
