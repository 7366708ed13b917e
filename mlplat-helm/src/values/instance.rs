//! A chart on its way into a release: its subcharts enabled or dropped, renamed by aliases, and
//! with imported values.

use std::collections::BTreeSet;

use super::coalesce::coalesce_values;
use super::error::ValuesError;
use super::tables::{Nulls, copy, merge_tables, table_at, value_at};
use crate::chart::{Chart, Dependency, ImportValues};
use crate::semver::{Constraint, Version};
use crate::value::{Map, Value};
use crate::yaml::to_value;

/// A chart as one release uses it.
#[derive(Debug, Clone)]
pub(crate) struct Instance<'a> {
    pub(crate) chart: &'a Chart,
    /// The alias, or the chart's name.
    pub(crate) name: String,
    /// The dependencies that are still listed in its metadata, renamed by aliases.
    pub(crate) listed: Vec<Dependency>,
    /// Its defaults.
    pub(crate) values: Option<Map>,
    pub(crate) dependencies: Vec<Instance<'a>>,
}

impl<'a> Instance<'a> {
    /// The chart with all its subcharts.
    pub(crate) fn new(chart: &'a Chart) -> Self {
        let values = chart.values().map(to_value);
        Self {
            chart,
            name: chart.name().to_owned(),
            listed: chart.metadata().dependencies.clone(),
            values: values.and_then(|value| value.as_map().cloned()),
            dependencies: chart
                .dependencies()
                .iter()
                .map(|child| Self::new(child))
                .collect(),
        }
    }
}

/// Enables, drops, renames and imports, as helm does before it renders.
///
/// # Errors
///
/// As [`coalesce_values`].
pub(crate) fn process_dependencies(
    chart: &mut Instance<'_>,
    given: &Map,
) -> Result<(), ValuesError> {
    enable(chart, given, "")?;
    import(chart)
}

/// Keeps the subcharts that tags and conditions leave enabled, once for each entry that uses
/// them, and those that no entry names.
fn enable(chart: &mut Instance<'_>, given: &Map, path: &str) -> Result<(), ValuesError> {
    if chart.listed.is_empty() {
        return Ok(());
    }
    let mut used: Vec<Instance<'_>> = chart
        .dependencies
        .iter()
        .filter(|child| !chart.listed.iter().any(|entry| fits(entry, child)))
        .cloned()
        .collect();
    for entry in &mut chart.listed {
        if let Some(child) = chart.dependencies.iter().find(|child| fits(entry, child)) {
            let mut child = child.clone();
            entry.used_name().clone_into(&mut child.name);
            used.push(child);
        }
        entry.name = entry.used_name().to_owned();
    }
    chart.dependencies = used;
    let values = coalesce_values(chart, given, Nulls::Delete)?;
    let dropped: BTreeSet<String> = chart
        .listed
        .iter()
        .filter(|entry| !is_enabled(entry, &values, path))
        .map(|entry| entry.name.clone())
        .collect();
    chart
        .dependencies
        .retain(|child| !dropped.contains(&child.name));
    for child in &mut chart.dependencies {
        let path = format!("{path}{}.", child.name);
        enable(child, &values, &path)?;
    }
    chart.listed.retain(|entry| !dropped.contains(&entry.name));
    Ok(())
}

fn fits(entry: &Dependency, child: &Instance<'_>) -> bool {
    child.chart.name() == entry.name
        && is_compatible(&entry.version, &child.chart.metadata().version)
}

/// Whether a version lies in a range; an unreadable one never does.
pub(crate) fn is_compatible(range: &str, version: &str) -> bool {
    match (Constraint::parse(range), Version::parse(version)) {
        (Ok(range), Ok(version)) => range.check(&version),
        _ => false,
    }
}

/// Tags decide first, then the first condition that is a boolean.
fn is_enabled(entry: &Dependency, values: &Map, path: &str) -> bool {
    let mut enabled = true;
    if let Some(Value::Map(tags)) = values.get("tags") {
        let set: Vec<bool> = entry
            .tags
            .iter()
            .filter_map(|tag| match tags.get(tag) {
                Some(Value::Bool(flag, _)) => Some(flag),
                _ => None,
            })
            .collect();
        enabled = set.is_empty() || set.contains(&true);
    }
    for condition in entry.condition.trim().split(',') {
        if condition.is_empty() {
            continue;
        }
        if let Some(Value::Bool(flag, _)) = value_at(values, &format!("{path}{condition}")) {
            return flag;
        }
    }
    enabled
}

/// Imports values of children into their parents, from the leaves up.
fn import(chart: &mut Instance<'_>) -> Result<(), ValuesError> {
    for child in &mut chart.dependencies {
        import(child)?;
    }
    if chart.chart.metadata().dependencies.is_empty() {
        return Ok(());
    }
    let values = coalesce_values(chart, &Map::default(), Nulls::Keep)?;
    let imported = Map::default();
    for entry in &chart.listed {
        for item in &entry.import_values {
            let (child, parent) = match item {
                ImportValues::Export(name) => (format!("exports.{name}"), "."),
                ImportValues::Pair { child, parent } => (child.clone(), parent.as_str()),
                ImportValues::Other => continue,
            };
            if let Some(table) = table_at(&values, &format!("{}.{child}", entry.name)) {
                merge_tables(&imported, &nested(parent, table), Nulls::Keep)?;
            }
        }
    }
    let values = copy(&values)?;
    merge_tables(&values, &imported, Nulls::Keep)?;
    chart.values = Some(values);
    Ok(())
}

/// The table at the end of a dotted path, `.` being the top.
fn nested(path: &str, table: Map) -> Map {
    if path == "." {
        return table;
    }
    path.rsplit('.').fold(table, |inner, name| {
        [(name, Value::Map(inner))].into_iter().collect()
    })
}
