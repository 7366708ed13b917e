//! What can be wrong with a program before anything is planned.

use std::collections::{BTreeMap, HashMap};

use ipnet::IpNet;
use serde_json::Value;

use super::stack::Builder;
use super::{Node, NodeKind};
use crate::facts::{Kind, Scope, Unique};
use crate::name;
use crate::problem::{Problem, Problems, Source};
use crate::wiring::Expr;

/// Keys that begin so are the engine's own in stored inputs.
pub(crate) const RESERVED: &str = "$mlplat:";

/// Lifecycle rules that met no resource or no field.
pub(super) fn rules(builder: &mut Builder) {
    let unmatched = builder
        .pending
        .iter()
        .filter(|pending| pending.rule.must_match() && !pending.matched);
    let mut found = Vec::new();
    for pending in unmatched {
        let below: Vec<_> = builder
            .nodes
            .iter()
            .filter_map(|node| node.path.below(&pending.base).map(|path| (path, node)))
            .map(|(path, node)| format!("{:?} ({})", path, node.ty.name))
            .collect();
        let problem = Problem::new(
            "rule-matches-nothing",
            format!("{} matches nothing", pending.rule.describe()),
            match below.as_slice() {
                [] => "the construct makes no resources".to_owned(),
                below => format!("the resources below are: {}", below.join(", ")),
            },
        )
        .because(format!("it names the resource {:?}", pending.target));
        found.push(problem.on(&pending.base).at(pending.at));
    }
    builder.problems.0.extend(found);
}

/// Output names given twice.
pub(super) fn outputs(builder: &mut Builder) {
    let mut first: HashMap<&str, Source> = HashMap::new();
    let mut found = Vec::new();
    for output in &builder.outputs {
        if let Some(earlier) = first.insert(&output.name, output.at) {
            let problem = Problem::new(
                "duplicate-output",
                format!("the output {} is declared twice", output.name),
                "give one of the two another name",
            );
            found.push(problem.because(format!("first at {earlier}")).at(output.at));
        }
    }
    builder.problems.0.extend(found);
}

/// Inputs of every node, and keys that may exist only once.
pub(super) fn nodes(nodes: &[Node], problems: &mut Problems) {
    let mut keys = Keys::default();
    for (index, node) in nodes.iter().enumerate() {
        if matches!(node.kind, NodeKind::Existing(_)) {
            continue;
        }
        fields(node, problems);
        pinned_name(node, problems);
        if node.ty.kind == Kind::Resource {
            for unique in node.ty.unique {
                keys.check(nodes, index, unique, problems);
            }
        }
    }
}

fn fields(node: &Node, problems: &mut Problems) {
    for field in node.ty.fields.iter().filter(|field| field.required) {
        let null = matches!(
            node.inputs.get(field.name),
            None | Some(Expr::Literal(Value::Null))
        );
        if null {
            problems.push(of(
                node,
                Problem::new(
                    "missing-field",
                    format!("{} needs {}", node.ty.name, field.name),
                    "set it",
                ),
            ));
        }
    }
    for (name, expr) in &node.inputs {
        let Some(field) = node.ty.field(name) else {
            problems.push(of(node, unknown_field(node, name)));
            continue;
        };
        let mut secret = false;
        expr.visit_secrets(&mut |_| secret = true);
        if secret && !field.secret {
            problems.push(of(
                node,
                Problem::new(
                    "secret-in-clear",
                    format!("{name} of {} would show a secret in clear", node.ty.name),
                    "pass the secret to a field that is made for secrets",
                ),
            ));
        }
        if reserved(expr) {
            problems.push(of(
                node,
                Problem::new(
                    "reserved-key",
                    format!("{name} has a key that starts with {RESERVED}"),
                    "choose another key; these are the engine's own",
                ),
            ));
        }
    }
}

fn unknown_field(node: &Node, name: &str) -> Problem {
    let nearest = node
        .ty
        .fields
        .iter()
        .map(|field| (strsim::damerau_levenshtein(name, field.name), field.name))
        .min();
    let fix = match nearest {
        Some((_, nearest)) => format!("did you mean {nearest}?"),
        None => "it has no fields".to_owned(),
    };
    Problem::new(
        "unknown-field",
        format!("{} has no field {name}", node.ty.name),
        fix,
    )
}

fn reserved(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(value) => reserved_value(value),
        Expr::Map(members) => members
            .iter()
            .any(|(key, value)| key.starts_with(RESERVED) || reserved(value)),
        Expr::List(items) => items.iter().any(reserved),
        _ => false,
    }
}

fn reserved_value(value: &Value) -> bool {
    match value {
        Value::Object(members) => members
            .iter()
            .any(|(key, value)| key.starts_with(RESERVED) || reserved_value(value)),
        Value::Array(items) => items.iter().any(reserved_value),
        _ => false,
    }
}

fn pinned_name(node: &Node, problems: &mut Problems) {
    let Some(rule) = node.ty.name_rule else {
        return;
    };
    let Some(Expr::Literal(Value::String(text))) = node.inputs.get(rule.field) else {
        return;
    };
    if let Err(why) = name::check(&rule, text) {
        let problem = Problem::new(
            "bad-physical-name",
            format!(
                "AWS would refuse the {} \"{}\"",
                rule.field,
                text.escape_debug()
            ),
            "choose a name that fits, or leave it out and get one that does",
        );
        problems.push(of(node, problem.because(why)));
    }
}

fn of(node: &Node, problem: Problem) -> Problem {
    problem.on(&node.path).at(node.at.outer)
}

/// Keys that are known before any deployment, to find two nodes that would
/// claim the same one.
#[derive(Default)]
struct Keys<'a> {
    exact: HashMap<String, usize>,
    ranges: BTreeMap<String, Vec<(IpNet, usize)>>,
    seen: std::marker::PhantomData<&'a ()>,
}

impl Keys<'_> {
    fn check(&mut self, nodes: &[Node], index: usize, unique: &Unique, problems: &mut Problems) {
        let node = &nodes[index];
        let scope = match unique.scope {
            Scope::Account | Scope::World => String::new(),
            Scope::Parent(field) | Scope::OverlapIn(field) => {
                format!("{:?}", node.inputs.get(field))
            }
        };
        let Some(key) = key_text(node, unique) else {
            return;
        };
        let earlier = match unique.scope {
            Scope::OverlapIn(_) => self.overlap(node.ty.name, &scope, &key, index),
            _ => {
                let key = format!("{}|{}|{scope}|{key}", node.ty.name, unique.code);
                self.exact.insert(key, index)
            }
        };
        if let Some(earlier) = earlier {
            problems.push(collision(&nodes[earlier], node, unique, &key));
        }
    }

    fn overlap(&mut self, ty: &str, scope: &str, key: &str, index: usize) -> Option<usize> {
        let net: IpNet = key.trim_matches('"').parse().ok()?;
        let ranges = self.ranges.entry(format!("{ty}|{scope}")).or_default();
        let hit = ranges
            .iter()
            .find(|(other, _)| other.contains(&net) || net.contains(other))
            .map(|(_, at)| *at);
        ranges.push((net, index));
        hit
    }
}

/// The key as text, when every part is known to be the same expression: a
/// literal, or the same attribute of the same node. A generated name is never
/// a collision.
fn key_text(node: &Node, unique: &Unique) -> Option<String> {
    let mut parts = Vec::new();
    for field in unique.fields {
        match node.inputs.get(*field) {
            None | Some(Expr::GeneratedName) => return None,
            Some(expr) => parts.push(format!("{expr:?}")),
        }
    }
    Some(parts.join(","))
}

fn collision(earlier: &Node, node: &Node, unique: &Unique, key: &str) -> Problem {
    let verb = match unique.scope {
        Scope::OverlapIn(_) => "overlaps",
        _ => "claims the same key as",
    };
    of(
        node,
        Problem::new(
            "key-collision",
            format!(
                "{} {key} {verb} that of {}",
                unique.fields.join(" and "),
                earlier.path
            ),
            "change one of the two",
        )
        .because(format!(
            "{}; the other one is at {}",
            answer(unique.code),
            earlier.at.outer
        )),
    )
}

/// What the service does about the second.
fn answer(code: &str) -> String {
    match code {
        "" => "the second would silently replace the first".to_owned(),
        code => format!("the service would answer {code}"),
    }
}
