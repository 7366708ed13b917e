//! Where two renders of one chart differ.

use crate::yaml::Node;

/// A step-by-step path to a field.
pub(super) type Path = Vec<String>;

/// Leaves that differ; an error names the first place where the structure itself differs.
pub(super) fn leaves(a: &Node, b: &Node) -> Result<Vec<Path>, Path> {
    let mut found = Vec::new();
    walk(a, b, &mut Vec::new(), &mut found)?;
    Ok(found)
}

fn walk(a: &Node, b: &Node, path: &mut Path, found: &mut Vec<Path>) -> Result<(), Path> {
    match (a, b) {
        (Node::Map(a), Node::Map(b)) => {
            if a.len() != b.len() {
                return Err(path.clone());
            }
            for (key, left) in a {
                path.push(key.clone());
                let right = b.get(key).ok_or_else(|| path.clone())?;
                walk(left, right, path, found)?;
                path.pop();
            }
        }
        (Node::Seq(a), Node::Seq(b)) => {
            if a.len() != b.len() {
                return Err(path.clone());
            }
            for (at, (left, right)) in a.iter().zip(b).enumerate() {
                path.push(at.to_string());
                walk(left, right, path, found)?;
                path.pop();
            }
        }
        (Node::Map(_) | Node::Seq(_), _) | (_, Node::Map(_) | Node::Seq(_)) => {
            return Err(path.clone());
        }
        // A leaf may change its kind: a text that looks like a number is one.
        (a, b) if a != b => found.push(path.clone()),
        _ => {}
    }
    Ok(())
}

/// The leaf at a path.
pub(super) fn leaf_mut<'a>(node: &'a mut Node, path: &[String]) -> Option<&'a mut Node> {
    path.iter().try_fold(node, |node, step| match node {
        Node::Map(entries) => entries.get_mut(step),
        Node::Seq(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// A leaf as text.
pub(super) fn text(node: &Node) -> String {
    match node {
        Node::Str(text) => text.clone(),
        other => other.to_json().to_string(),
    }
}

pub(super) fn show(path: &[String]) -> String {
    if path.is_empty() {
        "the document".to_owned()
    } else {
        path.join(".")
    }
}
