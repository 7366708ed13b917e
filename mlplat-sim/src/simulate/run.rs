//! What one operation did.

use std::time::Duration;

use mlplat_core::deploy::{Deployment, EngineError, Event, Failure, Outcome, Stamped, Verb};
use mlplat_core::plan::Counts;
use mlplat_core::testing::{fail, nearest};

/// What one deployment or destruction did, and how it ended.
#[must_use = "ask how it ended, or assert it"]
pub struct Run {
    end: End,
    events: Vec<Stamped>,
    points: u64,
    took_s: f64,
    calls: u64,
    requests: (u64, u64),
}

enum End {
    Over(Deployment),
    Refused(EngineError),
    Killed,
}

impl Run {
    pub(super) fn over(
        result: Result<Deployment, EngineError>,
        events: Vec<Stamped>,
        points: u64,
        took_s: f64,
        (calls, requests): (u64, (u64, u64)),
    ) -> Self {
        let end = match result {
            Ok(deployment) => End::Over(deployment),
            Err(error) => End::Refused(error),
        };
        Self {
            end,
            events,
            points,
            took_s,
            calls,
            requests,
        }
    }

    pub(super) fn refused(error: EngineError) -> Self {
        Self::over(Err(error), Vec::new(), 0, 0.0, (0, (0, 0)))
    }

    pub(super) fn killed(events: Vec<Stamped>, points: u64, took_s: f64) -> Self {
        Self {
            end: End::Killed,
            events,
            points,
            took_s,
            calls: 0,
            requests: (0, 0),
        }
    }

    /// Whether it did everything that its plan said.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        matches!(&self.end, End::Over(over) if over.outcome == Outcome::Complete)
    }

    /// Whether there was nothing to do.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        matches!(&self.end, End::Over(over) if over.unchanged)
    }

    /// Whether it was killed on its way.
    #[must_use]
    pub fn was_killed(&self) -> bool {
        matches!(self.end, End::Killed)
    }

    /// Why nothing was begun: problems of the program, a plan that is refused.
    #[must_use]
    pub fn refusal(&self) -> Option<&EngineError> {
        match &self.end {
            End::Refused(error) => Some(error),
            End::Over(_) | End::Killed => None,
        }
    }

    /// The steps that failed.
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        match &self.end {
            End::Over(over) => &over.failed,
            End::Refused(_) | End::Killed => &[],
        }
    }

    /// How many steps were not started, because what they wait for failed.
    #[must_use]
    pub fn skipped(&self) -> usize {
        match &self.end {
            End::Over(over) => over.skipped,
            End::Refused(_) | End::Killed => 0,
        }
    }

    /// How many changes of each kind its plan had.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let planned = self.events.iter().find_map(|stamped| match &stamped.event {
            Event::Planned { counts, .. } => Some(*counts),
            _ => None,
        });
        planned.unwrap_or_default()
    }

    /// Virtual time from its start to its end.
    #[must_use]
    pub fn took(&self) -> Duration {
        Duration::from_secs_f64(self.took_s.max(0.0))
    }

    /// Virtual time along the longest chain of steps, as measured.
    #[must_use]
    pub fn critical_path(&self) -> Duration {
        match &self.end {
            End::Over(over) => Duration::from_secs_f64(over.critical_path_s.max(0.0)),
            End::Refused(_) | End::Killed => Duration::ZERO,
        }
    }

    /// How long one step took.
    ///
    /// # Panics
    /// When it did no step at that path.
    #[track_caller]
    #[must_use]
    pub fn took_by(&self, path: &str) -> Duration {
        let took = self.events.iter().find_map(|stamped| match &stamped.event {
            Event::Done {
                path: at, took_s, ..
            } if at.as_str() == path => Some(*took_s),
            _ => None,
        });
        match took {
            Some(seconds) => Duration::from_secs_f64(seconds.max(0.0)),
            None => self.nothing_done_at(path),
        }
    }

    /// The paths of the steps that were done, in the order in which they ended.
    #[must_use]
    pub fn done(&self) -> Vec<&str> {
        let done = self
            .events
            .iter()
            .filter_map(|stamped| match &stamped.event {
                Event::Done { path, .. } => Some(path.as_str()),
                _ => None,
            });
        done.collect()
    }

    /// What was done at a path; nothing when it was left alone.
    #[must_use]
    pub fn verb(&self, path: &str) -> Option<Verb> {
        self.events.iter().find_map(|stamped| match &stamped.event {
            Event::Done {
                path: at, action, ..
            } if at.as_str() == path => Some(*action),
            _ => None,
        })
    }

    /// How many calls failed and were repeated.
    #[must_use]
    pub fn retries(&self) -> usize {
        let retries = self.events.iter();
        retries
            .filter(|stamped| matches!(stamped.event, Event::Retrying { .. }))
            .count()
    }

    /// How many calls the account was asked, clusters not counted. None is
    /// known of a killed run.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// How many calls the account and its clusters were asked, and how many of
    /// those were to change something: what [`World::fail`](super::World::fail)
    /// counts. None is known of a killed run.
    #[must_use]
    pub fn requests(&self) -> (u64, u64) {
        self.requests
    }

    /// How many fault points it passed: the places at which it can be killed.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.points
    }

    /// Everything that the engine told.
    #[must_use]
    pub fn events(&self) -> &[Stamped] {
        &self.events
    }

    /// Asserts that it did everything that its plan said.
    ///
    /// # Panics
    /// When it did not, with what failed and why.
    #[track_caller]
    pub fn assert_complete(&self) -> &Self {
        if !self.is_complete() {
            fail(format_args!("the run is not complete: {}", self.story()));
        }
        self
    }

    /// Asserts that there was nothing to do.
    ///
    /// # Panics
    /// When there was, with what was done.
    #[track_caller]
    pub fn assert_unchanged(&self) -> &Self {
        if !self.is_unchanged() {
            fail(format_args!(
                "the run had something to do: {}",
                self.story()
            ));
        }
        self
    }

    /// Asserts that it was killed on its way.
    ///
    /// # Panics
    /// When it came to its end, with the number of points it could have died
    /// at.
    #[track_caller]
    pub fn assert_killed(&self) -> &Self {
        if !self.was_killed() {
            fail(format_args!(
                "the run was not killed: {}\n  it passed {} fault points",
                self.story(),
                self.points
            ));
        }
        self
    }

    /// Asserts that it is complete and did something at exactly these paths.
    ///
    /// # Panics
    /// When it did something else, or failed.
    #[track_caller]
    pub fn assert_only(&self, paths: &[&str]) -> &Self {
        let mut done = self.assert_complete().done();
        let mut wanted = paths.to_vec();
        done.sort_unstable();
        wanted.sort_unstable();
        wanted.dedup();
        done.dedup();
        if done != wanted {
            fail(format_args!(
                "the run did something else\n  wanted  {}\n  done    {}",
                wanted.join(", "),
                done.join(", ")
            ));
        }
        self
    }

    /// Asserts that the step at a path failed, and gives its failure.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn assert_failed(&self, path: &str) -> &Failure {
        let failures = self.failures();
        let found = failures.iter().find(|one| one.path.as_str() == path);
        match found {
            Some(failure) => failure,
            None => fail(format_args!("{path} did not fail: {}", self.story())),
        }
    }

    /// Asserts that nothing was begun, and gives the reason.
    ///
    /// # Panics
    /// When something was.
    #[track_caller]
    pub fn assert_refused(&self) -> &EngineError {
        match self.refusal() {
            Some(error) => error,
            None => fail(format_args!("the run was not refused: {}", self.story())),
        }
    }

    #[track_caller]
    fn nothing_done_at(&self, path: &str) -> ! {
        let near = nearest(path, self.done()).join(", ");
        fail(format_args!(
            "nothing was done at {path}\n  nearest  {near}"
        ))
    }

    /// How it ended, in a line, and each failure in one more.
    fn story(&self) -> String {
        let over = match &self.end {
            End::Killed => return format!("it was killed at point {}", self.points),
            End::Refused(error) => return format!("it was refused\n{error}"),
            End::Over(over) if over.unchanged => return "it had nothing to do".to_owned(),
            End::Over(over) => over,
        };
        let mut story = format!(
            "{} done, {} failed, {} skipped",
            over.done,
            over.failed.len(),
            over.skipped
        );
        for failure in &over.failed {
            story.push_str(&format!(
                "\n  {}: {} ({})",
                failure.path, failure.message, failure.code
            ));
        }
        if over.failed.is_empty() {
            story.push_str(&format!("\n  done  {}", self.done().join(", ")));
        }
        story
    }
}

/// How it ended.
impl std::fmt::Debug for Run {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.story())
    }
}
