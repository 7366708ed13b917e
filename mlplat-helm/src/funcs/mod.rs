//! The functions that templates can call: Go's builtins, sprig 3.3 and helm
//! 3.17's own.
//!
//! [`table`] lists them all. Each row says which Go types the parameters have
//! (the executor checks arguments against them, as Go's reflection does) and
//! what the function does with opaque values; the code stands in one file per
//! group.
//!
//! What a function needs from outside (the cluster, randomness, the time)
//! comes from the render's [`Context`]; there is no other way to reach the
//! world: `env` and `expandenv` do not exist, `getHostByName` gives nothing.

mod args;
mod builtin;
mod call;
mod chart;
mod compare;
mod context;
mod crypto;
mod date;
mod dict;
mod encoding;
mod escape;
mod fault;
mod files;
mod function;
mod glob;
mod json;
mod kind;
mod list;
mod logic;
mod math;
mod merge;
mod meter;
mod number;
mod path;
mod random;
mod random_text;
mod regex;
mod table;
mod text;
mod toml;
mod url;
mod version;
mod words;

pub(crate) use builtin::CALLEE;
pub(crate) use call::{Call, refusal, truth};
pub(crate) use chart::{WARN_END, WARN_START};
pub use context::{CallSite, Context, Limits, Lookup, NoCluster, SeedSource};
pub(crate) use fault::Fault;
pub use files::Files;
pub(crate) use function::Short;
pub use function::{Function, Group, Opaque};
pub(crate) use table::{find, run};
pub use table::{markdown, table};
