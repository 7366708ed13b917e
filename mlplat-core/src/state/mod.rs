//! What was done: snapshot, journal, store.
//!
//! A [`State`] is everything the engine remembers: objects by birth, open
//! intents, pinned look-ups, sealed secrets. It changes only by applying a
//! [`Record`]; the journal is the list of records since the last snapshot, so
//! a snapshot plus its journal always gives the state, whoever died when.
//!
//! *Intent before call, outcome before dependents*: a `Begin` record is
//! durable before the API is called, the outcome before anything that depends
//! on it starts. A [`StateStore`] keeps both, under a lock, and refuses writes
//! from whoever has lost it.

mod birth;
pub mod conformance;
mod edges;
mod file_store;
mod format;
mod history;
mod left;
mod model;
mod record;
pub mod remote;
pub mod remote_model;
mod remote_object;
mod remote_session;
mod store;

pub use birth::{Birth, BirthId};
pub use file_store::FileStore;
pub use format::{
    FormatError, Journal, JournalHeader, decode_journal, decode_snapshot, encode_frame,
    encode_snapshot,
};
pub use history::{Begun, End, Ending, Past};
pub use model::{Intent, Object, Pinned, SealedSecret, Stage, State};
pub use record::{Action, Body, Record, Run};
pub use store::{Holder, Session, StateStore, StoreError, Stored};
