//! References written out: `<bucket.Arn>` as far as the program decides it.

use mlplat_core::Graph;

/// How often a reference may lead to a further one.
const DEPTH: usize = 4;

/// A text in which references to outputs are replaced by their declared form.
/// A form that the service makes up a part of stays a reference; the account
/// is `<account>`, the partition `aws`.
pub(super) fn written_out(graph: &Graph, text: &str) -> String {
    expand(graph, text, DEPTH)
}

fn expand(graph: &Graph, text: &str, depth: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        let Some(end) = rest[start..].find('>') else {
            break;
        };
        let reference = &rest[start..=start + end];
        let inner = &reference[1..reference.len() - 1];
        match depth.checked_sub(1).and_then(|_| form(graph, inner)) {
            Some(form) if form != reference => out.push_str(&expand(graph, &form, depth - 1)),
            _ => out.push_str(reference),
        }
        rest = &rest[start + end + 1..];
    }
    out + rest
}

/// The form of an output, `path.Output`, with its places filled in.
fn form(graph: &Graph, reference: &str) -> Option<String> {
    let (path, output) = reference.rsplit_once('.')?;
    let node = graph.at(path)?;
    let form = node.node().ty.output(output)?.form;
    let mut out = String::new();
    let mut rest = form;
    while let Some(start) = rest.find('{') {
        out.push_str(&rest[..start]);
        let end = start + rest[start..].find('}')?;
        match &rest[start + 1..end] {
            "partition" => out.push_str("aws"),
            "region" => out.push_str(&graph.context().region),
            "account" => out.push_str("<account>"),
            field => {
                node.node().ty.field(field)?;
                match node.text(field) {
                    // The engine's name is the output of the same name.
                    Some(text) if text.starts_with("<generated") => {
                        node.node().ty.output(field)?;
                        out.push_str(&node.output(field));
                    }
                    Some(text) => out.push_str(&text),
                    None => return None,
                }
            }
        }
        rest = &rest[end + 1..];
    }
    Some(out + rest)
}
