//! Label and field selectors of lists and watches.

use serde_json::Value;

use crate::kube::kinds::Kind;
use crate::kube::meta;
use crate::kube::status::Failure;

/// A conjunction of requirements on an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    requirements: Vec<Requirement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    on: On,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum On {
    Label(String),
    /// A field by the parts of its path.
    Field(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Exists,
    Absent,
    In(Vec<String>),
    NotIn(Vec<String>),
}

impl Selector {
    /// Reads a `labelSelector` and a `fieldSelector`.
    ///
    /// # Errors
    /// When one of them is malformed, or names a field that cannot be selected by.
    pub fn parse(labels: Option<&str>, fields: Option<&str>, kind: &Kind) -> Result<Self, Failure> {
        let mut requirements = Vec::new();
        for part in split(labels.unwrap_or_default()) {
            requirements.push(label(part.trim())?);
        }
        for part in split(fields.unwrap_or_default()) {
            requirements.push(field(part.trim(), kind)?);
        }
        Ok(Self { requirements })
    }

    /// Whether the object meets every requirement.
    #[must_use]
    pub fn matches(&self, object: &Value) -> bool {
        self.requirements.iter().all(|one| one.matches(object))
    }
}

impl Requirement {
    fn matches(&self, object: &Value) -> bool {
        let value = match &self.on {
            On::Label(name) => meta::entries(object, "labels")
                .find(|(key, _)| key == name)
                .map(|(_, value)| value),
            On::Field(path) => Some(
                path.iter()
                    .fold(object, |at, part| &at[part])
                    .as_str()
                    .unwrap_or_default(),
            ),
        };
        match (&self.test, value) {
            (Test::Exists, value) => value.is_some(),
            (Test::Absent, value) => value.is_none(),
            (Test::In(values), Some(value)) => values.iter().any(|one| one == value),
            (Test::NotIn(values), Some(value)) => !values.iter().any(|one| one == value),
            (Test::In(_), None) => false,
            (Test::NotIn(_), None) => true,
        }
    }
}

/// Splits at commas outside parentheses.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    let parts = text.split(move |letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        letter == ',' && depth == 0
    });
    parts.filter(|part| !part.trim().is_empty())
}

fn label(text: &str) -> Result<Requirement, Failure> {
    let on = |name: &str| On::Label(name.trim().to_owned());
    if let Some((name, test)) = comparison(text) {
        return Ok(Requirement { on: on(name), test });
    }
    let mut words = text.splitn(3, ' ').map(str::trim);
    let (name, operator, rest) = (words.next().unwrap_or_default(), words.next(), words.next());
    let values = || -> Option<Vec<String>> {
        let list = rest?.trim().strip_prefix('(')?.strip_suffix(')')?;
        Some(
            list.split(',')
                .map(|value| value.trim().to_owned())
                .collect(),
        )
    };
    let test = match operator {
        None => match name.strip_prefix('!') {
            Some(name) => {
                return Ok(Requirement {
                    on: on(name),
                    test: Test::Absent,
                });
            }
            None => Some(Test::Exists),
        },
        Some("in") => values().map(Test::In),
        Some("notin") => values().map(Test::NotIn),
        Some(_) => None,
    };
    let malformed = || {
        Failure::bad_request(format!(
            "unable to parse requirement: found '{}', expected: in, notin, =, ==, !=, gt, lt",
            operator.unwrap_or_default()
        ))
    };
    Ok(Requirement {
        on: on(name),
        test: test.ok_or_else(malformed)?,
    })
}

fn comparison(text: &str) -> Option<(&str, Test)> {
    let one = |value: &str| vec![value.trim().to_owned()];
    if text.contains('(') {
        return None;
    }
    if let Some((name, value)) = text.split_once("!=") {
        return Some((name, Test::NotIn(one(value))));
    }
    let (name, value) = text.split_once("==").or_else(|| text.split_once('='))?;
    Some((name, Test::In(one(value))))
}

fn field(text: &str, kind: &Kind) -> Result<Requirement, Failure> {
    let (name, test) = comparison(text)
        .ok_or_else(|| Failure::bad_request(format!("invalid selector: {text:?}")))?;
    let name = name.trim();
    let own: &[&str] = match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Namespace") => &["status.phase"],
        ("", "Secret") => &["type"],
        ("", "Pod") => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "status.phase",
        ],
        ("", "Event") => &[
            "involvedObject.kind",
            "involvedObject.name",
            "involvedObject.namespace",
            "involvedObject.uid",
            "reason",
            "type",
        ],
        _ => &[],
    };
    if !["metadata.name", "metadata.namespace"].contains(&name) && !own.contains(&name) {
        let known = "only \"metadata.name\", \"metadata.namespace\"";
        return Err(Failure::bad_request(format!(
            "{name:?} is not a known field selector: {known}"
        )));
    }
    Ok(Requirement {
        on: On::Field(name.split('.').map(str::to_owned).collect()),
        test,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kube::schema::builtin;
    use serde_json::json;

    #[test]
    fn requirements() {
        let registry = builtin();
        let kind = registry.by_kind("", "ConfigMap").unwrap();
        let object = json!({"metadata": {"name": "a", "labels": {"app": "web", "tier": "front"}}});
        let matches = |labels: &str| {
            Selector::parse(Some(labels), None, kind)
                .unwrap()
                .matches(&object)
        };
        for yes in [
            "app=web",
            "app==web,tier",
            "app in (web, db)",
            "app!=db",
            "other!=x",
            "!other",
            "other notin (a,b)",
            "",
        ] {
            assert!(matches(yes), "{yes}");
        }
        for no in [
            "app=db",
            "app!=web",
            "!app",
            "other",
            "app notin (web)",
            "other in (a)",
        ] {
            assert!(!matches(no), "{no}");
        }
        assert!(
            Selector::parse(None, Some("metadata.name=a"), kind)
                .unwrap()
                .matches(&object)
        );
        assert!(
            !Selector::parse(None, Some("metadata.name!=a"), kind)
                .unwrap()
                .matches(&object)
        );
        assert!(Selector::parse(None, Some("data.x=a"), kind).is_err());
        assert!(Selector::parse(Some("a of b"), None, kind).is_err());
    }
}
