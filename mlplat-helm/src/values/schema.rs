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
    let schema: Json = match serde_json::from_str(schema) {
        Ok(schema) => schema,
        Err(error) => return vec![error.to_string()],
    };
    let validator = match jsonschema::options()
        .with_draft(draft(&schema))
        .should_validate_formats(true)
        .build(&schema)
    {
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

/// helm's validator knows the drafts up to 7, and takes 7 for anything else.
fn draft(schema: &Json) -> jsonschema::Draft {
    match schema.get("$schema").and_then(Json::as_str) {
        Some(uri) if uri.contains("draft-04") => jsonschema::Draft::Draft4,
        Some(uri) if uri.contains("draft-06") => jsonschema::Draft::Draft6,
        _ => jsonschema::Draft::Draft7,
    }
}
