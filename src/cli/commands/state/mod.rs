//! `state`: looks at and mends the state.

mod command;
mod edit;
mod history;
mod look;

pub(crate) use command::state;
