//! What an executing template knows.

use std::sync::Arc;

use super::super::node::{Branch, Command, Expr, Invocation, Pipe, Tree};
use super::super::scope::Scope;
use crate::funcs::Context;
use crate::value::{StrBuilder, Value};

/// A value and whether it sits in an `interface {}`, as elements of lists and
/// maps do. Go's messages name the type that it then has.
#[derive(Clone, Debug)]
pub(super) struct Dot {
    pub(super) value: Value,
    pub(super) boxed: bool,
}

impl Dot {
    pub(super) fn plain(value: Value) -> Self {
        Self {
            value,
            boxed: false,
        }
    }
}

/// The node that an error is about: the last one that was entered.
#[derive(Clone, Copy)]
pub(super) enum At<'t> {
    Start,
    Pipe(&'t Pipe),
    Command(&'t Command),
    Expr(&'t Expr),
    Range(&'t Branch),
    Invocation(&'t Invocation),
    Action(&'t Pipe),
}

/// One template that is being executed.
pub(super) struct State<'t, 'r> {
    pub(super) tree: &'t Arc<Tree>,
    pub(super) scope: &'r Scope<'r>,
    pub(super) context: &'r Context<'r>,
    pub(super) out: &'r mut StrBuilder,
    /// The values of variables by slot; a slot that was not reached is empty.
    pub(super) vars: Vec<Option<Dot>>,
    pub(super) at: At<'t>,
}

/// How a list of nodes ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}
