//! Semantic versions in templates.

use std::any::Any as StdAny;
use std::rc::Rc;

use super::args::text;
use super::function::{Function, Group, row};
use crate::semver::{Constraint, Version};
use crate::value::{IntKind, Kind, Map, Object, Param, Taints, Value};

use Param::Text;

pub(super) static ROWS: &[Function] = &[
    row(
        "semver",
        Group::Version,
        &[Text],
        "The parts of a version",
        |_, a| {
            let version = Version::parse(&text(&a[0])).map_err(|error| error.to_string())?;
            Ok(Value::object(Parsed {
                version,
                is_pointer: true,
            }))
        },
    ),
    row(
        "semverCompare",
        Group::Version,
        &[Text, Text],
        "Whether a version fits",
        |_, a| {
            let constraint = Constraint::parse(&text(&a[0])).map_err(|error| error.to_string())?;
            let version = Version::parse(&text(&a[1])).map_err(|error| error.to_string())?;
            Ok(Value::from(constraint.check(&version)))
        },
    ),
];

/// A version that templates can ask for its parts.
#[derive(Debug)]
struct Parsed {
    version: Version,
    /// Whether Go holds a pointer here, on which more methods can be called.
    is_pointer: bool,
}

fn number(value: u64) -> Value {
    #[allow(clippy::cast_possible_wrap, reason = "unsigned kinds keep their bits")]
    Value::Int(value as i64, IntKind::Uint64, Taints::default())
}

impl Parsed {
    fn shown(&self) -> String {
        let version = &self.version;
        let mut text = format!("{}.{}.{}", version.major, version.minor, version.patch);
        if !version.prerelease.is_empty() {
            text.push_str(&format!("-{}", version.prerelease));
        }
        if !version.metadata.is_empty() {
            text.push_str(&format!("+{}", version.metadata));
        }
        text
    }

    /// The next version: which part counts up, by its place.
    fn next(&self, place: usize) -> Value {
        let mut version = self.version.clone();
        let was_prerelease = !version.prerelease.is_empty();
        version.prerelease.clear();
        version.metadata.clear();
        match place {
            0 => (version.major, version.minor, version.patch) = (version.major + 1, 0, 0),
            1 => (version.minor, version.patch) = (version.minor + 1, 0),
            _ if was_prerelease => {}
            _ => version.patch += 1,
        }
        let prefix = if self.version.original.starts_with('v') {
            "v"
        } else {
            ""
        };
        let mut next = Self {
            version,
            is_pointer: false,
        };
        next.version.original = format!("{prefix}{}", next.shown());
        Value::object(next)
    }

    fn other(value: &Value) -> Option<Version> {
        match value {
            Value::Object(object) => object
                .as_any()
                .downcast_ref::<Self>()
                .map(|parsed| parsed.version.clone()),
            _ => None,
        }
    }
}

impl Object for Parsed {
    fn type_name(&self) -> &str {
        if self.is_pointer {
            "*semver.Version"
        } else {
            "semver.Version"
        }
    }

    fn kind(&self) -> Kind {
        if self.is_pointer {
            Kind::Ptr
        } else {
            Kind::Struct
        }
    }

    fn data(&self) -> Value {
        Value::from(self.shown())
    }

    fn fields(&self) -> Vec<(Rc<str>, Value)> {
        let map: Map = [("version", self.data())].into_iter().collect();
        map.entries()
    }

    fn method(&self, name: &str) -> Option<&'static [Param]> {
        Some(match name {
            "Major" | "Minor" | "Patch" | "Prerelease" | "Metadata" | "String" | "IncMajor"
            | "IncMinor" | "IncPatch" => &[],
            "Original" if self.is_pointer => &[],
            "Compare" | "Equal" | "LessThan" | "GreaterThan" if self.is_pointer => {
                &[Param::Object("semver.Version")]
            }
            _ => return None,
        })
    }

    fn call(&self, name: &str, args: &[Value]) -> Result<Value, String> {
        let version = &self.version;
        let compared = || {
            let other = args.first().and_then(Self::other);
            other.map_or(0, |other| version.compare(&other) as i64)
        };
        Ok(match name {
            "Major" => number(version.major),
            "Minor" => number(version.minor),
            "Patch" => number(version.patch),
            "Prerelease" => Value::from(version.prerelease.as_str()),
            "Metadata" => Value::from(version.metadata.as_str()),
            "Original" => Value::from(version.original.as_str()),
            "IncMajor" => self.next(0),
            "IncMinor" => self.next(1),
            "IncPatch" => self.next(2),
            "Compare" => Value::int(compared()),
            "Equal" => Value::from(compared() == 0),
            "LessThan" => Value::from(compared() < 0),
            "GreaterThan" => Value::from(compared() > 0),
            _ => self.data(),
        })
    }

    fn display(&self) -> Option<String> {
        Some(self.shown())
    }

    fn as_any(&self) -> &dyn StdAny {
        self
    }
}
