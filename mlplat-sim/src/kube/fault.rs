//! What a request is, and how it can be made to go wrong.

use std::time::Duration;

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verb {
    /// Reads one object.
    Get,
    /// Reads many.
    List,
    /// Follows changes.
    Watch,
    /// Makes one.
    Create,
    /// Replaces one.
    Update,
    /// Changes one by a patch that is not an apply.
    Patch,
    /// Server-side apply.
    Apply,
    /// Deletes one.
    Delete,
    /// Deletes many.
    DeleteCollection,
    /// Asks what is served.
    Discover,
}

impl Verb {
    /// Whether the request can change the cluster.
    #[must_use]
    pub fn changes(self) -> bool {
        !matches!(self, Self::Get | Self::List | Self::Watch | Self::Discover)
    }
}

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestInfo {
    /// What it does.
    pub verb: Verb,
    /// API group; empty for the core group.
    pub group: String,
    /// Version of the group.
    pub version: String,
    /// Plural name of the resource; empty for discovery.
    pub resource: String,
    /// Namespace in the path.
    pub namespace: Option<String>,
    /// Name in the path.
    pub name: Option<String>,
    /// `status` and the like.
    pub subresource: Option<String>,
    /// The field manager, or the first word of the user agent.
    pub manager: String,
    /// Nothing is to be kept.
    pub dry_run: bool,
}

/// How a request goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// This status code is answered.
    Status(u16),
    /// The connection breaks: no answer at all.
    DropReply,
    /// 429 with a time to wait.
    Throttle {
        /// The time, rounded up to seconds in the answer.
        retry_after: Duration,
    },
}

/// Decides which requests go wrong. Asked in the order in which requests arrive.
pub trait Faults: Send {
    /// Before anything happens: a fault here means that nothing did.
    fn before(&mut self, request: &RequestInfo) -> Option<Fault> {
        let _ = request;
        None
    }

    /// After the effects are durable and before the reply: a fault here hides what happened.
    fn after_effect(&mut self, request: &RequestInfo) -> Option<Fault> {
        let _ = request;
        None
    }

    /// How late the events of a watch arrive. Asked once when it starts.
    fn watch_delay(&mut self, request: &RequestInfo) -> Duration {
        let _ = request;
        Duration::ZERO
    }
}

/// Nothing goes wrong.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFaults;

impl Faults for NoFaults {}
