//! Lifecycle rules: what a program says about a resource beyond its inputs.

use std::any::Any;
use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::path::NodePath;
use crate::problem::Source;
use crate::wiring::Expr;

/// The rules that apply to one node, merged from all constructs around it.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// A plan that would delete or replace it is refused.
    pub protect: bool,
    /// When it leaves the program it stays in the cloud, forgotten.
    pub retain: bool,
    /// Fields whose changes, in the program or outside, are left alone.
    pub ignore: Vec<Ignored>,
    /// How long it may take to become ready.
    pub timeout: Option<Duration>,
}

/// A field that is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// API name of the field.
    pub field: String,
}

/// A change to one resource below a construct, waiting for the resource to be
/// added.
pub(crate) struct Pending {
    /// Where the rule was written.
    pub(crate) at: Source,
    /// The construct it was written on.
    pub(crate) base: NodePath,
    /// The resource below it, as written: `instance`. Empty for all.
    pub(crate) target: String,
    pub(crate) rule: Rule,
    pub(crate) matched: bool,
}

/// An edit of a typed input struct, applied before it becomes expressions.
pub(crate) type Edit = Box<dyn FnMut(&mut dyn Any) -> bool + Send>;

pub(crate) enum Rule {
    Protect,
    Retain,
    Timeout(Duration),
    Ignore(String),
    Edit { type_name: &'static str, edit: Edit },
    Raw { field: String, value: Value },
    Tags(BTreeMap<String, Expr>),
}

impl Rule {
    /// Whether a rule that meets no resource is a mistake. Rules for a whole
    /// construct may cover none.
    pub(crate) fn must_match(&self) -> bool {
        matches!(self, Self::Ignore(_) | Self::Edit { .. } | Self::Raw { .. })
    }

    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Protect => ".protect()".into(),
            Self::Retain => ".retain()".into(),
            Self::Timeout(_) => ".timeout(..)".into(),
            Self::Ignore(field) => format!(".ignore(.., {field:?})"),
            Self::Edit { type_name, .. } => format!(".edit::<{type_name}>(..)"),
            Self::Raw { field, .. } => format!(".raw(.., {field:?}, ..)"),
            Self::Tags(_) => ".tags(..)".into(),
        }
    }
}
