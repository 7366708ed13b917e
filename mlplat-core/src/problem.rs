//! Problems: what is wrong with a program, a state or an input, said so that
//! a person knows where and what to do.

use std::fmt;
use std::panic::Location;

use serde::Serialize;

/// A place in the user's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// File as the compiler was given it.
    pub file: &'static str,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl From<&'static Location<'static>> for Source {
    fn from(location: &'static Location<'static>) -> Self {
        Self {
            file: location.file(),
            line: location.line(),
            column: location.column(),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.file, self.line)
    }
}

impl Serialize for Source {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Where something was added: the outermost call, which is in the user's
/// program, and the innermost, which is in the construct that expanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located {
    /// The call in the program.
    pub outer: Source,
    /// The call that added the node itself, if it is another one.
    pub inner: Option<Source>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Stable short name: `duplicate-path`.
    pub code: &'static str,
    /// The construct or resource, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line in the user's source, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// What is wrong, in one line.
    pub what: String,
    /// Why it is wrong. May be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// What to do about it.
    pub fix: String,
}

impl Problem {
    /// A problem without a place; add one with [`Problem::on`] and
    /// [`Problem::at`].
    #[must_use]
    pub fn new(code: &'static str, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            code,
            path: None,
            source: None,
            what: what.into(),
            why: String::new(),
            fix: fix.into(),
        }
    }

    /// Names the construct or resource.
    #[must_use]
    pub fn on(mut self, path: impl fmt::Display) -> Self {
        self.path = Some(path.to_string());
        self
    }

    /// Names the line in the program.
    #[must_use]
    pub fn at(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }

    /// Says why it is wrong.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }
}

/// ```text
/// network: the CIDR 10.0.0.0/29 is too small (cidr-too-small)
///   at   examples/zenml_stack.rs:9
///   why  six subnets of at least /28 do not fit
///   do   give the network at least a /24
/// ```
impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(out, "{path}: ")?;
        }
        write!(out, "{} ({})", self.what, self.code)?;
        if let Some(source) = &self.source {
            write!(out, "\n  at   {source}")?;
        }
        if !self.why.is_empty() {
            write!(out, "\n  why  {}", self.why)?;
        }
        write!(out, "\n  do   {}", self.fix)
    }
}

impl std::error::Error for Problem {}

/// Everything that is wrong, in the order in which it was found; never empty
/// when it is an error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// `Ok` when nothing is wrong.
    ///
    /// # Errors
    /// Itself, when something is.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                out.write_str("\n\n")?;
            }
            problem.fmt(out)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
