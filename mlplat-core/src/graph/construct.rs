//! Constructs, and the lifecycle extension that every one of them has.

use std::any::Any;
use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::Scope;
use super::lifecycle::Rule;
use crate::wiring::{Gives, KnownText, Resource};

/// Something that expands into resources and hands back a typed handle.
///
/// Every [`Resource`] is a construct of one node. A construct of one's own is
/// a struct whose fields are its wires and options:
///
/// ```
/// use mlplat_core::graph::{Construct, Scope};
///
/// struct Team { name: &'static str }
/// struct TeamHandle;
///
/// impl Construct for Team {
///     type Handle = TeamHandle;
///     fn build(self, scope: &mut Scope<'_>) -> TeamHandle {
///         // scope.add("namespace", ...);
///         let _ = (self.name, scope.path());
///         TeamHandle
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added to a stack",
    label = "not a construct and not a resource",
    note = "add a construct such as `Vpc::new(..)`, a resource struct, or implement `Construct` for your type"
)]
pub trait Construct {
    /// What others wire to.
    type Handle;

    /// Adds the parts to the scope, which carries the construct's own path.
    fn build(self, scope: &mut Scope<'_>) -> Self::Handle;
}

#[diagnostic::do_not_recommend]
impl<R: Resource> Construct for R {
    type Handle = R::Handle;

    fn build(self, scope: &mut Scope<'_>) -> R::Handle {
        scope.place(self)
    }
}

/// Lifecycle options on any construct or resource.
///
/// `target` names the resource below the construct, as its path there
/// (`"instance"`), or is empty for the resource itself. A target, field or
/// type that matches nothing is a Problem, so a rule cannot rot in silence.
pub trait Lifecycle: Construct + Sized {
    /// Refuses every plan that would delete or replace what this makes.
    fn protect(self) -> With<Self> {
        With::new(self).rule("", Rule::Protect)
    }

    /// Leaves the objects in the cloud, forgotten, when they leave the program.
    fn retain(self) -> With<Self> {
        With::new(self).rule("", Rule::Retain)
    }

    /// How long each resource may take to become ready.
    fn timeout(self, limit: Duration) -> With<Self> {
        With::new(self).rule("", Rule::Timeout(limit))
    }

    /// Leaves a field alone, whoever changes it.
    fn ignore(self, target: &str, field: &str) -> With<Self> {
        With::new(self).rule(target, Rule::Ignore(field.to_owned()))
    }

    /// Edits the typed inputs of a resource that the construct makes.
    fn edit<R: Resource>(
        self,
        target: &str,
        edit: impl FnMut(&mut R) + Send + 'static,
    ) -> With<Self> {
        With::new(self).rule(target, typed_edit(edit))
    }

    /// Sets a field by its API name: the way out for a field that the typed
    /// struct does not have yet.
    fn raw(self, target: &str, field: &str, value: Value) -> With<Self> {
        let field = field.to_owned();
        With::new(self).rule(target, Rule::Raw { field, value })
    }

    /// Tags for every resource below that takes tags.
    fn tags<K: KnownText, V: Gives<String>>(
        self,
        tags: impl IntoIterator<Item = (K, V)>,
    ) -> With<Self> {
        let tags: BTreeMap<_, _> = tags
            .into_iter()
            .map(|(key, value)| (key.into(), value.into().expr().clone()))
            .collect();
        With::new(self).rule("", Rule::Tags(tags))
    }
}

impl<C: Construct> Lifecycle for C {}

fn typed_edit<R: Resource>(mut edit: impl FnMut(&mut R) + Send + 'static) -> Rule {
    Rule::Edit {
        type_name: R::TYPE.name,
        edit: Box::new(
            move |inputs: &mut dyn Any| match inputs.downcast_mut::<R>() {
                Some(inputs) => {
                    edit(inputs);
                    true
                }
                None => false,
            },
        ),
    }
}

/// A construct with lifecycle rules around it.
#[must_use = "add it to a stack"]
pub struct With<C> {
    inner: C,
    rules: Vec<(String, Rule)>,
}

impl<C> With<C> {
    fn new(inner: C) -> Self {
        Self {
            inner,
            rules: Vec::new(),
        }
    }

    fn rule(mut self, target: &str, rule: Rule) -> Self {
        self.rules.push((target.to_owned(), rule));
        self
    }
}

impl<C: Construct> Construct for With<C> {
    type Handle = C::Handle;

    fn build(self, scope: &mut Scope<'_>) -> C::Handle {
        for (target, rule) in self.rules {
            scope.rule(target, rule);
        }
        self.inner.build(scope)
    }
}
