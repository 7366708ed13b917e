//! What was promised of the engine's cost, held against what was measured.

use serde::Serialize;

use super::growth;
use super::measure::{Row, Took};
use super::{ACTIONS, FIRST, FROM_NOTHING, NOTHING, ONE_CHANGE, SHAPES};

/// One promise and the figure that is worst for it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Target {
    pub(super) what: &'static str,
    pub(super) limit: f64,
    /// Of all rows that it covers; `None` when none of them was measured.
    pub(super) worst: Option<f64>,
    /// Which row that is.
    pub(super) of: String,
}

impl Target {
    /// Whether it was measured and holds.
    pub(super) fn reached(&self) -> bool {
        self.worst.is_some_and(|worst| worst <= self.limit)
    }
}

/// All promises.
pub(super) fn held(rows: &[Row]) -> Vec<Target> {
    let plans = [FROM_NOTHING, NOTHING, ONE_CHANGE];
    let cpu = |took: &Took| Some(took.cpu_s);
    let peak = |took: &Took| Some(took.peak_mb);
    let syncs = |took: &Took| took.syncs.map(|syncs| syncs as f64);
    let state = |took: &Took| took.state_bytes;
    let of = |nodes, actions: &[&str]| -> Vec<Row> {
        let of = |row: &&Row| row.nodes == nodes && actions.contains(&row.action);
        rows.iter().filter(of).cloned().collect()
    };
    let shaped = |shape| -> Vec<Row> {
        let rows = of(10_000, &[FIRST]).into_iter();
        rows.filter(|row| row.shape == shape).collect()
    };
    let (calm, applied) = (of(10_000, &[NOTHING]), of(10_000, &[FIRST]));
    let large = of(100_000, &plans);
    vec![
        worst(
            "10,000 resources, plan, nothing to do: CPU s",
            0.5,
            &calm,
            cpu,
        ),
        worst(
            "10,000 resources, plan, nothing to do: MB",
            200.0,
            &calm,
            peak,
        ),
        worst("100,000 resources, every plan: CPU s", 2.0, &large, cpu),
        worst("100,000 resources, every plan: MB", 512.0, &large, peak),
        worst("10,000 resources, first deploy: CPU s", 5.0, &applied, cpu),
        worst(
            "10,000 wide, first deploy: syncs",
            400.0,
            &shaped("wide"),
            syncs,
        ),
        worst(
            "10,000 in a chain, first deploy: syncs",
            10_001.0,
            &shaped("chain"),
            syncs,
        ),
        worst(
            "10,000 resources: bytes of state for each",
            1200.0,
            &applied,
            state,
        ),
        fastest_growing(rows),
    ]
}

fn worst(
    what: &'static str,
    limit: f64,
    rows: &[Row],
    figure: impl Fn(&Took) -> Option<f64>,
) -> Target {
    let figures = rows.iter().filter_map(|row| {
        let figure = figure(row.took.as_ref()?)?;
        Some((figure, format!("{}, {}", row.shape, row.action)))
    });
    found(what, limit, figures)
}

fn fastest_growing(rows: &[Row]) -> Target {
    let each = SHAPES
        .into_iter()
        .flat_map(|shape| ACTIONS.map(|(action, _)| (shape, action)));
    let figures = each.filter_map(|(shape, action)| {
        Some((
            growth_of(rows, shape, action)?,
            format!("{shape}, {action}"),
        ))
    });
    found("growth k of CPU, every shape and action", 1.1, figures)
}

fn found(what: &'static str, limit: f64, figures: impl Iterator<Item = (f64, String)>) -> Target {
    let worst = figures.max_by(|one, other| one.0.total_cmp(&other.0));
    let (worst, of) = worst.map_or((None, String::new()), |(worst, of)| (Some(worst), of));
    Target {
        what,
        limit,
        worst,
        of,
    }
}

/// The growth of one action over the sizes.
pub(super) fn growth_of(rows: &[Row], shape: &str, action: &str) -> Option<f64> {
    let of = |row: &&Row| row.shape == shape && row.action == action;
    let points: Vec<(usize, f64)> = rows
        .iter()
        .filter(of)
        .filter_map(|row| Some((row.nodes, row.cpu_s()?)))
        .collect();
    growth::exponent(&points)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(nodes: usize, action: &'static str, cpu_s: f64) -> Row {
        let took = Took {
            cpu_s,
            wall_s: cpu_s,
            peak_mb: 100.0,
            state_bytes: Some(300.0),
            syncs: Some(41),
        };
        Row::new("wide", nodes, action, took)
    }

    #[test]
    fn the_worst_row_decides() {
        let rows = [
            row(10_000, NOTHING, 0.2),
            row(100_000, NOTHING, 1.9),
            row(100_000, ONE_CHANGE, 2.1),
            row(10_000, FIRST, 5.0),
        ];
        let held = held(&rows);
        let find = |what: &str| {
            held.iter()
                .find(|target| target.what.contains(what))
                .unwrap()
        };
        assert!(find("nothing to do: CPU").reached());
        let plans = find("every plan: CPU");
        assert!(!plans.reached());
        assert_eq!(
            (plans.worst, &*plans.of),
            (Some(2.1), "wide, plan, one change")
        );
        assert!(find("first deploy: CPU").reached());
        assert!(find("10,000 wide").reached());
        // What was not measured is not reached.
        assert!(!find("chain").reached());
    }
}
