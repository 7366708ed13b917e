//! `state`: looks at and mends the state.

mod command;
mod edit;
mod history;
mod look;
mod rekey;

pub(crate) use command::state;
