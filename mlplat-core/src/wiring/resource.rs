//! The seam between typed resource structs and the untyped graph.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::{Expr, NodeId, Output};
use crate::facts::Type;
use crate::problem::Problem;

/// The inputs of one cloud or cluster object, as a struct whose fields are
/// [`Output`]s. Implemented by `#[derive(Resource)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a resource",
    label = "a construct of several resources, or none at all",
    note = "name the struct of one object, such as `rds::DbInstance`"
)]
pub trait Resource: Clone + Send + Sync + 'static {
    /// What the object offers to others: a struct of outputs.
    type Handle: Clone + 'static;
    /// The same inputs with every output resolved: what a live provider
    /// reads a request as.
    type Resolved: DeserializeOwned;
    /// The declared facts.
    const TYPE: &'static Type;

    /// The fields that are set, by their API names.
    fn members(&self) -> BTreeMap<String, Expr>;

    /// The outputs of the node that stands for this object.
    fn handle(node: NodeRef) -> Self::Handle;

    /// What is wrong with the inputs as the program wrote them; see
    /// [`Wire::problems`].
    fn problems(&self) -> Vec<Problem> {
        Vec::new()
    }
}

/// A node, as handles carry it: its number, and nothing that needs the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodeRef(pub NodeId);

impl NodeRef {
    /// An output of the node.
    #[must_use]
    pub fn output<T>(self, name: &'static str) -> Output<T> {
        Output::attr(self.0, name)
    }
}

/// What may stand in an input struct: outputs, and options, lists, maps and
/// nested structs of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in the inputs of a resource",
    label = "not an `Output<..>`",
    note = "a field is an `Output<..>`, an option, list or map of outputs, or a struct with `#[resource(nested)]`"
)]
pub trait Wire {
    /// The type that a live provider sees.
    type Resolved: DeserializeOwned;

    /// The expression, or nothing when the field is not set.
    fn wire(&self) -> Option<Expr>;

    /// What is wrong with the value as the program wrote it and its type could
    /// not refuse. Nothing, for most.
    fn problems(&self) -> Vec<Problem> {
        Vec::new()
    }
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> Wire for Output<T> {
    type Resolved = T;

    fn wire(&self) -> Option<Expr> {
        Some(self.expr().clone())
    }
}

#[diagnostic::do_not_recommend]
impl<W: Wire> Wire for Option<W> {
    type Resolved = Option<W::Resolved>;

    fn wire(&self) -> Option<Expr> {
        self.as_ref().and_then(Wire::wire)
    }

    fn problems(&self) -> Vec<Problem> {
        self.iter().flat_map(Wire::problems).collect()
    }
}

#[diagnostic::do_not_recommend]
impl<W: Wire> Wire for Vec<W> {
    type Resolved = Vec<W::Resolved>;

    fn wire(&self) -> Option<Expr> {
        Some(Expr::list(self.iter().filter_map(Wire::wire)))
    }

    fn problems(&self) -> Vec<Problem> {
        self.iter().flat_map(Wire::problems).collect()
    }
}

#[diagnostic::do_not_recommend]
impl<W: Wire> Wire for BTreeMap<String, W> {
    type Resolved = BTreeMap<String, W::Resolved>;

    fn wire(&self) -> Option<Expr> {
        let members = self
            .iter()
            .filter_map(|(key, value)| value.wire().map(|expr| (key.clone(), expr)));
        Some(Expr::map(members))
    }

    fn problems(&self) -> Vec<Problem> {
        self.values().flat_map(Wire::problems).collect()
    }
}
