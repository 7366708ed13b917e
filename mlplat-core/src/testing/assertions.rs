//! Helpers that assert: thin, and their messages name what is nearest.

use serde_json::Value;

use super::nearest::nearest_line;
use super::order::Order;
use super::{Tested, fail};
use crate::checks::Checks;
use crate::graph::NodeView;
use crate::problem::Problem;

impl Tested {
    /// The node at a path.
    ///
    /// # Panics
    /// When there is none, naming the nearest paths.
    #[track_caller]
    #[must_use]
    pub fn node(&self, path: &str) -> NodeView<'_> {
        match self.get(path) {
            Some(node) => node,
            None => self.nothing_at(path),
        }
    }

    /// A declared output as it is shown.
    ///
    /// # Panics
    /// When there is none, naming the nearest.
    #[track_caller]
    #[must_use]
    pub fn output(&self, name: &str) -> Value {
        let mut outputs = self.outputs();
        match outputs.remove(name) {
            Some(value) => value,
            None => {
                let near = nearest_line(name, outputs.keys().copied());
                fail(format_args!("the program has no output {name}{near}"))
            }
        }
    }

    /// Asserts that the program has no problems.
    ///
    /// # Panics
    /// When it has, with all of them.
    #[track_caller]
    pub fn assert_ok(&self) -> &Self {
        if !self.problems().0.is_empty() {
            fail(format_args!(
                "the program has problems\n{}",
                self.problems()
            ));
        }
        self
    }

    /// Asserts that the program has a problem of a code, and gives it.
    ///
    /// # Panics
    /// When it has not, naming those that it has.
    #[track_caller]
    pub fn assert_problem(&self, code: &str) -> &Problem {
        let problems = &self.problems().0;
        if let Some(found) = problems.iter().find(|problem| problem.code == code) {
            return found;
        }
        let has = match problems.as_slice() {
            [] => "the program has no problems".to_owned(),
            some => {
                let codes: Vec<_> = some.iter().map(|problem| problem.code).collect();
                format!("the program has {}", codes.join(", "))
            }
        };
        fail(format_args!("no problem is {code}: {has}"))
    }

    /// Asserts how many nodes a type has.
    ///
    /// # Panics
    /// When it has another number, with the paths that there are or the
    /// nearest types.
    #[track_caller]
    pub fn assert_count(&self, ty: &str, count: usize) -> &Self {
        let found = self.of_type(ty);
        if found.len() == count {
            return self;
        }
        let detail = if found.is_empty() {
            nearest_line(ty, self.nodes().map(NodeView::ty))
        } else {
            let paths: Vec<_> = found.iter().map(|node| node.path().as_str()).collect();
            format!("\n  at       {}", paths.join(", "))
        };
        fail(format_args!(
            "{ty} occurs {} and not {}{detail}",
            times(found.len()),
            times(count)
        ))
    }

    /// Asserts that the first is made before the second, over any number of
    /// steps between them; see [`Tested::order`].
    ///
    /// # Panics
    /// When it is not, with the chain that leads the other way, if one does.
    #[track_caller]
    pub fn assert_before(&self, first: &str, second: &str) -> &Self {
        match self.order(first, second) {
            Order::Before(_) => self,
            order => fail(format_args!(
                "{first} is not made before {second}\n  {order}"
            )),
        }
    }

    /// Asserts that nothing orders the two: they may be made at the same time.
    ///
    /// # Panics
    /// When something does, with the chain.
    #[track_caller]
    pub fn assert_free(&self, first: &str, second: &str) -> &Self {
        match self.order(first, second) {
            Order::Free(..) => self,
            Order::Before(chain) | Order::After(chain) => fail(format_args!(
                "{first} and {second} are ordered\n  {}",
                Order::Before(chain)
            )),
        }
    }

    /// Asserts that checks find nothing.
    ///
    /// # Panics
    /// When they do, with every finding.
    #[track_caller]
    pub fn assert_keeps(&self, checks: impl Into<Checks>) -> &Self {
        let found = self.check(checks);
        if !found.0.is_empty() {
            fail(format_args!("the checks find\n{found}"));
        }
        self
    }
}

impl NodeView<'_> {
    /// An input as it is shown, for a test: a reference is
    /// `<network/vpc.VpcId>`.
    ///
    /// # Panics
    /// When the program does not set it, naming the inputs that it sets.
    #[track_caller]
    #[must_use]
    pub fn input(self, field: &str) -> Value {
        match self.get(field) {
            Some(value) => value,
            None => {
                let known = self.node().ty.field(field).is_some();
                let why = if known { "is not set" } else { "is no field" };
                let inputs = self.inputs();
                let near = nearest_line(field, inputs.keys().copied());
                fail(format_args!("{field} {why} of {self:?}{near}"))
            }
        }
    }
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}
