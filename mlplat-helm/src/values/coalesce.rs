//! Coalescing: a chart's defaults below the values that are given for it, chart by chart.
//!
//! Going down the tree of charts, each chart's defaults are merged below its values; then each
//! subchart gets its table, into which the globals of the parent are merged (the parent's win),
//! and the same happens there. Where a default is a table for a subchart, nulls are kept until
//! that subchart's own turn; elsewhere a null removes the default and itself.

use super::error::ValuesError;
use super::instance::Instance;
use super::tables::{Nulls, copy, merge_tables};
use crate::value::{Map, Value};

const GLOBAL: &str = "global";

/// The values of a chart and its subcharts; `given` stays as it is.
///
/// # Errors
///
/// [`ValuesError::SubchartValue`] when something else than a table is given for a subchart.
pub(crate) fn coalesce_values(
    chart: &Instance<'_>,
    given: &Map,
    nulls: Nulls,
) -> Result<Map, ValuesError> {
    let values = copy(given)?;
    coalesce(chart, &values, nulls)?;
    Ok(values)
}

fn coalesce(chart: &Instance<'_>, values: &Map, nulls: Nulls) -> Result<(), ValuesError> {
    apply_defaults(chart, values, nulls)?;
    for child in &chart.dependencies {
        let table = match values.get(&child.name) {
            None => {
                let table = Map::default();
                values.set(child.name.as_str(), Value::Map(table.clone()))?;
                table
            }
            Some(Value::Map(table)) => table,
            Some(other) => {
                return Err(ValuesError::SubchartValue {
                    chart: child.name.clone(),
                    found: other.type_name().to_owned(),
                });
            }
        };
        pass_globals(&table, values)?;
        coalesce(child, &table, nulls)?;
    }
    Ok(())
}

fn apply_defaults(chart: &Instance<'_>, values: &Map, nulls: Nulls) -> Result<(), ValuesError> {
    let defaults = match &chart.values {
        Some(defaults) => copy(defaults)?,
        None => return Ok(()),
    };
    for (key, default) in defaults.entries() {
        match values.get(&key) {
            None => values.set(key, default)?,
            Some(value) if value.is_nil() && nulls == Nulls::Delete => {
                values.remove(&key);
            }
            Some(Value::Map(own)) => {
                if let Value::Map(default) = &default {
                    let for_child = chart.dependencies.iter().any(|child| child.name == *key);
                    let nulls = if for_child { Nulls::Keep } else { nulls };
                    merge_tables(&own, default, nulls)?;
                }
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Copies the parent's globals into a child's; the parent's win.
fn pass_globals(child: &Map, parent: &Map) -> Result<(), ValuesError> {
    let globals_of = |map: &Map| match map.get(GLOBAL) {
        None => Some(Map::default()),
        Some(Value::Map(globals)) => Some(globals),
        // Not a table: globals are not passed on.
        Some(_) => None,
    };
    let (Some(own), Some(inherited)) = (globals_of(child), globals_of(parent)) else {
        return Ok(());
    };
    for (key, value) in inherited.entries() {
        match (&value, own.get(&key)) {
            (Value::Map(table), mine) => {
                // One level is copied, what is below stays shared with the parent.
                let table: Map = table.entries().into_iter().collect();
                match mine {
                    None => own.set(key, Value::Map(table))?,
                    Some(Value::Map(mine)) => {
                        merge_tables(&table, &mine, Nulls::Keep)?;
                        own.set(key, Value::Map(table))?;
                    }
                    Some(_) => {}
                }
            }
            (_, Some(Value::Map(_))) => {}
            _ => own.set(key, value)?,
        }
    }
    child.set(GLOBAL, Value::Map(own))?;
    Ok(())
}
