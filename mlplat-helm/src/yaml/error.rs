//! What can be wrong with a YAML text.

use crate::value::Taints;

/// Why a text is not a YAML document that helm would take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YamlError {
    /// The text breaks YAML's grammar.
    #[error("{}{problem}", at_line(*.line))]
    Syntax {
        /// One-based line, 0 when unknown.
        line: usize,
        /// What the scanner or parser found.
        problem: String,
    },
    /// A scalar does not fit its explicit tag.
    #[error("cannot decode {found} `{text}` as a {wanted}")]
    Tag {
        /// The tag that the text would have by itself.
        found: &'static str,
        /// The scalar's text.
        text: String,
        /// The tag that was asked for.
        wanted: String,
    },
    /// A mapping key is null, a list, a map or too large a number.
    #[error("unsupported map key of type: {0}")]
    Key(&'static str),
    /// `<<` was given something else than a map or a list of maps.
    #[error("map merge requires map or sequence of maps as the value")]
    Merge,
    /// An alias names an anchor that was not seen before.
    #[error("unknown anchor '{0}' referenced")]
    UnknownAnchor(String),
    /// An alias stands inside the value of its own anchor.
    #[error("anchor '{0}' value contains itself")]
    SelfReference(String),
    /// Aliases would expand the document beyond the bound.
    #[error("document contains excessive aliasing")]
    Aliasing,
    /// The nesting is deeper than the bound.
    #[error("nesting is deeper than {0} levels")]
    Depth(usize),
    /// The text is longer than the bound.
    #[error("text of {size} bytes is larger than the {limit} allowed")]
    Size {
        /// Bytes given.
        size: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// A map key depends on an opaque input.
    #[error("a map key depends on an opaque value")]
    OpaqueKey(Taints),
    /// NaN or an infinity, which JSON cannot say.
    #[error("json: unsupported value: {0}")]
    NotFinite(&'static str),
}

fn at_line(line: usize) -> String {
    if line == 0 {
        String::new()
    } else {
        format!("line {line}: ")
    }
}
