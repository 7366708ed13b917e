//! What a run would do to the data in the objects that it deletes.
//!
//! Types declare it ([`Data`]). What would be lost for good though the program
//! does not say so is refused, unless the run is told to delete data. A run
//! that is told goes further: it keeps no last copies, and empties what the
//! API deletes only empty.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::facts::{Data, Fate, Field, Held, Refs, Type};
use crate::plan::{Change, Plan};
use crate::problem::{Problem, Problems};
use crate::provider::Providers;
use crate::state::{BirthId, Object, State};

/// Refuses a plan that would lose data which nobody said may go.
///
/// # Errors
/// A Problem for each object, with what to do.
pub(super) fn check(plan: &Plan, state: &State, providers: &Providers) -> Result<(), Problems> {
    let going = Going::of(plan, state);
    let mut problems = Problems::default();
    for planned in plan.changes() {
        let object = planned.object.and_then(|birth| state.objects.get(&birth));
        let Some((object, ty)) = object.zip(providers.type_named(&planned.ty)) else {
            continue;
        };
        let Some(mut problem) = going.loss(planned.change, object, ty) else {
            continue;
        };
        problem = problem.on(&planned.path);
        problem.source = planned.source;
        problems.push(problem);
    }
    problems.into_result()
}

/// What goes by a plan.
struct Going<'a> {
    state: &'a State,
    births: BTreeSet<BirthId>,
}

impl<'a> Going<'a> {
    fn of(plan: &Plan, state: &'a State) -> Self {
        let deleted = plan.changes().filter(|planned| is_deletion(planned.change));
        let births = deleted.filter_map(|planned| planned.object);
        let goes = |birth: &BirthId| state.objects.get(birth).is_some_and(|one| !one.retain);
        Self {
            state,
            births: births.filter(goes).collect(),
        }
    }

    /// What the change of an object would lose, if it is anything that nobody
    /// said may go.
    fn loss(&self, change: Change, object: &Object, ty: &Type) -> Option<Problem> {
        let inputs: Map<String, Value> =
            serde_json::from_str(object.inputs.get()).unwrap_or_default();
        let unsaid = is_unsaid(ty.data, &inputs);
        let named = format!("{} {}", object.ty, object.id);
        if is_deletion(change) && !object.retain && unsaid {
            let what = format!("deleting {named} destroys what it holds");
            let fix = "pass --delete-data if that may go, or keep the object with .retain()";
            return Some(Problem::new("data-loss", what, fix));
        }
        let leaves = is_deletion(change) || (change == Change::Forget && object.retain);
        let stays = ty.data.fate(&inputs) == Fate::LeftBehind;
        let around = self.around(object, ty)?;
        (leaves && (unsaid || stays)).then(|| {
            let what = format!(
                "deleting {} {} destroys what {named} holds, which is in it",
                around.ty, around.id
            );
            let fix = format!(
                "pass --delete-data if that may go, or keep {} with .retain() too",
                around.path
            );
            Problem::new("data-loss", what, fix)
        })
    }

    /// The object that this one is in, and goes with, if it goes.
    fn around(&self, object: &Object, ty: &Type) -> Option<&'a Object> {
        let cascades = |field: &Field| match field.refs {
            Refs::To(target, Held::Cascades) => Some(target),
            _ => None,
        };
        let containers: Vec<&str> = ty.fields.iter().filter_map(cascades).collect();
        let mut births = object.deps.iter().chain(&object.soft_deps);
        births.find_map(|birth| {
            let around = self.state.objects.get(birth)?;
            let is_in = containers.contains(&around.ty.as_str());
            (is_in && self.births.contains(birth)).then_some(around)
        })
    }
}

fn is_deletion(change: Change) -> bool {
    matches!(change, Change::Delete | Change::Replace)
}

/// Whether data would be lost by the nature of the type, and not because the
/// program asks for it. A program that lets it expire has said that it may go.
fn is_unsaid(data: Data, inputs: &Map<String, Value>) -> bool {
    let by_nature = match data {
        Data::Destroyed | Data::CopiedIf(_) | Data::LeftBehind { .. } => true,
        Data::ExpiresAfter(field) => !inputs.contains_key(field),
        Data::None | Data::MustBeEmpty | Data::CopiedUnless(_) | Data::Recoverable { .. } => false,
    };
    by_nature && data.fate(inputs) == Fate::Lost
}

/// The inputs of an object whose data may go: no last copy, no waiting.
pub(super) fn without_copies(ty: &Type, mut inputs: Map<String, Value>) -> Map<String, Value> {
    let mut set = |field: &str, value| {
        if !field.is_empty() {
            inputs.insert(field.to_owned(), Value::Bool(value));
        }
    };
    match ty.data {
        Data::CopiedUnless(field) => set(field, true),
        Data::CopiedIf(field) => set(field, false),
        Data::Recoverable { unless, .. } => set(unless, true),
        Data::None
        | Data::Destroyed
        | Data::ExpiresAfter(_)
        | Data::MustBeEmpty
        | Data::LeftBehind { .. } => {}
    }
    inputs
}

/// What to do about a deletion that was refused because the object is not
/// empty.
pub(super) fn advice(ty: &Type, code: &str) -> Option<&'static str> {
    let about_data = |blocked: &&crate::facts::Blocked| !blocked.when.contains("protection");
    let blocked = ty.blocked.iter().find(about_data);
    let not_empty = ty.data == Data::MustBeEmpty && blocked.is_some_and(|b| b.code == code);
    not_empty.then_some("--delete-data empties it first; nothing in it can be had back then")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::facts::{Blocked, TYPE};

    fn of(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_the_program_says_may_go_goes() {
        let backup = Data::CopiedIf("Backup");
        assert!(is_unsaid(Data::Destroyed, &of(json!({}))));
        assert!(is_unsaid(backup, &of(json!({}))));
        assert!(!is_unsaid(backup, &of(json!({"Backup": true}))));
        assert!(!is_unsaid(
            Data::CopiedUnless("Skip"),
            &of(json!({"Skip": true}))
        ));
        let logs = Data::ExpiresAfter("Days");
        assert!(is_unsaid(logs, &of(json!({}))));
        assert!(!is_unsaid(logs, &of(json!({"Days": 90}))));
        assert!(!is_unsaid(Data::MustBeEmpty, &of(json!({}))));
        assert!(!is_unsaid(Data::None, &of(json!({}))));
    }

    #[test]
    fn no_copies_are_left_when_data_may_go() {
        let changed = |data, inputs| {
            let ty = Type { data, ..TYPE };
            Value::Object(without_copies(&ty, of(inputs)))
        };
        assert_eq!(
            changed(Data::CopiedUnless("Skip"), json!({"A": 1})),
            json!({"A": 1, "Skip": true})
        );
        assert_eq!(
            changed(Data::CopiedIf("Keep"), json!({"Keep": true})),
            json!({"Keep": false})
        );
        let key = Data::Recoverable {
            days: "Days",
            default: 30,
            unless: "",
        };
        assert_eq!(
            changed(key, json!({})),
            json!({}),
            "there is no way around the days"
        );
        assert_eq!(changed(Data::MustBeEmpty, json!({})), json!({}));
    }

    #[test]
    fn advice_only_where_it_helps() {
        const BLOCKED: &[Blocked] = &[Blocked {
            when: "it is not empty",
            code: "NotEmpty",
        }];
        let bucket = Type {
            data: Data::MustBeEmpty,
            blocked: BLOCKED,
            ..TYPE
        };
        assert!(advice(&bucket, "NotEmpty").is_some());
        assert!(advice(&bucket, "AccessDenied").is_none());
        let other = Type {
            data: Data::None,
            ..bucket
        };
        assert!(advice(&other, "NotEmpty").is_none());
    }
}
