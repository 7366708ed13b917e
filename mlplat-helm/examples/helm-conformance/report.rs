//! The table at the end.

use std::fmt::Write as _;

use crate::cases::{Case, Group};

/// How one render compares.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Byte for byte.
    SameText,
    /// Object for object, random fields and layout aside.
    SameObjects,
    /// Both refuse.
    SameRefusal,
    /// What differs.
    Different(Vec<String>),
    /// The comparison itself failed.
    Broken(String),
}

pub(crate) struct Report {
    outcomes: Vec<(Case, Outcome)>,
}

impl Report {
    pub(crate) fn new(outcomes: Vec<(Case, Outcome)>) -> Self {
        Self { outcomes }
    }

    pub(crate) fn is_clean(&self) -> bool {
        !self.outcomes.is_empty()
            && !self
                .outcomes
                .iter()
                .any(|(_, outcome)| matches!(outcome, Outcome::Different(_) | Outcome::Broken(_)))
    }

    pub(crate) fn table(&self, verbose: bool) -> String {
        let mut text = String::new();
        for (case, outcome) in &self.outcomes {
            let reasons = match outcome {
                Outcome::Different(reasons) => reasons.clone(),
                Outcome::Broken(reason) => vec![format!("comparison failed: {reason}")],
                _ => continue,
            };
            let _ = writeln!(text, "{}: {} difference(s)", case.label(), reasons.len());
            let shown = if verbose { reasons.len() } else { 2 };
            for reason in reasons.iter().take(shown) {
                let cut: String = reason
                    .chars()
                    .take(if verbose { 8000 } else { 600 })
                    .collect();
                let _ = writeln!(text, "  {cut}");
            }
        }
        let _ = writeln!(
            text,
            "{:<28} {:>8} {:>10} {:>8} {:>9} {:>10}",
            "group", "renders", "identical", "objects", "refusals", "different"
        );
        for group in [Group::Default, Group::Ci, Group::Variation] {
            let count = |wanted: fn(&Outcome) -> bool| {
                self.outcomes
                    .iter()
                    .filter(|(case, outcome)| case.group == group && wanted(outcome))
                    .count()
            };
            let _ = writeln!(
                text,
                "{:<28} {:>8} {:>10} {:>8} {:>9} {:>10}",
                group.title(),
                count(|_| true),
                count(|outcome| matches!(outcome, Outcome::SameText)),
                count(|outcome| matches!(outcome, Outcome::SameObjects)),
                count(|outcome| matches!(outcome, Outcome::SameRefusal)),
                count(|outcome| matches!(outcome, Outcome::Different(_) | Outcome::Broken(_))),
            );
        }
        text
    }
}
