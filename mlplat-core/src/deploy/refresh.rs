//! Looking at reality: what the state remembers, as it is now.
//!
//! One list for each type shows most objects. What the list does not show is
//! read directly, at the start, in the middle and at the end of the type's
//! consistency window; only when every read says so is the object gone. An
//! object that carries another birth's tag is a namesake: ours is gone.

use std::collections::BTreeMap;

use futures::future::join_all;

use super::retry::{Verdict, verdict};
use super::wait::window;
use crate::plan::{Sight, open_body, taught_nothing};
use crate::provider::{ErrorKind, Observed, ProviderError, Providers, Target};
use crate::seal::Keyring;
use crate::state::{BirthId, Object, State};
use crate::world::World;

/// Looks at everything the state remembers.
///
/// # Errors
/// The object that could not be read, and the service's error.
pub(crate) async fn refresh(
    state: &State,
    providers: &Providers,
    keyring: &Keyring,
    world: &dyn World,
) -> Result<BTreeMap<BirthId, Sight>, (String, ProviderError)> {
    let mut by_type: BTreeMap<&str, (Vec<BirthId>, Vec<Target>)> = BTreeMap::new();
    for (birth, object) in &state.objects {
        // A type that nobody serves any more is taken as remembered.
        let Some(ty) = providers.type_named(&object.ty) else {
            continue;
        };
        let inputs = open_body(&object.inputs, &object.sealed, &birth.to_string(), keyring);
        let token = state
            .birth(*birth)
            .map_or_else(String::new, |born| born.token(&state.lineage));
        let target = Target {
            ty,
            id: object.id.clone(),
            inputs: inputs.unwrap_or_default(),
            token,
        };
        let (births, targets) = by_type.entry(ty.name).or_default();
        births.push(*birth);
        targets.push(target);
    }
    let looks = by_type
        .into_iter()
        .map(|(ty, targets)| look(ty, targets, state, providers, world));
    let mut sights = BTreeMap::new();
    for look in join_all(looks).await {
        sights.extend(look?);
    }
    Ok(sights)
}

async fn look(
    ty: &str,
    (births, targets): (Vec<BirthId>, Vec<Target>),
    state: &State,
    providers: &Providers,
    world: &dyn World,
) -> Result<Vec<(BirthId, Sight)>, (String, ProviderError)> {
    let reader = providers
        .reader(ty)
        .map_err(|error| (ty.to_owned(), error))?;
    let listed = retried(world, || reader.read_many(&targets)).await;
    let listed = listed.map_err(|error| (ty.to_owned(), error))?;
    let mut listed = listed.into_iter();
    let looks = births.into_iter().zip(&targets).map(|(birth, target)| {
        let seen = listed.next().flatten();
        let object = state.objects.get(&birth);
        async move {
            let sight = match seen {
                Some(seen) => ours(seen, target, object),
                None => directly(target, object, providers, world).await?,
            };
            Ok((birth, sight))
        }
    });
    let looks: Result<Vec<_>, ProviderError> = join_all(looks).await.into_iter().collect();
    let name = |error| {
        let first = state.objects.values().find(|object| object.ty == ty);
        (
            first.map_or_else(|| ty.to_owned(), |object| object.path.to_string()),
            error,
        )
    };
    looks.map_err(name)
}

fn ours(seen: Observed, target: &Target, object: Option<&Object>) -> Sight {
    if seen
        .token
        .as_ref()
        .is_some_and(|token| *token != target.token)
    {
        return Sight::Gone;
    }
    let same = object.is_some_and(|o| taught_nothing(target.ty, o, &target.inputs, &seen));
    if same {
        Sight::Same
    } else {
        Sight::Seen(Box::new(seen))
    }
}

async fn directly(
    target: &Target,
    object: Option<&Object>,
    providers: &Providers,
    world: &dyn World,
) -> Result<Sight, ProviderError> {
    let reader = providers.reader(target.ty.name)?;
    let pause = window(target.ty) / 2;
    for look in 0..3 {
        if look > 0 {
            world.sleep(pause).await;
        }
        match retried(world, || reader.read(target)).await {
            Ok(seen) => return Ok(ours(seen, target, object)),
            Err(error) if error.kind == ErrorKind::Gone => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Sight::Gone)
}

/// Reads have no effect, so every passing failure is simply repeated, as long
/// as the retry table says for its kind; one without an answer too.
pub(crate) async fn retried<'a, T>(
    world: &dyn World,
    mut call: impl FnMut() -> futures::future::BoxFuture<'a, Result<T, ProviderError>>,
) -> Result<T, ProviderError> {
    let begun = world.now();
    let mut tries = 0;
    loop {
        let error = match call().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        tries += 1;
        let kind = match error.kind {
            ErrorKind::Ambiguous => ErrorKind::Transient,
            kind => kind,
        };
        let Verdict::Again { after, deadline } = verdict(kind, tries) else {
            return Err(error);
        };
        let wait = error.retry_after.unwrap_or(after).max(after);
        if world.now().saturating_sub(begun) + wait > deadline {
            return Err(error);
        }
        world.sleep(wait).await;
    }
}
