//! What a run would do to the data in the objects that it deletes.
//!
//! Types declare it ([`Data`]). What would be lost for good though the program
//! does not say so is refused, unless the run is told to delete data. A run
//! that is told goes further: it keeps no last copies, and empties what the
//! API deletes only empty.

use serde_json::{Map, Value};

use crate::facts::{Data, Fate, Type};
use crate::plan::{Change, Plan};
use crate::problem::{Problem, Problems};
use crate::provider::Providers;
use crate::state::State;

/// Refuses a plan that would lose data which nobody said may go.
///
/// # Errors
/// A Problem for each object, with what to do.
pub(super) fn check(plan: &Plan, state: &State, providers: &Providers) -> Result<(), Problems> {
    let mut problems = Problems::default();
    for planned in plan.changes() {
        if !matches!(planned.change, Change::Delete | Change::Replace) {
            continue;
        }
        let object = planned.object.and_then(|birth| state.objects.get(&birth));
        let Some((object, ty)) = object.zip(providers.type_named(&planned.ty)) else {
            continue;
        };
        let inputs: Map<String, Value> =
            serde_json::from_str(object.inputs.get()).unwrap_or_default();
        if object.retain || !is_unsaid(ty.data, &inputs) {
            continue;
        }
        let what = format!(
            "deleting {} {} destroys what it holds",
            object.ty, object.id
        );
        let fix = "pass --delete-data if that may go, or keep the object with .retain()";
        let mut problem = Problem::new("data-loss", what, fix).on(&planned.path);
        problem.source = planned.source;
        problems.push(problem);
    }
    problems.into_result()
}

/// Whether data would be lost by the nature of the type, and not because the
/// program asks for it. A program that lets it expire has said that it may go.
fn is_unsaid(data: Data, inputs: &Map<String, Value>) -> bool {
    let by_nature = match data {
        Data::Destroyed | Data::CopiedIf(_) => true,
        Data::ExpiresAfter(field) => !inputs.contains_key(field),
        _ => false,
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
        Data::None | Data::Destroyed | Data::ExpiresAfter(_) | Data::MustBeEmpty => {}
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
