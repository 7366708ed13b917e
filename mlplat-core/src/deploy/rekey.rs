//! Other keys for a state: who opens it from now on.
//!
//! A state's secrets are sealed with a keyring, and the keyring with the keys of
//! its owners. When somebody joins, or a passphrase changes, the keyring is
//! sealed anew and everything else stays as it is. When somebody leaves that is
//! not enough: whoever could open the keyring once may have kept it. Then a new
//! one is drawn, and every sealed value and every digest is made anew with it.
//! The keys at hand have to open the state one last time, or nothing happens.
//!
//! Hashes take their salt from the keyring, so after a new one the next
//! deployment gives them another salt.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::engine::Engine;
use super::error::EngineError;
use super::options::DeployOptions;
use super::outputs::output_place;
use crate::plan::{Reseal, SecretBook};
use crate::problem::Problem;
use crate::seal::{Keyring, KeyringLock, SealError};
use crate::state::{BirthId, Body, End, Ending, Intent, Pinned, Record, Run, State};

impl Engine {
    /// Has other keys open the state from now on; with `anew`, whoever could
    /// open it before cannot open what is written from here on.
    ///
    /// # Errors
    /// When the engine's keys do not open the state, or the new ones cannot
    /// seal it: then nothing is changed.
    pub async fn rekey(
        &self,
        options: &DeployOptions,
        keys: &dyn KeyringLock,
        anew: bool,
    ) -> Result<(), EngineError> {
        // Refused before the lock leaves a trace of its own.
        self.sealed(self.store.read().await?.replayed().as_ref())?;
        let mut session = self.store.lock(&self.holder(options)).await?;
        let stored = session.load().await?;
        let mut ground = self.ground(stored, self.draw_lineage())?;
        self.sealed(Some(&ground.state))?;
        let (keyring, mut records) = match anew {
            true => {
                let keyring = Keyring::draw(&*self.world);
                let records = self.resealed(&ground.state, &ground.keyring, &keyring)?;
                (keyring, records)
            }
            false => (ground.keyring.clone(), Vec::new()),
        };
        let done = records.len();
        records.push(Record::Keys {
            sealed: proven(&keyring, keys)?,
        });
        let open = self.announcement(Run::Edit, options, session.fence());
        let end = Record::Ended(End {
            done,
            ..End::only(Ending::Complete)
        });
        for record in std::iter::once(open).chain(records).chain([end]) {
            ground.state.apply(record);
        }
        self.close(ground.state, session.as_mut()).await
    }

    /// Refuses a state that has no keyring, and one whose keyring does not
    /// open.
    fn sealed(&self, state: Option<&State>) -> Result<(), EngineError> {
        let Some(state) = state.filter(|state| state.keys.is_some()) else {
            let what = "the state has no keys yet";
            let fix = "deploy first: the state is then sealed with the keys that are set";
            return Err(Problem::new("nothing-sealed", what, fix).into());
        };
        self.keyring(state)?;
        Ok(())
    }

    /// Records that seal everything with another keyring.
    fn resealed(
        &self,
        state: &State,
        from: &Keyring,
        to: &Keyring,
    ) -> Result<Vec<Record>, SealError> {
        let reseal = Reseal {
            from,
            to,
            world: &*self.world,
        };
        let mut records = Vec::new();
        for (birth, object) in &state.objects {
            let place = birth.to_string();
            let inputs = reseal.body(&body(&object.inputs, &object.sealed), &place)?;
            let given = body(&object.outputs, &object.sealed_outputs);
            let outputs = reseal.body(&given, &format!("{place}|outputs"))?;
            if inputs.is_some() || outputs.is_some() {
                records.push(Record::Refreshed {
                    birth: *birth,
                    inputs,
                    outputs,
                });
            }
        }
        for (birth, intent) in &state.open {
            let body = reseal.body(&intent.body, &birth.to_string())?;
            records.extend(body.map(|body| begun_again(*birth, intent.clone(), body)));
        }
        for (path, pinned) in &state.lookups {
            let body = body(&pinned.outputs, &pinned.sealed);
            let body = reseal.body(&body, &format!("lookup|{path}"))?;
            records.extend(body.map(|body| Record::Lookup {
                path: path.clone(),
                pinned: Pinned {
                    inputs: pinned.inputs.clone(),
                    outputs: body.json,
                    sealed: body.sealed,
                },
            }));
        }
        for (key, secret) in SecretBook::resealed(state, &reseal)? {
            records.push(Record::Secret { key, secret });
        }
        let mut values = state.outputs.clone();
        for (name, body) in &mut values {
            if let Some(resealed) = reseal.body(body, &output_place(name))? {
                *body = resealed;
            }
        }
        records.push(Record::Outputs { values });
        Ok(records)
    }
}

/// The keyring sealed with other keys, seen to open with them where they can
/// open at all: recipients alone cannot.
fn proven(keyring: &Keyring, keys: &dyn KeyringLock) -> Result<String, SealError> {
    let sealed = keyring.locked(keys)?;
    match Keyring::unlock(&sealed, keys) {
        Ok(_) | Err(SealError::NoIdentity | SealError::OnlyRecipients) => Ok(sealed),
        Err(why) => Err(why),
    }
}

fn body(json: &RawValue, sealed: &BTreeMap<String, String>) -> Body {
    Body {
        json: json.to_owned(),
        sealed: sealed.clone(),
    }
}

/// The record of an open intent, with another body.
fn begun_again(birth: BirthId, intent: Intent, body: Body) -> Record {
    Record::Begin {
        birth,
        action: intent.action,
        path: intent.path,
        ty: intent.ty,
        body,
        deps: intent.deps,
        soft_deps: intent.soft_deps,
        replaces: intent.replaces,
        protect: intent.protect,
        retain: intent.retain,
    }
}
