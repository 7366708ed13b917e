//! `Scope`: a construct's own place in the stack while it expands.

use std::collections::BTreeMap;
use std::panic::Location;

use super::Construct;
use super::lifecycle::Rule;
use super::stack::Builder;
use crate::facts::Type;
use crate::path::NodePath;
use crate::problem::{Problem, Source};
use crate::wiring::{Expr, NodeRef, Output, Resource};

/// Where a construct adds its parts. Its path is the prefix of theirs.
pub struct Scope<'a> {
    pub(crate) builder: &'a mut Builder,
    pub(crate) path: NodePath,
    pub(crate) inner: Source,
}

impl Scope<'_> {
    /// Adds a construct or resource below this one.
    #[track_caller]
    pub fn add<C: Construct>(&mut self, name: &str, construct: C) -> C::Handle {
        let inner = Source::from(Location::caller());
        let path = self.child(name, inner);
        construct.build(&mut Scope {
            builder: self.builder,
            path,
            inner,
        })
    }

    /// Adds a construct that the whole stack has once under `key`, whoever
    /// asks first. Asking again with other inputs is a Problem that names both
    /// lines.
    #[track_caller]
    pub fn shared<C>(&mut self, key: &str, construct: C) -> C::Handle
    where
        C: Construct + std::fmt::Debug,
        C::Handle: Clone + 'static,
    {
        let inner = Source::from(Location::caller());
        let shown = format!("{construct:?}");
        if let Some(handle) = self.builder.shared_again::<C::Handle>(key, &shown) {
            return handle;
        }
        let path = self.builder.join(&NodePath::root(), key, inner);
        let handle = construct.build(&mut Scope {
            builder: self.builder,
            path,
            inner,
        });
        self.builder.share(key, shown, handle.clone());
        handle
    }

    /// The same handle as creating `R`, for an object that exists and that
    /// nobody here owns. It is read, never changed, never deleted.
    #[track_caller]
    pub fn existing<R: Resource>(
        &mut self,
        name: &str,
        id: impl Into<Output<String>>,
    ) -> R::Handle {
        let inner = Source::from(Location::caller());
        let path = self.child(name, inner);
        let id: Output<String> = id.into();
        let node = self
            .builder
            .existing(R::TYPE, path, id.expr().clone(), inner);
        R::handle(NodeRef(node))
    }

    /// Makes everything added below `later` come after everything below
    /// `earlier`, for an order that no reference shows.
    pub fn order(&mut self, earlier: NodeRef, later: NodeRef) {
        self.builder.order(earlier.0, later.0);
    }

    /// Reports something that is wrong with the construct's inputs. The
    /// program goes on, so that one run shows all problems.
    pub fn problem(&mut self, code: &'static str, what: impl Into<String>, fix: impl Into<String>) {
        let problem = Problem::new(code, what, fix)
            .on(&self.path)
            .at(self.builder.outer(self.inner));
        self.builder.problems.push(problem);
    }

    /// The path of the construct that is being built.
    #[must_use]
    pub fn path(&self) -> &NodePath {
        &self.path
    }

    /// The name of the stack.
    #[must_use]
    pub fn stack_name(&self) -> &str {
        &self.builder.context.stack
    }

    /// The environment: `dev`, `prod`.
    #[must_use]
    pub fn env(&self) -> &str {
        &self.builder.context.env
    }

    pub(crate) fn rule(&mut self, target: String, rule: Rule) {
        let at = self.builder.outer(self.inner);
        self.builder.rule(at, self.path.clone(), target, rule);
    }

    pub(crate) fn place<R: Resource>(&mut self, resource: R) -> R::Handle {
        let node = self
            .builder
            .resource(resource, self.path.clone(), self.inner);
        R::handle(NodeRef(node))
    }

    /// A look-up that stands at this scope's own path.
    pub(super) fn question(
        &mut self,
        ty: &'static Type,
        inputs: BTreeMap<String, Expr>,
    ) -> NodeRef {
        let path = self.path.clone();
        NodeRef(self.builder.question(ty, path, inputs, self.inner))
    }

    fn child(&mut self, name: &str, at: Source) -> NodePath {
        let parent = self.path.clone();
        self.builder.join(&parent, name, at)
    }

    /// An expression that stands for this scope's own inputs; for tests of
    /// constructs.
    #[doc(hidden)]
    #[must_use]
    pub fn node_inputs(&self, node: NodeRef) -> Option<Expr> {
        self.builder
            .nodes
            .get(node.0.index())
            .map(|node| Expr::map(node.inputs.iter().map(|(k, v)| (k.clone(), v.clone()))))
    }
}
