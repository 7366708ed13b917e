//! Watches: a cursor over the log of changes, with the events that a selector makes of them.
//!
//! An object that starts to match is added, one that stops to match is deleted, whatever happened to it in the store.
//! A cursor holds no lock and no reference to the server: it can be polled, kept and dropped at will.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::dispatch::partial;
use super::params::Params;
use crate::kube::kinds::Kind;
use crate::kube::meta;
use crate::kube::status::Failure;
use crate::kube::store::{Event, EventKind, Selector, Store};

/// The time between bookmarks.
const BOOKMARK_EVERY: Duration = Duration::from_secs(60);

/// Where a watch is.
#[derive(Debug)]
pub struct WatchCursor {
    group: String,
    resource: String,
    api_version: String,
    kind: String,
    namespace: Option<String>,
    selector: Selector,
    /// Everything up to this version was seen.
    version: u64,
    /// Events that do not come from the log: the initial ones.
    ahead: VecDeque<Value>,
    /// The watch ends here.
    until: Option<Duration>,
    next_bookmark: Option<Duration>,
    delay: Duration,
    metadata_only: bool,
    ended: bool,
}

/// What a watch has to say.
#[derive(Debug, Clone, PartialEq)]
pub enum WatchStep {
    /// An event.
    Event(Value),
    /// Nothing before this time, unless something changes.
    Wait(Option<Duration>),
    /// The stream is over.
    End,
}

impl WatchCursor {
    pub(super) fn metadata_only(mut self, yes: bool) -> Self {
        self.metadata_only = yes;
        self
    }

    fn bookmark(&self, initial: bool) -> Value {
        let mut metadata = json!({"resourceVersion": self.version.to_string()});
        if initial {
            metadata["annotations"] = json!({"k8s.io/initial-events-end": "true"});
        }
        let object =
            json!({"kind": self.kind, "apiVersion": self.api_version, "metadata": metadata});
        json!({"type": "BOOKMARK", "object": object})
    }

    fn sees(&self, event: &Event) -> bool {
        event.key.is(&self.group, &self.resource)
            && self
                .namespace
                .as_deref()
                .is_none_or(|namespace| namespace == event.key.namespace)
    }

    /// The event as this watch gets to see it, if at all.
    fn translate(&self, event: &Event) -> Option<Value> {
        let matched = event
            .previous
            .as_deref()
            .is_some_and(|previous| self.selector.matches(previous));
        let matches = event.kind != EventKind::Deleted && self.selector.matches(&event.object);
        let name = match (matched, matches) {
            (false, true) => "ADDED",
            (true, true) => "MODIFIED",
            (true, false) => "DELETED",
            (false, false) => return None,
        };
        let mut object = Value::clone(&event.object);
        if name == "DELETED"
            && event.kind == EventKind::Modified
            && let Some(previous) = &event.previous
        {
            // Who stops to match is shown as it was last seen, at the version of the change.
            object = Value::clone(previous);
            meta::copy(&event.object, &mut object, "resourceVersion");
        }
        Some(json!({"type": name, "object": self.shown(object)}))
    }

    fn shown(&self, object: Value) -> Value {
        if self.metadata_only {
            partial(&object)
        } else {
            object
        }
    }
}

/// Starts a watch.
pub(super) fn start(
    store: &Store,
    kind: &Kind,
    namespace: Option<&str>,
    params: &Params,
    delay: Duration,
) -> Result<WatchCursor, Failure> {
    let asked = params.number("resourceVersion")?;
    let from_now = asked.is_none_or(|version| version == 0)
        || params.flag("sendInitialEvents") && params.text("sendInitialEvents").is_some();
    let bookmarks =
        params.text("allowWatchBookmarks").is_some() && params.flag("allowWatchBookmarks");
    let seconds = params.number("timeoutSeconds")?;
    let mut cursor = WatchCursor {
        group: kind.group.clone(),
        resource: kind.plural.clone(),
        api_version: kind.api_version(),
        kind: kind.kind.clone(),
        namespace: namespace.map(str::to_owned),
        selector: params.selector(kind)?,
        version: if from_now {
            store.resource_version()
        } else {
            asked.unwrap_or_default()
        },
        ahead: VecDeque::new(),
        until: seconds.map(|seconds| store.now() + Duration::from_secs(seconds)),
        next_bookmark: bookmarks.then(|| store.now() + BOOKMARK_EVERY),
        delay,
        metadata_only: false,
        ended: false,
    };
    if from_now {
        let mut rows: Vec<&Arc<Value>> = store
            .list(&kind.group, &kind.plural, namespace)
            .map(|(_, object)| object)
            .filter(|object| cursor.selector.matches(object))
            .collect();
        rows.sort_by_key(|object| {
            meta::text(object, "resourceVersion")
                .parse::<u64>()
                .unwrap_or_default()
        });
        let events: Vec<Value> = rows
            .into_iter()
            .map(|object| json!({"type": "ADDED", "object": cursor.shown(Value::clone(object))}))
            .collect();
        cursor.ahead.extend(events);
        if bookmarks && asked.is_none() || params.text("sendInitialEvents").is_some() {
            cursor.ahead.push_back(cursor.bookmark(true));
        }
    }
    Ok(cursor)
}

/// The next step of a watch.
pub(super) fn step(store: &Store, cursor: &mut WatchCursor, now: Duration) -> WatchStep {
    if cursor.ended {
        return WatchStep::End;
    }
    if let Some(event) = cursor.ahead.pop_front() {
        let event = if cursor.metadata_only && event["type"] != "BOOKMARK" {
            json!({"type": event["type"], "object": partial(&event["object"])})
        } else {
            event
        };
        return WatchStep::Event(event);
    }
    let oldest = store.log().oldest();
    if cursor.version < oldest {
        cursor.ended = true;
        let failure = Failure::expired(cursor.version, oldest);
        return WatchStep::Event(json!({"type": "ERROR", "object": failure.to_json()}));
    }
    let mut wait = None;
    let log = store.log().after(cursor.version).collect::<Vec<_>>();
    for event in log {
        let visible = event.at + cursor.delay;
        if visible > now {
            wait = Some(visible);
            break;
        }
        cursor.version = event.resource_version;
        if cursor.sees(event)
            && let Some(shown) = cursor.translate(event)
        {
            return WatchStep::Event(shown);
        }
    }
    if cursor.until.is_some_and(|until| until <= now) {
        cursor.ended = true;
        return WatchStep::End;
    }
    if cursor.next_bookmark.is_some_and(|at| at <= now) {
        cursor.next_bookmark = Some(now + BOOKMARK_EVERY);
        return WatchStep::Event(cursor.bookmark(false));
    }
    WatchStep::Wait(
        [wait, cursor.until, cursor.next_bookmark]
            .into_iter()
            .flatten()
            .min(),
    )
}
