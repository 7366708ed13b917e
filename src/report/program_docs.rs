//! A program as a page of Markdown: its settings, outputs and resources.

use std::collections::BTreeMap;

use mlplat_core::Graph;
use mlplat_core::graph::{NodeKind, OutputEntry, SettingDoc};
use serde_json::Value;

use super::text::clean;

/// Before what is generated.
pub(crate) const BEGIN: &str = "<!-- mlplat docs: from here -->";
/// After it.
pub(crate) const END: &str = "<!-- mlplat docs: to here -->";

/// The page between its two markers, which stand on lines of their own. Source
/// lines and hashes stay out: they would change with every edit.
#[must_use]
pub fn program_docs(graph: &Graph) -> String {
    let mut out = format!("{BEGIN}\n");
    out.push_str(&settings(&graph.settings()));
    out.push_str(&outputs(graph));
    out.push_str(&resources(graph));
    out.push_str(END);
    out.push('\n');
    out
}

fn settings(all: &[SettingDoc]) -> String {
    if all.is_empty() {
        return "\n## Settings\n\nNone.\n".to_owned();
    }
    let rows = all.iter().map(|setting| {
        let default = match &setting.default {
            None | Some(Value::Null) => String::new(),
            Some(value) => code(&toml_like(value)),
        };
        [
            code(&setting.key),
            cell(&setting.kind),
            default,
            cell(&setting.doc),
        ]
    });
    let mut intro = "Given by `--settings FILE.toml`, `MLPLAT_SET_<KEY>` (`__` for a dot) or `--set KEY=VALUE`.".to_owned();
    if all.iter().any(|setting| setting.secret) {
        intro.push_str(" Secrets are not taken from `--set`; `--ask KEY` asks for one.");
    }
    table(
        "Settings",
        &intro,
        &["setting", "type", "default", "meaning"],
        rows,
    )
}

fn outputs(graph: &Graph) -> String {
    if graph.outputs().is_empty() {
        return "\n## Outputs\n\nNone.\n".to_owned();
    }
    let rows = graph.outputs().iter().map(|output| {
        let secret = if is_secret(graph, output) { "yes" } else { "" };
        [
            code(&output.name),
            sources(graph, output),
            secret.to_owned(),
        ]
    });
    let intro = "Shown by `outputs`; a secret only with `--show-secrets`.";
    table("Outputs", intro, &["output", "from", "secret"], rows)
}

/// The outputs of nodes that a stack output is made of.
fn sources(graph: &Graph, output: &OutputEntry) -> String {
    let mut from = Vec::new();
    output.expr.visit_attrs(&mut |id, name| {
        from.push(code(&format!("{}.{name}", graph.node(id).path)));
    });
    output.expr.visit_secrets(&mut |source| {
        if let mlplat_core::wiring::SecretSource::Generated { key, .. } = &**source {
            from.push(format!("the generated secret {}", code(key)));
        }
    });
    from.dedup();
    match from.as_slice() {
        [] => "the program".to_owned(),
        from => from.join(", "),
    }
}

fn is_secret(graph: &Graph, output: &OutputEntry) -> bool {
    let mut secret = false;
    output.expr.visit_secrets(&mut |_| secret = true);
    output.expr.visit_attrs(&mut |id, name| {
        let fact = graph.node(id).ty.output(name);
        secret |= fact.is_some_and(|fact| fact.secret);
    });
    secret
}

/// A row for each construct at the top: how many objects of which type.
fn resources(graph: &Graph) -> String {
    let mut order: Vec<&str> = Vec::new();
    let mut counts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    let resources = graph.nodes().iter();
    for node in resources.filter(|node| matches!(node.kind, NodeKind::Resource)) {
        let path = node.path.as_str();
        let top = path.split('/').next().unwrap_or(path);
        if !counts.contains_key(top) {
            order.push(top);
        }
        *counts
            .entry(top)
            .or_default()
            .entry(node.ty.name)
            .or_default() += 1;
    }
    if order.is_empty() {
        return "\n## Resources\n\nNone.\n".to_owned();
    }
    let all: usize = counts.values().flat_map(BTreeMap::values).sum();
    let rows = order.iter().map(|top| {
        let types = counts[top].iter().map(|(ty, count)| match count {
            1 => code(ty),
            count => format!("{} × {count}", code(ty)),
        });
        [code(top), types.collect::<Vec<_>>().join(", ")]
    });
    let context = graph.context();
    let intro = format!(
        "{all} in all, in the environment {} with the settings as they are.",
        code(&context.env)
    );
    table("Resources", &intro, &["construct", "resources"], rows)
}

fn table<const N: usize>(
    title: &str,
    intro: &str,
    heads: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let mut out = format!("\n## {title}\n\n{intro}\n\n| {} |\n", heads.join(" | "));
    out.push_str(&format!("|{}\n", " --- |".repeat(N)));
    for row in rows {
        let cells = row.iter().map(|cell| match cell.as_str() {
            "" => " |".to_owned(),
            cell => format!(" {cell} |"),
        });
        out.push_str(&format!("|{}\n", cells.collect::<String>()));
    }
    out
}

/// Text in a cell: nothing in it ends the cell or is markup.
fn cell(text: &str) -> String {
    let clean = clean(text);
    let mut out = String::with_capacity(clean.len());
    for c in clean.chars() {
        if matches!(c, '|' | '\\' | '`' | '*' | '_' | '<' | '[' | ']') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text as code in a cell.
fn code(text: &str) -> String {
    let text = clean(text).replace('|', "\\|");
    let fence = if text.contains('`') { "``" } else { "`" };
    let gap = if text.contains('`') { " " } else { "" };
    format!("{fence}{gap}{text}{gap}{fence}")
}

/// A value as it is written after `--set KEY=`.
fn toml_like(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use mlplat_core::graph::Context;
    use mlplat_core::wiring::Generated;
    use mlplat_core::{Output, Secret, Settings};

    use super::*;

    #[derive(Settings)]
    struct Sizes {
        /// Addresses of the network | as CIDR.
        cidr: String,
        nodes: u8,
        /// Of the mail server.
        password: Option<Secret<String>>,
    }

    impl Default for Sizes {
        fn default() -> Self {
            Self {
                cidr: "10.0.0.0/16".to_owned(),
                nodes: 3,
                password: None,
            }
        }
    }

    #[test]
    fn settings_outputs_and_resources_between_markers() {
        let graph = Graph::build(Context::new("demo"), |stack| {
            let sizes: Sizes = stack.settings();
            let network = stack.add("network", mlplat_aws::Vpc::new(&sizes.cidr));
            stack.output("vpc", &network.vpc_id);
            stack.output("nodes", &Output::<u8>::from(sizes.nodes));
            let key = Output::generated("key", Generated::alphanumeric(8));
            stack.output("key", &key);
            let _ = sizes.password;
        });
        insta::assert_snapshot!(program_docs(&graph.unwrap()), @r#"
        <!-- mlplat docs: from here -->

        ## Settings

        Given by `--settings FILE.toml`, `MLPLAT_SET_<KEY>` (`__` for a dot) or `--set KEY=VALUE`. Secrets are not taken from `--set`; `--ask KEY` asks for one.

        | setting | type | default | meaning |
        | --- | --- | --- | --- |
        | `cidr` | text | `10.0.0.0/16` | Addresses of the network \| as CIDR. |
        | `nodes` | 0 to 255 | `3` | |
        | `password` | text, secret | | Of the mail server. |

        ## Outputs

        Shown by `outputs`; a secret only with `--show-secrets`.

        | output | from | secret |
        | --- | --- | --- |
        | `vpc` | `network/vpc.VpcId` | |
        | `nodes` | the program | |
        | `key` | the generated secret `key` | yes |

        ## Resources

        22 in all, in the environment `dev` with the settings as they are.

        | construct | resources |
        | --- | --- |
        | `network` | `ec2.DefaultSecurityGroupLock`, `ec2.EIP`, `ec2.InternetGateway`, `ec2.NatGateway`, `ec2.Route` × 2, `ec2.RouteTable` × 2, `ec2.Subnet` × 6, `ec2.SubnetRouteTableAssociation` × 6, `ec2.VPC`, `ec2.VPCGatewayAttachment` |
        <!-- mlplat docs: to here -->
        "#);
    }

    #[test]
    fn nothing_is_said_as_nothing() {
        let graph = Graph::build(Context::new("demo"), |_| {}).unwrap();
        let shown = program_docs(&graph);
        assert_eq!(shown.matches("None.").count(), 3, "{shown}");
    }
}
