//! `Checks`: a set of rules, and what of their findings is accepted.

use std::panic::Location;

use super::accept::Accepted;
use crate::graph::Graph;
use crate::problem::{Problems, Source};

type Rule = Box<dyn Fn(&Graph) -> Problems + Send + Sync>;

/// A set of checks, each a function from a program to what it finds wrong.
///
/// ```
/// use mlplat_core::checks::Checks;
/// use mlplat_core::{Graph, Problems, Stack};
/// use mlplat_core::null::Null;
///
/// /// Every resource is named in lower case.
/// fn lower_case(program: &Graph) -> Problems {
///     let loud = program.views().filter(|node| {
///         node.text("Name").is_some_and(|name| name != name.to_lowercase())
///     });
///     Problems(loud.map(|node| node.problem("loud-name", "its name is not in lower case", "write it small")).collect())
/// }
///
/// fn program(stack: &mut Stack) {
///     stack.add("first", Null { name: "A".into(), value: None, after: vec![] });
/// }
///
/// let tested = Stack::test(program);
/// assert_eq!(tested.check(lower_case).0[0].code, "loud-name");
/// let meant = Checks::new(lower_case).accept("loud-name", "first", "it was named by marketing");
/// assert!(tested.check(meant).0.is_empty());
/// ```
#[must_use = "give it to `stack.check(..)` or `tested.check(..)`"]
#[derive(Default)]
pub struct Checks {
    rules: Vec<Rule>,
    accepted: Vec<Accepted>,
}

impl Checks {
    /// One check.
    pub fn new(check: impl Fn(&Graph) -> Problems + Send + Sync + 'static) -> Self {
        Self {
            rules: vec![Box::new(check)],
            accepted: Vec::new(),
        }
    }

    /// These and those. What either accepts, both do.
    pub fn and(mut self, more: impl Into<Self>) -> Self {
        let more = more.into();
        self.rules.extend(more.rules);
        self.accepted.extend(more.accepted);
        self
    }

    /// Leaves findings of a code alone at a path and everything below it,
    /// because of a reason that the next reader understands. A path without a
    /// node and an empty reason are findings themselves.
    #[track_caller]
    pub fn accept(mut self, code: &str, path: &str, reason: &str) -> Self {
        self.accepted.push(Accepted {
            code: code.to_owned(),
            path: path.to_owned(),
            reason: reason.to_owned(),
            at: Source::from(Location::caller()),
        });
        self
    }

    /// What is found in a program and not accepted, check by check.
    #[must_use]
    pub fn run(&self, program: &Graph) -> Problems {
        let found = self.rules.iter().flat_map(|rule| rule(program).0);
        let open = found.filter(|problem| !self.accepted.iter().any(|meant| meant.covers(problem)));
        let mut problems = Problems(open.collect());
        let bad = self.accepted.iter();
        problems
            .0
            .extend(bad.filter_map(|meant| meant.problem(program)));
        problems
    }
}

impl<F: Fn(&Graph) -> Problems + Send + Sync + 'static> From<F> for Checks {
    fn from(check: F) -> Self {
        Self::new(check)
    }
}
