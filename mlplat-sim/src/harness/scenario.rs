//! What is lived through.

use std::sync::Arc;

use mlplat_core::Stack;
use mlplat_core::facts::Type;
use mlplat_core::provider::Provider;
use serde_json::{Map, Value};

use crate::cloud::{Cloud, Faults};

/// One operation on the state.
#[derive(Clone)]
pub enum Stage {
    /// Deploys a program.
    Deploy(Arc<dyn Fn(&mut Stack) + Send + Sync>),
    /// Destroys everything that is there.
    Destroy,
}

impl Stage {
    /// Deploys a program.
    #[must_use]
    pub fn deploy(program: impl Fn(&mut Stack) + Send + Sync + 'static) -> Self {
        Self::Deploy(Arc::new(program))
    }
}

/// Puts something between engine and account, for tests of the oracles.
pub type Wrap = Arc<dyn Fn(Arc<Cloud>) -> Arc<dyn Provider> + Send + Sync>;

/// A state's life, and the account it is lived in.
#[derive(Clone)]
pub struct Scenario {
    /// For messages.
    pub name: String,
    /// The types that the account serves.
    pub types: Vec<&'static Type>,
    /// What is done, one after the other.
    pub stages: Vec<Stage>,
    /// How hostile the account is.
    pub faults: Faults,
    /// How long one run may take, in virtual seconds.
    pub deadline_s: f64,
    /// How many objects of the stack may stay without a node: retained ones.
    pub retained: usize,
    /// Objects of somebody else, there from the beginning: type and inputs.
    pub foreign: Vec<(&'static Type, Map<String, Value>)>,
    /// Config maps that somebody else puts into the namespace `default` of each
    /// cluster: name and manifest.
    pub foreign_in_clusters: Vec<(String, Value)>,
    /// Secrets that the programs are given, and that are seen nowhere.
    pub secrets: Vec<String>,
    /// What stands between engine and account; normally nothing.
    pub wrap: Option<Wrap>,
}

impl Scenario {
    /// A calm account with a deadline of six virtual hours.
    #[must_use]
    pub fn new(name: &str, types: &[&'static Type], stages: Vec<Stage>) -> Self {
        Self {
            name: name.to_owned(),
            types: types.to_vec(),
            stages,
            faults: Faults::default(),
            deadline_s: 6.0 * 3600.0,
            retained: 0,
            foreign: Vec::new(),
            foreign_in_clusters: Vec::new(),
            secrets: Vec::new(),
            wrap: None,
        }
    }
}
