//! A plan as JSON, in the form that scripts rely on (`"format": 1`).

use mlplat_core::Graph;
use mlplat_core::plan::{Change, Counts, Plan, Planned, Reason, Rule};
use serde::Serialize;

use super::drift::drifted;

/// Version of the form. A member may be added under the same number; none is
/// taken away or given another meaning.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    stack: &'a str,
    env: &'a str,
    lineage: &'a str,
    serial: u64,
    program: &'a str,
    counts: Counts,
    changes: Vec<Entry<'a>>,
    eta_s: u32,
    monthly_usd: Option<f64>,
}

#[derive(Serialize)]
struct Entry<'a> {
    path: &'a str,
    #[serde(rename = "type")]
    ty: &'a str,
    change: Change,
    reasons: Vec<Why<'a>>,
}

#[derive(Serialize)]
struct Why<'a> {
    field: &'a str,
    old: Option<&'a str>,
    new: Option<&'a str>,
    rule: Rule,
    source: Option<String>,
    /// In words, where there is no field.
    #[serde(skip_serializing_if = "str::is_empty")]
    because: &'a str,
}

/// The plan as one JSON document, indented, with a line end. Entries that
/// change nothing are counted and not listed.
#[must_use]
pub fn plan_json(plan: &Plan, graph: &Graph) -> String {
    let context = graph.context();
    let document = Document {
        format: FORMAT,
        stack: &context.stack,
        env: &context.env,
        lineage: &plan.lineage,
        serial: plan.serial,
        program: &plan.program,
        counts: plan.counts,
        changes: plan.changes().map(entry).collect(),
        eta_s: plan.estimate.seconds,
        monthly_usd: None,
    };
    // Strings, numbers and lists of them always have a JSON form.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct DriftDocument<'a> {
    format: u32,
    lineage: &'a str,
    serial: u64,
    changed: Vec<Entry<'a>>,
}

/// What of a plan is drift, as one JSON document, indented, with a line end.
#[must_use]
pub fn drift_json(plan: &Plan) -> String {
    let drifted = drifted(plan);
    let document = DriftDocument {
        format: FORMAT,
        lineage: &drifted.lineage,
        serial: drifted.serial,
        changed: drifted.planned.iter().map(entry).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn entry(planned: &Planned) -> Entry<'_> {
    Entry {
        path: planned.path.as_str(),
        ty: &planned.ty,
        change: planned.change,
        reasons: planned.reasons.iter().map(why).collect(),
    }
}

fn why(reason: &Reason) -> Why<'_> {
    Why {
        field: &reason.field,
        old: reason.old.as_deref(),
        new: reason.new.as_deref(),
        rule: reason.rule,
        source: reason.source.map(|source| source.to_string()),
        because: &reason.because,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use serde_json::Value;

    #[test]
    fn the_contract_holds() {
        let graph = fixture::graph();
        let text = plan_json(&fixture::every_kind(&graph), &graph);
        let value: Value = serde_json::from_str(&text).unwrap();
        let keys = |value: &Value| {
            let keys = value.as_object().unwrap().keys().cloned();
            let mut keys: Vec<_> = keys.collect();
            keys.sort();
            keys.join(" ")
        };
        assert_eq!(
            keys(&value),
            "changes counts env eta_s format lineage monthly_usd program serial stack"
        );
        assert_eq!(
            keys(&value["counts"]),
            "create delete forget keep move orphan replace update"
        );
        for change in value["changes"].as_array().unwrap() {
            assert_eq!(keys(change), "change path reasons type");
            for reason in change["reasons"].as_array().unwrap() {
                let keys = keys(reason).replace("because ", "");
                assert_eq!(keys, "field new old rule source");
            }
        }
        assert_eq!(value["changes"].as_array().unwrap().len(), 9);
        assert_eq!(value["monthly_usd"], Value::Null);
    }

    #[test]
    fn one_change_in_full() {
        let graph = fixture::graph();
        let text = plan_json(&fixture::every_kind(&graph), &graph);
        let value: Value = serde_json::from_str(&text).unwrap();
        let update = &value["changes"][0];
        insta::assert_snapshot!(serde_json::to_string_pretty(update).unwrap(), @r#"
        {
          "change": "update",
          "path": "cluster/access/policy",
          "reasons": [
            {
              "field": "PolicyDocument",
              "new": "{\"Statement\":[{\"Action\":[\"s3:GetObject\",\"s3:PutObject\"],\"Effect\":\"Allow\",\"Resource\":<artifacts.Arn>}]}",
              "old": "{\"Statement\":[{\"Action\":[\"s3:GetObject\"],\"Effect\":\"Allow\",\"Resource\":\"arn:aws:s3:::zenml-dev-artifacts/*\"}]}",
              "rule": "in-place",
              "source": "examples/zenml_stack.rs:12"
            },
            {
              "field": "Description",
              "new": "read and write",
              "old": "made by hand",
              "rule": "drift",
              "source": "examples/zenml_stack.rs:12"
            }
          ],
          "type": "iam.RolePolicy"
        }
        "#);
    }
}
