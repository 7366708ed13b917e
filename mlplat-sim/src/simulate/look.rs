//! Looking at a world, and changing it past the engine.

use std::collections::BTreeMap;

use mlplat_core::NodePath;
use mlplat_core::state::State;
use mlplat_core::testing::{fail, nearest};
use serde_json::Value;

use super::World;
use super::process::Operation;
use crate::cloud::ALL_ALONG;
use crate::local::{DoorError, Thing};

/// One object in the account or a cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Its type: `ec2.VPC`, `k8s.ConfigMap`.
    pub ty: String,
    /// Its id: AWS's own, or `cluster:resource/namespace/name`.
    pub id: String,
    /// Where it is in its life: `ready`, `CREATING`.
    pub status: String,
    /// The node that it stands for; none for what nobody here made.
    pub path: Option<NodePath>,
    /// What it is: `inputs` and `outputs` of an AWS object, the manifest of a
    /// Kubernetes object.
    pub body: Value,
}

impl World {
    /// Everything in the account and its clusters, in order of creation, but
    /// for what comes along with other objects by itself.
    ///
    /// # Panics
    /// When the world cannot be read.
    #[track_caller]
    #[must_use]
    pub fn objects(&self) -> Vec<Object> {
        let state = self.state().unwrap_or_default();
        let things = Operation::of(self).look(|local| local.door().list(false));
        let things = opened(things).into_iter();
        things.map(|thing| object(thing, &state)).collect()
    }

    /// How many objects of a type there are.
    ///
    /// # Panics
    /// When the world cannot be read.
    #[track_caller]
    #[must_use]
    pub fn count(&self, ty: &str) -> usize {
        self.objects().iter().filter(|one| one.ty == ty).count()
    }

    /// The object that stands for a node.
    ///
    /// # Panics
    /// When there is none, naming the nearest paths.
    #[track_caller]
    #[must_use]
    pub fn object(&self, path: &str) -> Object {
        let mut objects = self.objects();
        let stands = |one: &Object| one.path.as_ref().is_some_and(|at| at.as_str() == path);
        match objects.iter().position(stands) {
            Some(at) => objects.swap_remove(at),
            None => {
                let paths = objects.iter().filter_map(|one| one.path.as_ref());
                let near = nearest(path, paths.map(NodePath::as_str)).join(", ");
                fail(format_args!(
                    "no object stands for {path}\n  nearest  {near}"
                ))
            }
        }
    }

    /// What the state remembers; nothing before the first deployment.
    ///
    /// # Panics
    /// When it does not read.
    #[track_caller]
    #[must_use]
    pub fn state(&self) -> Option<State> {
        match Operation::of(self).state() {
            Ok(state) => state,
            Err(why) => fail(format_args!("failed to read the state: {why}")),
        }
    }

    /// The declared outputs as of the last deployment; a secret is `<secret>`.
    ///
    /// # Panics
    /// When the state does not read.
    #[track_caller]
    #[must_use]
    pub fn outputs(&self) -> BTreeMap<String, Value> {
        let outputs = match Operation::of(self).outputs() {
            Ok(outputs) => outputs,
            Err(why) => fail(format_args!("failed to read the outputs: {why}")),
        };
        let shown = outputs.into_iter().map(|(name, output)| {
            let value = if output.secret {
                Value::from("<secret>")
            } else {
                output.value
            };
            (name, value)
        });
        shown.collect()
    }

    /// Changes a field of the object that stands for a node, as somebody in
    /// the console would. In a cluster the field is a path such as
    /// `data.colour`; null removes it.
    ///
    /// # Panics
    /// When there is no such object or field.
    #[track_caller]
    pub fn set(&mut self, path: &str, field: &str, value: impl serde::Serialize) -> &mut Self {
        let id = self.object(path).id;
        let value = serde_json::to_value(value).unwrap_or_default();
        opened(Operation::of(self).look(|local| {
            let done = local.door().set(&id, field, value);
            local.cloud().remember(local.cloud().now());
            done
        }));
        self
    }

    /// Takes the object that stands for a node away, as somebody in the
    /// console would, whatever holds it.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn take_away(&mut self, path: &str) -> &mut Self {
        let id = self.object(path).id;
        opened(Operation::of(self).look(|local| local.door().delete(&id)));
        self
    }

    /// Puts a finalizer on the Kubernetes object that stands for a node: its
    /// deletion hangs until [`World::release`] takes it off.
    ///
    /// # Panics
    /// When no Kubernetes object stands for it.
    #[track_caller]
    pub fn hold(&mut self, path: &str, finalizer: &str) -> &mut Self {
        let id = self.object(path).id;
        opened(Operation::of(self).look(|local| local.door().hold(&id, finalizer)));
        self
    }

    /// Takes a finalizer off the Kubernetes object that stands for a node.
    ///
    /// # Panics
    /// When no Kubernetes object stands for it.
    #[track_caller]
    pub fn release(&mut self, path: &str, finalizer: &str) -> &mut Self {
        let id = self.object(path).id;
        opened(Operation::of(self).look(|local| local.door().release(&id, finalizer)));
        self
    }

    /// Asserts that nothing is left: no object, and nothing in the state. What
    /// a look-up has found was there before, and stays.
    ///
    /// # Panics
    /// When something is, with its type and id.
    #[track_caller]
    pub fn assert_empty(&self) -> &Self {
        let mut left = self.objects();
        left.retain(|one| one.body["lineage"] != ALL_ALONG);
        if !left.is_empty() {
            let each = left.iter().map(|one| format!("\n  {} {}", one.ty, one.id));
            fail(format_args!(
                "something is left{}",
                each.collect::<String>()
            ));
        }
        let state = self.state().unwrap_or_default();
        let remembered = state.objects.values().map(|object| object.path.as_str());
        let remembered: Vec<_> = remembered.collect();
        if !remembered.is_empty() {
            fail(format_args!(
                "the state remembers what is gone: {}",
                remembered.join(", ")
            ));
        }
        self
    }
}

fn object(thing: Thing, state: &State) -> Object {
    let mut remembered = state.objects.values().filter(|object| !object.old);
    let path = remembered.find(|object| thing.is(object));
    Object {
        path: path.map(|object| object.path.clone()),
        ty: thing.ty,
        id: thing.id,
        status: thing.status,
        body: thing.body,
    }
}

#[track_caller]
pub(super) fn opened<T>(result: Result<T, DoorError>) -> T {
    match result {
        Ok(done) => done,
        Err(why) => fail(format_args!("failed to reach into the world: {why}")),
    }
}
