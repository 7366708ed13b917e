//! Each field of each type is changed and taken away outside, each object taken away and replaced: put back once, and
//! nothing else is touched.

use std::collections::BTreeMap;

use mlplat_aws::catalog;
use mlplat_core::deploy::Outcome;
use mlplat_core::facts::{Field, Held, OnChange, Tagging, Type};
use mlplat_sim::cloud::SimObject;
use mlplat_sim::harness::{Life, Stage};
use serde_json::{Map, Value, json};

use super::every::{bare_stage_of, resources, scenario, stage, stage_of};
use super::lives::{came_back, proving, settles};

fn facts(object: &SimObject) -> &'static Type {
    let found = catalog().iter().find(|ty| ty.name == object.ty);
    found.unwrap_or_else(|| panic!("{} is not in the catalogue", object.ty))
}

/// Another value of the same shape.
fn other(field: &Field, value: &Value) -> Value {
    match value {
        // More than the least is as wanted.
        Value::Number(number) if field.change == OnChange::AtLeast => {
            json!(number.as_i64().unwrap_or(9) - 1)
        }
        Value::Number(number) => json!(number.as_i64().unwrap_or(0) + 1),
        Value::String(text) if text.parse::<ipnet::IpNet>().is_ok() => json!("172.16.0.0/28"),
        Value::String(text) => json!(format!("{text}-x")),
        Value::Bool(flag) => json!(!flag),
        Value::Array(_) => json!(["another"]),
        Value::Object(_) => json!({"another": "one"}),
        Value::Null => json!("something"),
    }
}

/// Fields that can be compared at all, and are not what protects from a deletion.
fn is_seen(field: &Field) -> bool {
    field.change != OnChange::WriteOnly
        && !field.secret
        && !field.name.starts_with("DeletionProtection")
}

/// Everything that can be put back where it is: the n-th of those fields of every object, at once.
fn nth_in_place(
    objects: &BTreeMap<u64, SimObject>,
    nth: usize,
) -> Vec<(u64, &'static Field, Value)> {
    let each = objects
        .values()
        .filter(|one| one.lineage != "there-all-along");
    let drifts = each.filter_map(|object| {
        let fields = facts(object).fields.iter();
        let in_place = fields.filter(|field| {
            let set = object.inputs.contains_key(field.name);
            let goes_up = matches!(field.change, OnChange::InPlace | OnChange::AtLeast);
            set && goes_up && is_seen(field) && field.refs.targets().is_empty()
        });
        let field = in_place.clone().nth(nth)?;
        Some((object.key, field, object.inputs[field.name].clone()))
    });
    drifts.collect()
}

/// Proves fault 19.
#[test]
fn every_field_of_every_type_is_put_back_in_place() {
    let calm = scenario("drift", vec![]);
    let life = Life::new(&calm);
    let stage = stage(1);
    settles(&life, &stage, 1, "made");
    let before = life.objects();
    let (mut changed, mut taken) = (0, 0);
    for nth in 0.. {
        let drifts = nth_in_place(&before, nth);
        if drifts.is_empty() {
            break;
        }
        for away in [false, true] {
            let life = life.fork();
            let mut set = 0;
            for (id, field, value) in &drifts {
                if away && field.required {
                    continue;
                }
                let value = if away {
                    Value::Null
                } else {
                    other(field, value)
                };
                life.look(|cloud| cloud.set_of(*id, field.name, value))
                    .unwrap();
                set += 1;
            }
            let how = format!("field {nth} of every object, taken away: {away}");
            let over = settles(&life, &stage, 2, &how);
            assert_eq!(over.done, set, "{how}");
            let stale = |one: &SimObject| (one.id.clone(), one.inputs.clone(), one.outputs.clone());
            let now = life.objects();
            for (key, object) in &before {
                let there = now
                    .get(key)
                    .unwrap_or_else(|| panic!("{how}: {} was replaced", object.id));
                assert_eq!(stale(there).0, stale(object).0, "{how}");
                assert_eq!(there.inputs, object.inputs, "{how}: {}", object.id);
            }
            *(if away { &mut taken } else { &mut changed }) += set;
        }
    }
    println!("figure: {changed} fields changed and {taken} taken away outside, each put back once");
}

/// Proves fault 19.
#[test]
fn what_cannot_be_put_back_is_made_anew() {
    let calm = scenario("drift of what is fixed", vec![]);
    let (mut anew, mut gone) = (0, 0);
    for ty in resources() {
        let life = Life::new(&calm);
        let stage = stage_of(ty.name, 1);
        settles(&life, &stage, 1, ty.name);
        let all = life.objects();
        let object = all
            .values()
            .find(|one| one.ty == ty.name && one.lineage != "there-all-along")
            .unwrap();
        let fixed = ty.fields.iter().filter(|field| {
            let set = object.inputs.contains_key(field.name);
            set && field.change == OnChange::Replace
                && is_seen(field)
                && field.refs.targets().is_empty()
        });
        let named = ty.name_rule.map(|rule| rule.field);
        for field in fixed
            .filter(|field| Some(field.name) != named)
            .take(proving(2, 99) as usize)
        {
            let life = life.fork();
            let how = format!("{}.{}", ty.name, field.name);
            let value = other(field, &object.inputs[field.name]);
            life.look(|cloud| cloud.set_of(object.key, field.name, value))
                .unwrap();
            let over = settles(&life, &stage, 2, &how);
            assert!(over.done > 0, "{how}: not seen");
            anew += 1;
        }
        // What stands on it keeps standing in reality, too: only what nothing holds can be taken away.
        life.look(|cloud| cloud.take_away(&object.id)).unwrap();
        let how = format!("{} taken away", ty.name);
        let over = settles(&life, &stage, 4, &how);
        assert!(over.done > 0, "{how}: not seen");
        gone += 1;
    }
    println!(
        "figure: {anew} changes of fixed fields and {gone} deletions outside, each object made anew once"
    );
}

/// Somebody takes an object away and puts one of their own in its place: it is theirs, and stays as it is.
///
/// Proves fault 19.
#[test]
fn what_stands_in_its_place_is_somebody_elses() {
    let calm = scenario("replaced outside", vec![]);
    let mut met = 0;
    for ty in resources().filter(|ty| ty.tags != Tagging::Never) {
        let life = Life::new(&calm);
        let stage = stage_of(ty.name, 1);
        settles(&life, &stage, 1, ty.name);
        let all = life.objects();
        let object = all
            .values()
            .find(|one| one.ty == ty.name && one.lineage != "there-all-along")
            .unwrap();
        let inputs: Map<String, Value> = object.inputs.clone();
        let theirs = life.look(|cloud| {
            cloud.take_away(&object.id).unwrap();
            cloud.put_foreign(ty, inputs)
        });
        let is_theirs = |one: &&SimObject| one.id == theirs && one.lineage == "somebody-else";
        let before = life.objects().values().find(is_theirs).cloned().unwrap();
        let how = format!("{} replaced", ty.name);
        let over = came_back(life.go(&stage, 2, 0));
        // Where the name is unique there is no place for ours.
        assert_ne!(over.outcome, Outcome::Cancelled, "{how}");
        let untouched = |what: &str| {
            let now = life.objects().values().find(is_theirs).cloned();
            assert_eq!(now.as_ref(), Some(&before), "{how}: {what}");
        };
        untouched("deployed");
        let _ = life.go(&Stage::Destroy, 3, 0);
        // What the account itself takes along with its parent nobody here has touched.
        let taken_along = ty
            .fields
            .iter()
            .any(|field| field.refs.held() == Some(Held::Cascades));
        if !taken_along {
            untouched("destroyed");
        }
        met += 1;
    }
    println!("figure: {met} objects replaced by somebody else's, 0 of those touched");
}

/// Fields that the program does not set are nobody's business.
///
/// Proves fault 19.
#[test]
fn fields_that_nobody_manages_are_left_alone() {
    let calm = scenario("unmanaged", vec![]);
    let mut met = 0;
    for ty in resources() {
        let life = Life::new(&calm);
        let stage = bare_stage_of(ty.name);
        settles(&life, &stage, 1, ty.name);
        let all = life.objects();
        let object = all
            .values()
            .find(|one| one.ty == ty.name && one.lineage != "there-all-along")
            .unwrap();
        let mut set = Vec::new();
        for field in ty
            .fields
            .iter()
            .filter(|field| !object.inputs.contains_key(field.name))
        {
            life.look(|cloud| cloud.set_of(object.key, field.name, json!("theirs")))
                .unwrap();
            set.push(field.name);
        }
        let over = came_back(life.go(&stage, 2, 0));
        assert!(over.unchanged, "{}: {set:?}: {over:?}", ty.name);
        let now = life.objects();
        let now = now.values().find(|one| one.id == object.id).unwrap();
        assert!(
            set.iter().all(|name| now.inputs[*name] == "theirs"),
            "{}",
            ty.name
        );
        met += set.len();
    }
    println!("figure: {met} fields that the program does not set, set outside and left alone");
}
