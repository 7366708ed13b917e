//! Rendered objects and hooks.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::order::install_order;
use super::split::split_documents;
use super::{Hole, RenderError};
use crate::value::{Str, TaintId};
use crate::yaml::{Limits, Node, TaintedLeaf, YamlError, parse_spanned};

/// One object that a chart renders to.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The template it came from: chart and file.
    pub source: String,
    /// `apiVersion`, empty when there is none.
    pub api_version: String,
    /// `kind`, empty when there is none.
    pub kind: String,
    /// `metadata.name`, empty when there is none.
    pub name: String,
    /// `metadata.namespace`, when the template names one.
    pub namespace: Option<String>,
    /// The document's text, trimmed, as helm would send it.
    pub text: String,
    /// The object.
    pub object: Node,
    /// The fields that depend on opaque values.
    pub holes: Vec<Hole>,
    pub(crate) leaves: Vec<TaintedLeaf>,
}

/// An object that is applied around an operation instead of belonging to the release.
#[derive(Debug, Clone, PartialEq)]
pub struct Hook {
    /// The object.
    pub manifest: Manifest,
    /// When it runs.
    pub events: Vec<HookEvent>,
    /// Hooks of one event run by ascending weight, then by name.
    pub weight: i64,
    /// When it is deleted, as written; empty means `before-hook-creation`.
    pub delete_policies: Vec<String>,
}

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are helm's annotation values")]
pub enum HookEvent {
    PreInstall,
    PostInstall,
    PreDelete,
    PostDelete,
    PreUpgrade,
    PostUpgrade,
    PreRollback,
    PostRollback,
    Test,
}

impl HookEvent {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "pre-install" => Self::PreInstall,
            "post-install" => Self::PostInstall,
            "pre-delete" => Self::PreDelete,
            "post-delete" => Self::PostDelete,
            "pre-upgrade" => Self::PreUpgrade,
            "post-upgrade" => Self::PostUpgrade,
            "pre-rollback" => Self::PreRollback,
            "post-rollback" => Self::PostRollback,
            "test" | "test-success" => Self::Test,
            _ => return None,
        })
    }
}

/// Splits the rendered files into objects and hooks, each in the order of installation.
///
/// `names` tells how opaque inputs are called in messages.
pub(super) fn sort_manifests(
    files: &mut [(String, Str)],
    names: &BTreeMap<TaintId, String>,
) -> Result<(Vec<Manifest>, Vec<Hook>), RenderError> {
    files.sort_by(|a, b| a.0.cmp(&b.0));
    let (mut manifests, mut hooks) = (Vec::new(), Vec::new());
    for (source, text) in files {
        for document in split_documents(text) {
            let manifest = Manifest::read(source, &document, names)?;
            match manifest.hook_annotation() {
                None => manifests.push(manifest),
                Some(annotation) => {
                    let annotation = annotation.to_owned();
                    hooks.extend(manifest.into_hook(&annotation));
                }
            }
        }
    }
    manifests.sort_by(|a, b| install_order(&a.kind, &b.kind));
    hooks.sort_by(|a, b| install_order(&a.manifest.kind, &b.manifest.kind));
    Ok((manifests, hooks))
}

impl Manifest {
    /// Reads a document; what helm's own look at its head refuses is refused.
    pub(super) fn read(
        source: &str,
        text: &Str,
        names: &BTreeMap<TaintId, String>,
    ) -> Result<Self, RenderError> {
        let fail = |message: String| RenderError::Manifest {
            file: source.to_owned(),
            message,
        };
        let (object, leaves) =
            parse_spanned(text, Limits::default()).map_err(|error| match error {
                YamlError::OpaqueKey(taints) => {
                    let named = taints.ids().iter().filter_map(|id| names.get(id));
                    let named: Vec<&str> = named.map(String::as_str).collect();
                    RenderError::Opaque(format!(
                        "{source}: a map key depends on an opaque value ({}); assume a value for \
                         it or render the release at deploy",
                        named.join(", ")
                    ))
                }
                error => fail(format!("error converting YAML to JSON: yaml: {error}")),
            })?;
        let mut manifest =
            Self::of(source, text.to_text().into_owned(), object, Vec::new()).map_err(fail)?;
        manifest.leaves = leaves;
        Ok(manifest)
    }

    /// An object with its text and its holes; the error tells what helm refuses of its head.
    pub(super) fn of(
        source: &str,
        text: String,
        object: Node,
        holes: Vec<Hole>,
    ) -> Result<Self, String> {
        let head = Head::read(&object)?;
        Ok(Self {
            source: source.to_owned(),
            api_version: head.api_version,
            kind: head.kind,
            name: head.name,
            namespace: head.namespace,
            text,
            object,
            holes,
            leaves: Vec::new(),
        })
    }

    /// The object for `serde_json`; integers stay integers.
    pub fn to_json(&self) -> serde_json::Value {
        self.object.to_json()
    }

    fn annotation(&self, name: &str) -> Option<String> {
        let annotations = self.object.get("metadata")?.get("annotations")?;
        annotations.get(name).and_then(scalar_text)
    }

    fn hook_annotation(&self) -> Option<String> {
        self.annotation("helm.sh/hook")
    }

    /// The hook that the annotation makes of it; none when an event is unknown, as in helm.
    fn into_hook(self, annotation: &str) -> Option<Hook> {
        let events = annotation
            .split(',')
            .map(|event| HookEvent::parse(&event.trim().to_lowercase()))
            .collect::<Option<Vec<_>>>()?;
        let weight = self
            .annotation("helm.sh/hook-weight")
            .and_then(|weight| weight.parse().ok())
            .unwrap_or(0);
        let delete_policies = self
            .annotation("helm.sh/hook-delete-policy")
            .map(|policies| {
                policies
                    .split(',')
                    .map(|policy| policy.trim().to_lowercase())
                    .collect()
            })
            .unwrap_or_default();
        Some(Hook {
            manifest: self,
            events,
            weight,
            delete_policies,
        })
    }
}

/// What helm reads of a document before it sorts it.
struct Head {
    api_version: String,
    kind: String,
    name: String,
    namespace: Option<String>,
}

impl Head {
    fn read(object: &Node) -> Result<Self, String> {
        let empty = IndexMap::new();
        let top = match object {
            Node::Null => &empty,
            Node::Map(entries) => entries,
            other => return Err(wrong_kind(other, "value", "releaseutil.SimpleHead")),
        };
        let metadata = match lookup(top, "metadata") {
            None => &empty,
            Some(Node::Map(entries)) => entries,
            Some(other) => {
                return Err(wrong_kind(
                    other,
                    "struct field SimpleHead.metadata",
                    "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \
                     \"json:\\\"annotations\\\"\" }",
                ));
            }
        };
        match lookup(metadata, "annotations") {
            None => {}
            Some(Node::Map(entries)) => {
                if let Some(bad) = entries.values().find(|value| scalar_text(value).is_none()) {
                    let place = "struct field .metadata.annotations";
                    return Err(wrong_kind(bad, place, "string"));
                }
            }
            Some(other) => {
                let place = "struct field .metadata.annotations";
                return Err(wrong_kind(other, place, "map[string]string"));
            }
        }
        Ok(Self {
            api_version: text(top, "apiVersion", "SimpleHead.apiVersion")?,
            kind: text(top, "kind", "SimpleHead.kind")?,
            name: text(metadata, "name", ".metadata.name")?,
            namespace: lookup(metadata, "namespace").and_then(scalar_text),
        })
    }
}

/// Go's JSON decoder does not mind the case of a field's name.
fn lookup<'a>(entries: &'a IndexMap<String, Node>, name: &str) -> Option<&'a Node> {
    entries
        .get(name)
        .or_else(|| {
            entries
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        })
        .filter(|value| **value != Node::Null)
}

fn text(entries: &IndexMap<String, Node>, name: &str, place: &str) -> Result<String, String> {
    match lookup(entries, name) {
        None => Ok(String::new()),
        Some(value) => scalar_text(value)
            .ok_or_else(|| wrong_kind(value, &format!("struct field {place}"), "string")),
    }
}

/// A scalar as text: numbers and booleans are converted where helm wants a string.
fn scalar_text(node: &Node) -> Option<String> {
    match node {
        Node::Null => Some(String::new()),
        Node::Bool(flag) => Some(flag.to_string()),
        Node::Int(number) => Some(number.to_string()),
        Node::Uint(number) => Some(number.to_string()),
        Node::Float(number) => Some(crate::yaml::float_text(*number)),
        Node::Str(text) => Some(text.clone()),
        Node::Seq(_) | Node::Map(_) => None,
    }
}

fn wrong_kind(found: &Node, place: &str, wanted: &str) -> String {
    format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go {place} \
         of type {wanted}",
        found.json_kind()
    )
}
