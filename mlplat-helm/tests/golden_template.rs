//! Replays what Go's text/template made of the cases in `golden/gen`.

#![allow(clippy::expect_used, clippy::panic, reason = "a test program")]

mod golden_support;

use golden_support::{Zeros, decode, report};
use mlplat_helm::funcs::{Context, NoCluster};
use mlplat_helm::template::TemplateSet;
use mlplat_helm::value::Value;
use serde_json::Value as Json;

const NAME: &str = "c/templates/a.yaml";

fn render(source: &str, data: &Value) -> Result<String, String> {
    let set = TemplateSet::parse([(NAME, source)]).map_err(|error| error.to_string())?;
    let context = Context::new(&NoCluster, &Zeros, 0);
    let text = set
        .execute(NAME, data, &context)
        .map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(text.as_bytes()).into_owned())
}

/// Rows whose difference is known, with the reason.
const KNOWN: &[(&str, &str)] = &[];

#[test]
fn templates_render_as_in_go() {
    let rows: Vec<Json> = serde_json::from_str(include_str!("golden/template.json")).expect("JSON");
    let (first, rows) = rows.split_first().expect("rows");
    let data = decode(&first["data"]);
    let mut differences = Vec::new();
    for row in rows {
        let source = row["source"].as_str().expect("a source");
        if KNOWN.iter().any(|(known, _)| *known == source) {
            continue;
        }
        let expected = match row["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(row["output"].as_str().unwrap_or_default().to_owned()),
        };
        let found = render(source, &data);
        if found != expected {
            differences.push(format!(
                "{source:?}\n  go:   {expected:?}\n  here: {found:?}"
            ));
        }
    }
    report(rows.len(), &differences);
}
