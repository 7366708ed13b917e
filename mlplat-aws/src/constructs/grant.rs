//! `Grant`: permissions that one construct hands out and another one takes.

use crate::policy::Statement;

/// What somebody is permitted to do with something: `bucket.read()`. Taken by
/// [`Role`](crate::Role), [`PodIdentity`](crate::PodIdentity) and
/// [`Irsa`](crate::Irsa).
#[derive(Debug, Clone)]
#[must_use = "give it to a role"]
pub struct Grant {
    statements: Vec<Statement>,
}

/// What says what is permitted.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what is permitted",
    label = "expected a grant",
    note = "say what may be done with it: `bucket.read()`, `bucket.read_write()`, `registry.push()`"
)]
pub trait Grants: Into<Grant> {}

#[diagnostic::do_not_recommend]
impl<G: Into<Grant>> Grants for G {}

impl Grant {
    /// A grant of these statements.
    pub fn new(statements: impl IntoIterator<Item = Statement>) -> Self {
        Self {
            statements: statements.into_iter().collect(),
        }
    }

    /// Both grants.
    pub fn and(mut self, other: Self) -> Self {
        self.statements.extend(other.statements);
        self
    }

    /// The statements.
    #[must_use]
    pub fn into_statements(self) -> Vec<Statement> {
        self.statements
    }
}
