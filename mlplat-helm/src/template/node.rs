//! The parsed form of a template.
//!
//! Everything here is immutable and shared between threads; the executor
//! walks it by reference. Functions are resolved and variables numbered while
//! parsing: a variable's slot is the number of variables in scope where it is
//! declared, which is also where Go's executor would find it on its stack.

use std::ops::Range;
use std::sync::Arc;

use super::number::Number;
use crate::funcs::Function;

/// Byte offset in the source.
pub(crate) type Pos = usize;

/// A source file, shared by all templates that it defines.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) name: Arc<str>,
    pub(crate) text: Arc<str>,
}

/// One template: a file's own text or a `define`.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) name: Arc<str>,
    pub(crate) source: Arc<Source>,
    pub(crate) root: List,
    /// How many variables can be in scope at once.
    pub(crate) slots: usize,
}

pub(crate) type List = Vec<Node>;

#[derive(Debug)]
pub(crate) enum Node {
    /// A part of the source.
    Text(Range<usize>),
    Action(Pipe),
    If(Box<Branch>),
    With(Box<Branch>),
    Range(Box<Branch>),
    Template(Box<Invocation>),
    Break,
    Continue,
}

/// `if`, `with` and `range` have one shape.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) pos: Pos,
    pub(crate) pipe: Pipe,
    pub(crate) list: List,
    pub(crate) else_list: Option<List>,
}

#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) pos: Pos,
    pub(crate) name: Arc<str>,
    pub(crate) pipe: Option<Pipe>,
}

#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) pos: Pos,
    pub(crate) decl: Vec<Decl>,
    /// Whether the variables are assigned with `=`, not declared.
    pub(crate) is_assign: bool,
    pub(crate) commands: Vec<Command>,
}

#[derive(Debug)]
pub(crate) struct Decl {
    pub(crate) name: Box<str>,
    pub(crate) slot: usize,
}

#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) pos: Pos,
    /// At least one.
    pub(crate) args: Vec<Expr>,
}

#[derive(Debug)]
pub(crate) enum Expr {
    Dot(Pos),
    Nil(Pos),
    Bool(Pos, bool),
    Number(Pos, Box<Number>),
    Text(Pos, Box<Literal>),
    Field(Pos, Box<[Arc<str>]>),
    Variable(Pos, Box<Variable>),
    Pipe(Box<Pipe>),
    Function(Pos, &'static Function),
    Chain(Pos, Box<Chain>),
}

#[derive(Debug)]
pub(crate) struct Literal {
    /// As it stands in the source, with its quotes.
    pub(crate) quoted: Box<str>,
    pub(crate) text: Arc<str>,
    /// The bytes, where escapes make text that is not UTF-8.
    pub(crate) raw: Option<Box<[u8]>>,
}

#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) name: Box<str>,
    pub(crate) slot: usize,
    pub(crate) fields: Box<[Arc<str>]>,
}

/// `(pipeline).Field`, or a function's name with fields.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) node: Expr,
    pub(crate) fields: Vec<Arc<str>>,
}

impl Expr {
    pub(crate) fn pos(&self) -> Pos {
        match self {
            Self::Dot(pos)
            | Self::Nil(pos)
            | Self::Bool(pos, _)
            | Self::Number(pos, _)
            | Self::Text(pos, _)
            | Self::Field(pos, _)
            | Self::Variable(pos, _)
            | Self::Function(pos, _)
            | Self::Chain(pos, _) => *pos,
            Self::Pipe(pipe) => pipe.pos,
        }
    }
}

impl Tree {
    /// Whether the template holds nothing but space; such a definition does
    /// not replace another one of its name.
    pub(crate) fn is_empty(&self) -> bool {
        let text = |range: &Range<usize>| self.source.text.get(range.clone()).unwrap_or_default();
        let blank = |node: &Node| matches!(node, Node::Text(range) if is_blank(text(range)));
        self.root.iter().all(blank)
    }
}

fn is_blank(text: &str) -> bool {
    text.trim_matches(char::is_whitespace).is_empty()
}
