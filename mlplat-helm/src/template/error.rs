//! What went wrong in a template, and where.

use std::fmt;

/// A template that could not be parsed or executed.
///
/// Its display gives the text that helm prints after `Error: ` for
/// the same fault, so that users find what they know; [`Error::location`] and
/// [`Error::snippet`] say where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    message: String,
    location: Option<Location>,
    snippet: Option<String>,
}

/// The class of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The source is not a template; an unknown function is of this class.
    Parse,
    /// The template failed while it ran.
    Execute,
    /// The chart itself gave up: `fail` or `required`.
    Refused,
    /// A decision would depend on an unknown or secret value.
    Opaque,
    /// A limit of the render was reached: depth, steps or size.
    Limit,
}

/// A place in a template's source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The template's name: chart and file, such as `demo/templates/a.yaml`.
    pub template: String,
    /// Line, from 1.
    pub line: usize,
    /// Byte offset within the line, from 0 as Go counts; parse errors do not
    /// know theirs.
    pub column: Option<usize>,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.template, self.line)?;
        match self.column {
            Some(column) => write!(f, ":{column}"),
            None => Ok(()),
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            location: None,
            snippet: None,
        }))
    }

    pub(crate) fn at(mut self, location: Location, snippet: Option<String>) -> Self {
        self.0.location = Some(location);
        self.0.snippet = snippet;
        self
    }

    pub(crate) fn with_message(mut self, message: String) -> Self {
        self.0.message = message;
        self
    }

    /// The class.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The message alone, in helm's words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where it happened: the innermost template.
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        self.0.location.as_ref()
    }

    /// The line of source with a mark under the place.
    #[must_use]
    pub fn snippet(&self) -> Option<&str> {
        self.0.snippet.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}
