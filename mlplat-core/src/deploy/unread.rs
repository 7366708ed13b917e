//! What could not be looked at, said as a [`Problem`]: which construct, on
//! which line, and what to do about it.
//!
//! Without a look there is no plan, so such an error ends the run before
//! anything is begun. A question or an existing object that is met only while
//! a plan is carried out fails its own step instead ([`advised`]).

use super::error::EngineError;
use crate::facts::Kind;
use crate::graph::{Graph, Node, NodeKind, STACK_OUTPUTS};
use crate::path::NodePath;
use crate::problem::Problem;
use crate::provider::{ErrorKind, ProviderError};

/// An object of the state, where it stands, and why it could not be read.
pub(super) fn object(graph: &Graph, path: &str, why: ProviderError) -> EngineError {
    let node = path.parse::<NodePath>().ok();
    let node = node.and_then(|path| graph.find(&path));
    let ty = node.map(|id| format!("its {} ", graph.node(id).ty.name));
    let what = format!("{}could not be read", ty.as_deref().unwrap_or("it "));
    let mut problem = unread(&what, &why, NO_SUCH).on(path);
    problem.source = node.map(|id| graph.node(id).at.outer);
    EngineError::Read {
        problem: Box::new(problem),
        why,
    }
}

/// A question, or an object that the program says is there; `id` is how it is
/// called.
pub(super) fn asked(node: &Node, id: &str, why: ProviderError) -> EngineError {
    let problem = unread(&what(node, id), &why, missing(node));
    let problem = problem.on(&node.path).at(node.at.outer);
    EngineError::Read {
        problem: Box::new(problem),
        why,
    }
}

/// The list of what carries the state's tag.
pub(super) fn owned(why: ProviderError) -> EngineError {
    let problem = unread("what this stack owns could not be listed", &why, NO_SUCH);
    EngineError::Read {
        problem: Box::new(problem),
        why,
    }
}

/// The same as the failure of a step, which names construct and line itself.
pub(super) fn advised(node: &Node, id: &str, why: &ProviderError) -> ProviderError {
    if node.ty.name == STACK_OUTPUTS.name {
        // Our own: it says what is wrong and what to do.
        return why.clone();
    }
    let message = format!(
        "{}: {}; {}",
        what(node, id),
        why.message,
        advice(why.kind, missing(node))
    );
    ProviderError {
        message,
        ..why.clone()
    }
}

fn unread(what: &str, why: &ProviderError, missing: &'static str) -> Problem {
    let fix = format!("{}; nothing was begun", advice(why.kind, missing));
    Problem::new("unread", format!("{what}: {why}"), fix)
}

fn what(node: &Node, id: &str) -> String {
    match (&node.kind, node.ty.kind) {
        (NodeKind::Existing(_), _) => {
            format!("the existing {} {id} could not be read", node.ty.name)
        }
        (_, Kind::Lookup) => format!("the question {} was not answered", node.ty.name),
        (_, Kind::Resource) => format!("the {} {id} could not be read", node.ty.name),
    }
}

const NO_SUCH: &str = "run again: what is not there by then is planned anew";

/// What to do when the answer is that there is none.
fn missing(node: &Node) -> &'static str {
    match node.kind {
        NodeKind::Existing(_) => {
            "make it, or give the id of one that is there: the program says that it exists"
        }
        NodeKind::Lookup | NodeKind::Resource => "ask for something that is there",
    }
}

fn advice(kind: ErrorKind, missing: &'static str) -> &'static str {
    match kind {
        ErrorKind::Denied => {
            "let whoever deploys do this: `plan --deployer-policy` lists all that is needed"
        }
        ErrorKind::Expired => "sign in again",
        ErrorKind::Gone => missing,
        ErrorKind::Invalid => "change what is asked for to what the service takes",
        ErrorKind::Throttled
        | ErrorKind::Transient
        | ErrorKind::NotYet
        | ErrorKind::Conflict
        | ErrorKind::Ambiguous => "run again: it was tried for as long as makes sense",
        ErrorKind::Bug => "this is a bug of the provider: report it with these words",
    }
}
