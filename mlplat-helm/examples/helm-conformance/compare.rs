//! Comparison of two outputs of `helm template`, object by object.

use mlplat_helm::yaml::{Node, parse};

use crate::report::Outcome;

/// One object and the template that it came from.
struct Object {
    source: String,
    node: Node,
}

impl Object {
    fn label(&self) -> String {
        let text = |name: &str| self.node.get(name).and_then(Node::as_str).unwrap_or("?");
        let name = self
            .node
            .get("metadata")
            .and_then(|metadata| metadata.get("name"));
        let name = name.and_then(Node::as_str).unwrap_or("?");
        format!("{} {}/{name}", self.source, text("kind"))
    }
}

/// Compares our output with helm's; what differs between helm's two outputs does not count.
pub(crate) fn outcome(theirs: &str, again: &str, mine: &str) -> Outcome {
    let read = |text: &str| -> Result<Vec<Object>, String> { objects(text) };
    let (theirs, again, mine) = match (read(theirs), read(again), read(mine)) {
        (Ok(theirs), Ok(again), Ok(mine)) => (theirs, again, mine),
        (Err(problem), ..) | (_, Err(problem), _) => return Outcome::Broken(problem),
        (.., Err(problem)) => return Outcome::Different(vec![problem]),
    };
    let mut differences = Vec::new();
    let sources = |objects: &[Object]| objects.iter().map(|o| o.source.clone()).collect::<Vec<_>>();
    if sources(&theirs) != sources(&mine) {
        differences.push(format!(
            "other documents: helm has {}, we have {}{}",
            theirs.len(),
            mine.len(),
            first_other(&theirs, &mine)
        ));
        return Outcome::Different(differences);
    }
    for ((theirs, again), mine) in theirs.iter().zip(&again).zip(&mine) {
        let mut found = Vec::new();
        walk(&theirs.node, &again.node, &mine.node, "", &mut found);
        differences.extend(
            found
                .iter()
                .map(|place| format!("{}: {place}", theirs.label())),
        );
    }
    if differences.is_empty() {
        Outcome::SameObjects
    } else {
        Outcome::Different(differences)
    }
}

fn first_other(theirs: &[Object], mine: &[Object]) -> String {
    let at = theirs
        .iter()
        .zip(mine)
        .position(|(a, b)| a.source != b.source)
        .unwrap_or(theirs.len().min(mine.len()));
    let show = |objects: &[Object]| objects.get(at).map_or("nothing".to_owned(), Object::label);
    format!("; first other: {} / {}", show(theirs), show(mine))
}

/// The documents of an output.
fn objects(text: &str) -> Result<Vec<Object>, String> {
    let mut objects = Vec::new();
    for document in format!("\n{text}").split("\n---\n# Source: ").skip(1) {
        let (source, body) = document.split_once('\n').unwrap_or((document, ""));
        let node = parse(body).map_err(|error| format!("{source}: {error}"))?;
        objects.push(Object {
            source: source.to_owned(),
            node,
        });
    }
    Ok(objects)
}

fn walk(theirs: &Node, again: &Node, mine: &Node, path: &str, found: &mut Vec<String>) {
    match (theirs, again, mine) {
        (Node::Map(a), Node::Map(b), Node::Map(m)) => {
            let keys = |map: &indexmap::IndexMap<String, Node>| {
                let mut keys: Vec<String> = map.keys().cloned().collect();
                keys.sort();
                keys
            };
            if keys(a) != keys(m) {
                found.push(format!("{path}: keys {:?} / {:?}", keys(a), keys(m)));
                return;
            }
            for (key, value) in a {
                let again = b.get(key).unwrap_or(value);
                if let Some(mine) = m.get(key) {
                    walk(value, again, mine, &format!("{path}/{key}"), found);
                }
            }
        }
        (Node::Seq(a), Node::Seq(b), Node::Seq(m)) => {
            if a.len() != m.len() {
                found.push(format!("{path}: {} / {} elements", a.len(), m.len()));
                return;
            }
            for (at, (value, mine)) in a.iter().zip(m).enumerate() {
                let again = b.get(at).unwrap_or(value);
                walk(value, again, mine, &format!("{path}/{at}"), found);
            }
        }
        (a, b, m) => {
            // A field that helm itself renders differently twice is random.
            if a != m && a == b {
                found.push(format!(
                    "{path}:\n    helm {}\n    ours {}",
                    short(a),
                    short(m)
                ));
            }
        }
    }
}

fn short(node: &Node) -> String {
    let text = node.to_json().to_string();
    if text.chars().count() > 3000 {
        let start: String = text.chars().take(3000).collect();
        format!("{start}...")
    } else {
        text
    }
}
