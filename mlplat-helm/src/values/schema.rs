//! `values.schema.json`.

use serde_json::Value as Json;

use super::error::ValuesError;
use super::instance::Instance;
use crate::value::{Map, Value};

/// Checks the coalesced values of a chart and its subcharts against their schemas.
///
/// # Errors
///
/// [`ValuesError::Schema`] with all that is wrong.
pub(crate) fn validate(chart: &Instance<'_>, values: &Map) -> Result<(), ValuesError> {
    let mut problems = String::new();
    check(chart, values, &mut problems)?;
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ValuesError::Schema(problems))
    }
}

fn check(chart: &Instance<'_>, values: &Map, problems: &mut String) -> Result<(), ValuesError> {
    if let Some(schema) = chart.chart.schema() {
        let json = Value::Map(values.clone()).to_json()?;
        let found = violations(&schema.text(), &json);
        if !found.is_empty() {
            problems.push_str(&format!("{}:\n", chart.name));
            for line in found {
                problems.push_str(&line);
            }
        }
    }
    for child in &chart.dependencies {
        if let Some(Value::Map(values)) = values.get(&child.name) {
            check(child, &values, problems)?;
        }
    }
    Ok(())
}

/// What a schema has against a document, one line each; a schema that is none is one violation.
fn violations(schema: &str, json: &Json) -> Vec<String> {
    let mut schema: Json = match serde_json::from_str(schema) {
        Ok(schema) => schema,
        Err(error) => return vec![error.to_string()],
    };
    if !names_known_draft(&schema) {
        numeric_bounds(&mut schema);
    }
    let compiled = jsonschema::options()
        .with_draft(draft(&schema))
        .should_validate_formats(true)
        .build(&schema);
    let validator = match compiled {
        Ok(validator) => validator,
        Err(error) => return vec![error.to_string()],
    };
    validator
        .iter_errors(json)
        .map(|error| {
            let path = error.instance_path().to_string();
            let place = match path.trim_start_matches('/') {
                "" => "(root)".to_owned(),
                path => path.replace('/', "."),
            };
            // The value itself may be secret: the message tells about it without it.
            format!("- {place}: {}\n", error.masked())
        })
        .collect()
}

fn names_known_draft(schema: &Json) -> bool {
    let uri = schema.get("$schema").and_then(Json::as_str);
    uri.is_some_and(|uri| {
        ["draft-04", "draft-06", "draft-07"]
            .iter()
            .any(|d| uri.contains(d))
    })
}

/// When a schema names no draft that it knows, helm's validator mixes them: the boolean
/// `exclusiveMinimum` and `exclusiveMaximum` of draft 4 stand among keywords of draft 7. Turns
/// those into the numbers of draft 7.
fn numeric_bounds(schema: &mut Json) {
    match schema {
        Json::Array(items) => items.iter_mut().for_each(numeric_bounds),
        Json::Object(entries) => {
            let pairs = [
                ("exclusiveMinimum", "minimum"),
                ("exclusiveMaximum", "maximum"),
            ];
            for (exclusive, bound) in pairs {
                if let Some(Json::Bool(is_exclusive)) = entries.get(exclusive).cloned() {
                    entries.remove(exclusive);
                    if is_exclusive && let Some(number) = entries.remove(bound) {
                        entries.insert(exclusive.to_owned(), number);
                    }
                }
            }
            entries.values_mut().for_each(numeric_bounds);
        }
        _ => {}
    }
}

/// helm's validator knows the drafts up to 7, and takes 7 for anything else.
fn draft(schema: &Json) -> jsonschema::Draft {
    match schema.get("$schema").and_then(Json::as_str) {
        Some(uri) if uri.contains("draft-04") => jsonschema::Draft::Draft4,
        Some(uri) if uri.contains("draft-06") => jsonschema::Draft::Draft6,
        _ => jsonschema::Draft::Draft7,
    }
}
