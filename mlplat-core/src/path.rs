//! `NodePath`: the name of a node within its stack.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Longest segment, in characters.
const SEGMENT_MAX: usize = 64;
/// Longest path, in characters.
const PATH_MAX: usize = 512;

/// The place of a construct or resource in its stack: `network/private-a`.
///
/// A path is made of segments joined by `/`. A segment has 1 to 64 characters
/// of `A-Z a-z 0-9 - _ .` and starts with a letter or digit. That is ASCII on
/// purpose: two paths that look alike are the same path.
///
/// ```
/// use mlplat_core::NodePath;
///
/// let path: NodePath = "network/private-a".parse()?;
/// assert_eq!(path.leaf(), "private-a");
/// assert!(path.is_within(&"network".parse()?));
/// assert_eq!("café".parse::<NodePath>().unwrap_err().to_string(), "`é` (U+00E9) cannot stand in a name: use A-Z a-z 0-9 - _ .");
/// # Ok::<(), mlplat_core::PathError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NodePath(Arc<str>);

impl NodePath {
    /// The path of the stack itself: empty.
    #[must_use]
    pub fn root() -> Self {
        Self(Arc::from(""))
    }

    /// This path with one more segment.
    ///
    /// # Errors
    /// When the segment or the whole is not acceptable.
    pub fn join(&self, segment: &str) -> Result<Self, PathError> {
        check_segment(segment)?;
        if self.0.is_empty() {
            return Ok(Self(Arc::from(segment)));
        }
        let joined = format!("{}/{segment}", self.0);
        if joined.len() > PATH_MAX {
            return Err(PathError::PathTooLong);
        }
        Ok(Self(Arc::from(joined)))
    }

    /// The last segment.
    #[must_use]
    pub fn leaf(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or("")
    }

    /// The path without its last segment.
    #[must_use]
    pub fn parent(&self) -> Self {
        match self.0.rfind('/') {
            Some(at) => Self(Arc::from(&self.0[..at])),
            None => Self::root(),
        }
    }

    /// Whether this is `ancestor` itself or lies below it.
    #[must_use]
    pub fn is_within(&self, ancestor: &Self) -> bool {
        ancestor.0.is_empty()
            || self
                .0
                .strip_prefix(&*ancestor.0)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The part below `ancestor`, empty for `ancestor` itself.
    #[must_use]
    pub fn below(&self, ancestor: &Self) -> Option<&str> {
        if ancestor.0.is_empty() {
            return Some(&self.0);
        }
        let rest = self.0.strip_prefix(&*ancestor.0)?;
        if rest.is_empty() {
            return Some("");
        }
        rest.strip_prefix('/')
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check_segment(segment: &str) -> Result<(), PathError> {
    if segment.is_empty() {
        return Err(PathError::Empty);
    }
    let bad = |c: &char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if let Some(bad) = segment.chars().find(bad) {
        return Err(PathError::Character(bad));
    }
    if !segment.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err(PathError::Start);
    }
    if segment.len() > SEGMENT_MAX {
        return Err(PathError::SegmentTooLong(segment.len()));
    }
    Ok(())
}

impl std::str::FromStr for NodePath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut path = Self::root();
        for segment in text.split('/') {
            path = path.join(segment)?;
        }
        Ok(path)
    }
}

impl TryFrom<String> for NodePath {
    type Error = PathError;

    fn try_from(text: String) -> Result<Self, PathError> {
        text.parse()
    }
}

impl From<NodePath> for String {
    fn from(path: NodePath) -> Self {
        path.0.to_string()
    }
}

impl fmt::Display for NodePath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

impl fmt::Debug for NodePath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, out)
    }
}

/// Why a text is not a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// A segment without characters.
    #[error("a name cannot be empty")]
    Empty,
    /// A character outside the set.
    #[error("{} cannot stand in a name: use A-Z a-z 0-9 - _ .", shown(*.0))]
    Character(char),
    /// The first character of a segment.
    #[error("a name starts with a letter or digit")]
    Start,
    /// A segment beyond 64 characters.
    #[error("a name has at most {SEGMENT_MAX} characters, this one has {0}")]
    SegmentTooLong(usize),
    /// A path beyond 512 characters.
    #[error("a path has at most {PATH_MAX} characters")]
    PathTooLong,
}

/// A character as a person can find it again: one that looks like a letter of
/// ASCII, or like nothing, has its number beside it; one that a terminal would
/// swallow or obey is its number alone.
fn shown(c: char) -> String {
    match c {
        _ if c.is_ascii_graphic() || c == ' ' => format!("`{c}`"),
        _ if c.is_alphanumeric() => format!("`{c}` (U+{:04X})", u32::from(c)),
        _ => format!("`{}`", c.escape_unicode()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn within_is_by_whole_segments() {
        let path = |text: &str| text.parse::<NodePath>().unwrap();
        assert!(path("a/b").is_within(&path("a")));
        assert!(path("a").is_within(&NodePath::root()));
        assert!(!path("ab").is_within(&path("a")));
        assert_eq!(path("a/b/c").below(&path("a")), Some("b/c"));
        assert_eq!(path("a/b").parent(), path("a"));
        assert_eq!(path("a").parent(), NodePath::root());
    }

    #[test]
    fn refused_names_show_what_is_wrong() {
        let refused = |text: &str| text.parse::<NodePath>().unwrap_err();
        assert_eq!(refused("a//b"), PathError::Empty);
        assert_eq!(refused("-a"), PathError::Start);
        assert_eq!(refused("a\u{200b}b"), PathError::Character('\u{200b}'));
        assert_eq!(
            refused("a\u{200b}b").to_string(),
            "`\\u{200b}` cannot stand in a name: use A-Z a-z 0-9 - _ ."
        );
        assert_eq!(refused(&"x".repeat(65)), PathError::SegmentTooLong(65));
        assert_eq!(refused(&vec!["x"; 300].join("/")), PathError::PathTooLong);
    }
}
