//! Which state command it is.

use super::{edit, history, look, rekey};
use crate::cli::args::StateCommand;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

pub(crate) async fn state(session: &Session<'_>, command: &StateCommand) -> Result<u8, Failure> {
    match command {
        StateCommand::List => look::list(session).await,
        StateCommand::Show { path } => look::show(session, path).await,
        StateCommand::History => history::history(session).await,
        StateCommand::Rekey { to, anew } => rekey::rekey(session, to, *anew).await,
        StateCommand::Unlock => look::unlock(session).await,
        StateCommand::Mv { from, to } => edit::mv(session, from, to).await,
        StateCommand::Rm { path } => edit::rm(session, path).await,
        StateCommand::Import { node, id } => edit::import(session, node, id).await,
        StateCommand::Init => edit::init(session).await,
    }
}
