//! Failures, with the place added.

use super::super::error::{Error, ErrorKind, Location};
use super::super::node::Pos;
use super::super::snippet::snippet_at;
use super::state::{At, State};
use crate::funcs::Fault;
use crate::gofmt::quote;
use crate::stack::grow;

impl State<'_, '_> {
    /// An error of the template itself, in Go's words.
    pub(super) fn fail(&self, message: impl AsRef<str>) -> Error {
        self.locate(ErrorKind::Execute, message.as_ref(), None)
    }

    /// An error of a function: what it says, after `error calling f: `.
    pub(super) fn call_failed(&self, function: &str, fault: &Fault) -> Error {
        let message = format!("error calling {function}: {}", fault.message);
        self.locate(fault.kind, &message, fault.inner.as_ref())
    }

    /// A limit or a refusal that no function call stands for.
    pub(super) fn fault(&self, fault: &Fault) -> Error {
        self.locate(fault.kind, &fault.message, fault.inner.as_ref())
    }

    fn locate(&self, kind: ErrorKind, message: &str, inner: Option<&Error>) -> Error {
        let (pos, shown) = grow(|| self.describe());
        let (line, column) = self.line_and_column(pos);
        let location = Location {
            template: self.tree.source.name.to_string(),
            line,
            column: Some(column),
        };
        let tree = quote(&self.tree.name);
        let text = format!("template: {location}: executing {tree} at <{shown}>: {message}");
        // The innermost place is where the fault is.
        if let Some(inner) = inner {
            return inner.clone().with_message(text);
        }
        let snippet = snippet_at(&self.tree.source.text, line, column);
        Error::new(kind, text).at(location, snippet)
    }

    /// The position of the current node and its text.
    fn describe(&self) -> (Pos, String) {
        match self.at {
            At::Start => (0, String::new()),
            At::Pipe(pipe) => (pipe.pos, pipe.to_string()),
            At::Action(pipe) => (pipe.pos, format!("{{{{{pipe}}}}}")),
            At::Command(command) => (command.pos, command.to_string()),
            At::Expr(expr) => (expr.pos(), expr.to_string()),
            At::Range(branch) => (branch.pos, format!("{{{{range {}}}}}...", branch.pipe)),
            At::Invocation(node) => (node.pos, node.to_string()),
        }
    }

    /// Line from 1 and byte column from 0 of a position.
    pub(super) fn line_and_column(&self, pos: Pos) -> (usize, usize) {
        let before = &self.tree.source.text.as_bytes()[..pos];
        let newline = before.iter().rposition(|byte| *byte == b'\n');
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        // On the first line Go counts from 0, behind a newline too.
        (line, newline.map_or(pos, |at| pos - at - 1))
    }

    /// The current position, for a function that asks where it is called.
    pub(super) fn place(&self) -> (String, usize, usize) {
        let (line, column) = self.line_and_column(self.describe().0);
        (self.tree.source.name.to_string(), line, column)
    }
}
