//! `Chart.yaml` and `requirements.yaml`.

use std::collections::BTreeMap;

use crate::semver::Version;

use super::error::ChartError;
use super::typed::{Mismatch, as_text, field, flag, join, list, mismatch, text, texts};
use crate::yaml::Node;

/// The contents of `Chart.yaml`. Absent texts are empty, as they are for templates.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(
    missing_docs,
    reason = "the fields of Chart.yaml, as helm documents them"
)]
pub struct Metadata {
    pub name: String,
    pub home: String,
    pub sources: Vec<String>,
    pub version: String,
    pub description: String,
    pub keywords: Vec<String>,
    pub maintainers: Vec<Maintainer>,
    pub icon: String,
    pub api_version: String,
    pub condition: String,
    pub tags: String,
    pub app_version: String,
    pub deprecated: bool,
    pub annotations: BTreeMap<String, String>,
    pub kube_version: String,
    pub dependencies: Vec<Dependency>,
    /// `application` or `library`; empty means application.
    pub kind: String,
}

/// Who maintains a chart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the fields of Chart.yaml, as helm documents them"
)]
pub struct Maintainer {
    pub name: String,
    pub email: String,
    pub url: String,
}

/// A dependency as `Chart.yaml` or `requirements.yaml` names it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dependency {
    /// Name in the dependency's own `Chart.yaml`.
    pub name: String,
    /// Range of versions.
    pub version: String,
    /// Where it comes from.
    pub repository: String,
    /// Comma-separated paths of values; the first that is a boolean decides.
    pub condition: String,
    /// Tags that switch it together with others.
    pub tags: Vec<String>,
    /// What is imported from its values into its parent's.
    pub import_values: Vec<ImportValues>,
    /// The name under which it is used.
    pub alias: String,
}

/// One element of `import-values`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportValues {
    /// `exports.<name>` of the child goes to the top of the parent.
    Export(String),
    /// A table of the child goes to a table of the parent.
    Pair {
        /// Path in the child.
        child: String,
        /// Path in the parent.
        parent: String,
    },
    /// Anything else, which helm ignores.
    Other,
}

impl Metadata {
    /// Reads a document over what is already known: `requirements.yaml` is read over
    /// `Chart.yaml`.
    pub(super) fn read_over(&mut self, node: &Node) -> Result<(), Mismatch> {
        if *node == Node::Null {
            return Ok(());
        }
        if node.as_map().is_none() {
            return Err(format!(
                "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go \
                 value of type chart.Metadata",
                node.json_kind()
            ));
        }
        let texts_of: [(&str, &mut String); 11] = [
            ("name", &mut self.name),
            ("home", &mut self.home),
            ("version", &mut self.version),
            ("description", &mut self.description),
            ("icon", &mut self.icon),
            ("apiVersion", &mut self.api_version),
            ("condition", &mut self.condition),
            ("tags", &mut self.tags),
            ("appVersion", &mut self.app_version),
            ("kubeVersion", &mut self.kube_version),
            ("type", &mut self.kind),
        ];
        for (name, slot) in texts_of {
            if field(node, name).is_some() {
                *slot = text(node, name, PLACE)?;
            }
        }
        if field(node, "deprecated").is_some() {
            self.deprecated = flag(node, "deprecated", PLACE)?;
        }
        self.read_lists(node)
    }

    fn read_lists(&mut self, node: &Node) -> Result<(), Mismatch> {
        if field(node, "sources").is_some() {
            self.sources = texts(node, "sources", PLACE)?;
        }
        if field(node, "keywords").is_some() {
            self.keywords = texts(node, "keywords", PLACE)?;
        }
        match field(node, "annotations") {
            None => {}
            Some(Node::Map(entries)) => {
                for (key, value) in entries {
                    let value = as_text(value)
                        .ok_or_else(|| mismatch(value, "Metadata.annotations", "string"))?;
                    self.annotations.insert(key.clone(), value);
                }
            }
            Some(other) => {
                return Err(mismatch(other, "Metadata.annotations", "map[string]string"));
            }
        }
        if field(node, "maintainers").is_some() {
            self.maintainers = list(node, "maintainers", PLACE, "[]*chart.Maintainer")?
                .iter()
                .map(Maintainer::read)
                .collect::<Result<_, _>>()?;
        }
        if field(node, "dependencies").is_some() {
            self.dependencies = list(node, "dependencies", PLACE, "[]*chart.Dependency")?
                .iter()
                .map(Dependency::read)
                .collect::<Result<_, _>>()?;
        }
        Ok(())
    }

    /// helm's validation, which also replaces white space and drops what cannot be printed.
    pub(super) fn validate(&mut self) -> Result<(), ChartError> {
        for text in [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ]
        .into_iter()
        .chain(&mut self.sources)
        .chain(&mut self.keywords)
        {
            sanitize(text);
        }
        let fail = |message: String| Err(ChartError::Invalid(message));
        if self.api_version.is_empty() {
            return fail("chart.metadata.apiVersion is required".to_owned());
        }
        if self.name.is_empty() {
            return fail("chart.metadata.name is required".to_owned());
        }
        if self.name.contains('/') {
            return fail(format!("chart.metadata.name {:?} is invalid", self.name));
        }
        if self.version.is_empty() {
            return fail("chart.metadata.version is required".to_owned());
        }
        if Version::parse(&self.version).is_err() {
            return fail(format!(
                "chart.metadata.version {:?} is invalid",
                self.version
            ));
        }
        if !matches!(self.kind.as_str(), "" | "application" | "library") {
            return fail("chart.metadata.type must be application or library".to_owned());
        }
        self.validate_dependencies()
    }

    fn validate_dependencies(&mut self) -> Result<(), ChartError> {
        let mut seen = Vec::new();
        for dependency in &mut self.dependencies {
            for text in [
                &mut dependency.name,
                &mut dependency.version,
                &mut dependency.repository,
                &mut dependency.condition,
            ]
            .into_iter()
            .chain(&mut dependency.tags)
            {
                sanitize(text);
            }
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            if !dependency.alias.chars().all(plain) {
                return Err(ChartError::Invalid(format!(
                    "dependency {:?} has disallowed characters in the alias",
                    dependency.name
                )));
            }
            let key = dependency.used_name().to_owned();
            if seen.contains(&key) {
                return Err(ChartError::Invalid(format!(
                    "more than one dependency with name or alias {key:?}"
                )));
            }
            seen.push(key);
        }
        Ok(())
    }
}

const PLACE: &str = "Metadata";

impl Maintainer {
    fn read(node: &Node) -> Result<Self, Mismatch> {
        if *node == Node::Null {
            return Err("maintainers must not contain empty or null nodes".to_owned());
        }
        if node.as_map().is_none() {
            return Err(mismatch(node, "Metadata.maintainers", "chart.Maintainer"));
        }
        let mut read = Self {
            name: text(node, "name", "Maintainer")?,
            email: text(node, "email", "Maintainer")?,
            url: text(node, "url", "Maintainer")?,
        };
        sanitize(&mut read.name);
        sanitize(&mut read.email);
        sanitize(&mut read.url);
        Ok(read)
    }
}

impl Dependency {
    /// The alias, or the name when there is none.
    pub fn used_name(&self) -> &str {
        if self.alias.is_empty() {
            &self.name
        } else {
            &self.alias
        }
    }

    fn read(node: &Node) -> Result<Self, Mismatch> {
        const PLACE: &str = "Dependency";
        if *node == Node::Null {
            return Err("dependencies must not contain empty or null nodes".to_owned());
        }
        if node.as_map().is_none() {
            return Err(mismatch(node, "Metadata.dependencies", "chart.Dependency"));
        }
        flag(node, "enabled", PLACE)?;
        Ok(Self {
            name: text(node, "name", PLACE)?,
            version: text(node, "version", PLACE)?,
            repository: text(node, "repository", PLACE)?,
            condition: text(node, "condition", PLACE)?,
            tags: texts(node, "tags", PLACE)?,
            import_values: list(node, "import-values", PLACE, "[]interface {}")?
                .iter()
                .map(|item| ImportValues::read(item, &join(PLACE, "import-values")))
                .collect::<Result<_, _>>()?,
            alias: text(node, "alias", PLACE)?,
        })
    }
}

impl ImportValues {
    fn read(node: &Node, place: &str) -> Result<Self, Mismatch> {
        Ok(match node {
            Node::Str(name) => Self::Export(name.clone()),
            Node::Map(entries) => {
                let part = |name: &str| match entries.get(name) {
                    Some(Node::Str(path)) => Ok(path.clone()),
                    _ => Err(format!("{place} needs a text under {name}")),
                };
                Self::Pair {
                    child: part("child")?,
                    parent: part("parent")?,
                }
            }
            _ => Self::Other,
        })
    }
}

/// White space becomes a blank, control characters vanish.
fn sanitize(text: &mut String) {
    if text.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
        return;
    }
    *text = text
        .chars()
        .filter_map(|c| {
            if c.is_whitespace() {
                Some(' ')
            } else {
                (!c.is_control()).then_some(c)
            }
        })
        .collect();
}
