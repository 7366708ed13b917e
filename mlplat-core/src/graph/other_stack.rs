//! Outputs of another stack, typed on both sides by one struct.
//!
//! The struct is the contract between two programs: the one that fills it in
//! ([`Stack::export`](super::Stack::export)) and the one that reads it
//! ([`Stack::other`](super::Stack::other)) name the same fields, so a field
//! that is renamed in the one does not compile in the other.
//!
//! To the engine the reading is a look-up: one node, answered at plan from the
//! other stack's state as of its last deployment, pinned in this stack's
//! state, and asked again only by `--refresh-lookups`. While the other stack
//! was not deployed the outputs are unknown, and planned as such; a deployment
//! that comes to them then fails, and with it only what depends on them.
//! Secrets are opened with the other state's keys and sealed anew with this
//! one's; whoever may not open them can still read the rest.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use super::{Construct, Scope};
use crate::facts::{LOOKUP, OnChange, Refs, Type, f};
use crate::wiring::{Expr, NodeRef};

/// The facts of the look-up, without its outputs: those are the fields of the
/// struct that it is read as.
pub const STACK_OUTPUTS: Type = Type {
    name: "mlplat.StackOutputs",
    provider: "mlplat",
    doc: "The outputs that another stack exports, as of its last deployment.",
    id: "Stack",
    fields: &[
        f("Stack", OnChange::InPlace, Refs::No),
        f("Env", OnChange::InPlace, Refs::No),
    ],
    ..LOOKUP
};

/// A struct of outputs that one stack exports and others read. Implemented by
/// `#[derive(StackOutputs)]` on a struct whose fields are all
/// [`Output`](crate::Output)s; `vpc_id` is exported as `vpc-id`, unless
/// `#[output("…")]` says otherwise.
///
/// ```
/// use mlplat_core::graph::{Context, Graph, OtherStack};
/// use mlplat_core::{Output, Secret, Stack, StackOutputs};
///
/// #[derive(StackOutputs, Clone)]
/// struct NetworkOutputs {
///     vpc_id: Output<String>,
///     subnets: Output<Vec<String>>,
///     peering_key: Output<Secret<String>>,
/// }
///
/// let platform = |stack: &mut Stack| {
///     let network: NetworkOutputs = stack.other("network");
///     let shared = OtherStack::<NetworkOutputs>::new("network").env("shared");
///     let shared = stack.add("shared-network", shared);
///     stack.output("both", &mlplat_core::text!("{} {}", network.vpc_id, shared.vpc_id));
/// };
/// let graph = Graph::build(Context::new("platform"), platform)?;
/// assert_eq!(graph.nodes().len(), 2);
/// # Ok::<(), mlplat_core::Problems>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a struct of stack outputs",
    label = "not exported by any stack",
    note = "write `#[derive(StackOutputs)]` on a struct whose fields are all `Output<..>`"
)]
pub trait StackOutputs: Sized {
    /// The look-up by which the outputs are read. The form of each output is
    /// the type of its field as the program writes it.
    const TYPE: &'static Type;

    /// The outputs to declare, in order of the fields.
    fn exports(&self) -> Vec<Export>;

    /// The outputs of the look-up's node.
    fn of_node(node: NodeRef) -> Self;
}

/// One output that is exported.
#[derive(Debug, Clone)]
pub struct Export {
    /// Its name among the stack's outputs.
    pub name: &'static str,
    /// Its type as the program writes it: `Vec<SubnetId>`.
    pub of: &'static str,
    /// Its value.
    pub expr: Expr,
}

/// The outputs that another stack exports, read as `T`: a construct whose
/// handle is `T` itself.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct OtherStack<T> {
    stack: String,
    env: Option<String>,
    of: PhantomData<fn() -> T>,
}

impl<T: StackOutputs> OtherStack<T> {
    /// The stack of this name, in the environment of the one that reads.
    pub fn new(stack: impl Into<String>) -> Self {
        Self {
            stack: stack.into(),
            env: None,
            of: PhantomData,
        }
    }

    /// The stack in another environment: `shared`.
    pub fn env(mut self, env: impl Into<String>) -> Self {
        self.env = Some(env.into());
        self
    }
}

impl<T: StackOutputs> Construct for OtherStack<T> {
    type Handle = T;

    fn build(self, scope: &mut Scope<'_>) -> T {
        let env = self.env.unwrap_or_else(|| scope.env().to_owned());
        if self.stack == scope.stack_name() && env == scope.env() {
            scope.problem(
                "own-outputs",
                format!("the stack {} reads its own outputs", self.stack),
                "use the handles that the outputs come from, or name another stack or environment",
            );
        }
        let inputs = BTreeMap::from([
            ("Stack".to_owned(), Expr::text(self.stack)),
            ("Env".to_owned(), Expr::text(env)),
        ]);
        T::of_node(scope.question(T::TYPE, inputs))
    }
}
