//! What was changed outside, without what the program changes.

use mlplat_core::plan::{Plan, Reason, Rule};

use super::plan_rows::groups;
use super::plan_text::changes;
use super::text::count;
use super::tone::Tone;

/// The drift in a plan as text, and in how many objects there is any.
#[must_use]
pub fn drift_text(plan: &Plan) -> (String, usize) {
    let drifted = drifted(plan);
    let found = drifted.planned.len();
    if found == 0 {
        return ("no drift\n".to_owned(), 0);
    }
    let rows = changes(&groups(&drifted));
    let what = format!(
        "{} changed outside; `deploy` puts it back",
        count(found, "object")
    );
    (
        format!(
            "{}\n{} {what}\n",
            rows.trim_start_matches('\n'),
            Tone::Strong.paint("drift")
        ),
        found,
    )
}

/// The plan with nothing but what was changed outside.
pub(super) fn drifted(plan: &Plan) -> Plan {
    let mut drifted = plan.clone();
    drifted.planned.retain_mut(|planned| {
        planned.reasons.retain(is_drift);
        !planned.reasons.is_empty() || planned.orphan.is_some()
    });
    drifted
}

fn is_drift(reason: &Reason) -> bool {
    matches!(reason.rule, Rule::Drift | Rule::DriftReplace | Rule::Gone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn only_what_others_changed_is_shown() {
        let graph = fixture::graph();
        let (text, found) = drift_text(&fixture::every_kind(&graph));
        assert_eq!(found, 2);
        let text = anstream::adapter::strip_str(&text).to_string();
        insta::assert_snapshot!(text, @r#"
        cluster              examples/zenml_stack.rs:13
          ~ access/policy    iam.RolePolicy  drift: Description changed outside
              Description  made by hand → read and write  drift: changed outside, put back

        in no state
          - vol-1\u{1b}[31m  ec2.Volume

        drift 2 objects changed outside; `deploy` puts it back
        "#);
        assert_eq!(
            drift_text(&fixture::first(&graph)),
            ("no drift\n".to_owned(), 0)
        );
    }
}
