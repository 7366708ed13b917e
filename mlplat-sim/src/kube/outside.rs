//! The door for drift: changes that other people and programs make to a cluster, past the engine.
//!
//! They are ordinary changes, seen by watches, journalled and owned by a manager of their own, but they come from no
//! request: no fault disturbs them and no client knows of them.

use std::time::Duration;

use serde_json::Value;

use crate::kube::behaviour::{self, Behaviours};
use crate::kube::controllers;
use crate::kube::journal::ObjectKey;
use crate::kube::kinds::Kind;
use crate::kube::meta;
use crate::kube::server::ApiServer;
use crate::kube::status::Failure;
use crate::kube::verbs::{self, DeleteOptions, Writing};

/// The manager that owns what is changed here.
pub const OUTSIDE_MANAGER: &str = "kubectl-edit";

impl ApiServer {
    /// Changes an object by hand, as `kubectl edit` does: whatever differs then belongs to [`OUTSIDE_MANAGER`].
    ///
    /// # Errors
    /// When there is no such object, or the change is not valid.
    pub fn edit_outside(
        &mut self,
        key: &ObjectKey,
        now: Duration,
        edit: impl FnOnce(&mut Value),
    ) -> Result<(), Failure> {
        let kind = self.kind_outside(key)?;
        let how = Writing::by(OUTSIDE_MANAGER);
        self.outside(now, |store| {
            verbs::update_with(store, &kind, key, &how, edit).map(|_| ())
        })
    }

    /// Chooses what containers do from now on: which images cannot be pulled, who crashes, which jobs fail. What was
    /// chosen before is forgotten; nothing chosen lets everything run.
    ///
    /// ```
    /// use std::time::Duration;
    /// use mlplat_sim::kube::{ApiServer, Parts};
    ///
    /// let mut server = ApiServer::new(Parts::default(), Duration::ZERO).expect("nothing to write to");
    /// let chosen = "pull=registry.example/missing:1, crash=server:137x3".parse().expect("two behaviours");
    /// server.choose_outside(&chosen, Duration::ZERO).expect("nothing to write to");
    /// ```
    ///
    /// # Errors
    /// When the journal cannot keep it.
    pub fn choose_outside(&mut self, chosen: &Behaviours, now: Duration) -> Result<(), Failure> {
        self.outside(now, |store| {
            controllers::choose(store, behaviour::CHOSEN, chosen);
            Ok(())
        })
    }

    /// What the process that holds the cluster was started with: it counts beside what is chosen.
    pub(crate) fn give(&mut self, chosen: &Behaviours, now: Duration) -> Result<(), Failure> {
        self.outside(now, |store| {
            controllers::choose(store, behaviour::GIVEN, chosen);
            Ok(())
        })
    }

    /// Closes a node to new pods, or opens it.
    ///
    /// # Errors
    /// When the journal cannot keep it.
    pub fn cordon_outside(
        &mut self,
        node: &str,
        closed: bool,
        now: Duration,
    ) -> Result<(), Failure> {
        self.outside(now, |store| {
            controllers::cordon(store, node, closed);
            Ok(())
        })
    }

    /// Creates an object by hand.
    ///
    /// # Errors
    /// When there is one of that name, or it is not valid.
    pub fn create_outside(
        &mut self,
        key: &ObjectKey,
        now: Duration,
        mut object: Value,
    ) -> Result<(), Failure> {
        let kind = self.kind_outside(key)?;
        meta::set(&mut object, "name", Some(Value::from(key.name.clone())));
        let how = Writing::by(OUTSIDE_MANAGER);
        self.outside(now, |store| {
            verbs::create(store, &kind, &key.namespace, object, &how).map(|_| ())
        })
    }

    /// Deletes an object by hand. One with finalizers stays until they go.
    ///
    /// # Errors
    /// When there is no such object.
    pub fn delete_outside(&mut self, key: &ObjectKey, now: Duration) -> Result<(), Failure> {
        let kind = self.kind_outside(key)?;
        self.outside(now, |store| {
            verbs::delete(store, &kind, key, &DeleteOptions::default()).map(|_| ())
        })
    }

    /// Puts a finalizer on an object that nobody will ever take off, so that its deletion hangs.
    ///
    /// # Errors
    /// When there is no such object, or it is being deleted already.
    pub fn stick_outside(
        &mut self,
        key: &ObjectKey,
        now: Duration,
        finalizer: &str,
    ) -> Result<(), Failure> {
        self.edit_outside(key, now, |object| {
            let had: Vec<String> = meta::finalizers(object)
                .into_iter()
                .map(str::to_owned)
                .collect();
            let all: Vec<&str> = had
                .iter()
                .map(String::as_str)
                .filter(|one| *one != finalizer)
                .chain([finalizer])
                .collect();
            meta::set_finalizers(object, &all);
        })
    }

    /// Takes a finalizer off an object.
    ///
    /// # Errors
    /// When there is no such object.
    pub fn unstick_outside(
        &mut self,
        key: &ObjectKey,
        now: Duration,
        finalizer: &str,
    ) -> Result<(), Failure> {
        self.edit_outside(key, now, |object| {
            let had: Vec<String> = meta::finalizers(object)
                .into_iter()
                .map(str::to_owned)
                .collect();
            let left: Vec<&str> = had
                .iter()
                .map(String::as_str)
                .filter(|one| *one != finalizer)
                .collect();
            meta::set_finalizers(object, &left);
        })
    }

    fn kind_outside(&self, key: &ObjectKey) -> Result<Kind, Failure> {
        self.store()
            .registry()
            .by_resource(&key.group, &key.resource)
            .cloned()
            .ok_or_else(Failure::no_resource)
    }

    fn outside(
        &mut self,
        now: Duration,
        edit: impl FnOnce(&mut crate::kube::store::Store) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.change(now, edit)
            .map_err(|error| Failure::internal(error.0))?
    }
}
