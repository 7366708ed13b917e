//! What carries our tag and is in no state.
//!
//! A run that lost its lock while a call of its own was on the way leaves an
//! object behind. If the run that took over had begun the same birth by then,
//! both objects carry the same tag, and the one that the state does not name is
//! the orphan. Two that carry one tag are told apart only when the one that the
//! state names is seen beside the other: an id that is written in another way
//! is no proof that there are two.

use std::collections::{BTreeMap, BTreeSet};

use crate::provider::Owned;
use crate::state::State;

/// Those of the owned objects that the state knows nothing of.
pub(super) fn unknown(owned: Vec<Owned>, state: &State) -> Vec<Owned> {
    let token = |birth| state.birth(birth).map(|born| born.token(&state.lineage));
    // What is open may turn out to be any of them.
    let open = state.open.keys().filter_map(|birth| token(*birth));
    let open: BTreeSet<String> = open.collect();
    let named = state.objects.iter();
    let named = named.filter_map(|(birth, object)| Some((token(*birth)?, object)));
    let named: BTreeMap<String, _> = named.collect();
    let is_named = |one: &Owned| {
        let object = named.get(&one.token);
        object.is_some_and(|object| object.ty == one.ty && object.id == one.id)
    };
    let seen = owned.iter().filter(|one| is_named(one));
    let seen: BTreeSet<String> = seen.map(|one| one.token.clone()).collect();
    let ours = |one: &Owned| {
        let object = named.get(&one.token);
        let twin = object.is_some_and(|object| object.ty == one.ty && object.id != one.id);
        object.is_some() && !(twin && seen.contains(&one.token))
    };
    let left = owned.into_iter().filter(|one| {
        !(ours(one) || open.contains(&one.token) || state.released.contains(&one.token))
    });
    left.collect()
}
