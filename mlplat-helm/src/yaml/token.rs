//! The tokens of YAML and where they stand.

use std::borrow::Cow;
use std::ops::Range;

/// One token; texts are borrowed from the source where no escape or fold changes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind<'a> {
    StreamEnd,
    /// `%YAML major.minor`
    Version(u8, u8),
    /// `%TAG handle prefix`
    TagDirective(String, String),
    DocumentStart,
    DocumentEnd,
    BlockSequence,
    BlockMapping,
    BlockEnd,
    FlowSequence,
    FlowSequenceEnd,
    FlowMapping,
    FlowMappingEnd,
    /// `-`
    Entry,
    /// `,`
    Comma,
    /// `?`, or the place before a key that turned out to be one
    Key,
    /// `:`
    Value,
    Alias(&'a str),
    Anchor(&'a str),
    /// handle and suffix
    Tag(String, String),
    /// text, and whether it stood without quotes or block marks
    Scalar(Cow<'a, str>, bool),
}

/// A token with its zero-based line and its bytes.
#[derive(Debug, Clone)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind<'a>,
    pub(super) line: usize,
    pub(super) range: Range<usize>,
}
