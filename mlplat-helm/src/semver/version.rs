//! Versions.

use std::cmp::Ordering;
use std::fmt;

/// Why a text is not a version or constraint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SemverError {
    /// Not a version at all.
    #[error("Invalid Semantic Version")]
    Invalid,
    /// A number of the version is too large.
    #[error("Error parsing version segment: {0}")]
    Segment(String),
    /// A pre-release number with a leading zero.
    #[error("Version segment starts with 0")]
    LeadingZero,
    /// Not a constraint.
    #[error("improper constraint: {0}")]
    Constraint(String),
}

/// A semantic version, loosely read.
///
/// ```
/// use mlplat_helm::semver::Version;
/// let version = Version::parse("v1.30.2-eks-1").unwrap();
/// assert_eq!(version.to_string(), "1.30.2-eks-1");
/// assert!(version < Version::parse("1.30.2").unwrap());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Version {
    /// First number.
    pub major: u64,
    /// Second number.
    pub minor: u64,
    /// Third number.
    pub patch: u64,
    /// What follows `-`, without it.
    pub prerelease: String,
    /// What follows `+`, without it.
    pub metadata: String,
    /// The text that was read.
    pub original: String,
}

impl Version {
    /// Reads a version as `semver.NewVersion` does: an optional `v`, one to three numbers, an
    /// optional pre-release and optional build metadata.
    ///
    /// # Errors
    ///
    /// [`SemverError`].
    pub fn parse(text: &str) -> Result<Self, SemverError> {
        let rest = text.strip_prefix('v').unwrap_or(text);
        let (rest, metadata) = split_part(rest, '+')?;
        let (numbers, prerelease) = split_part(rest, '-')?;
        let parts: Vec<&str> = numbers.split('.').collect();
        if parts.len() > 3
            || parts
                .iter()
                .any(|part| part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()))
        {
            return Err(SemverError::Invalid);
        }
        let number = |at: usize| match parts.get(at) {
            None => Ok(0),
            Some(part) => part
                .parse::<u64>()
                .map_err(|error| SemverError::Segment(error.to_string())),
        };
        if prerelease.split('.').any(|part| {
            part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit())
        }) {
            return Err(SemverError::LeadingZero);
        }
        Ok(Self {
            major: number(0)?,
            minor: number(1)?,
            patch: number(2)?,
            prerelease: prerelease.to_owned(),
            metadata: metadata.to_owned(),
            original: text.to_owned(),
        })
    }

    /// Masterminds' `Compare`: build metadata does not count.
    pub fn compare(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(|| compare_prerelease(&self.prerelease, &other.prerelease))
    }
}

/// Splits at the first `mark`; what follows must be dot-separated words.
fn split_part(text: &str, mark: char) -> Result<(&str, &str), SemverError> {
    let Some((before, after)) = text.split_once(mark) else {
        return Ok((text, ""));
    };
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if after.split('.').all(word) {
        Ok((before, after))
    } else {
        Err(SemverError::Invalid)
    }
}

/// SemVer's precedence of pre-releases: none is highest, numbers below words, fewer parts below
/// more.
fn compare_prerelease(a: &str, b: &str) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => compare_part(a, b),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

fn compare_part(a: &str, b: &str) -> Ordering {
    match (a.parse::<u64>(), b.parse::<u64>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.compare(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}
