//! What stands around an object that is on its way.

use kube::api::{Api, DynamicObject, ListParams};
use kube::core::{ApiResource, GroupVersionKind};
use mlplat_core::facts::Type;
use serde_json::Value;

use super::pods::{self, Trouble};

/// Pods that are looked at: of many that fail, the first few tell why.
const PODS: u32 = 50;
/// Events of one object that are looked at.
const EVENTS: u32 = 20;

/// What stands around an object.
#[derive(Debug, Default)]
pub(crate) struct Around {
    /// Its pods: of a deployment, those of the newest replica set.
    pub(super) pods: Vec<Value>,
    /// Events about it, and about the replica set in between.
    pub(super) events: Vec<Value>,
    /// The storage class of a claim.
    pub(super) class: Option<Value>,
}

impl Around {
    /// Reads what tells why an object of this type is not ready.
    pub(crate) async fn of(client: &kube::Client, ty: &Type, live: &DynamicObject) -> Self {
        let namespace = live.metadata.namespace.as_deref().unwrap_or_default();
        let look = Look { client, namespace };
        match ty.name {
            "k8s.Deployment" => look.at_deployment(live).await,
            "k8s.StatefulSet" | "k8s.DaemonSet" | "k8s.Job" => Self {
                pods: look.at_pods(live, None).await,
                events: look.at_events(&uid(live)).await,
                class: None,
            },
            "k8s.PersistentVolumeClaim" => Self {
                class: look.at_class(live).await,
                events: look.at_events(&uid(live)).await,
                pods: Vec::new(),
            },
            "k8s.Service" | "k8s.Ingress" => Self {
                events: look.at_events(&uid(live)).await,
                ..Self::default()
            },
            _ => Self::default(),
        }
    }

    /// The most serious trouble that anything around the object is in.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        pods::worst(&self.pods, &self.events)
    }

    /// The message of the newest warning with one of these reasons, or any.
    pub(super) fn warning(&self, reasons: &[&str]) -> Option<String> {
        let fits = |event: &&Value| {
            let reason = event["reason"].as_str().unwrap_or_default();
            event["type"] == "Warning" && (reasons.is_empty() || reasons.contains(&reason))
        };
        let newest = self
            .events
            .iter()
            .filter(fits)
            .max_by_key(|event| time(event))?;
        let text = |name: &str| newest[name].as_str().unwrap_or_default().to_owned();
        Some(super::said((text("reason"), text("message"))))
    }

    /// Whether an event about the object has this reason.
    pub(super) fn has_event(&self, reason: &str) -> bool {
        self.events.iter().any(|event| event["reason"] == reason)
    }
}

/// When an event was seen last.
pub(super) fn time(event: &Value) -> (String, String) {
    let time = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
    (time("lastTimestamp"), time("eventTime"))
}

fn uid(live: &DynamicObject) -> String {
    live.metadata.uid.clone().unwrap_or_default()
}

/// Reads around an object. What cannot be read is as if it were not there:
/// it would only have told more.
struct Look<'a> {
    client: &'a kube::Client,
    namespace: &'a str,
}

impl Look<'_> {
    async fn at_deployment(&self, live: &DynamicObject) -> Around {
        let newest = self.newest_replica_set(live).await;
        let hash = newest.as_ref().and_then(|set| {
            let labels = set.pointer("/metadata/labels/pod-template-hash")?;
            labels.as_str().map(str::to_owned)
        });
        let set = newest.as_ref().and_then(|set| {
            let uid = set.pointer("/metadata/uid")?.as_str()?;
            Some(uid.to_owned())
        });
        let mut events = self.at_events(&uid(live)).await;
        if let Some(set) = set {
            events.extend(self.at_events(&set).await);
        }
        Around {
            pods: self.at_pods(live, hash.as_deref()).await,
            events,
            class: None,
        }
    }

    /// The replica set of the specification as it is: the one that the
    /// controller numbered last.
    async fn newest_replica_set(&self, live: &DynamicObject) -> Option<Value> {
        let owner = uid(live);
        let params = ListParams::default().labels(&selector(live)?);
        let sets = self.list(("apps", "v1", "ReplicaSet", "replicasets"), &params);
        let owned = |set: &Value| {
            let owners = set.pointer("/metadata/ownerReferences");
            let mut owners = owners.and_then(Value::as_array).into_iter().flatten();
            owners.any(|one| one["uid"] == owner.as_str())
        };
        let number = |set: &Value| {
            let annotations = &set["metadata"]["annotations"];
            let number = annotations["deployment.kubernetes.io/revision"].as_str();
            let number = number.and_then(|number| number.parse::<u64>().ok());
            let made = set["metadata"]["creationTimestamp"].as_str();
            (number.unwrap_or(0), made.unwrap_or_default().to_owned())
        };
        sets.await.into_iter().filter(owned).max_by_key(number)
    }

    async fn at_pods(&self, live: &DynamicObject, hash: Option<&str>) -> Vec<Value> {
        let Some(mut labels) = selector(live) else {
            return Vec::new();
        };
        if let Some(hash) = hash {
            labels.push_str(&format!(",pod-template-hash={hash}"));
        }
        let params = ListParams::default().labels(&labels).limit(PODS);
        self.list(("", "v1", "Pod", "pods"), &params).await
    }

    async fn at_events(&self, uid: &str) -> Vec<Value> {
        let about = format!("involvedObject.uid={uid}");
        let params = ListParams::default().fields(&about).limit(EVENTS);
        self.list(("", "v1", "Event", "events"), &params).await
    }

    async fn at_class(&self, live: &DynamicObject) -> Option<Value> {
        let name = live.data.pointer("/spec/storageClassName")?.as_str()?;
        let resource = resource(("storage.k8s.io", "v1", "StorageClass", "storageclasses"));
        let classes: Api<DynamicObject> = Api::all_with(self.client.clone(), &resource);
        let class = classes.get_opt(name).await.ok()??;
        serde_json::to_value(class).ok()
    }

    async fn list(&self, kind: (&str, &str, &str, &str), params: &ListParams) -> Vec<Value> {
        let resource = resource(kind);
        let api: Api<DynamicObject> =
            Api::namespaced_with(self.client.clone(), self.namespace, &resource);
        let Ok(found) = api.list(params).await else {
            return Vec::new();
        };
        let each = found.items.into_iter();
        each.filter_map(|object| serde_json::to_value(object).ok())
            .collect()
    }
}

fn resource((group, version, kind, plural): (&str, &str, &str, &str)) -> ApiResource {
    ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural)
}

/// The label selector of a workload as a request has it.
fn selector(live: &DynamicObject) -> Option<String> {
    let labels = live
        .data
        .pointer("/spec/selector/matchLabels")?
        .as_object()?;
    let each = labels
        .iter()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
    let text = each.collect::<Vec<_>>().join(",");
    Some(text).filter(|text| !text.is_empty())
}
