//! The rows.

use serde::Deserialize;

/// One failure promise.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) number: u32,
    pub(super) class: String,
    pub(super) promise: String,
    /// Why no test keeps it yet.
    pub(super) open: Option<String>,
    /// What its tests do not show yet.
    pub(super) missing: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    row: Vec<Row>,
}

/// All rows, by number.
///
/// # Errors
/// When the file is not what it should be.
pub(super) fn all() -> Result<Vec<Row>, String> {
    let rows: Rows = toml::from_str(include_str!("../../faults.toml"))
        .map_err(|why| format!("xtask/faults.toml: {why}"))?;
    let in_order = rows.row.iter().zip(1..).all(|(row, at)| row.number == at);
    if in_order {
        Ok(rows.row)
    } else {
        Err("xtask/faults.toml: rows are numbered from 1 without gaps".to_owned())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_file_is_whole() {
        assert_eq!(super::all().unwrap().len(), 32);
    }
}
