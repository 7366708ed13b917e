//! All functions, by name.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use super::call::{Call, refusal};
use super::context::Context;
use super::fault::Fault;
use super::function::{Function, Group, Opaque};
use super::{builtin, chart, compare, crypto, date, dict, encoding, kind, list, logic, math};
use super::{path, random_text, regex, text, toml, url, version, words};
use crate::template::Scope;
use crate::value::{Taints, Value};

static GROUPS: [&[Function]; 20] = [
    builtin::ROWS,
    compare::ROWS,
    chart::ROWS,
    logic::ROWS,
    text::ROWS,
    words::ROWS,
    regex::ROWS,
    encoding::ROWS,
    toml::ROWS,
    list::ROWS,
    dict::ROWS,
    math::ROWS,
    kind::ROWS,
    path::ROWS,
    url::ROWS,
    date::ROWS,
    version::ROWS,
    random_text::ROWS,
    crypto::ROWS,
    crypto::CERTIFICATE_ROWS,
];

static BY_NAME: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
    let rows = GROUPS.iter().flat_map(|rows| rows.iter());
    rows.map(|function| (function.name, function)).collect()
});

/// Every function, sorted by group and name.
///
/// ```
/// use mlplat_helm::funcs::table;
/// let nindent = table().into_iter().find(|f| f.name == "nindent").unwrap();
/// assert_eq!(nindent.signature(), "int, string");
/// ```
#[must_use]
pub fn table() -> Vec<&'static Function> {
    let mut rows: Vec<&Function> = BY_NAME.values().copied().collect();
    rows.sort_by_key(|function| (function.group, function.name));
    rows
}

/// The table as Markdown, for documentation.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from("| function | parameters | does |\n|---|---|---|\n");
    let mut group: Option<Group> = None;
    for function in table() {
        if group != Some(function.group) {
            group = Some(function.group);
            let _ = writeln!(out, "| **{:?}** | | |", function.group);
        }
        let signature = function.signature();
        let shown = if signature.is_empty() {
            String::new()
        } else {
            format!("`{signature}`")
        };
        let _ = writeln!(out, "| `{}` | {shown} | {} |", function.name, function.doc);
    }
    out
}

/// The function of a name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    BY_NAME.get(name).copied()
}

/// Calls a function with checked arguments.
pub(crate) fn run(
    function: &'static Function,
    context: &Context<'_>,
    scope: &Scope<'_>,
    place: &dyn Fn() -> (String, usize, usize),
    args: &[Value],
) -> Result<Value, Fault> {
    let call = Call {
        context,
        scope,
        function: function.name,
        place,
    };
    let taints = opaque_parts(function, &call, args)?;
    let result = (function.run)(&call, args)?;
    if let Value::Str(text) = &result {
        call.charge_text(text.len())?;
    }
    Ok(if taints.is_empty() {
        result
    } else {
        spread(result, &taints)
    })
}

/// What the whole result depends on, as far as the function's row says so.
fn opaque_parts(function: &Function, call: &Call<'_>, args: &[Value]) -> Result<Taints, Fault> {
    let mut all = Taints::default();
    if function.opaque == Opaque::Keeps || !call.has_opaque() {
        return Ok(all);
    }
    for arg in args {
        all.add(&call.taints(arg));
    }
    match function.opaque {
        Opaque::Refuses if !all.is_empty() => {
            Err(refusal(call.context, &all, &format!("`{}`", function.name)))
        }
        Opaque::Cuts => Ok(all.without_facts()),
        _ => Ok(all),
    }
}

/// Marks a result, or all elements of it.
fn spread(value: Value, taints: &Taints) -> Value {
    match value {
        Value::List(list) => {
            let items = list.items().iter().cloned();
            let items = items.map(|item| spread(item, taints)).collect();
            Value::List(crate::value::List::new(list.kind(), items))
        }
        Value::Map(map) => {
            let mut table = map.table().clone();
            for slot in table.values_mut() {
                *slot = spread(std::mem::take(slot), taints);
            }
            Value::Map(crate::value::Map::from_table(map.kind(), table))
        }
        other => other.with_taints(taints),
    }
}
