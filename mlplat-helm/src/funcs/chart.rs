//! Helm's functions that reach other templates and the cluster.

use super::args::{string, text};
use super::call::Call;
use super::fault::Fault;
use super::function::{Function, Group, row};
use crate::template::{ErrorKind, execute_text, include};
use crate::value::{Param, Str, Value};

use Param::{Any, Text};

/// What helm puts around the message of `fail` and `required`, to find it
/// again in Go's error text.
pub(crate) const WARN_START: &str = "HELM_ERR_START";
/// The other end.
pub(crate) const WARN_END: &str = "HELM_ERR_END";

pub(super) static ROWS: &[Function] = &[
    row(
        "include",
        Group::Template,
        &[Text, Any],
        "The text of a named template",
        run_include,
    )
    .keeps(),
    row(
        "tpl",
        Group::Template,
        &[Text, Any],
        "The text of a template given as text",
        tpl,
    )
    .keeps(),
    row(
        "required",
        Group::Template,
        &[Text, Any],
        "The value, or a refusal",
        required,
    )
    .keeps(),
    row("fail", Group::Template, &[Text], "Refuses to render", fail).keeps(),
    row(
        "lookup",
        Group::Template,
        &[Text, Text, Text, Text],
        "An object of the cluster, or an empty map",
        lookup,
    ),
    row(
        "getHostByName",
        Group::Network,
        &[Text],
        "Nothing: names are not resolved",
        no_host,
    )
    .keeps(),
];

fn run_include(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    call.refuse(&args[0], "the name of the template to include")?;
    include(call, &text(&args[0]), &args[1]).map(Value::Str)
}

fn tpl(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let source = string(&args[0]);
    let content = source.to_text();
    if source.is_tainted() {
        // An opaque part is plain text where it is not part of an action; the
        // words of an action may not be opaque.
        if content.contains("{{") {
            return Err(super::call::refusal(
                call.context,
                &source.taints(),
                "the template given to `tpl`",
            ));
        }
        return Ok(Value::Str(source.clone()));
    }
    execute_text(call, &content, &args[1]).map(Value::Str)
}

fn refused(message: &Str) -> Fault {
    let text = message.to_text();
    Fault::new(ErrorKind::Refused, format!("{WARN_START}{text}{WARN_END}"))
}

fn required(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let value = &args[1];
    let is_empty = match value {
        Value::Nil | Value::Missing => true,
        Value::Str(text) if text.is_tainted() => {
            !super::call::truth(call.context, value, "`required`")?
        }
        Value::Str(text) => text.is_empty(),
        _ => false,
    };
    if is_empty {
        Err(refused(&string(&args[0])))
    } else {
        Ok(value.clone())
    }
}

fn fail(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    Err(refused(&string(&args[0])))
}

fn lookup(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let [version, kind, namespace, name] = [0, 1, 2, 3].map(|at| text(&args[at]));
    let found = call
        .context
        .lookup
        .lookup(&version, &kind, &namespace, &name)?;
    Ok(Value::from_json(&found))
}

fn no_host(_: &Call<'_>, _: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(""))
}
