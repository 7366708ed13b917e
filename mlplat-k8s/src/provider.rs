//! Kubernetes behind the engine's provider seam.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use kube::api::{
    Api, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, Preconditions,
    PropagationPolicy,
};
use mlplat_core::facts::Type;
use mlplat_core::provider::{
    ErrorKind, Find, Made, Observed, Owned, Provider, ProviderError, Reader, Request, Status,
    Target,
};
use serde_json::{Map, Value};

use crate::clients::ClientSource;
use crate::error::from_kube;
use crate::manifest::{BIRTH, access, api_resource, id, is_namespaced, manifest, observed, text};
use crate::readiness::{self, Around};
use crate::revision;

/// The field manager of everything that is applied.
const MANAGER: &str = "mlplat";
/// Objects in one page of a list.
const PAGE: u32 = 500;

/// Objects of the [`catalog`](crate::catalog) in any number of clusters.
pub struct KubeProvider {
    types: Vec<&'static Type>,
    clients: Arc<dyn ClientSource>,
}

impl KubeProvider {
    /// A provider over a source of clients.
    #[must_use]
    pub fn new(clients: Arc<dyn ClientSource>) -> Self {
        Self {
            types: crate::catalog(),
            clients,
        }
    }

    async fn client(&self, inputs: &Map<String, Value>) -> Result<kube::Client, ProviderError> {
        let access = access(inputs).ok_or_else(|| {
            ProviderError::new(ErrorKind::Bug, "NoCluster", "the object names no cluster")
        })?;
        self.clients.client(&access).await
    }

    async fn api(
        &self,
        ty: &Type,
        inputs: &Map<String, Value>,
    ) -> Result<Api<DynamicObject>, ProviderError> {
        let client = self.client(inputs).await?;
        let resource = api_resource(ty);
        Ok(if is_namespaced(ty) {
            Api::namespaced_with(client, text(inputs, "Namespace"), &resource)
        } else {
            Api::all_with(client, &resource)
        })
    }

    async fn live(&self, target: &Target) -> Result<DynamicObject, ProviderError> {
        let api = self.api(target.ty, &target.inputs).await?;
        let found = api.get_opt(text(&target.inputs, "Name")).await;
        found
            .map_err(|error| from_kube(error, false))?
            .ok_or_else(|| ProviderError::gone(format!("{} {}", target.ty.name, target.id)))
    }

    /// The live object, unless it is a namesake that somebody else has made.
    async fn ours(&self, target: &Target) -> Result<DynamicObject, ProviderError> {
        let live = self.live(target).await?;
        let labels = live.metadata.labels.as_ref();
        let owner = labels.and_then(|labels| labels.get(BIRTH));
        if owner.is_some_and(|owner| *owner != target.token) {
            return Err(ProviderError::gone(format!("our {}", target.id)));
        }
        Ok(live)
    }

    /// Every live object of a type in a cluster that carries our labels, by
    /// id.
    async fn list(&self, first: &Target) -> Result<BTreeMap<String, DynamicObject>, ProviderError> {
        let access = access(&first.inputs).ok_or_else(|| ProviderError::gone("the cluster"))?;
        let client = self.clients.client(&access).await?;
        let api: Api<DynamicObject> = Api::all_with(client, &api_resource(first.ty));
        let mut params = ListParams::default().labels(BIRTH).limit(PAGE);
        let mut found = BTreeMap::new();
        loop {
            let page = api
                .list(&params)
                .await
                .map_err(|error| from_kube(error, false))?;
            let next = page
                .metadata
                .continue_
                .clone()
                .filter(|token| !token.is_empty());
            for object in page.items {
                let name = object.metadata.name.clone().unwrap_or_default();
                let id = match &object.metadata.namespace {
                    Some(namespace) => format!("{namespace}/{name}"),
                    None => name,
                };
                found.insert(id, object);
            }
            match next {
                Some(token) => params = params.continue_token(&token),
                None => return Ok(found),
            }
        }
    }

    /// Applies a request over what there is now, which has to be known only
    /// where contents are counted.
    async fn apply(
        &self,
        request: &Request,
        live: Option<&DynamicObject>,
        may_change: bool,
    ) -> Result<DynamicObject, ProviderError> {
        let counted = revision::content_field(request.ty);
        let revision = counted.map(|_| revision::next(request, live, may_change));
        let api = self.api(request.ty, &request.inputs).await?;
        let params = PatchParams::apply(MANAGER).force();
        let applied = api
            .patch(
                text(&request.inputs, "Name"),
                &params,
                &Patch::Apply(manifest(request, revision)),
            )
            .await;
        applied.map_err(|error| match from_kube(error, true) {
            // The namespace is not there yet, or no longer.
            gone if gone.kind == ErrorKind::Gone => ProviderError {
                kind: ErrorKind::NotYet,
                ..gone
            },
            other => other,
        })
    }
}

#[diagnostic::do_not_recommend]
#[async_trait]
impl Reader for KubeProvider {
    fn types(&self) -> &[&'static Type] {
        &self.types
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        let live = self.live(target).await?;
        let mut status = readiness::status(target.ty, &live, &Around::default());
        if matches!(status, Status::Coming(_) | Status::Failed(_)) {
            let client = self.client(&target.inputs).await?;
            let around = Around::of(&client, target.ty, &live).await;
            status = readiness::status(target.ty, &live, &around);
        }
        Ok(observed(target, &live, status))
    }

    async fn read_many(&self, targets: &[Target]) -> Result<Vec<Option<Observed>>, ProviderError> {
        let mut clusters: BTreeMap<String, BTreeMap<String, DynamicObject>> = BTreeMap::new();
        let mut seen = Vec::with_capacity(targets.len());
        for target in targets {
            let cluster = target
                .inputs
                .get("Cluster")
                .map(Value::to_string)
                .unwrap_or_default();
            if !clusters.contains_key(&cluster) {
                let found = match self.list(target).await {
                    Ok(found) => found,
                    // The objects of a cluster that is gone are gone; a direct
                    // look says so of each.
                    Err(error) if error.kind == ErrorKind::Gone => BTreeMap::new(),
                    Err(error) => return Err(error),
                };
                clusters.insert(cluster.clone(), found);
            }
            let object = clusters
                .get(&cluster)
                .and_then(|objects| objects.get(&target.id));
            // A plan asks what there is; what would tell why it is not ready
            // yet is read when somebody waits for it.
            let seen_now = object.map(|object| {
                let status = readiness::status(target.ty, object, &Around::default());
                observed(target, object, status)
            });
            seen.push(seen_now);
        }
        Ok(seen)
    }

    async fn find(&self, find: &Find) -> Result<Option<Observed>, ProviderError> {
        let target = Target {
            ty: find.ty,
            id: id(find.ty, &find.inputs),
            inputs: find.inputs.clone(),
            token: String::new(),
        };
        match self.read(&target).await {
            Ok(seen) if seen.token.as_ref() == Some(&find.token) => Ok(Some(seen)),
            Ok(_) => Ok(None),
            Err(error) if error.kind == ErrorKind::Gone => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Nothing: which clusters there are is known only from the objects in
    /// them, and a namespace or cluster takes what it holds along.
    async fn owned(&self, _: &str) -> Result<Vec<Owned>, ProviderError> {
        Ok(Vec::new())
    }

    async fn look_up(
        &self,
        ty: &'static Type,
        _: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ProviderError> {
        Err(ProviderError::new(
            ErrorKind::Bug,
            "NoLookup",
            format!("{} is no question", ty.name),
        ))
    }
}

#[diagnostic::do_not_recommend]
#[async_trait]
impl Provider for KubeProvider {
    async fn create(&self, request: &Request) -> Result<Made, ProviderError> {
        let target = Target {
            ty: request.ty,
            id: id(request.ty, &request.inputs),
            inputs: request.inputs.clone(),
            token: String::new(),
        };
        // An apply would take over what somebody else has made.
        let live = match self.live(&target).await {
            Ok(live) => Some(live),
            Err(error) if error.kind == ErrorKind::Gone && error.code != "ClusterGone" => None,
            Err(error) => return Err(error),
        };
        if let Some(live) = &live {
            is_ours(&target, live, &request.token)?;
        }
        let applied = self.apply(request, live.as_ref(), true).await?;
        let target = Target {
            token: request.token.clone(),
            ..target
        };
        let status = readiness::status(target.ty, &applied, &Around::default());
        let now = observed(&target, &applied, status);
        Ok(Made {
            id: now.id.clone(),
            now: Some(now),
        })
    }

    async fn update(
        &self,
        target: &Target,
        request: &Request,
        fields: &[String],
    ) -> Result<(), ProviderError> {
        // An apply would make what is gone, and take over a namesake.
        let live = self.ours(target).await?;
        let counted = revision::content_field(request.ty);
        let may_change = counted.is_some_and(|content| fields.iter().any(|name| name == content));
        let live = counted.map(|_| &live);
        self.apply(request, live, may_change).await.map(|_| ())
    }

    async fn delete(&self, target: &Target) -> Result<(), ProviderError> {
        let live = self.ours(target).await?;
        let params = DeleteParams {
            preconditions: Some(Preconditions {
                uid: live.metadata.uid,
                resource_version: None,
            }),
            propagation_policy: Some(propagation(target.ty)),
            ..DeleteParams::default()
        };
        let api = self.api(target.ty, &target.inputs).await?;
        let deleted = api.delete(text(&target.inputs, "Name"), &params).await;
        deleted.map(|_| ()).map_err(|error| from_kube(error, true))
    }
}

/// Whether an object that is there already was made by this request, whose
/// answer was lost then.
fn is_ours(target: &Target, live: &DynamicObject, token: &str) -> Result<(), ProviderError> {
    if live.metadata.deletion_timestamp.is_some() {
        let message = format!("{} of the same name is still being deleted", target.id);
        return Err(ProviderError::new(
            ErrorKind::Conflict,
            "BeingDeleted",
            message,
        ));
    }
    let labels = live.metadata.labels.as_ref();
    if labels
        .and_then(|labels| labels.get(BIRTH))
        .map(String::as_str)
        != Some(token)
    {
        let message = format!(
            "{} exists and is not this stack's: import it, or choose another name",
            target.id
        );
        return Err(ProviderError::new(
            ErrorKind::Invalid,
            "AlreadyExists",
            message,
        ));
    }
    Ok(())
}

/// What owns pods is gone only when they are: whatever they use may go then.
fn propagation(ty: &Type) -> PropagationPolicy {
    match ty.name {
        "k8s.Deployment" | "k8s.StatefulSet" | "k8s.DaemonSet" | "k8s.Job" | "k8s.CronJob" => {
            PropagationPolicy::Foreground
        }
        _ => PropagationPolicy::Background,
    }
}
