//! The other door, over account and clusters: what `world list`, `show`, `set`
//! and `delete` do. Nothing here goes through the engine.

use std::io;

use serde_json::{Value, json};

use super::{Clusters, Thing};
use crate::cloud::{Cloud, OutsideError, SimObject};
use crate::kube::{Behaviours, Failure, ObjectKey};

/// The other door.
#[derive(Clone, Copy)]
pub struct Door<'a> {
    pub(super) cloud: &'a Cloud,
    pub(super) clusters: &'a Clusters,
}

/// Why the other door stays shut.
#[derive(Debug)]
#[non_exhaustive]
pub enum DoorError {
    /// In the account.
    Cloud(OutsideError),
    /// In a cluster.
    Cluster(String),
    /// On the disk.
    Disk(io::Error),
}

impl std::fmt::Display for DoorError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cloud(why) => why.fmt(out),
            Self::Cluster(why) => out.write_str(why),
            Self::Disk(why) => why.fmt(out),
        }
    }
}

impl std::error::Error for DoorError {}

/// Objects that every cluster has by itself.
const BY_ITSELF: [&str; 5] = [
    "kube-system",
    "kube-public",
    "kube-node-lease",
    "default",
    "kubernetes",
];

impl Door<'_> {
    /// Everything there is, in order of creation; what comes along with other
    /// objects only with `all`.
    ///
    /// # Errors
    /// When a cluster's log cannot be read.
    pub fn list(&self, all: bool) -> Result<Vec<Thing>, DoorError> {
        let objects = self
            .cloud
            .objects()
            .into_iter()
            .filter(|object| all || object.child_of.is_none());
        let mut things: Vec<Thing> = objects
            .map(|object| Thing {
                ty: object.ty.clone(),
                id: object.id.clone(),
                status: self.cloud.status_of(&object),
                body: body(&object),
            })
            .collect();
        things.extend(self.cloud.copies().into_iter().map(|copy| Thing {
            id: format!("{}:last-copy", copy.of),
            status: "last copy".to_owned(),
            body: json!({ "of": copy.of }),
            ty: copy.ty,
        }));
        for (cluster, endpoint) in self.clusters.endpoints() {
            let service = self.clusters.service(&endpoint).map_err(DoorError::Disk)?;
            let mut server = service.shared().lock();
            server.advance(service.shared().now());
            for (key, object) in server.store().objects() {
                if all || !by_itself(key) {
                    things.push(Thing {
                        ty: format!("k8s.{}", object["kind"].as_str().unwrap_or_default()),
                        id: id(&cluster, key),
                        status: status(object),
                        body: (**object).clone(),
                    });
                }
            }
        }
        Ok(things)
    }

    /// Chooses what containers do from now on, in every cluster that there is.
    ///
    /// # Errors
    /// When a cluster's log cannot be read or written.
    pub fn choose(&self, chosen: &Behaviours) -> Result<(), DoorError> {
        for (cluster, endpoint) in self.clusters.endpoints() {
            let service = self.clusters.service(&endpoint).map_err(DoorError::Disk)?;
            let now = service.shared().now();
            let done = service.shared().lock().choose_outside(chosen, now);
            done.map_err(|why| refused(&cluster, &why))?;
        }
        Ok(())
    }

    /// One thing.
    ///
    /// # Errors
    /// When there is none with this id.
    pub fn show(&self, id: &str) -> Result<Thing, DoorError> {
        let found = self.list(true)?.into_iter().find(|thing| thing.id == id);
        found.ok_or_else(|| DoorError::Cloud(OutsideError::NoObject(id.to_owned())))
    }

    /// Changes a field. In a cluster the field is a path such as
    /// `data.colour`; `null` removes it.
    ///
    /// # Errors
    /// When there is no such thing or field.
    pub fn set(&self, id: &str, field: &str, value: Value) -> Result<(), DoorError> {
        let Some((service, key)) = self.in_cluster(id)? else {
            return self.cloud.set(id, field, value).map_err(DoorError::Cloud);
        };
        let now = service.shared().now();
        let edited = service
            .shared()
            .lock()
            .edit_outside(&key, now, |object| put(object, field, value));
        edited.map_err(|why| refused(id, &why))
    }

    /// Takes a thing away.
    ///
    /// # Errors
    /// When there is no such thing.
    pub fn delete(&self, id: &str) -> Result<(), DoorError> {
        let Some((service, key)) = self.in_cluster(id)? else {
            return self.cloud.take_away(id).map_err(DoorError::Cloud);
        };
        let now = service.shared().now();
        let deleted = service.shared().lock().delete_outside(&key, now);
        deleted.map_err(|why| refused(id, &why))
    }

    /// Puts a finalizer on a Kubernetes object, so that its deletion hangs.
    ///
    /// # Errors
    /// When there is no such object in a cluster.
    pub fn hold(&self, id: &str, finalizer: &str) -> Result<(), DoorError> {
        let (service, key) = self.in_some_cluster(id)?;
        let now = service.shared().now();
        let held = service.shared().lock().stick_outside(&key, now, finalizer);
        held.map_err(|why| refused(id, &why))
    }

    /// Takes a finalizer off a Kubernetes object.
    ///
    /// # Errors
    /// When there is no such object in a cluster.
    pub fn release(&self, id: &str, finalizer: &str) -> Result<(), DoorError> {
        let (service, key) = self.in_some_cluster(id)?;
        let now = service.shared().now();
        let mut server = service.shared().lock();
        let released = server.unstick_outside(&key, now, finalizer);
        released.map_err(|why| refused(id, &why))
    }

    fn in_some_cluster(
        &self,
        id: &str,
    ) -> Result<(crate::kube::KubeService, ObjectKey), DoorError> {
        self.in_cluster(id)?
            .ok_or_else(|| DoorError::Cluster(format!("{} is in no cluster", id.escape_debug())))
    }

    fn in_cluster(
        &self,
        id: &str,
    ) -> Result<Option<(crate::kube::KubeService, ObjectKey)>, DoorError> {
        for (cluster, endpoint) in self.clusters.endpoints() {
            let Some(rest) = id.strip_prefix(&format!("{cluster}:")) else {
                continue;
            };
            let service = self.clusters.service(&endpoint).map_err(DoorError::Disk)?;
            let named = service
                .shared()
                .lock()
                .store()
                .objects()
                .map(|(key, _)| key)
                .find(|key| self::id(&cluster, key) == id)
                .cloned();
            if let Some(key) = named {
                return Ok(Some((service, key)));
            }
            let parts: Vec<&str> = rest.split('/').collect();
            let key = match parts[..] {
                [resource, name] => ObjectKey::new("", resource, "", name),
                [resource, namespace, name] => ObjectKey::new("", resource, namespace, name),
                _ => return Ok(None),
            };
            return Ok(Some((service, key)));
        }
        Ok(None)
    }
}

fn body(object: &SimObject) -> Value {
    let mut body = json!({
        "inputs": object.inputs, "outputs": object.outputs, "lineage": object.lineage,
    });
    if object.contents > 0 {
        body["contents"] = object.contents.into();
    }
    body
}

fn refused(id: &str, why: &Failure) -> DoorError {
    DoorError::Cluster(format!("{}: {why:?}", id.escape_debug()))
}

fn id(cluster: &str, key: &ObjectKey) -> String {
    if key.namespace.is_empty() {
        format!("{cluster}:{}/{}", key.resource, key.name)
    } else {
        format!("{cluster}:{}/{}/{}", key.resource, key.namespace, key.name)
    }
}

fn status(object: &Value) -> String {
    match object.pointer("/metadata/deletionTimestamp") {
        Some(_) => "Terminating".to_owned(),
        None => "ready".to_owned(),
    }
}

fn by_itself(key: &ObjectKey) -> bool {
    let name = key.name.as_str();
    // Machines come and go with their node groups; what is told says nothing of what is there.
    let told = ["nodes", "events"].contains(&key.resource.as_str());
    BY_ITSELF.contains(&name)
        || told
        || name == "kube-root-ca.crt"
        || BY_ITSELF[..3].contains(&key.namespace.as_str())
}

fn put(object: &mut Value, path: &str, value: Value) {
    let mut here = object;
    let mut steps = path.split('.').peekable();
    while let Some(step) = steps.next() {
        if steps.peek().is_none() {
            if let (Some(members), true) = (here.as_object_mut(), value.is_null()) {
                members.remove(step);
            } else {
                here[step] = value;
            }
            return;
        }
        if !here[step].is_object() {
            here[step] = json!({});
        }
        here = &mut here[step];
    }
}
