//! Go's `text/template`, as helm configures it.
//!
//! A source goes through the lexer (`lex`), which also trims, the parser
//! (`parse`), which resolves functions and variables, and ends as a tree
//! (`node`) that `exec` walks. A [`TemplateSet`] holds the trees of a chart.
//!
//! What is not there: complex numbers, which no chart uses.

mod error;
mod exec;
mod lex;
mod node;
mod number;
mod parse;
mod parse_pipeline;
mod print;
mod scope;
mod set;
mod snippet;
mod token;
mod unquote;

pub use error::{Error, ErrorKind, Location};
pub(crate) use exec::{execute_text, include};
pub(crate) use number::parse_float;
pub(crate) use number::parse_int;
pub(crate) use scope::Scope;
pub use set::{TemplateSet, sort_names};
