//! Constraints: alternatives of comparisons that all have to hold.

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::version::{SemverError, Version};

/// A version with wildcards, as it may stand in a constraint.
const OPERAND: &str = r"v?([0-9|xX*]+)(\.[0-9|xX*]+)?(\.[0-9|xX*]+)?(-[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*)?(?:\+[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*)?";

const OPERATOR: &str = r"=<|=>|=|!=|>=|<=|>|<|~>|~|\^|";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Tilde,
    Caret,
}

/// Which number of the operand is the first that was left out or given as `x` or `*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    No,
    Major,
    Minor,
    Patch,
}

#[derive(Debug, Clone)]
struct Comparison {
    operator: Operator,
    version: Version,
    open: Open,
}

/// A constraint on versions.
///
/// ```
/// use mlplat_helm::semver::{Constraint, Version};
/// let constraint = Constraint::parse(">=1.23.0-0").unwrap();
/// assert!(constraint.check(&Version::parse("v1.30.2-eks-1").unwrap()));
/// assert!(!Constraint::parse(">=1.23").unwrap().check(&Version::parse("1.30.2-eks").unwrap()));
/// ```
#[derive(Debug, Clone)]
pub struct Constraint {
    alternatives: Vec<Vec<Comparison>>,
}

struct Patterns {
    range: Regex,
    one: Regex,
    all: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let part = format!(r"(?:{OPERATOR})\s*(?:{OPERAND})");
    Some(Patterns {
        range: Regex::new(&format!(r"\s*({OPERAND})\s+-\s+({OPERAND})\s*")).ok()?,
        one: Regex::new(&format!(r"({OPERATOR})\s*({OPERAND})")).ok()?,
        all: Regex::new(&format!(r"^\s*{part}\s*(?:(?:\s+|,\s*){part}\s*)*$")).ok()?,
    })
});

impl Constraint {
    /// Reads a constraint as `semver.NewConstraint` does.
    ///
    /// # Errors
    ///
    /// [`SemverError::Constraint`].
    pub fn parse(text: &str) -> Result<Self, SemverError> {
        let improper = || SemverError::Constraint(text.to_owned());
        let patterns = PATTERNS.as_ref().ok_or_else(improper)?;
        // `1.2 - 1.4` means `>= 1.2, <= 1.4`.
        let text = patterns.range.replace_all(text, |found: &Captures<'_>| {
            format!(">= {}, <= {} ", &found[1], &found[6])
        });
        let alternatives = text
            .split("||")
            .map(|part| {
                if !patterns.all.is_match(part) {
                    return Err(SemverError::Constraint(part.to_owned()));
                }
                patterns
                    .one
                    .captures_iter(part)
                    .map(|found| Comparison::new(&found))
                    .collect()
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { alternatives })
    }

    /// Whether a version satisfies the constraint. A pre-release satisfies only comparisons
    /// that name one themselves.
    pub fn check(&self, version: &Version) -> bool {
        self.alternatives
            .iter()
            .any(|all| all.iter().all(|comparison| comparison.check(version)))
    }
}

impl Comparison {
    fn new(found: &Captures<'_>) -> Result<Self, SemverError> {
        let operator = match &found[1] {
            "" | "=" => Operator::Equal,
            "!=" => Operator::NotEqual,
            ">" => Operator::Greater,
            "<" => Operator::Less,
            ">=" | "=>" => Operator::GreaterEqual,
            "<=" | "=<" => Operator::LessEqual,
            "^" => Operator::Caret,
            _ => Operator::Tilde,
        };
        let group = |at: usize| found.get(at).map_or("", |part| part.as_str());
        let is_open = |part: &str| matches!(part.trim_start_matches('.'), "" | "x" | "X" | "*");
        let (major, minor, patch, tail) = (group(3), group(4), group(5), group(6));
        let (open, text) = if is_open(major) {
            (Open::Major, format!("0.0.0{tail}"))
        } else if is_open(minor) {
            (Open::Minor, format!("{major}.0.0{tail}"))
        } else if is_open(patch) {
            (Open::Patch, format!("{major}{minor}.0{tail}"))
        } else {
            (Open::No, found[2].to_owned())
        };
        let version = Version::parse(&text)
            .map_err(|_| SemverError::Constraint("constraint Parser Error".to_owned()))?;
        Ok(Self {
            operator,
            version,
            open,
        })
    }

    fn check(&self, version: &Version) -> bool {
        let unwanted = !version.prerelease.is_empty() && self.version.prerelease.is_empty();
        // An exact `!=` is true of pre-releases too.
        if unwanted && !(self.operator == Operator::NotEqual && self.open == Open::No) {
            return false;
        }
        let order = version.compare(&self.version);
        match self.operator {
            Operator::Equal if self.open == Open::No => order == Ordering::Equal,
            Operator::Equal | Operator::Tilde => self.tilde(version, order),
            Operator::NotEqual => self.not_equal(version, order),
            Operator::Greater => self.greater(version, order),
            Operator::Less => order == Ordering::Less,
            Operator::GreaterEqual => order != Ordering::Less,
            Operator::LessEqual => self.less_or_equal(version, order),
            Operator::Caret => self.caret(version, order),
        }
    }

    fn tilde(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        if order == Ordering::Less {
            return false;
        }
        // Zero in all places accepts everything.
        let any = (own.major, own.minor, own.patch) == (0, 0, 0)
            && matches!(self.open, Open::No | Open::Major);
        any || (version.major == own.major
            && (version.minor == own.minor || self.open == Open::Minor))
    }

    fn not_equal(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        match self.open {
            Open::No => order != Ordering::Equal,
            _ if own.major != version.major => true,
            Open::Minor => false,
            _ if own.minor != version.minor => true,
            // With an open major the patch still has to differ.
            Open::Major => own.patch != version.patch || order != Ordering::Equal,
            Open::Patch => {
                (!version.prerelease.is_empty() || !own.prerelease.is_empty())
                    && version.prerelease != own.prerelease
            }
        }
    }

    fn greater(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        match self.open {
            Open::No => order == Ordering::Greater,
            _ if version.major != own.major => version.major > own.major,
            Open::Minor => false,
            Open::Patch => version.minor > own.minor,
            Open::Major => order == Ordering::Greater,
        }
    }

    fn less_or_equal(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        match self.open {
            Open::No => order != Ordering::Greater,
            _ if version.major > own.major => false,
            Open::Minor => true,
            _ => version.major != own.major || version.minor <= own.minor,
        }
    }

    fn caret(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        if order == Ordering::Less {
            return false;
        }
        if own.major > 0 || self.open == Open::Minor {
            return version.major == own.major;
        }
        if version.major > 0 {
            return false;
        }
        if own.minor > 0 || self.open == Open::Patch {
            return version.minor == own.minor;
        }
        // 0.0.x pins all three; a bare `^*` ends here with zeros.
        version.minor == 0 && version.patch == own.patch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers of Masterminds/semver 3.3.0 (through helm 3.17.3's `semverCompare`).
    #[test]
    fn constraints_are_those_of_masterminds() {
        let cases = [
            ("=2.0.0", "1.2.3", false),
            ("4.1", "4.1.0", true),
            ("4.1", "4.1.9", true),
            ("!=4.1", "4.1.9", false),
            ("!=4.1.0", "4.1.0-alpha", true),
            (">1.1", "1.1.9", false),
            (">11", "11.1.0", false),
            (">11", "12.0.0", true),
            ("<1.1", "1.1.0-alpha", false),
            ("<=11", "11.9.9", true),
            ("<=11.1", "11.2.0", false),
            ("^0.2.3", "0.2.9", true),
            ("^0.2.3", "0.3.0", false),
            ("^0.0.3", "0.0.4", false),
            ("^0", "0.9.9", true),
            ("^1.x", "1.9.9", true),
            ("~1.2.3", "1.3.0", false),
            ("~0.0.0", "1.5.0", true),
            ("~1", "1.9.0", true),
            ("*", "1.2.3", true),
            ("*", "1.2.3-beta", false),
            ("1.2 - 1.4", "1.4.9", true),
            ("1.2 - 1.4", "1.5.0", false),
            (">=1.19-0", "v1.34.0", true),
            (">= 1.0.0, < 2", "1.5.0", true),
            ("<1 || >=3", "3.1.0", true),
            (">=1.16.0-0 <1.25.0-0", "1.24.3", true),
            ("^*", "1.2.3", false),
            ("^0.0", "0.0.5", true),
            ("^0.0", "0.1.0", false),
            ("!=*", "1.0.0", true),
            (">*", "1.0.0", true),
            ("<=*", "1.2.3", false),
            ("~*", "4.5.6", true),
            ("~0.0", "0.5.0", false),
            ("1.x.3", "1.5.0", true),
            ("x.2.3", "0.2.3", true),
            ("~>2.0", "2.1.0", false),
            (">1.0-0", "1.0.0", false),
            (">=1.2.3+build", "1.2.3", true),
            ("^1.2.3-alpha", "1.2.3-beta", true),
            ("<2-0", "2.0.0-alpha", false),
        ];
        for (constraint, version, expected) in cases {
            let parsed = Constraint::parse(constraint).unwrap();
            let version_ = Version::parse(version).unwrap();
            assert_eq!(parsed.check(&version_), expected, "{constraint} {version}");
        }
        assert!(Constraint::parse("foo").is_err());
        assert!(Constraint::parse("").is_err());
        assert!(Constraint::parse(">= 1.0 <").is_err());
    }
}
