//! One request: from method, path, query and body to a verb, and from its result to an answer.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::Value;

use super::discovery;
use super::params::Params;
use super::route::{Objects, Route, route};
use super::watch::{self, WatchCursor};
use crate::kube::fault::{RequestInfo, Verb};
use crate::kube::journal::ObjectKey;
use crate::kube::kinds::{Kind, Registry};
use crate::kube::meta;
use crate::kube::status::{Failure, deleted};
use crate::kube::store::Store;
use crate::kube::verbs::{self, Deleted, PatchKind, Writing, Written};

/// A request as it arrives.
#[derive(Debug, Clone, Copy)]
pub struct ApiRequest<'a> {
    /// GET, POST, PUT, PATCH, DELETE.
    pub method: &'a Method,
    /// The path, decoded as it stands.
    pub path: &'a str,
    /// The query without its question mark; empty if none.
    pub query: &'a str,
    /// `Content-Type`, empty if none.
    pub content_type: &'a str,
    /// `Accept`, empty if none.
    pub accept: &'a str,
    /// `User-Agent`, empty if none.
    pub user_agent: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status code.
    pub code: u16,
    /// What is answered.
    pub body: Body,
    /// Texts for `Warning` headers.
    pub warnings: Vec<String>,
    /// Seconds for a `Retry-After` header.
    pub retry_after_s: Option<u64>,
}

/// The body of an answer.
#[derive(Debug)]
pub enum Body {
    /// One JSON document.
    Json(Arc<Value>),
    /// Plain text.
    Text(&'static str),
    /// A stream of events.
    Watch(Box<WatchCursor>),
}

impl Reply {
    fn json(code: u16, value: impl Into<Arc<Value>>) -> Self {
        Self {
            code,
            body: Body::Json(value.into()),
            warnings: Vec::new(),
            retry_after_s: None,
        }
    }

    fn text(code: u16, text: &'static str) -> Self {
        Self {
            code,
            body: Body::Text(text),
            warnings: Vec::new(),
            retry_after_s: None,
        }
    }

    /// The answer that a failure makes.
    #[must_use]
    pub fn failure(failure: &Failure) -> Self {
        Self {
            retry_after_s: failure.retry_after_s(),
            ..Self::json(failure.code, failure.to_json())
        }
    }
}

/// A request that is understood.
pub(crate) struct Parsed {
    pub(crate) info: RequestInfo,
    route: Route,
    params: Params,
    metadata_only: bool,
    aggregated: bool,
    patch: Option<PatchKind>,
    body: Value,
}

impl Parsed {
    pub(crate) fn watches(&self) -> bool {
        self.info.verb == Verb::Watch
    }
}

/// Understands a request, or says at once why not.
pub(crate) fn parse(registry: &Registry, request: &ApiRequest<'_>) -> Result<Parsed, Box<Reply>> {
    let refuse = |failure: Failure| Box::new(Reply::failure(&failure));
    let Some(route) = route(request.path) else {
        return Err(Box::new(Reply::text(404, "404 page not found\n")));
    };
    let params = Params::parse(request.query);
    let patch = patch_kind(request.content_type);
    let verb = verb(request, &route, &params).map_err(refuse)?;
    let objects = match &route {
        Route::Objects(objects) => objects.clone(),
        _ => Objects::default(),
    };
    if matches!(route, Route::Objects(_))
        && registry
            .find(&objects.group, &objects.version, &objects.resource)
            .is_none()
    {
        let served = registry
            .kinds()
            .any(|kind| kind.group == objects.group && kind.version == objects.version);
        return Err(if served {
            refuse(Failure::no_resource())
        } else {
            Box::new(Reply::text(404, "404 page not found\n"))
        });
    }
    let dry_run = params.dry_run(options_kind(verb)).map_err(refuse)?;
    let body = body(request).map_err(refuse)?;
    let manager = params
        .text("fieldManager")
        .or_else(|| request.user_agent.split('/').next())
        .unwrap_or_default();
    let info = RequestInfo {
        verb,
        group: objects.group,
        version: objects.version,
        resource: objects.resource,
        namespace: objects.namespace,
        name: objects.name,
        subresource: objects.subresource,
        manager: if manager.is_empty() {
            "unknown".to_owned()
        } else {
            manager.to_owned()
        },
        dry_run: dry_run || verb_dry_run(verb, &params, &body).map_err(refuse)?,
    };
    let metadata_only = request.accept.contains("as=PartialObjectMetadata");
    let aggregated = request.accept.contains("as=APIGroupDiscoveryList");
    Ok(Parsed {
        info,
        route,
        params,
        metadata_only,
        aggregated,
        patch,
        body,
    })
}

fn verb_dry_run(verb: Verb, params: &Params, body: &Value) -> Result<bool, Failure> {
    match verb {
        Verb::Delete | Verb::DeleteCollection => params.delete(body).map(|(_, dry_run)| dry_run),
        _ => Ok(false),
    }
}

fn options_kind(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "CreateOptions",
        Verb::Update => "UpdateOptions",
        Verb::Delete | Verb::DeleteCollection => "DeleteOptions",
        _ => "PatchOptions",
    }
}

fn patch_kind(content_type: &str) -> Option<PatchKind> {
    match content_type.split(';').next().unwrap_or_default().trim() {
        "application/merge-patch+json" => Some(PatchKind::Merge),
        "application/json-patch+json" => Some(PatchKind::Json),
        "application/strategic-merge-patch+json" => Some(PatchKind::Strategic),
        _ => None,
    }
}

fn verb(request: &ApiRequest<'_>, route: &Route, params: &Params) -> Result<Verb, Failure> {
    let Route::Objects(objects) = route else {
        return if request.method == Method::GET {
            Ok(Verb::Discover)
        } else {
            Err(Failure::method_not_allowed())
        };
    };
    let named = objects.name.is_some();
    let applies = request.content_type.starts_with("application/apply-patch");
    match (request.method.as_str(), named) {
        ("GET", true) => Ok(Verb::Get),
        ("GET", false) if params.flag("watch") => Ok(Verb::Watch),
        ("GET", false) => Ok(Verb::List),
        ("POST", false) => Ok(Verb::Create),
        ("PUT", true) => Ok(Verb::Update),
        ("PATCH", true) if applies => Ok(Verb::Apply),
        ("PATCH", true) if patch_kind(request.content_type).is_some() => Ok(Verb::Patch),
        ("PATCH", true) => Err(Failure::media_type()),
        ("DELETE", true) => Ok(Verb::Delete),
        ("DELETE", false) if objects.resource != "namespaces" => Ok(Verb::DeleteCollection),
        _ => Err(Failure::method_not_allowed()),
    }
}

fn body(request: &ApiRequest<'_>) -> Result<Value, Failure> {
    if request.body.is_empty() {
        return Ok(Value::Null);
    }
    let malformed = |error: serde_json::Error| {
        Failure::bad_request(format!(
            "the object provided is unrecognized: couldn't get version/kind; json parse error: {error}"
        ))
    };
    serde_json::from_slice(request.body).map_err(malformed)
}

/// Runs a request on a store that has begun.
pub(crate) fn run(
    store: &mut Store,
    parsed: &Parsed,
    watch_delay: Duration,
) -> Result<Reply, Failure> {
    let objects = match &parsed.route {
        Route::Objects(objects) => objects,
        other => return Ok(discover(store, other, parsed.aggregated)),
    };
    let Some(kind) = store
        .registry()
        .find(&objects.group, &objects.version, &objects.resource)
        .cloned()
    else {
        return Err(Failure::no_resource());
    };
    if !matches!(
        objects.subresource.as_deref(),
        None | Some("status" | "finalize")
    ) || objects.subresource.as_deref() == Some("status") && !kind.has("status")
    {
        return Err(Failure::no_resource());
    }
    let run = Run {
        kind: &kind,
        parsed,
        objects,
    };
    let reply = match parsed.info.verb {
        Verb::Watch => {
            let cursor = watch::start(
                store,
                &kind,
                objects.namespace.as_deref(),
                &parsed.params,
                watch_delay,
            )?;
            let body = Body::Watch(Box::new(cursor.metadata_only(parsed.metadata_only)));
            return Ok(Reply {
                body,
                ..Reply::text(200, "")
            });
        }
        verb => run.objects(store, verb)?,
    };
    Ok(if parsed.metadata_only {
        strip_to_metadata(reply)
    } else {
        reply
    })
}

fn discover(store: &Store, route: &Route, aggregated: bool) -> Reply {
    match discovery::answer(store, route, aggregated) {
        Some(value) => Reply::json(200, value),
        None => Reply::text(404, "404 page not found\n"),
    }
}

/// A request about objects of one kind.
struct Run<'a> {
    kind: &'a Kind,
    parsed: &'a Parsed,
    objects: &'a Objects,
}

impl Run<'_> {
    fn key(&self) -> ObjectKey {
        let namespace = self.objects.namespace.as_deref().unwrap_or_default();
        ObjectKey::new(
            &self.kind.group,
            &self.kind.plural,
            namespace,
            self.objects.name.as_deref().unwrap_or_default(),
        )
    }

    fn writing(&self) -> Writing {
        Writing {
            manager: self.parsed.info.manager.clone(),
            subresource: self.objects.subresource.clone().unwrap_or_default(),
            strictness: self.parsed.params.strictness(),
            force: self.parsed.params.flag("force") && self.parsed.params.text("force").is_some(),
        }
    }

    fn objects(&self, store: &mut Store, verb: Verb) -> Result<Reply, Failure> {
        let (kind, key, how, body) = (
            self.kind,
            self.key(),
            self.writing(),
            self.parsed.body.clone(),
        );
        let before = store.get(&key).cloned();
        let written = match verb {
            Verb::Get => {
                return verbs::get(store, kind, &key).map(|object| Reply::json(200, object));
            }
            Verb::List => {
                let query = self
                    .parsed
                    .params
                    .list(kind, self.objects.namespace.as_deref())?;
                return verbs::list(store, kind, &query).map(|list| Reply::json(200, list));
            }
            Verb::Delete => return self.delete(store),
            Verb::DeleteCollection => return self.delete_collection(store),
            Verb::Create => verbs::create(store, kind, &key.namespace, body, &how)?,
            Verb::Update => verbs::replace(store, kind, &key, body, &how)?,
            Verb::Apply if self.parsed.params.text("fieldManager").is_none() => {
                return Err(verbs::manager_required());
            }
            Verb::Apply => verbs::apply(store, kind, &key, body, &how)?,
            Verb::Patch => {
                let form = self.parsed.patch.ok_or_else(Failure::media_type)?;
                verbs::patch(store, kind, &key, form, body, &how)?
            }
            Verb::Watch | Verb::Discover => return Err(Failure::method_not_allowed()),
        };
        Ok(self.written(written, before.as_deref()))
    }

    fn written(&self, written: Written, before: Option<&Value>) -> Reply {
        let mut object = written.object;
        if self.parsed.info.dry_run {
            // What is not kept has no version of its own.
            let mut shown = Value::clone(&object);
            let version =
                before.and_then(|before| before["metadata"].get("resourceVersion").cloned());
            meta::set(&mut shown, "resourceVersion", version);
            object = Arc::new(shown);
        }
        Reply {
            warnings: written.warnings,
            ..Reply::json(if written.created { 201 } else { 200 }, object)
        }
    }

    fn delete(&self, store: &mut Store) -> Result<Reply, Failure> {
        let key = self.key();
        let (options, _) = self.parsed.params.delete(&self.parsed.body)?;
        Ok(match verbs::delete(store, self.kind, &key, &options)? {
            Deleted::Gone(last) if self.kind.returns => Reply::json(200, last),
            Deleted::Gone(last) => {
                Reply::json(200, deleted(self.kind, &key.name, meta::uid(&last)))
            }
            Deleted::Pending(object) => Reply::json(200, object),
        })
    }

    fn delete_collection(&self, store: &mut Store) -> Result<Reply, Failure> {
        let (options, _) = self.parsed.params.delete(&self.parsed.body)?;
        let namespace = self.objects.namespace.as_deref();
        let query = self.parsed.params.list(self.kind, namespace)?;
        let list = verbs::list(store, self.kind, &query)?;
        let rows = store.list(&self.kind.group, &self.kind.plural, namespace);
        let keys = rows
            .filter(|(_, object)| query.selector.matches(object))
            .map(|(key, _)| key.clone());
        for key in keys.collect::<Vec<_>>() {
            verbs::delete(store, self.kind, &key, &options)?;
        }
        Ok(Reply::json(200, list))
    }
}

/// The part of an object that every kind has, for clients that ask for no more.
pub(super) fn partial(object: &Value) -> Value {
    serde_json::json!({
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": object["metadata"],
    })
}

fn strip_to_metadata(mut reply: Reply) -> Reply {
    if let Body::Json(value) = &reply.body
        && value["kind"] != "Status"
    {
        let stripped = match value["items"].as_array() {
            Some(items) => serde_json::json!({
                "kind": "PartialObjectMetadataList",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": value["metadata"],
                "items": items.iter().map(partial).collect::<Vec<_>>(),
            }),
            None => partial(value),
        };
        reply.body = Body::Json(Arc::new(stripped));
    }
    reply
}
