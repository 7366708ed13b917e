//! What a function sees of the render that calls it.

use super::context::{CallSite, Context, Limits};
use super::fault::Fault;
use super::random::Random;
use crate::template::{ErrorKind, Scope};
use crate::value::{MAX_DEPTH, Str, Taints, Value, deep_taints, measure};

/// One call of a function.
pub(crate) struct Call<'c> {
    pub(crate) context: &'c Context<'c>,
    pub(crate) scope: &'c Scope<'c>,
    pub(crate) function: &'static str,
    /// Where the call stands: template, line and column, found when asked.
    pub(crate) place: &'c dyn Fn() -> (String, usize, usize),
}

impl Call<'_> {
    pub(crate) fn limits(&self) -> &Limits {
        &self.context.limits
    }

    /// Counts steps that the function takes.
    pub(crate) fn charge(&self, steps: usize) -> Result<(), Fault> {
        self.context.meter.steps(steps as u64, self.limits())
    }

    /// Counts a text that the function is about to make.
    pub(crate) fn charge_text(&self, length: usize) -> Result<(), Fault> {
        self.context.meter.text(length, self.limits())
    }

    /// Counts a value that the function is about to walk through.
    ///
    /// # Errors
    ///
    /// The limit of steps, or a value nested too deep for recursion.
    pub(crate) fn charge_value(&self, value: &Value) -> Result<(), Fault> {
        if !matches!(value, Value::List(_) | Value::Map(_) | Value::Object(_)) {
            return Ok(());
        }
        let (count, depth) = measure(value, self.limits().steps);
        self.context.meter.steps(count, self.limits())?;
        if depth > MAX_DEPTH {
            return Err(crate::value::TooDeep.into());
        }
        Ok(())
    }

    /// Whether anything in this render can be opaque.
    pub(crate) fn has_opaque(&self) -> bool {
        !self.context.opaque_names.is_empty()
    }

    /// The taints of a value and all that it contains.
    pub(crate) fn taints(&self, value: &Value) -> Taints {
        if self.has_opaque() {
            deep_taints(value)
        } else {
            Taints::default()
        }
    }

    /// Refuses when `value` is opaque, because `what` would depend on it.
    pub(crate) fn refuse(&self, value: &Value, what: &str) -> Result<(), Fault> {
        let taints = self.taints(value);
        if taints.is_empty() {
            return Ok(());
        }
        Err(refusal(self.context, &taints, what))
    }

    /// Randomness for this call.
    pub(crate) fn random(&self) -> Random {
        let (template, line, column) = (self.place)();
        let mut site = CallSite {
            function: self.function,
            template,
            line,
            column,
            ordinal: 0,
        };
        site.ordinal = self.context.meter.next_call(&site);
        Random::new(self.context.seeds.seed(&site))
    }
}

/// The error for a decision that would depend on opaque inputs.
pub(crate) fn refusal(context: &Context<'_>, taints: &Taints, what: &str) -> Fault {
    let name = |id| match context.opaque_names.get(id) {
        Some(name) => format!("<{name}>"),
        None => "<opaque>".to_owned(),
    };
    let names: Vec<String> = taints.ids().iter().map(name).collect();
    let names = names.join(", ");
    let message =
        format!("{what} would depend on {names}, whose value is not known while rendering");
    Fault::new(ErrorKind::Opaque, message)
}

/// Go's truth of a value, refused where an opaque value decides it.
pub(crate) fn truth(context: &Context<'_>, value: &Value, what: &str) -> Result<bool, Fault> {
    let truth = value.is_true();
    if context.opaque_names.is_empty() {
        return Ok(truth);
    }
    let taints = value.taints();
    let is_fact = matches!(value, Value::Str(text) if is_filled(text));
    if taints.is_empty() || is_fact {
        return Ok(truth);
    }
    Err(refusal(context, &taints, what))
}

/// Whether it is known that a text is not empty, whatever its opaque parts.
pub(crate) fn is_filled(text: &Str) -> bool {
    let opaque: usize = text.spans().iter().map(|span| span.range.len()).sum();
    let has_plain = text.len() > opaque;
    has_plain || (!text.is_empty() && text.taints().facts_hold())
}
