//! Lines about steps: one when a step ends, a few while they run.

use anstream::adapter::strip_str;
use mlplat_core::deploy::{Event, Verb};

use super::board::{Board, Running};
use crate::report::ending::interrupted;
use crate::report::text::{clean, count, duration, pad, shorten, width};
use crate::report::tone::Tone;

/// The line that stays when something happened, if it is worth one. An id is
/// cut in its middle so that the line fits into `columns`.
pub(crate) fn finished(event: &Event, ended: Option<&Running>, columns: usize) -> Option<String> {
    let ty = ended.map_or_else(String::new, |ended| {
        format!("  {}", Tone::Faint.paint(&ended.ty))
    });
    Some(match event {
        Event::Done {
            path,
            action,
            id,
            took_s,
        } => {
            let took = match *took_s >= 1.0 {
                true => format!(" in {}", duration(*took_s)),
                false => String::new(),
            };
            let before = format!("{}  {path}{ty}  {}", Tone::Good.paint("✓"), past(*action));
            let id = id.as_deref().map(clean).unwrap_or_default();
            let used = width(&strip_str(&before).to_string()) + 1 + width(&took);
            let id = shorten(&id, columns.saturating_sub(used).clamp(12, 64));
            let space = if id.is_empty() { "" } else { " " };
            format!("{before}{space}{id}{took}")
        }
        Event::Failed {
            path,
            action,
            code,
            message,
            ..
        } => {
            let first = message.lines().next().unwrap_or_default();
            format!(
                "{}  {path}{ty}  {} failed: {}: {}",
                Tone::Bad.paint("✗"),
                action.word(),
                clean(code),
                clean(first)
            )
        }
        Event::Skipped {
            path,
            action,
            because,
        } => format!(
            "{}  {path}  not {}: {}",
            Tone::Warn.paint("·"),
            past(*action),
            skipped(because)
        ),
        Event::Interrupted { open, recorded } => {
            format!(
                "{}  {}",
                Tone::Warn.paint("!"),
                interrupted(*open, *recorded)
            )
        }
        Event::Resolved {
            path,
            action,
            found,
        } => {
            format!(
                "{}  {path}  {}: {}",
                Tone::Calm.paint("?"),
                action.word(),
                clean(found)
            )
        }
        Event::Cancelling { under_way } => format!(
            "{}  stopping: nothing more is started, {} under way; once more to stop waiting",
            Tone::Warn.paint("!"),
            if *under_way == 1 {
                "1 step is".to_owned()
            } else {
                format!("{under_way} steps are")
            }
        ),
        Event::Planned { .. }
        | Event::Started { .. }
        | Event::Waiting { .. }
        | Event::Retrying { .. }
        | Event::Summary { .. } => return None,
    })
}

/// The line about something that has not ended, for those who want to know
/// more. A status is said once for as long as it lasts.
pub(crate) fn under_way(event: &Event, before: &Board) -> Option<String> {
    Some(match event {
        Event::Started {
            path,
            ty,
            action,
            expected_s,
        } => {
            let about = match expected_s {
                0 => String::new(),
                seconds => format!(", about {}", duration(f64::from(*seconds))),
            };
            let (mark, ty) = (Tone::Calm.paint("›"), Tone::Faint.paint(&clean(ty)));
            format!("{mark}  {path}  {ty}  {}{about}", doing(*action))
        }
        Event::Waiting { path, status } => {
            let known = before
                .running
                .iter()
                .any(|step| step.path == *path && step.status == *status);
            if known || status.is_empty() {
                return None;
            }
            format!("{}  {path}  {}", Tone::Faint.paint("…"), clean(status))
        }
        Event::Retrying {
            path,
            why,
            in_s,
            tries,
        } => format!(
            "{}  {path}  try {} in {in_s:.1} s: {}",
            Tone::Warn.paint("↻"),
            tries + 1,
            clean(why)
        ),
        _ => return None,
    })
}

fn skipped(because: &str) -> String {
    if because == "cancelled" {
        "the run was stopped".to_owned()
    } else if because == "not confirmed" {
        "it was not confirmed".to_owned()
    } else {
        format!("{} failed", clean(because))
    }
}

const fn past(action: Verb) -> &'static str {
    match action {
        Verb::Create => "created",
        Verb::Update => "updated",
        Verb::Delete => "deleted",
        Verb::Forget => "forgotten",
        Verb::Read => "read",
    }
}

const fn doing(action: Verb) -> &'static str {
    match action {
        Verb::Create => "creating",
        Verb::Update => "updating",
        Verb::Delete => "deleting",
        Verb::Forget => "forgetting",
        Verb::Read => "reading",
    }
}

/// The tree of what is under way: a head line, then the steps by construct,
/// no line longer than `columns`, no more lines than `rows`.
pub(crate) fn tree(
    board: &Board,
    title: &str,
    now_s: f64,
    columns: usize,
    rows: usize,
) -> Vec<String> {
    let mut lines = vec![head(board, title, now_s)];
    let room = rows.saturating_sub(2).max(1);
    let mut running: Vec<&Running> = board.running.iter().collect();
    // What stands on its own comes first, so that it is under no construct.
    running.sort_by_key(|step| (step.path.as_str().contains('/'), step.path.clone()));
    let widths = Widths {
        path: running
            .iter()
            .map(|step| width(below(step)))
            .max()
            .unwrap_or(0)
            .min(36),
        ty: running
            .iter()
            .map(|step| width(&step.ty))
            .max()
            .unwrap_or(0)
            .min(30),
    };
    let mut group = "";
    let mut shown = 0;
    for step in &running {
        let construct = step.path.as_str().split('/').next().unwrap_or_default();
        let headed = construct != group && step.path.as_str() != construct;
        if lines.len() + usize::from(headed) >= room {
            break;
        }
        if headed {
            lines.push(format!("  {}", Tone::Strong.paint(construct)));
        }
        group = construct;
        lines.push(row(step, now_s, columns, &widths));
        shown += 1;
    }
    if shown < running.len() {
        let more = format!("  … and {} more under way", running.len() - shown);
        lines.push(Tone::Faint.paint(&more));
    }
    lines
}

struct Widths {
    path: usize,
    ty: usize,
}

fn below(step: &Running) -> &str {
    let path = step.path.as_str();
    path.split_once('/').map_or(path, |(_, below)| below)
}

fn head(board: &Board, title: &str, now_s: f64) -> String {
    let ended = board.done + board.failed + board.skipped;
    let mut parts = vec![format!("{ended} of {}", count(board.steps, "step"))];
    if board.failed > 0 {
        parts.push(Tone::Bad.paint(&format!("{} failed", board.failed)));
    }
    parts.push(duration(now_s));
    let left = board.left_s(now_s);
    if board.cancelling {
        parts.push(Tone::Warn.paint("stopping"));
    } else if left >= 1.0 {
        parts.push(format!("about {} left", duration(left)));
    }
    format!("{}  {}", Tone::Strong.paint(title), parts.join(" · "))
}

fn row(step: &Running, now_s: f64, columns: usize, widths: &Widths) -> String {
    let elapsed = (now_s - step.since_s).max(0.0);
    let path = pad(&shorten(below(step), 36), widths.path);
    let ty = pad(&shorten(&step.ty, 30), widths.ty);
    let time = if step.expected_s >= 1.0 {
        format!(
            "{} of about {}",
            duration(elapsed),
            duration(step.expected_s)
        )
    } else {
        duration(elapsed)
    };
    let start = format!("    {} {path}  ", bar(elapsed, step.expected_s));
    let middle = format!("{} {time}", doing(step.action));
    let used = width(&start) + width(&ty) + 2 + width(&middle) + 2;
    let room = columns.saturating_sub(used + 1);
    let status = clean(&step.status);
    let status = if room < 8 {
        "".into()
    } else {
        shorten(&status, room)
    };
    let line = format!(
        "{start}{}  {middle}  {}",
        Tone::Faint.paint(&ty),
        Tone::Calm.paint(&status)
    );
    line.trim_end().to_owned()
}

/// Eight cells, filled in eighths, never quite full before the end.
fn bar(elapsed: f64, expected: f64) -> String {
    const CELLS: f64 = 6.0;
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let share = if expected > 0.0 {
        (elapsed / expected).min(0.98)
    } else {
        0.5
    };
    // At most 47, so it fits every integer.
    let eighths = (share * CELLS * 8.0) as usize;
    let (full, part) = (eighths / 8, EIGHTHS[eighths % 8]);
    let filled = format!("{}{part}", "█".repeat(full));
    Tone::Calm.paint(&pad(&filled, 6))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlplat_core::deploy::Stamped;
    use mlplat_core::plan::Counts;

    fn at(t_s: f64, event: Event) -> Stamped {
        Stamped { v: 1, t_s, event }
    }

    fn started(path: &str, ty: &str, expected_s: u32) -> Event {
        Event::Started {
            path: path.parse().unwrap(),
            ty: ty.into(),
            action: Verb::Create,
            expected_s,
        }
    }

    fn done(path: &str, took_s: f64) -> Event {
        Event::Done {
            path: path.parse().unwrap(),
            action: Verb::Create,
            id: Some("vpc-0a1b".into()),
            took_s,
        }
    }

    fn events() -> Vec<Stamped> {
        let waiting = Event::Waiting {
            path: "cluster/control-plane".parse().unwrap(),
            status: "CREATING\u{1b}[2J".into(),
        };
        vec![
            at(
                0.0,
                Event::Planned {
                    counts: Counts::default(),
                    eta_s: 620,
                    steps: 5,
                },
            ),
            at(0.0, started("network/vpc", "ec2.VPC", 2)),
            at(2.0, done("network/vpc", 2.0)),
            at(2.0, started("network/nat", "ec2.NatGateway", 106)),
            at(3.0, started("cluster/control-plane", "eks.Cluster", 617)),
            at(4.0, waiting),
            at(5.0, started("lone", "ec2.VPC", 0)),
        ]
    }

    fn strip(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn the_tree_while_it_runs() {
        let mut board = Board::default();
        for event in events() {
            board.apply(&event);
        }
        let wide = tree(&board, "zenml · dev", 65.0, 100, 40);
        let narrow = tree(&board, "zenml · dev", 65.0, 60, 4);
        let shown = format!("{}\n---\n{}", wide.join("\n"), narrow.join("\n"));
        insta::assert_snapshot!(strip(&shown), @r#"
        zenml · dev  1 of 5 steps · 1m 05s · about 9m 15s left
            ███    lone           ec2.VPC         creating 1m 00s
          cluster
            ▌      control-plane  eks.Cluster     creating 1m 02s of about 10m 17s  CREATING\…}[2J
          network
            ███▌   nat            ec2.NatGateway  creating 1m 03s of about 1m 46s
        ---
        zenml · dev  1 of 5 steps · 1m 05s · about 9m 15s left
            ███    lone           ec2.VPC         creating 1m 00s
          … and 2 more under way
        "#);
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_by_what_users_say() {
        let mut board = Board::default();
        for event in events() {
            board.apply(&event);
        }
        board.running[0].status = "x".repeat(500);
        let lines = tree(&board, "t", 10.0, 100, 40);
        assert!(
            lines.iter().all(|line| width(&strip(line)) <= 100),
            "{lines:?}"
        );
        let shown = lines.join("\n").replace("\u{1b}[", "");
        assert!(!shown.contains("2J\u{1b}") && !strip(&lines.join("")).contains('\u{1b}'));
    }

    #[test]
    fn lines_that_stay() {
        let mut board = Board::default();
        let mut lines = Vec::new();
        let failed = Event::Failed {
            path: "network/nat".parse().unwrap(),
            action: Verb::Create,
            code: "NatGatewayLimitExceeded".into(),
            message: "the limit is 5\nask for more".into(),
            source: None,
        };
        let skipped = Event::Skipped {
            path: "cluster/nodes".parse().unwrap(),
            action: Verb::Create,
            because: "network/nat".into(),
        };
        let rest = [
            Event::Interrupted {
                open: 1,
                recorded: 12,
            },
            failed,
            skipped,
            Event::Cancelling { under_way: 2 },
        ];
        for event in events().into_iter().chain(rest.map(|event| at(9.0, event))) {
            let ended = board.apply(&event);
            lines.extend(finished(&event.event, ended.as_ref(), usize::MAX));
        }
        insta::assert_snapshot!(strip(&lines.join("\n")), @r#"
        ✓  network/vpc  ec2.VPC  created vpc-0a1b in 2s
        !  the last run was interrupted after 12 records; what 1 open call did is looked up first
        ✗  network/nat  ec2.NatGateway  create failed: NatGatewayLimitExceeded: the limit is 5
        ·  cluster/nodes  not created: network/nat failed
        !  stopping: nothing more is started, 2 steps are under way; once more to stop waiting
        "#);
    }

    #[test]
    fn a_finished_step_fits_into_the_terminal() {
        let done = Event::Done {
            path: "cluster/nodes/group".parse().unwrap(),
            action: Verb::Create,
            id: Some("zenml-dev-cluster-control-plane-3wack1tfs2".into()),
            took_s: 119.0,
        };
        let line = finished(&done, None, 60).unwrap();
        assert_eq!(
            strip(&line),
            "✓  cluster/nodes/group  created zenml-dev-cl…1tfs2 in 1m 59s"
        );
        let narrow = strip(&finished(&done, None, 20).unwrap());
        assert!(narrow.contains("zenml-de…fs2"), "{narrow}");
    }
}
