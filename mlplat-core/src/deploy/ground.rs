//! What a run stands on: the state in order, and its keyring.

use super::error::EngineError;
use super::event::Event;
use crate::seal::{Keyring, KeyringLock, SealError};
use crate::state::{Record, Session, State, Stored};
use crate::world::World;

/// A state that was read, with an interrupted run's records applied.
#[derive(Clone)]
pub(super) struct Ground {
    pub(super) state: State,
    pub(super) keyring: Keyring,
    /// The keyring was drawn just now, and no state has it yet.
    drawn: bool,
    /// Nothing was ever stored.
    new: bool,
    /// How many records an interrupted run left.
    pub(super) recorded: usize,
    /// The serial of the snapshot that the journal extends.
    pub(super) extends: u64,
}

impl Ground {
    /// Puts in order what was stored; `lineage` is for a state that is new.
    ///
    /// # Errors
    /// When no key at hand opens the keyring.
    pub(super) fn of(
        stored: Stored,
        lineage: String,
        world: &dyn World,
        keys: &dyn KeyringLock,
    ) -> Result<Self, SealError> {
        let recorded = stored.records.len();
        let new = stored.state.is_none();
        let extends = stored.state.as_ref().map_or(0, |state| state.serial);
        let state = stored.replayed().unwrap_or_else(|| State::new(lineage));
        let keyring = match &state.keys {
            Some(sealed) => Keyring::unlock(sealed, keys)?,
            None => Keyring::draw(world),
        };
        Ok(Self {
            drawn: state.keys.is_none(),
            state,
            keyring,
            new,
            recorded,
            extends,
        })
    }

    /// What there is to say about an interrupted run, if there was one.
    pub(super) fn interrupted(&self) -> Option<Event> {
        let (open, recorded) = (self.state.open.len(), self.recorded);
        (open > 0 || recorded > 0).then_some(Event::Interrupted { open, recorded })
    }

    /// The record that makes a new keyring part of the state.
    ///
    /// # Errors
    /// When there is no key to seal it with.
    pub(super) fn founding(&self, keys: &dyn KeyringLock) -> Result<Option<Record>, SealError> {
        if !self.drawn {
            return Ok(None);
        }
        let sealed = self.keyring.locked(keys)?;
        Ok(Some(Record::Keys { sealed }))
    }

    /// Writes the first snapshot of a new state, so that its lineage is known
    /// even if the first journal is lost.
    ///
    /// # Errors
    /// As the store says.
    pub(super) async fn found(&mut self, session: &mut dyn Session) -> Result<(), EngineError> {
        if self.new {
            session.commit(&self.state).await?;
            self.new = false;
        }
        Ok(())
    }
}
