//! Counts what a render uses, against its limits.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::context::{CallSite, Limits};
use super::fault::Fault;

/// The counters of one render.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    steps: Cell<u64>,
    text: Cell<u64>,
    depth: Cell<usize>,
    /// How many `include`s of each name are under way.
    includes: RefCell<HashMap<String, usize>>,
    /// How often each generator was called at each place.
    calls: RefCell<HashMap<CallSite, u64>>,
}

/// How many `include`s of one template may be under way: helm's own limit.
const MOST_INCLUDES: usize = 1_000;

impl Meter {
    /// Starts to count a template's texts anew.
    pub(crate) fn start_template(&self) {
        self.text.set(0);
    }

    /// Counts steps.
    pub(crate) fn steps(&self, count: u64, limits: &Limits) -> Result<(), Fault> {
        let steps = self.steps.get().saturating_add(count);
        self.steps.set(steps);
        if steps > limits.steps {
            let most = limits.steps;
            return Err(Fault::limit(format!(
                "the chart needs more than {most} steps"
            )));
        }
        Ok(())
    }

    /// Counts a text of this length, made or about to be made.
    pub(crate) fn text(&self, length: usize, limits: &Limits) -> Result<(), Fault> {
        let total = self.text.get().saturating_add(length as u64);
        self.text.set(total);
        if length > limits.text {
            let most = limits.text;
            return Err(Fault::limit(format!(
                "a text would be longer than {most} bytes"
            )));
        }
        if total > limits.total_text {
            let most = limits.total_text;
            let message = format!("the template makes more than {most} bytes of text");
            return Err(Fault::limit(message));
        }
        Ok(())
    }

    /// Enters a template within a template.
    pub(crate) fn enter(&self, limits: &Limits) -> Result<(), Fault> {
        let depth = self.depth.get() + 1;
        if depth > limits.depth {
            let most = limits.depth;
            let message = format!("templates are nested more than {most} levels deep");
            return Err(Fault::limit(message));
        }
        self.depth.set(depth);
        Ok(())
    }

    pub(crate) fn leave(&self) {
        self.depth.set(self.depth.get().saturating_sub(1));
    }

    /// Enters an `include` of this name, which `leave_include` must follow.
    pub(crate) fn enter_include(&self, name: &str) -> Result<(), Fault> {
        let mut includes = self.includes.borrow_mut();
        match includes.get_mut(name) {
            Some(count) if *count > MOST_INCLUDES => Err(Fault::limit(format!(
                "rendering template has a nested reference name: {name}: unable to execute template"
            ))),
            Some(count) => {
                *count += 1;
                Ok(())
            }
            None => {
                includes.insert(name.to_owned(), 1);
                Ok(())
            }
        }
    }

    pub(crate) fn leave_include(&self, name: &str) {
        if let Some(count) = self.includes.borrow_mut().get_mut(name) {
            *count = count.saturating_sub(1);
        }
    }

    /// The ordinal of the next call at a place, whose own ordinal is ignored.
    pub(crate) fn next_call(&self, site: &CallSite) -> u64 {
        let mut calls = self.calls.borrow_mut();
        let count = calls.entry(site.clone()).or_default();
        *count += 1;
        *count - 1
    }
}
