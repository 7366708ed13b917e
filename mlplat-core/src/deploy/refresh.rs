//! Looking at reality: what the state remembers, as it is now.
//!
//! One list for each type shows most objects. What the list does not show is
//! read directly, at the start, in the middle and at the end of the type's
//! consistency window; only when every read says so is the object gone. An
//! object that is a namesake proves that ours is gone.

use std::collections::BTreeMap;

use futures::future::join_all;
use serde_json::Map;

use super::coherent::Asked;
use super::identity::Identity;
use super::limits::Patient;
use super::panics::caught;
use super::retry::Tries;
use super::wait::window;
use crate::facts::Type;
use crate::plan::{Sight, open_body, taught_nothing};
use crate::provider::{ErrorKind, Observed, ProviderError, Status, Target};
use crate::seal::Keyring;
use crate::state::{BirthId, State};
use crate::world::World;

/// So many objects of a type are looked at in one go: what is read of them is
/// in memory at once.
const AT_ONCE: usize = 10_000;

/// Looks at everything the state remembers.
///
/// # Errors
/// The object that could not be read, and the service's error.
pub(crate) async fn refresh(
    state: &State,
    keyring: &Keyring,
    patient: Patient<'_>,
) -> Result<BTreeMap<BirthId, Sight>, (String, ProviderError)> {
    let mut by_type: BTreeMap<&str, (&'static Type, Vec<BirthId>)> = BTreeMap::new();
    for (birth, object) in &state.objects {
        // A type that nobody serves any more is taken as remembered.
        if let Some(ty) = patient.providers.type_named(&object.ty) {
            let births = &mut by_type.entry(ty.name).or_insert((ty, Vec::new())).1;
            births.push(*birth);
        }
    }
    let look = Look {
        state,
        keyring,
        patient,
    };
    let looks = by_type.values().map(|(ty, births)| look.all(ty, births));
    let mut sights = BTreeMap::new();
    for seen in join_all(looks).await {
        sights.extend(seen?);
    }
    Ok(sights)
}

struct Look<'a> {
    state: &'a State,
    keyring: &'a Keyring,
    patient: Patient<'a>,
}

impl Look<'_> {
    async fn all(
        &self,
        ty: &'static Type,
        births: &[BirthId],
    ) -> Result<Vec<(BirthId, Sight)>, (String, ProviderError)> {
        let mut sights = Vec::with_capacity(births.len());
        for some in births.chunks(AT_ONCE) {
            let seen = self.some(ty, some).await;
            sights.extend(seen.map_err(|(at, error)| (self.path(at), error))?);
        }
        Ok(sights)
    }

    /// Those that a list shows, and a direct read of each of the others. An
    /// error names the object at which it was met.
    async fn some(
        &self,
        ty: &'static Type,
        births: &[BirthId],
    ) -> Result<Vec<(BirthId, Sight)>, (BirthId, ProviderError)> {
        let Some(first) = births.first().copied() else {
            return Ok(Vec::new());
        };
        let reader = self.patient.providers.reader(ty.name);
        let reader = reader.map_err(|error| (first, error))?;
        let targets: Vec<Target> = births.iter().map(|birth| self.target(ty, *birth)).collect();
        let listed = self.patient.look(ty, || reader.read_many(&targets)).await;
        let mut listed = listed.map_err(|error| (first, error))?.into_iter();
        let mut sights = Vec::with_capacity(births.len());
        let mut unlisted = Vec::new();
        for (birth, target) in births.iter().zip(&targets) {
            match listed.next().flatten() {
                Some(seen) => sights.push((*birth, self.ours(*birth, target, seen)?)),
                None => unlisted.push(self.directly(*birth, target)),
            }
        }
        for sight in join_all(unlisted).await {
            sights.push(sight?);
        }
        Ok(sights)
    }

    fn path(&self, birth: BirthId) -> String {
        let object = self.state.objects.get(&birth);
        object.map_or_else(|| birth.to_string(), |object| object.path.to_string())
    }

    fn target(&self, ty: &'static Type, birth: BirthId) -> Target {
        let object = self.state.objects.get(&birth);
        let inputs = object.map(|object| {
            let place = birth.to_string();
            open_body(&object.inputs, &object.sealed, &place, self.keyring)
        });
        let born = self.state.birth(birth);
        Target {
            ty,
            id: object.map_or_else(String::new, |object| object.id.clone()),
            inputs: inputs.and_then(Result::ok).unwrap_or_default(),
            token: born.map_or_else(String::new, |born| born.token(&self.state.lineage)),
        }
    }

    fn ours(
        &self,
        birth: BirthId,
        target: &Target,
        seen: Observed,
    ) -> Result<Sight, (BirthId, ProviderError)> {
        if !Identity::of(self.state, target.ty, birth).is(target.ty, &seen) {
            return Ok(Sight::Gone);
        }
        check(target, &seen).map_err(|error| (birth, error))?;
        let object = self.state.objects.get(&birth);
        let same = object.is_some_and(|o| taught_nothing(target.ty, o, &target.inputs, &seen));
        Ok(match same {
            true => Sight::Same,
            false => Sight::Seen(Box::new(seen)),
        })
    }

    async fn directly(
        &self,
        birth: BirthId,
        target: &Target,
    ) -> Result<(BirthId, Sight), (BirthId, ProviderError)> {
        let failed = |error| (birth, error);
        let reader = self.patient.providers.reader(target.ty.name);
        let reader = reader.map_err(failed)?;
        let pause = window(target.ty) / 2;
        for look in 0..3 {
            if look > 0 {
                self.patient.world.sleep(pause).await;
            }
            match self.patient.look(target.ty, || reader.read(target)).await {
                Ok(seen) => return Ok((birth, self.ours(birth, target, seen)?)),
                Err(error) if error.kind == ErrorKind::Gone => {}
                Err(error) => return Err(failed(error)),
            }
        }
        Ok((birth, Sight::Gone))
    }
}

/// Refuses an answer that no plan can be built on.
fn check(target: &Target, seen: &Observed) -> Result<(), ProviderError> {
    let asked = Asked {
        ty: target.ty,
        id: &target.id,
        // What somebody else has set is drift, whatever its shape.
        sent: &Map::new(),
    };
    let contradicted = match seen.status {
        Status::Ready => asked.contradicted(seen),
        _ => asked.is_another(seen),
    };
    contradicted.map_or(Ok(()), |message| {
        Err(ProviderError::new(
            ErrorKind::Bug,
            "ContradictsFacts",
            message,
        ))
    })
}

/// Reads have no effect, so every passing failure is simply repeated, as long
/// as the retry table says for its kind; one without an answer too.
pub(crate) async fn retried<'a, T>(
    world: &dyn World,
    mut call: impl FnMut() -> futures::future::BoxFuture<'a, Result<T, ProviderError>>,
) -> Result<T, ProviderError> {
    let mut tries = Tries::default();
    loop {
        let error = match caught(&mut call).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let kind = match error.kind {
            ErrorKind::Ambiguous => ErrorKind::Transient,
            kind => kind,
        };
        match tries.again_as(kind, &error, world.now()) {
            Some(wait) => world.sleep(wait).await,
            None => return Err(error),
        }
    }
}
