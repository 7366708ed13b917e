//! The page: `docs/benchmarks.md`.

use std::fmt::Write as _;

use super::cycles::Cycles;
use super::measure::Row;
use super::targets::{Target, growth_of};
use super::terraform::LIMIT;
use super::{ACTIONS, Report, SHAPES};

/// The whole page.
pub(super) fn markdown(report: &Report) -> String {
    let mut out = format!(
        "# Benchmarks\n\n\
         Written by `cargo xtask bench`, which runs the release build of `examples/synthetic.rs`\n\
         from outside: resources without a cloud, so this is what the engine itself costs.\n\
         Measured on {} cores; making one small write durable took {:.2} ms in the same\n\
         run. Figures of different machines or runs cannot be compared; their ratios can.\n\n\
         CPU is user and system time, peak is the largest resident memory, state is the\n\
         snapshot's size for each resource, syncs is how often a batch of records was made\n\
         durable. Of short runs that with the least CPU of several counts. Growth is the\n\
         exponent k of CPU ~ N^k, fitted over the sizes (least squares, both logarithmic).\n",
        report.cores, report.sync_ms
    );
    promised(&mut out, &report.targets);
    for shape in SHAPES {
        // Writing to a string cannot fail.
        let _ = write!(out, "\n## {}\n\n{}\n\n", shape, about(shape));
        table(&mut out, &report.rows, shape);
    }
    tests_of_a_program(&mut out, &report.tests);
    if !report.terraform.is_empty() {
        let _ = write!(
            out,
            "\n## Beside it\n\n{} on the same machine in the same run, with its built-in `terraform_data`\n\
             and a state in a file. What is not over in {} s is ended.\n",
            report.terraform,
            LIMIT.as_secs()
        );
        for shape in SHAPES {
            let _ = write!(out, "\n{shape}:\n\n");
            table(&mut out, &report.terraform_rows, shape);
        }
    }
    out
}

/// What was promised, and whether it is so.
fn promised(out: &mut String, targets: &[Target]) {
    out.push_str("\n## What was promised\n\n");
    out.push_str("The worst figure of all rows that a promise covers.\n\n");
    out.push_str("| at most | promised | measured | in | |\n|---|---:|---:|---|---|\n");
    for target in targets {
        let worst = target
            .worst
            .map_or_else(|| "not measured".to_owned(), short);
        let word = if target.reached() {
            "reached"
        } else {
            "missed"
        };
        let _ = writeln!(
            out,
            "| {} | {} | {worst} | {} | {word} |",
            target.what,
            short(target.limit),
            target.of
        );
    }
}

/// A number with as many decimals as it needs.
fn short(number: f64) -> String {
    match number {
        large if large >= 100.0 => format!("{large:.0}"),
        small => format!("{small:.2}"),
    }
}

/// What tests cost.
fn tests_of_a_program(out: &mut String, tests: &[Cycles]) {
    let Some(first) = tests.first() else { return };
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "\n## tests of a program\n\n\
         The ZenML example, {} resources, on the simulated account and clusters. A cycle is a\n\
         deployment and a destruction in a world of its own; two threads run them for as long as\n\
         it says. `Stack::test` plans from an empty account; a life is a deployment, a second run\n\
         and a destruction; both are medians on one thread.\n\n\
         | build | cycles | seconds | cycles a minute | CPU s in all | `Stack::test` ms | life ms |\n\
         |---|---:|---:|---:|---:|---:|---:|\n",
        first.told.resources
    );
    for cycles in tests {
        let told = &cycles.told;
        let _ = writeln!(
            out,
            "| {} | {} | {:.1} | {:.0} | {:.1} | {:.2} | {:.1} |",
            cycles.build,
            told.cycles,
            told.seconds,
            cycles.per_minute(),
            cycles.cpu_s,
            told.test_ms,
            told.live_ms
        );
    }
}

fn about(shape: &str) -> &'static str {
    match shape {
        "wide" => "Resources that know nothing of each other.",
        "chain" => "Each resource after the one before: nothing can be done at the same time.",
        _ => "Ten layers; each resource after two of the layer above.",
    }
}

fn table(out: &mut String, all: &[Row], shape: &str) {
    out.push_str("| | resources | CPU s | wall s | peak MB | state B | syncs | growth |\n");
    out.push_str("|---|---:|---:|---:|---:|---:|---:|---:|\n");
    for (action, _) in ACTIONS {
        let rows: Vec<&Row> = all
            .iter()
            .filter(|row| row.shape == shape && row.action == action)
            .collect();
        let growth = growth_of(all, shape, action);
        for (at, row) in rows.iter().enumerate() {
            let last = at + 1 == rows.len();
            let growth = growth.filter(|_| last).map(|k| format!("{k:.2}"));
            line(out, row, &growth.unwrap_or_default());
        }
    }
}

fn line(out: &mut String, row: &Row, growth: &str) {
    let _ = write!(out, "| {} | {} | ", row.action, row.nodes);
    let Some(took) = &row.took else {
        out.push_str("not finished | | | | | |\n");
        return;
    };
    let _ = writeln!(
        out,
        "{:.2} | {:.2} | {:.0} | {} | {} | {growth} |",
        took.cpu_s,
        took.wall_s,
        took.peak_mb,
        took.state_bytes
            .map_or_else(String::new, |bytes| format!("{bytes:.0}")),
        took.syncs
            .map_or_else(String::new, |syncs| syncs.to_string()),
    );
}

#[cfg(test)]
mod tests {
    use super::super::cycles::Told;
    use super::super::measure::Took;
    use super::super::{DESTROY, NOTHING, targets};
    use super::*;

    fn row(nodes: usize, cpu_s: f64) -> Row {
        let took = Took {
            cpu_s,
            wall_s: cpu_s,
            peak_mb: 10.0,
            state_bytes: None,
            syncs: Some(nodes as u64 / 100),
        };
        Row::new("wide", nodes, DESTROY, took)
    }

    #[test]
    fn every_run_is_a_line() {
        let rows = vec![
            row(1_000, 0.1),
            row(10_000, 1.0),
            Row::new("wide", 1_000, NOTHING, None),
        ];
        let report = Report {
            format: 2,
            cores: 2,
            sync_ms: 0.1,
            targets: targets::held(&rows),
            rows,
            terraform: String::new(),
            terraform_rows: Vec::new(),
            tests: vec![Cycles {
                build: "release",
                told: Told {
                    resources: 51,
                    cycles: 500,
                    seconds: 20.0,
                    test_ms: 0.25,
                    live_ms: 12.0,
                },
                cpu_s: 39.0,
            }],
        };
        let text = markdown(&report);
        for line in [
            "| destroy | 1000 | 0.10 | 0.10 | 10 |  | 10 |  |",
            "| destroy | 10000 | 1.00 | 1.00 | 10 |  | 100 | 1.00 |",
            "| plan, nothing to do | 1000 | not finished | | | | | |",
            "| growth k of CPU, every shape and action | 1.10 | 1.00 | wide, destroy | reached |",
            "| 10,000 wide, first deploy: syncs | 400 | not measured |  | missed |",
            "| release | 500 | 20.0 | 1500 | 39.0 | 0.25 | 12.0 |",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
