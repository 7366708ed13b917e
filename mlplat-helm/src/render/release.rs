//! A release: what is rendered under which name with which values.

use crate::value::Map;

/// A chart's release as the caller wants it. `V` is anything that serializes to a map.
///
/// ```
/// use mlplat_helm::render::Release;
/// #[derive(serde::Serialize)]
/// struct Values { replicas: u32 }
/// let release = Release::new("demo", Values { replicas: 2 }).namespace("apps").upgrade(3);
/// assert_eq!(release.revision, 3);
/// ```
#[derive(Debug, Clone)]
pub struct Release<V> {
    /// Name of the release.
    pub name: String,
    /// Namespace of the release.
    pub namespace: String,
    /// The values, below which the chart's defaults come.
    pub values: V,
    /// Whether an earlier revision exists.
    pub is_upgrade: bool,
    /// Number of the revision, from 1.
    pub revision: i64,
    /// Whether a plan leaves the render to the deploy.
    pub at_deploy: bool,
}

impl<V> Release<V> {
    /// A first revision in the namespace `default`.
    pub fn new(name: impl Into<String>, values: V) -> Self {
        Self {
            name: name.into(),
            namespace: "default".to_owned(),
            values,
            is_upgrade: false,
            revision: 1,
            at_deploy: false,
        }
    }

    /// Another namespace.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = namespace.into();
        self
    }

    /// An upgrade to this revision: `.Release.IsUpgrade` instead of `.Release.IsInstall`.
    #[must_use]
    pub fn upgrade(mut self, revision: i64) -> Self {
        self.is_upgrade = true;
        self.revision = revision;
        self
    }

    /// Leaves the render to the deploy: the plan says so and shows no objects.
    #[must_use]
    pub fn at_deploy(mut self) -> Self {
        self.at_deploy = true;
        self
    }

    /// The same release with these values.
    pub(crate) fn with_values(&self, values: Map) -> Release<Map> {
        Release {
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            values,
            is_upgrade: self.is_upgrade,
            revision: self.revision,
            at_deploy: self.at_deploy,
        }
    }
}

/// helm's rule for names of releases.
pub(super) fn is_release_name(name: &str) -> bool {
    let word = |part: &str| {
        let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        edge(part.as_bytes().first())
            && edge(part.as_bytes().last())
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    name.len() <= 53 && name.split('.').all(word)
}
