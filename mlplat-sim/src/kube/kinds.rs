//! The registry of served kinds.
//!
//! Kubernetes' own kinds come from a table; custom ones are added when their definition is established and removed
//! when it goes. A kind is found by the path of a request (group, version, plural) or, for references between
//! objects, by group and kind name.

use std::collections::{BTreeMap, HashMap};

use crate::kube::schema::{Type, TypeTable};

/// Whether objects of a kind live in namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// Once in a cluster.
    Cluster,
}

/// One served kind in one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    /// API group; empty for the core group.
    pub group: String,
    /// Version within the group, such as `v1`.
    pub version: String,
    /// Name in paths, such as `configmaps`.
    pub plural: String,
    /// Name in messages of clients, such as `configmap`.
    pub singular: String,
    /// Name in objects, such as `ConfigMap`.
    pub kind: String,
    /// Namespaced or not.
    pub scope: Scope,
    /// Abbreviations that clients accept.
    pub short_names: Vec<String>,
    /// Groups of kinds that clients accept, such as `all`.
    pub categories: Vec<String>,
    /// `status`, `scale`.
    pub subresources: Vec<String>,
    /// The type of the objects.
    pub ty: Type,
    /// `metadata.generation` counts changes of the desired state.
    pub generation: bool,
    /// Replacing an object needs its resource version.
    pub conditional: bool,
    /// Replacing an absent object creates it.
    pub upsert: bool,
    /// Deleting answers the object, not a mere success.
    pub returns: bool,
    /// Defined by a custom resource definition.
    pub custom: bool,
}

impl Kind {
    /// `v1` or `group/version`, as in an object's `apiVersion`.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `configmaps` or `deployments.apps`, as in messages.
    #[must_use]
    pub fn resource(&self) -> String {
        if self.group.is_empty() {
            self.plural.clone()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    /// `ConfigMap` or `Deployment.apps`, as in messages.
    #[must_use]
    pub fn group_kind(&self) -> String {
        if self.group.is_empty() {
            self.kind.clone()
        } else {
            format!("{}.{}", self.kind, self.group)
        }
    }

    /// Whether the kind has this subresource.
    #[must_use]
    pub fn has(&self, subresource: &str) -> bool {
        self.subresources.iter().any(|name| name == subresource)
    }

    /// Whether objects of the kind live in namespaces.
    #[must_use]
    pub fn namespaced(&self) -> bool {
        self.scope == Scope::Namespaced
    }

    /// Whether this is a kind of the core group by that name.
    #[must_use]
    pub fn is_core(&self, kind: &str) -> bool {
        self.group.is_empty() && self.kind == kind
    }
}

/// Every kind that the server serves, and the types they are made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Registry {
    types: TypeTable,
    // By group, version and plural: the order of discovery.
    kinds: BTreeMap<Path, Kind>,
    /// The paths of each name, singular as in objects or plural.
    paths: HashMap<String, Vec<Path>>,
}

/// Group, version and plural.
type Path = (String, String, String);

impl Registry {
    /// A registry of these kinds.
    #[must_use]
    pub fn new(types: TypeTable, kinds: Vec<Kind>) -> Self {
        let mut registry = Self {
            types,
            ..Self::default()
        };
        kinds.into_iter().for_each(|kind| registry.add(kind));
        registry
    }

    /// Serves one more kind, or a changed one.
    pub fn add(&mut self, kind: Kind) {
        let path = (
            kind.group.clone(),
            kind.version.clone(),
            kind.plural.clone(),
        );
        for name in [&kind.kind, &kind.plural] {
            let paths = self.paths.entry(name.clone()).or_default();
            if !paths.contains(&path) {
                paths.push(path.clone());
                paths.sort();
            }
        }
        self.kinds.insert(path, kind);
    }

    /// Stops serving the custom kinds of a group and plural.
    pub fn remove_custom(&mut self, group: &str, plural: &str) {
        self.kinds
            .retain(|_, kind| !(kind.custom && kind.group == group && kind.plural == plural));
        let kinds = &self.kinds;
        for paths in self.paths.values_mut() {
            paths.retain(|path| kinds.contains_key(path));
        }
    }

    /// The named types that kinds refer to.
    #[must_use]
    pub fn types(&self) -> &TypeTable {
        &self.types
    }

    /// Every kind, by group, version and plural.
    pub fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.kinds.values()
    }

    /// The kind served under a path.
    #[must_use]
    pub fn find(&self, group: &str, version: &str, plural: &str) -> Option<&Kind> {
        self.kinds
            .get(&(group.to_owned(), version.to_owned(), plural.to_owned()))
    }

    /// The kind with this name in a group, in the first version served.
    #[must_use]
    pub fn by_kind(&self, group: &str, kind: &str) -> Option<&Kind> {
        self.named(kind)
            .find(|known| known.group == group && known.kind == kind)
    }

    /// The kind stored under a group and plural, in the first version served.
    #[must_use]
    pub fn by_resource(&self, group: &str, plural: &str) -> Option<&Kind> {
        self.named(plural)
            .find(|known| known.group == group && known.plural == plural)
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Kind> {
        let paths = self.paths.get(name).into_iter().flatten();
        paths.filter_map(|path| self.kinds.get(path))
    }
}
