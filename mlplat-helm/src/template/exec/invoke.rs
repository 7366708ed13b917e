//! Templates that execute templates.

use std::sync::Arc;

use super::super::error::{Error, ErrorKind};
use super::super::node::{Invocation, Tree};
use super::super::parse::parse;
use super::super::scope::Scope;
use super::state::{At, Dot, State};
use crate::funcs::{Call, Context, Fault};
use crate::gofmt::quote;
use crate::value::{Str, StrBuilder, Value};

/// The name that helm gives to text that `tpl` executes.
const TPL_NAME: &str = "gotpl";

/// What Go prints for a value that is missing, and helm takes out again.
const NO_VALUE: &str = "<no value>";

/// Executes a named template, helm's way of a whole file.
pub(in crate::template) fn execute(
    scope: &Scope<'_>,
    context: &Context<'_>,
    name: &str,
    root: &Value,
) -> Result<Str, Error> {
    let Some(tree) = scope.find(name) else {
        let message = format!(
            "template: no template {} associated with template {}",
            quote(name),
            quote(TPL_NAME)
        );
        return Err(Error::new(ErrorKind::Execute, message));
    };
    context.meter.start_template();
    let text = run_tree(scope, context, tree, root.clone())?;
    Ok(without_no_value(text))
}

/// `include`: the text of a named template.
pub(crate) fn include(call: &Call<'_>, name: &str, data: &Value) -> Result<Str, Fault> {
    let meter = &call.context.meter;
    meter.enter_include(name)?;
    let result = match call.scope.find(name) {
        Some(tree) => run_tree(call.scope, call.context, tree, data.clone())
            .map_err(|error| Fault::nested("", error)),
        None => Err(Fault::from(format!(
            "template: no template {} associated with template {}",
            quote(name),
            quote(TPL_NAME)
        ))),
    };
    meter.leave_include(name);
    result
}

/// `tpl`: the text of a template that is itself a value.
pub(crate) fn execute_text(call: &Call<'_>, source: &str, data: &Value) -> Result<Str, Fault> {
    if !source.contains("{{") {
        return Ok(without_no_value(Str::from(source)));
    }
    let parsed = call.scope.parsed(source, || parse(TPL_NAME, source));
    let trees = parsed.map_err(|error| {
        let prefix = format!("cannot parse template {}: ", quote(source));
        Fault::nested(&prefix, error)
    })?;
    let scope = call.scope.within(&trees);
    let main = trees.iter().find(|tree| &*tree.name == TPL_NAME);
    let Some(tree) = main else {
        return Ok(Str::from(""));
    };
    let result = run_tree(&scope, call.context, tree, data.clone());
    let text = result.map_err(|error| {
        let prefix = format!(
            "error during tpl function execution for {}: ",
            quote(source)
        );
        Fault::nested(&prefix, error)
    })?;
    Ok(without_no_value(text))
}

/// Executes a tree with `.` and `$` set to `data`.
fn run_tree(
    scope: &Scope<'_>,
    context: &Context<'_>,
    tree: &Arc<Tree>,
    data: Value,
) -> Result<Str, Error> {
    let mut out = StrBuilder::default();
    run_into(scope, context, tree, data, &mut out)?;
    let length = out.len();
    let metered = context.meter.text(length, &context.limits);
    metered.map_err(|fault| Error::new(fault.kind, fault.message))?;
    Ok(out.finish())
}

fn run_into(
    scope: &Scope<'_>,
    context: &Context<'_>,
    tree: &Arc<Tree>,
    data: Value,
    out: &mut StrBuilder,
) -> Result<(), Error> {
    let entered = context.meter.enter(&context.limits);
    let mut vars = vec![None; tree.slots];
    // Data that is nil is no value at all.
    let dot = Dot::plain(match data {
        Value::Nil => Value::Missing,
        other => other,
    });
    if let Some(first) = vars.first_mut() {
        *first = Some(dot.clone());
    }
    let mut state = State {
        tree,
        scope,
        context,
        out,
        vars,
        at: At::Start,
    };
    if let Err(fault) = entered {
        return Err(state.fault(&fault));
    }
    let result = state.list(&dot, &tree.root);
    context.meter.leave();
    result.map(|_| ())
}

impl<'t> State<'t, '_> {
    /// `{{template "name" pipeline}}`: writes into the same output.
    pub(super) fn invoke(&mut self, dot: &Dot, node: &'t Invocation) -> Result<(), Error> {
        self.at = At::Invocation(node);
        let Some(tree) = self.scope.find(&node.name) else {
            return Err(self.fail(format!("template {} not defined", quote(&node.name))));
        };
        let data = match &node.pipe {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => Value::Missing,
        };
        let tree = Arc::clone(tree);
        run_into(self.scope, self.context, &tree, data, self.out)
    }
}

/// Helm removes what Go prints for missing values from the text.
fn without_no_value(text: Str) -> Str {
    let Some(content) = text.as_str().filter(|content| content.contains(NO_VALUE)) else {
        return text;
    };
    let mut builder = StrBuilder::default();
    let mut at = 0;
    for (start, _) in content.match_indices(NO_VALUE) {
        builder.push(&text.slice(at..start));
        at = start + NO_VALUE.len();
    }
    builder.push(&text.slice(at..text.len()));
    builder.finish()
}
