//! Facts about time: how an object comes up, what it waits for, what the
//! cloud makes beside it.

use serde::Serialize;

use super::Join;

/// One phase of life (creation, update, deletion) of a type's objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Life {
    /// Typical duration in seconds (medians of public logs where known).
    pub typical_s: u32,
    /// Status values from the call to the end; the last one is the goal.
    /// Empty when the API has no status and the object is there at once.
    pub states: &'static [&'static str],
    /// For deletion: how long lists and reads still show the deleted object,
    /// in seconds.
    pub lingers_s: u32,
}

/// A phase with its duration, status path and afterlife.
#[must_use]
pub const fn w(typical_s: u32, states: &'static [&'static str], lingers_s: u32) -> Life {
    Life {
        typical_s,
        states,
        lingers_s,
    }
}

/// A phase that is over when the call returns.
#[must_use]
pub const fn instant(typical_s: u32) -> Life {
    w(typical_s, &[], 0)
}

/// A cause without an id in the inputs: something that has to be true for an
/// object to be accepted or to become ready. Every need is an ordering edge
/// too, so a program never has to spell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Need {
    /// In words, for messages: `an internet gateway attached to the subnet's VPC`.
    pub what: &'static str,
    /// Where the needed objects are found, starting at this one.
    pub path: &'static [Join],
    /// When the need has to be met.
    pub by: By,
    /// What happens when it is not.
    pub fails: Fails,
}

/// When a need has to be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum By {
    /// When the create call is made.
    AtCall,
    /// Before the object can become ready.
    ToBecomeReady,
    /// The cause exists, but the service sees it only after a while (IAM).
    Propagation,
}

/// How an unmet need shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Fails {
    /// The call is refused with this error code.
    Refuse(&'static str),
    /// The object ends in this status.
    EndsIn(&'static str),
    /// Nothing fails; the order alone is right (cleaner creation, and a
    /// deletion that still has the rights it needs).
    OrderOnly,
}

/// What the cloud makes beside an object without being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Side {
    /// An object of its own that comes and goes with this one.
    Child {
        /// Its type name.
        ty: &'static str,
        /// The output of the owner that carries the child's id, if any.
        output: Option<&'static str>,
        /// The child's field that names the owner.
        field: &'static str,
    },
    /// An object that a service makes for this one when it is not there, and
    /// that nobody owns: it stays when this one goes (the log group of a
    /// control plane). Whoever makes it first owns it.
    LeftBehind {
        /// Its type name.
        ty: &'static str,
        /// The field that identifies it.
        field: &'static str,
        /// The value of that field, as the form of an output is written.
        form: &'static str,
        /// The field of the owner that has to be set for it.
        when: &'static str,
    },
    /// Something that outlives the deletion of this object and holds what the
    /// field `holds` names, for a number of seconds between the bounds.
    Lingers {
        /// What lingers: `eni`.
        kind: &'static str,
        /// The field whose targets cannot be deleted meanwhile.
        holds: &'static str,
        /// Shortest and longest time, in seconds.
        s: (u32, u32),
    },
}

/// Objects that come and go one at a time: while one of those with the same
/// value of a field is being made or deleted, the API refuses to make or delete
/// another one (the Fargate profiles of an EKS cluster).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Alone {
    /// The field.
    pub within: &'static str,
    /// The error code.
    pub code: &'static str,
}

/// Whether an object accepts a second update while one is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Updating {
    /// Any number at once.
    Many,
    /// One at a time: the API refuses the second (EKS `ResourceInUseException`).
    OneAtATime,
}
