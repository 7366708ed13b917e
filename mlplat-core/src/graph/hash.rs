//! The program hash: everything that a program said, without source lines.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::{Context, Node, NodeKind, OutputEntry};
use crate::wiring::{Expr, SecretSource};

pub(super) fn program(nodes: &[Node], outputs: &[OutputEntry], context: &Context) -> String {
    let mut hasher = Sha256::new();
    let mut text = String::new();
    let _ = writeln!(text, "{}|{}|{}", context.stack, context.env, context.region);
    hasher.update(text.as_bytes());
    for node in nodes {
        text.clear();
        describe(node, &mut text);
        hasher.update(text.as_bytes());
    }
    for output in outputs {
        text.clear();
        let of = output.of.unwrap_or_default();
        let _ = writeln!(text, "output {} {of} {}", output.name, Shown(&output.expr));
        hasher.update(text.as_bytes());
    }
    crate::hex(&hasher.finalize())
}

fn describe(node: &Node, text: &mut String) {
    let kind = match &node.kind {
        NodeKind::Resource => "resource".to_owned(),
        NodeKind::Lookup => "lookup".to_owned(),
        NodeKind::Existing(id) => format!("existing {}", Shown(id)),
    };
    // Writing to a string cannot fail.
    let _ = write!(text, "{} {} {kind}", node.path, node.ty.name);
    for (field, expr) in &node.inputs {
        let _ = write!(text, " {field}={}", Shown(expr));
    }
    let _ = writeln!(
        text,
        " after={:?} rules={:?} moved={:?}",
        node.after, node.rules, node.moved_from
    );
}

/// Like `Debug`, but two different generated secrets differ.
struct Shown<'a>(&'a Expr);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:?}", self.0)?;
        let mut result = Ok(());
        self.0.visit_secrets(&mut |source| {
            if let SecretSource::Generated { key, shape } = &**source {
                result = write!(out, "{{{key} {shape:?}}}");
            }
        });
        result
    }
}
