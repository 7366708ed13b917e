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
    // A tag can be taken off in part: what is remembered by its id is none.
    let objects = state.objects.values();
    let ids: BTreeSet<(&str, &str)> = objects.map(|one| (&*one.ty, &*one.id)).collect();
    let is_remembered = |one: &Owned| ids.contains(&(one.ty.as_str(), one.id.as_str()));
    let left = owned.into_iter().filter(|one| {
        let token = &one.token;
        let known = open.contains(token) || state.released.contains(token);
        !(known || ours(one) || is_remembered(one))
    });
    left.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{Action, BirthId, Body, Record};

    fn begin(ordinal: u32) -> Record {
        Record::Begin {
            birth: birth(ordinal),
            action: Action::Create,
            path: format!("n{ordinal}").parse().unwrap(),
            ty: "test.Mill".into(),
            body: Body::empty(),
            deps: vec![],
            soft_deps: vec![],
            replaces: None,
            protect: false,
            retain: false,
        }
    }

    fn birth(ordinal: u32) -> BirthId {
        BirthId { serial: 1, ordinal }
    }

    /// Object 0 stands as `mill-0`, object 1 is an open intent.
    fn state() -> State {
        let mut state = State::new("lin".into());
        let made = Record::Made {
            birth: birth(0),
            id: "mill-0".into(),
        };
        for record in [begin(0), made, begin(1)] {
            state.apply(record);
        }
        state
    }

    fn owned(id: &str, ordinal: u32) -> Owned {
        let token = state()
            .birth(birth(ordinal))
            .map(|born| born.token("lin"))
            .unwrap_or_else(|| "of nobody".to_owned());
        Owned {
            ty: "test.Mill".into(),
            id: id.into(),
            token,
        }
    }

    fn left(seen: &[(&str, u32)]) -> Vec<String> {
        let owned = seen.iter().map(|(id, ordinal)| owned(id, *ordinal));
        let left = unknown(owned.collect(), &state());
        left.into_iter().map(|one| one.id).collect()
    }

    #[test]
    fn of_two_with_one_tag_the_unnamed_one_is_left() {
        assert_eq!(left(&[("mill-0", 0), ("mill-9", 0)]), ["mill-9"]);
        assert_eq!(
            left(&[("mill-8", 0), ("mill-0", 0), ("mill-9", 0)]).len(),
            2
        );
    }

    /// An id that is written in another way is no second object.
    #[test]
    fn one_that_is_seen_alone_is_not_left() {
        assert!(left(&[("arn:mill-0", 0)]).is_empty());
        assert!(left(&[("mill-0", 0)]).is_empty());
    }

    #[test]
    fn what_is_open_may_be_any_of_them_and_strangers_are_left() {
        assert!(left(&[("mill-1", 1), ("mill-2", 1)]).is_empty());
        assert_eq!(left(&[("mill-0", 0), ("stray", 7)]), ["stray"]);
    }
}
