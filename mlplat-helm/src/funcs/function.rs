//! What a function is: its name, parameters and behaviour towards opaque
//! values.

use std::fmt;

use super::call::Call;
use super::fault::Fault;
use crate::value::{Param, Value};

/// A function that templates can call.
///
/// The rows of all functions together are [`table`](super::table); parameter
/// checks, the README's table and the conformance tests read them.
pub struct Function {
    /// The name in templates.
    pub name: &'static str,
    /// The group it is listed under.
    pub group: Group,
    /// The parameters before the repeated one.
    pub params: &'static [Param],
    /// The type of the last parameter, when it can be repeated.
    pub repeated: Option<Param>,
    /// What it does with opaque values.
    pub opaque: Opaque,
    /// Whether equal arguments give equal results.
    pub repeatable: bool,
    /// What it does, in a few words.
    pub doc: &'static str,
    pub(crate) run: Run,
}

/// The code of a function.
pub(crate) type Run = fn(&Call<'_>, &[Value]) -> Result<Value, Fault>;

/// Where a function is documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Group {
    Template,
    Logic,
    Text,
    Regex,
    Encoding,
    Data,
    List,
    Dict,
    Math,
    Kind,
    Path,
    Url,
    Date,
    Version,
    Random,
    Crypto,
    Network,
}

/// What a function does with opaque arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opaque {
    /// Opaque parts stay where they are in the result, or the result does not
    /// depend on them (a type's name, whether a key is there).
    Keeps,
    /// The whole result is opaque, and not empty where the argument is not.
    Spreads,
    /// The whole result is opaque and may be empty.
    Cuts,
    /// Refused: the result would decide what the chart renders.
    Refuses,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Go's builtins that look at their arguments one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Short {
    And,
    Or,
}

impl Short {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::And => "`and`",
            Self::Or => "`or`",
        }
    }

    /// The truth of an argument that ends the search.
    pub(crate) fn stops_at(self) -> bool {
        self == Self::Or
    }
}

/// Starts a row of the table: a function of fixed parameters whose opaque
/// arguments are refused.
pub(super) const fn row(
    name: &'static str,
    group: Group,
    params: &'static [Param],
    doc: &'static str,
    run: Run,
) -> Function {
    Function {
        name,
        group,
        params,
        repeated: None,
        opaque: Opaque::Refuses,
        repeatable: true,
        doc,
        run,
    }
}

impl Function {
    /// The last parameter can be repeated.
    pub(super) const fn many(mut self, param: Param) -> Self {
        self.repeated = Some(param);
        self
    }

    pub(super) const fn keeps(mut self) -> Self {
        self.opaque = Opaque::Keeps;
        self
    }

    pub(super) const fn spreads(mut self) -> Self {
        self.opaque = Opaque::Spreads;
        self
    }

    pub(super) const fn cuts(mut self) -> Self {
        self.opaque = Opaque::Cuts;
        self
    }

    /// Each call gives something else.
    pub(super) const fn random(mut self) -> Self {
        self.repeatable = false;
        self
    }

    /// Which of the builtins that stop early this is.
    pub(crate) fn short(&self) -> Option<Short> {
        match self.name {
            "and" => Some(Short::And),
            "or" => Some(Short::Or),
            _ => None,
        }
    }

    /// The type of the argument at a position, if there may be one.
    pub(crate) fn param(&self, at: usize) -> Option<Param> {
        self.params.get(at).copied().or(self.repeated)
    }

    /// The parameters as they are written in documentation, such as
    /// `string, interface {}...`.
    #[must_use]
    pub fn signature(&self) -> String {
        let mut names: Vec<String> = self
            .params
            .iter()
            .map(|p| p.type_name().to_owned())
            .collect();
        names.extend(self.repeated.map(|p| format!("{}...", p.type_name())));
        names.join(", ")
    }
}
