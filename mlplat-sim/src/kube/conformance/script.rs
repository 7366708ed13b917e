//! The script: cases made of steps.
//!
//! A line `case NAME` starts a case. A line `> VERB PATH [as NAME] [loose | owned]` starts a step; the lines up to the next
//! one are its JSON body. In paths and bodies `$NS` is the namespace of the case, `$NAME.uid` and `$NAME.rv` are the
//! uid and the resource version in the answer of the step that was named so.
//!
//! Verbs: `GET`, `POST`, `PUT`, `DELETE`; the patches `MERGE`, `JSON`, `STRATEGIC`, `APPLY`; `WATCH` (all events until
//! the stream ends; the path must have a timeout); `GONE` (waits until the object is gone) and `UNTIL` (waits until the
//! object contains the body). `loose` steps compare the status code and the reason only: their messages come from the
//! implementation language of the server. `owned` steps compare the status code, who owns what, and the generation:
//! the simulation does not fill in the defaults of workloads.

/// One case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Step {
    pub(super) verb: String,
    pub(super) path: String,
    pub(super) body: String,
    pub(super) name: Option<String>,
    pub(super) compare: Compare,
}

/// What is compared of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Compare {
    /// Everything.
    #[default]
    Whole,
    /// Status code and reason.
    Reason,
    /// Status code, managed fields, generation.
    Ownership,
}

/// Reads a script. Lines that begin with `#` are comments.
pub(super) fn parse(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix("case ") {
            cases.push(Case {
                name: name.trim().to_owned(),
                steps: Vec::new(),
            });
        } else if let (Some(text), Some(case)) = (line.strip_prefix("> "), cases.last_mut()) {
            case.steps.push(step(text));
        } else if let Some(step) = cases.last_mut().and_then(|case| case.steps.last_mut()) {
            step.body.push_str(line);
            step.body.push('\n');
        }
    }
    cases
}

fn step(text: &str) -> Step {
    let mut words = text.split_whitespace();
    let mut next = || words.next().unwrap_or_default().to_owned();
    let mut step = Step {
        verb: next(),
        path: next(),
        ..Step::default()
    };
    while let Some(word) = words.next() {
        match word {
            "as" => step.name = words.next().map(str::to_owned),
            "loose" => step.compare = Compare::Reason,
            "owned" => step.compare = Compare::Ownership,
            _ => {}
        }
    }
    step
}
