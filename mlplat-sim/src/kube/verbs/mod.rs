//! What a request does to the store, one file per verb.
//!
//! Everything here works on a [`Store`](crate::kube::store::Store) between begin and commit, knows nothing of HTTP,
//! and is used by requests, by controllers and by the door for drift alike.

mod apply;
mod create;
mod decode;
mod delete;
mod patch;
mod read;
mod strategic;
mod write;

pub(crate) use apply::{apply, manager_required};
pub(crate) use create::create;
pub(crate) use decode::decode;
pub(crate) use delete::{DeleteOptions, Deleted, Propagation, delete};
pub(crate) use patch::{PatchKind, patch};
pub(crate) use read::{ListQuery, get, list};

pub(crate) use write::{replace, update_with};

use crate::kube::schema::Strictness;

/// How an object is written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Writing {
    /// The field manager.
    pub manager: String,
    /// `status`, `finalize`; empty for the object itself.
    pub subresource: String,
    /// What happens to unknown fields.
    pub strictness: Strictness,
    /// Apply only: take fields from other managers.
    pub force: bool,
}

impl Writing {
    /// A write by this manager.
    pub(crate) fn by(manager: &str) -> Self {
        Self {
            manager: manager.to_owned(),
            ..Self::default()
        }
    }

    /// The same through a subresource.
    pub(crate) fn through(mut self, subresource: &str) -> Self {
        subresource.clone_into(&mut self.subresource);
        self
    }
}

/// What a write came to.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// The object as answered.
    pub object: std::sync::Arc<serde_json::Value>,
    /// It was not there before.
    pub created: bool,
    /// Texts for `Warning` headers.
    pub warnings: Vec<String>,
}
