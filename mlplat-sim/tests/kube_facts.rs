//! The facts of Kubernetes kinds against the API's schema, read from the tables of the simulated server: which lists
//! have keys, what is a quantity, what the server leaves out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use mlplat_core::facts::{DOCUMENT, Type as Facts};
use mlplat_k8s::likeness::{canonical, ours};
use mlplat_k8s::objects::catalog;
use mlplat_sim::kube::schema::{ObjectType, Relation, Scalar, Type, builtin};
use serde_json::{Value, json};

/// One step down into a document.
#[derive(Clone)]
enum Step {
    Member(String),
    /// A member of a map with free keys.
    Entry,
    Item,
}

/// What the walk meets: the way to it, its type, and whether the server leaves it out when it is zero.
type Visit<'a> = &'a mut dyn FnMut(&[Step], &Type, bool);

/// Everything below a type, but for metadata that the server keeps.
fn walk(ty: &Type, vanishes: bool, path: &mut Vec<Step>, visit: Visit<'_>) {
    let registry = builtin();
    let ty = registry.types().resolve(ty);
    visit(path, ty, vanishes);
    assert!(path.len() < 30, "a type within itself: {}", shown(path));
    match ty {
        Type::Object(object) => members(object, path, visit),
        Type::List(list) => {
            path.push(Step::Item);
            walk(&list.item, false, path, visit);
            path.pop();
        }
        _ => {}
    }
}

fn members(object: &ObjectType, path: &mut Vec<Step>, visit: Visit<'_>) {
    for (name, ty) in &object.fields {
        if ["status", "ownerReferences", "managedFields"].contains(&name.as_str()) {
            continue;
        }
        path.push(Step::Member(name.clone()));
        walk(ty, object.vanishing.contains(name), path, visit);
        path.pop();
    }
    if let Some(rest) = &object.rest {
        path.push(Step::Entry);
        walk(rest, false, path, visit);
        path.pop();
    }
}

fn shown(path: &[Step]) -> String {
    let each = path.iter().map(|step| match step {
        Step::Member(name) => format!(".{name}"),
        Step::Entry => ".*".to_owned(),
        Step::Item => "[]".to_owned(),
    });
    each.collect()
}

/// A document with a value at a path.
fn document(path: &[Step], value: Value) -> Value {
    path.iter().rev().fold(value, |inner, step| match step {
        Step::Member(name) => json!({ name: inner }),
        Step::Entry => json!({ "entry": inner }),
        Step::Item => json!([inner]),
    })
}

fn at<'a>(document: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(document, |here, step| match step {
        Step::Member(name) => here.get(name),
        Step::Entry => here.get("entry"),
        Step::Item => here.get(0),
    })
}

/// The types with a specification, and the schema of that specification.
fn specs() -> Vec<(&'static Facts, Type)> {
    let registry = builtin();
    let with_spec = catalog()
        .into_iter()
        .filter(|ty| ty.field("Spec").is_some());
    let each = with_spec.map(|facts| {
        let kind = facts.name.trim_start_matches("k8s.");
        let group = facts.api.split('/').next().unwrap();
        let group = if group == "v1" { "" } else { group };
        let kind = registry.by_kind(group, kind).expect(facts.name);
        assert_eq!(facts.api.rsplit('/').next().unwrap(), kind.plural);
        let Type::Object(object) = registry.types().resolve(&kind.ty) else {
            panic!("{} is no object", facts.name);
        };
        (facts, object.fields["spec"].clone())
    });
    each.collect()
}

fn last(path: &[Step]) -> &str {
    let member = path.iter().rev().find_map(|step| match step {
        Step::Member(name) => Some(name.as_str()),
        _ => None,
    });
    member.unwrap_or("Spec")
}

#[test]
fn lists_have_the_keys_of_the_schema() {
    let (mut wrong, mut met) = (Vec::new(), 0);
    for (facts, spec) in specs() {
        let inside = facts.field("Spec").unwrap().inside.expect(facts.name);
        walk(&spec, false, &mut Vec::new(), &mut |path, ty, _| {
            let Type::List(list) = ty else { return };
            let declared: Option<Vec<&str>> =
                inside.list(last(path)).map(|keyed| keyed.by.to_vec());
            let real: Option<Vec<&str>> = match &list.relation {
                Relation::Map(keys) => Some(keys.iter().map(|key| key.name.as_str()).collect()),
                Relation::Atomic | Relation::Set => None,
            };
            met += usize::from(real.is_some());
            if declared != real {
                let place = shown(path);
                wrong.push(format!(
                    "{}{place}: {declared:?}, really {real:?}",
                    facts.name
                ));
            }
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(met > 50, "{met}");
}

#[test]
fn what_cannot_be_changed_exists() {
    for (facts, spec) in specs() {
        let inside = facts.field("Spec").unwrap().inside.unwrap();
        let mut names = Vec::new();
        walk(&spec, false, &mut Vec::new(), &mut |path, _, _| {
            names.push(shown(path));
        });
        for fixed in inside.fixed {
            assert!(
                names.contains(&format!(".{fixed}")),
                "{} {fixed}",
                facts.name
            );
        }
    }
}

#[test]
fn values_mean_what_the_schema_says() {
    let (mut wrong, mut met) = (Vec::new(), [0; 3]);
    for (facts, spec) in specs() {
        walk(&spec, false, &mut Vec::new(), &mut |path, ty, _| {
            let Type::Scalar(scalar) = ty else { return };
            let written = |text: &str| {
                let document = canonical(document(path, json!(text)));
                at(&document, path).cloned().unwrap_or_default()
            };
            let (amount, number) = (written("1000m"), written("80"));
            let expected = match scalar {
                Scalar::Quantity => {
                    met[0] += 1;
                    (json!("1"), json!("80"))
                }
                Scalar::IntOrString => {
                    met[1] += 1;
                    (json!("1000m"), json!(80))
                }
                Scalar::String | Scalar::Bytes | Scalar::Time => {
                    met[2] += 1;
                    (json!("1000m"), json!("80"))
                }
                // Here no text can stand.
                Scalar::Int | Scalar::Number | Scalar::Bool => return,
            };
            if (amount, number) != expected {
                wrong.push(format!("{}{}: {scalar:?}", facts.name, shown(path)));
            }
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(met.iter().all(|count| *count > 10), "{met:?}");
}

/// What is not compared: volumes that no AWS cluster has, where one name means two things; what nobody sets in
/// metadata; numbers of probes, whose zero is never sent; a service's selector of nobody.
const LEFT_OUT: [&str; 17] = [
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "csi",
    "fc",
    "flexVolume",
    "gcePersistentDisk",
    "iscsi",
    "scaleIO",
    "generation",
    "failureThreshold",
    "periodSeconds",
    "successThreshold",
    "timeoutSeconds",
    "selector",
];

#[test]
fn what_the_server_leaves_out_is_no_drift() {
    let (mut wrong, mut met) = (Vec::new(), [0; 2]);
    for (facts, spec) in specs() {
        walk(&spec, false, &mut Vec::new(), &mut |path, ty, vanishes| {
            let left_out = |step: &Step| matches!(step, Step::Member(name) if LEFT_OUT.contains(&name.as_str()));
            if path.iter().any(left_out) {
                return;
            }
            let Some(Step::Member(name)) = path.last() else {
                return;
            };
            let zero = match ty {
                Type::Scalar(Scalar::Bool) => json!(false),
                Type::Scalar(Scalar::Int) => json!(0),
                Type::Object(object) if object.fields.is_empty() && object.rest.is_some() => {
                    json!({})
                }
                _ => return,
            };
            // The member alone, below what is around it.
            let around = path[..path.len() - 1]
                .iter()
                .rev()
                .find_map(|step| match step {
                    Step::Member(name) => Some(name.clone()),
                    _ => None,
                });
            let wrap = |value: Value| match &around {
                Some(around) => json!({ around: value }),
                None => value,
            };
            let applied = wrap(json!({ name: zero }));
            let seen = ours(&DOCUMENT, &applied, Some(&wrap(json!({}))));
            met[usize::from(vanishes)] += 1;
            if (seen.as_ref() == Some(&applied)) != vanishes {
                wrong.push(format!("{}{}: {vanishes}", facts.name, shown(path)));
            }
        });
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(met.iter().all(|count| *count > 20), "{met:?}");
}
