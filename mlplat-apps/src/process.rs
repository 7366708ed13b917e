//! What runs in a container, before it is an object of Kubernetes: command,
//! settings, files.
//!
//! The constructs of this crate decide it in pure functions, which can be read
//! without a cluster. A setting that is a secret is told apart from one that
//! may be shown by its type, so no pod's specification can carry one.

use std::collections::BTreeMap;

use mlplat_core::{Output, Secret};

/// A command with its environment.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    /// The program and its arguments. Kubernetes replaces `$(NAME)` in them, so
    /// none of them has any.
    pub(crate) command: Vec<String>,
    /// Environment variables, in order.
    pub(crate) env: Vec<(String, Setting)>,
    /// Files that it reads.
    pub(crate) files: Option<Folder>,
}

/// The value of an environment variable.
#[derive(Debug, Clone)]
pub(crate) enum Setting {
    /// For everyone to see.
    Clear(Output<String>),
    /// Only for the process: by way of a Kubernetes Secret.
    Secret(Output<Secret<String>>),
}

/// A folder with files that a process reads.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    /// Where it is: an absolute path.
    pub(crate) path: String,
    /// What is in it, by file name.
    pub(crate) files: BTreeMap<String, Output<String>>,
}

impl Process {
    /// A command without settings.
    pub(crate) fn new<S: Into<String>>(command: impl IntoIterator<Item = S>) -> Self {
        Self {
            command: command.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            files: None,
        }
    }

    /// With a variable for everyone to see.
    pub(crate) fn set(mut self, name: &str, value: impl Into<Output<String>>) -> Self {
        self.env
            .push((name.to_owned(), Setting::Clear(value.into())));
        self
    }

    /// With a secret variable.
    pub(crate) fn hide(mut self, name: &str, value: &Output<Secret<String>>) -> Self {
        self.env
            .push((name.to_owned(), Setting::Secret(value.clone())));
        self
    }

    /// With a folder of files, if there is one.
    pub(crate) fn reading(self, files: Option<Folder>) -> Self {
        Self { files, ..self }
    }

    /// The secret variables.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = (&str, &Output<Secret<String>>)> {
        self.env.iter().filter_map(|(name, setting)| match setting {
            Setting::Secret(value) => Some((name.as_str(), value)),
            Setting::Clear(_) => None,
        })
    }
}

impl Folder {
    /// A folder with one file.
    pub(crate) fn of(path: &str, name: &str, text: impl Into<Output<String>>) -> Self {
        Self {
            path: path.to_owned(),
            files: BTreeMap::from([(name.to_owned(), text.into())]),
        }
    }
}
