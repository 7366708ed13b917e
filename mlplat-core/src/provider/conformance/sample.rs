//! What a suite is run on.

use serde_json::{Map, Value};

use super::{Broken, Rule};
use crate::facts::Type;

/// An object to be made, and how it will be changed.
#[derive(Debug, Clone)]
pub struct Sample {
    pub(super) ty: &'static Type,
    pub(super) inputs: Map<String, Value>,
    pub(super) changed: Map<String, Value>,
    exceptions: Vec<(Rule, &'static str)>,
}

impl Sample {
    /// An object with these inputs, a JSON object by API names, resolved and
    /// in canonical form. What it refers to has to exist.
    #[must_use]
    pub fn new(ty: &'static Type, inputs: Value) -> Self {
        let inputs = match inputs {
            Value::Object(inputs) => inputs,
            _ => Map::new(),
        };
        Self {
            ty,
            inputs,
            changed: Map::new(),
            exceptions: Vec::new(),
        }
    }

    /// A field that is updated in place to another value. Without any, nothing
    /// is updated.
    #[must_use]
    pub fn changing(mut self, field: &str, value: Value) -> Self {
        self.changed.insert(field.to_owned(), value);
        self
    }

    /// A rule that this provider cannot keep for this type, and why.
    #[must_use]
    pub fn except(mut self, rule: Rule, reason: &'static str) -> Self {
        self.exceptions.push((rule, reason));
        self
    }

    /// What is broken beyond the exceptions, and which of them were not
    /// needed.
    pub(super) fn judge(&self, broken: Vec<Broken>) -> Vec<Broken> {
        let excepted = |rule| self.exceptions.iter().any(|(other, _)| *other == rule);
        let idle = self.exceptions.iter().filter(|(rule, _)| {
            let needed = broken.iter().any(|broken| broken.rule == *rule);
            !needed
        });
        let idle: Vec<Broken> = idle
            .map(|(rule, reason)| Broken {
                rule: Rule::ExceptionIsNeeded,
                ty: self.ty.name,
                what: format!("{rule:?} is kept, though it is excepted because {reason}"),
            })
            .collect();
        let left = broken.into_iter().filter(|broken| !excepted(broken.rule));
        left.chain(idle).collect()
    }
}
