//! What was done before.

use jiff::Timestamp;
use mlplat_core::plan::Change;
use mlplat_core::state::{Ending, Past, Run, State};
use serde_json::{Value, json};

use super::text::{clean, duration, pad, width};
use super::tone::Tone;

/// The operations that the state remembers, newest first, in columns: number,
/// when (UTC), what was asked for, what was planned, how it ended, how long it
/// took, of which program, by whom.
#[must_use]
pub fn history_text(state: &State) -> String {
    let rows: Vec<[String; 7]> = state.history.iter().rev().map(row).collect();
    let mut widths = [0; 7];
    for row in &rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell));
        }
    }
    let mut out = String::new();
    for (row, past) in rows.iter().zip(state.history.iter().rev()) {
        let cells = row.iter().zip(widths).enumerate().map(|(at, (cell, to))| {
            let cell = pad(cell, to);
            match at {
                0 => Tone::Strong.paint(&cell),
                4 => tone(past.end.outcome).paint(&cell),
                1 | 6 => Tone::Faint.paint(&cell),
                _ => cell,
            }
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// The same for programs, newest first, with every figure.
#[must_use]
pub fn history_json(state: &State) -> String {
    let each = state.history.iter().rev().map(|past| {
        let (begun, end) = (&past.begun, &past.end);
        json!({
            "serial": past.serial, "run": begun.run, "command": begun.command, "who": begun.who,
            "at": begun.at, "program": begun.program, "outcome": end.outcome,
            "took_s": end.took_s, "changes": end.changes, "done": end.done,
            "failed": end.failed, "skipped": end.skipped,
        })
    });
    format!("{:#}\n", Value::from(each.collect::<Vec<_>>()))
}

fn row(past: &Past) -> [String; 7] {
    let begun = &past.begun;
    let who = match begun.who.as_str() {
        "" => "?".into(),
        who => clean(who),
    };
    let program = begun.program.as_deref().unwrap_or("-");
    let command = match begun.command.as_str() {
        "" => "?".into(),
        command => clean(command),
    };
    [
        past.serial.to_string(),
        when(begun.at),
        command.into_owned(),
        changes(past),
        ending(past),
        program.get(..12).unwrap_or(program).to_owned(),
        who.into_owned(),
    ]
}

/// `2026-11-20 21:56`, by the clock of whoever ran it; `?` when it is not
/// known.
pub(crate) fn when(at: u64) -> String {
    let second = i64::try_from(at).ok().filter(|second| *second > 0);
    let stamp = second.and_then(|second| Timestamp::from_second(second).ok());
    stamp.map_or_else(
        || "?".to_owned(),
        |stamp| stamp.strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

fn changes(past: &Past) -> String {
    if past.begun.run == Run::Edit {
        return "the state only".to_owned();
    }
    let each = Change::ALL.iter().filter_map(|kind| {
        let count = past.end.changes.get(kind.word())?;
        Some(format!("{count} to {}", kind.word()))
    });
    let all: Vec<_> = each.collect();
    match all.as_slice() {
        [] if past.end.outcome == Ending::Interrupted => "?".to_owned(),
        [] => "no changes".to_owned(),
        all => all.join(", "),
    }
}

fn ending(past: &Past) -> String {
    let end = &past.end;
    let mut parts = vec![end.outcome.word().to_owned()];
    if end.failed > 0 {
        parts.push(format!("{} failed", end.failed));
    }
    if end.skipped > 0 {
        parts.push(format!("{} not started", end.skipped));
    }
    let mut text = parts.join(", ");
    if end.outcome != Ending::Interrupted {
        text.push_str(&format!(" in {}", duration(f64::from(end.took_s))));
    }
    text
}

const fn tone(outcome: Ending) -> Tone {
    match outcome {
        Ending::Complete => Tone::Good,
        Ending::Cancelled | Ending::Interrupted => Tone::Warn,
        Ending::Failed => Tone::Bad,
    }
}

#[cfg(test)]
mod tests {
    use mlplat_core::state::{Begun, End};

    use super::*;

    fn past(serial: u64, command: &str, at: u64, end: End) -> Past {
        let run = if command.starts_with("state") {
            Run::Edit
        } else {
            Run::Deploy
        };
        let begun = Begun {
            run,
            command: command.to_owned(),
            who: "ann (process 7)".to_owned(),
            at,
            program: Some("0123456789abcdef".to_owned()),
        };
        Past { serial, begun, end }
    }

    #[test]
    fn newest_first_in_columns() {
        let mut state = State::default();
        let failed = End {
            took_s: 754,
            changes: [("create".to_owned(), 51), ("delete".to_owned(), 2)].into(),
            done: 40,
            failed: 1,
            skipped: 12,
            ..End::only(Ending::Failed)
        };
        state.history = vec![
            past(1, "deploy", 1_795_211_760, failed),
            past(2, "", 0, End::only(Ending::Interrupted)),
            past(
                2,
                "state rm \u{1b}[2J",
                1_795_211_999,
                End::only(Ending::Complete),
            ),
        ];
        let text = anstream::adapter::strip_str(&history_text(&state)).to_string();
        insta::assert_snapshot!(text, @r#"
        2  2026-11-20 21:59  state rm \u{1b}[2J  the state only             complete in 0s                               0123456789ab  ann (process 7)
        2  ?                 ?                   ?                          interrupted                                  0123456789ab  ann (process 7)
        1  2026-11-20 21:56  deploy              51 to create, 2 to delete  failed, 1 failed, 12 not started in 12m 34s  0123456789ab  ann (process 7)
        "#);
        let json: Value = serde_json::from_str(&history_json(&state)).unwrap();
        assert_eq!(json[2]["changes"]["create"], 51);
        assert_eq!(json[0]["outcome"], "complete");
    }
}
