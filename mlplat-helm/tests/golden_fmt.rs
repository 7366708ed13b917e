//! Replays what Go's `fmt.Sprintf` made of the cases in `golden/gen`.

#![allow(clippy::expect_used, clippy::panic, reason = "a test program")]

mod golden_support;

use golden_support::{Zeros, decode, report};
use mlplat_helm::funcs::{Context, NoCluster};
use mlplat_helm::template::TemplateSet;
use mlplat_helm::value::{Map, Value};
use serde_json::Value as Json;

fn sprintf(format: &str, args: &Json) -> String {
    let count = args.as_array().expect("a list").len();
    let each: Vec<String> = (0..count).map(|at| format!("(index .args {at})")).collect();
    let source = format!("{{{{ printf .format {} }}}}", each.join(" "));
    let set = TemplateSet::parse([("t", source.as_str())]).expect("a template");
    let data: Map = [("format", Value::from(format)), ("args", decode(args))]
        .into_iter()
        .collect();
    let context = Context::new(&NoCluster, &Zeros, 0);
    let text = set
        .execute("t", &Value::Map(data), &context)
        .expect("a text");
    String::from_utf8_lossy(text.as_bytes()).into_owned()
}

#[test]
fn formats_print_as_in_go() {
    let rows: Vec<Json> = serde_json::from_str(include_str!("golden/fmt.json")).expect("JSON");
    let (mut count, mut differences) = (0, Vec::new());
    for row in &rows {
        let args = &row["args"];
        for case in row["cases"].as_array().expect("cases") {
            count += 1;
            let format = case[0].as_str().expect("a format");
            let expected = case[1].as_str().expect("an output");
            let found = sprintf(format, args);
            if found != expected {
                differences.push(format!(
                    "{format:?} {args}\n  go:   {expected:?}\n  here: {found:?}"
                ));
            }
        }
    }
    assert!(count > 2_000, "only {count} cases");
    report(count, &differences);
}
