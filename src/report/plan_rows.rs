//! A plan as rows: what the text and the Markdown form have in common.

use mlplat_core::Graph;
use mlplat_core::plan::{Change, Plan, Planned, Reason, Rule};

use super::text::{clean, count, duration};
use super::tone;

/// The changes of one construct.
#[derive(Debug, Default)]
pub(crate) struct Group {
    /// The first part of the paths.
    pub(crate) name: String,
    /// The program's line.
    pub(crate) source: String,
    pub(crate) rows: Vec<Row>,
}

impl Group {
    /// Whether it is one resource that the program added itself.
    pub(crate) fn is_alone(&self) -> bool {
        matches!(self.rows.as_slice(), [row] if row.path == self.name && !row.path.is_empty())
    }
}

/// One change.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) change: Change,
    pub(crate) symbol: &'static str,
    /// The whole path.
    pub(crate) path: String,
    /// The path below the construct.
    pub(crate) below: String,
    pub(crate) ty: String,
    /// The reason in words. May be empty.
    pub(crate) why: String,
    pub(crate) fields: Vec<Field>,
}

/// A field that changes.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) old: Option<String>,
    pub(crate) new: Option<String>,
    /// What the difference means. May be empty.
    pub(crate) note: &'static str,
}

/// The changes by construct: in the program's order, what is no longer in the
/// program after it.
pub(crate) fn groups(plan: &Plan) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for planned in plan.changes() {
        let path = planned.path.as_str();
        let name = path.split('/').next().unwrap_or(path);
        let row = row(planned);
        let source = planned
            .source
            .map(|source| clean(&source.to_string()).into_owned());
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => {
                if group.source.is_empty() {
                    group.source = source.unwrap_or_default();
                }
                group.rows.push(row);
            }
            None => groups.push(Group {
                name: name.to_owned(),
                source: source.unwrap_or_default(),
                rows: vec![row],
            }),
        }
    }
    groups
}

fn row(planned: &Planned) -> Row {
    let path = planned.path.as_str();
    let below = path.split_once('/').map_or(path, |(_, below)| below);
    let below = match &planned.orphan {
        Some(orphan) => clean(&orphan.id).into_owned(),
        None => below.to_owned(),
    };
    Row {
        change: planned.change,
        symbol: if planned.is_conditional() {
            "?"
        } else {
            tone::symbol(planned.change)
        },
        path: path.to_owned(),
        below,
        ty: clean(&planned.ty).into_owned(),
        why: why(planned),
        fields: planned.reasons.iter().filter_map(field).collect(),
    }
}

fn field(reason: &Reason) -> Option<Field> {
    if reason.field.is_empty() {
        return None;
    }
    Some(Field {
        name: clean(&reason.field).into_owned(),
        old: reason.old.clone(),
        new: reason.new.clone(),
        note: note(reason.rule),
    })
}

fn note(rule: Rule) -> &'static str {
    match rule {
        // Said once for the whole row.
        Rule::InPlace | Rule::Replace => "",
        Rule::OneStepUp => "one version at a time",
        Rule::WriteOnly => "sent again: it cannot be read",
        Rule::UpdateIfChanged => "known later",
        Rule::ReplaceIfChanged => "known later, cannot be changed in place",
        Rule::Drift => "drift: changed outside, put back",
        Rule::DriftReplace => "drift: changed outside, cannot be put back in place",
        Rule::Gone
        | Rule::Broken
        | Rule::Resume
        | Rule::NotInProgram
        | Rule::Forced
        | Rule::Superseded => "",
    }
}

/// The reason of a change in one line, causes first.
fn why(planned: &Planned) -> String {
    let mut parts: Vec<String> = planned
        .reasons
        .iter()
        .filter(|reason| reason.field.is_empty())
        .map(|reason| match reason.rule {
            Rule::Gone => format!("drift: {}", reason.because),
            Rule::Forced => format!("forced: {}", reason.because),
            _ => reason.because.clone(),
        })
        .collect();
    if planned.is_conditional() {
        parts.push(conditional(planned));
    } else {
        let decisive = names(planned, |rule| {
            matches!(
                rule,
                Rule::Replace | Rule::ReplaceIfChanged | Rule::DriftReplace
            )
        });
        let drifted = names(planned, |rule| {
            matches!(rule, Rule::Drift | Rule::DriftReplace)
        });
        if !drifted.is_empty() {
            parts.push(format!("drift: {} changed outside", drifted.join(", ")));
        }
        if !decisive.is_empty() {
            parts.push(format!(
                "made anew: {} cannot be changed in place",
                decisive.join(", ")
            ));
        }
    }
    if let Some(from) = &planned.moved_from {
        parts.push(format!("was at {from}"));
    }
    if planned.change == Change::Replace && planned.delete_first {
        parts.push("the old one goes first".to_owned());
    }
    clean(&parts.join("; ")).into_owned()
}

fn conditional(planned: &Planned) -> String {
    let fields = names(planned, |_| true).join(", ");
    if planned.change == Change::Replace {
        format!("made anew only if {fields} turns out to be another one")
    } else {
        format!("changed only if {fields} turns out to be another one")
    }
}

fn names(planned: &Planned, fits: impl Fn(Rule) -> bool) -> Vec<&str> {
    let reasons = planned.reasons.iter();
    reasons
        .filter(|reason| !reason.field.is_empty() && fits(reason.rule))
        .map(|reason| reason.field.as_str())
        .collect()
}

/// `3 to create, 1 to replace, 12 unchanged`.
pub(crate) fn counts(plan: &Plan) -> Vec<(Change, String)> {
    let word = |change| match change {
        Change::Keep => "unchanged",
        Change::Create => "to create",
        Change::Update => "to update",
        Change::Replace => "to replace",
        Change::Delete => "to delete",
        Change::Move => "to move",
        Change::Forget => "to forget",
        Change::Orphan => "orphaned, to delete",
    };
    let mut kinds: Vec<_> = Change::ALL.into_iter().collect();
    // What stays is said last.
    kinds.rotate_left(1);
    kinds
        .into_iter()
        .filter(|change| plan.counts.of(*change) > 0)
        .map(|change| {
            (
                change,
                format!("{} {}", plan.counts.of(change), word(change)),
            )
        })
        .collect()
}

/// How many of the changes may turn out to be none.
pub(crate) fn conditionals(plan: &Plan) -> usize {
    plan.changes()
        .filter(|planned| planned.is_conditional())
        .count()
}

/// The critical path as names with durations, the longest parts only, and how
/// many steps are left out.
pub(crate) fn critical_path(plan: &Plan) -> (Vec<String>, usize) {
    const PARTS: usize = 4;
    let mut seconds = vec![0u32; plan.planned.len()];
    for (_, step) in plan.steps.steps() {
        if let Some(slot) = seconds.get_mut(step.planned) {
            *slot = (*slot).max(step.weight_s);
        }
    }
    let mut path: Vec<usize> = plan.estimate.path.clone();
    path.dedup();
    let weight = |at: &usize| seconds.get(*at).copied().unwrap_or(0);
    let mut ranked = path.clone();
    ranked.sort_by_key(|at| std::cmp::Reverse(weight(at)));
    ranked.truncate(PARTS);
    let left_out = path.len() - ranked.len();
    path.retain(|at| ranked.contains(at));
    let named = path.iter().filter_map(|at| {
        let planned = plan.planned.get(*at).filter(|_| weight(at) > 0)?;
        Some(format!(
            "{} {}",
            planned.path,
            duration(f64::from(weight(at)))
        ))
    });
    (named.collect(), left_out)
}

/// The sentence about the expected duration; empty when it takes no time.
pub(crate) fn expected(plan: &Plan) -> String {
    if plan.estimate.seconds == 0 {
        return String::new();
    }
    let total = duration(f64::from(plan.estimate.seconds));
    let (parts, left_out) = critical_path(plan);
    if parts.is_empty() {
        return format!("about {total}");
    }
    let mut text = format!("about {total}; the longest way is {}", parts.join(" → "));
    if left_out > 0 {
        text.push_str(&format!(" (and {})", count(left_out, "shorter step")));
    }
    text
}

/// The stack and environment that a plan is for.
pub(crate) fn title(graph: &Graph) -> String {
    let context = graph.context();
    format!("{} · {}", clean(&context.stack), clean(&context.env))
}
