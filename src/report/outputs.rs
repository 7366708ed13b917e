//! The declared outputs of a stack.

use std::collections::BTreeMap;

use mlplat_core::deploy::StackOutput;
use serde_json::{Map, Value, json};

use super::text::{clean, pad, width};
use super::tone::Tone;

/// What stands where a secret is not shown.
const HIDDEN: &str = "<secret>";

type Outputs = BTreeMap<String, StackOutput>;

/// Names and values in two columns.
#[must_use]
pub fn outputs_text(outputs: &Outputs, show_secrets: bool) -> String {
    let widest = outputs.keys().map(|name| width(name)).max().unwrap_or(0);
    let mut out = String::new();
    for (name, output) in outputs {
        let name = pad(&clean(name), widest);
        let value = clean(&output_value(output, show_secrets)).into_owned();
        out.push_str(&format!("  {name}  {}\n", Tone::Calm.paint(&value)));
    }
    out
}

/// One value as text: strings as they are, everything else as JSON. It is
/// meant for other programs, so nothing in it is escaped.
#[must_use]
pub fn output_value(output: &StackOutput, show_secrets: bool) -> String {
    match shown(output, show_secrets) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// `{"name":{"value":…,"secret":bool}}`, indented, with a line end.
#[must_use]
pub fn outputs_json(outputs: &Outputs, show_secrets: bool) -> String {
    let each = outputs.iter().map(|(name, output)| {
        let value = shown(output, show_secrets);
        (
            name.clone(),
            json!({ "value": value, "secret": output.secret }),
        )
    });
    // A map of JSON values always has a JSON form.
    let text = serde_json::to_string_pretty(&each.collect::<Map<_, _>>());
    format!("{}\n", text.unwrap_or_default())
}

/// Assignments that a POSIX shell reads back: `TRACKING_URI='https://…'`.
#[must_use]
pub fn outputs_env(outputs: &Outputs, show_secrets: bool) -> String {
    let mut out = String::new();
    for (name, output) in outputs {
        let value = output_value(output, show_secrets).replace('\'', r"'\''");
        out.push_str(&format!("{}='{value}'\n", variable(name)));
    }
    out
}

/// An output's name as a shell variable.
fn variable(name: &str) -> String {
    let mut variable: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    if !variable.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        variable.insert(0, '_');
    }
    variable
}

fn shown(output: &StackOutput, show_secrets: bool) -> Value {
    if output.secret && !show_secrets {
        Value::String(HIDDEN.to_owned())
    } else {
        output.value.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs() -> Outputs {
        let plain = |value| StackOutput {
            value,
            secret: false,
        };
        BTreeMap::from([
            (
                "db-password".into(),
                StackOutput {
                    value: json!("hunter2"),
                    secret: true,
                },
            ),
            ("node-count".into(), plain(json!(3))),
            ("who".into(), plain(json!("it's $HOME"))),
        ])
    }

    #[test]
    fn every_form() {
        let text = outputs_text(&outputs(), false);
        let text = anstream::adapter::strip_str(&text).to_string();
        insta::assert_snapshot!(text, @r#"
        db-password  <secret>
        node-count   3
        who          it's $HOME
        "#);
        insta::assert_snapshot!(outputs_env(&outputs(), false), @r#"
        DB_PASSWORD='<secret>'
        NODE_COUNT='3'
        WHO='it'\''s $HOME'
        "#);
        insta::assert_snapshot!(outputs_json(&outputs(), true), @r#"
        {
          "db-password": {
            "secret": true,
            "value": "hunter2"
          },
          "node-count": {
            "secret": false,
            "value": 3
          },
          "who": {
            "secret": false,
            "value": "it's $HOME"
          }
        }
        "#);
    }

    #[test]
    fn a_secret_is_shown_only_on_request() {
        for text in [
            outputs_text(&outputs(), false),
            outputs_env(&outputs(), false),
            outputs_json(&outputs(), false),
        ] {
            assert!(!text.contains("hunter2") && text.contains(HIDDEN), "{text}");
        }
        assert!(outputs_env(&outputs(), true).contains("DB_PASSWORD='hunter2'"));
    }
}
