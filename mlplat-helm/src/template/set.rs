//! The templates of a chart, parsed once.

use super::error::{Error, ErrorKind};
use crate::funcs::Context;
use crate::value::{Str, Value};

/// Named templates that can call each other: all files of a chart and what
/// they `define`.
///
/// Parsing happens once; a set can be executed as often as wanted, from any
/// thread.
#[derive(Clone, Debug, Default)]
pub struct TemplateSet {}

impl TemplateSet {
    /// A set of these templates, given as (name, source) in helm's order
    /// ([`sort_names`]): a later definition of a name replaces an earlier one.
    ///
    /// # Errors
    ///
    /// The first template that is not one, as helm words it.
    pub fn parse<'a>(sources: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Error> {
        let mut set = Self::default();
        for (name, source) in sources {
            set.add(name, source)?;
        }
        Ok(set)
    }

    /// Adds one file.
    ///
    /// # Errors
    ///
    /// The source is not a template.
    pub fn add(&mut self, name: &str, source: &str) -> Result<(), Error> {
        let _ = source;
        Err(Error::new(
            ErrorKind::Parse,
            format!("parse error at ({name}): not yet"),
        ))
    }

    /// Executes the template `name` with `root` as `.` and `$`.
    ///
    /// The text comes with the spans that depend on opaque inputs;
    /// `<no value>` is removed as helm does.
    ///
    /// # Errors
    ///
    /// What the template does wrong, or the limit that it reaches.
    pub fn execute(&self, name: &str, root: &Value, context: &Context<'_>) -> Result<Str, Error> {
        let _ = (root, context);
        Err(Error::new(
            ErrorKind::Execute,
            format!("no template {name:?}"),
        ))
    }
}

/// Sorts template names into the order in which helm parses and executes
/// them: most path segments first, within that descending by name.
pub fn sort_names(names: &mut [&str]) {
    let depth = |name: &str| name.bytes().filter(|byte| *byte == b'/').count();
    names.sort_by(|a, b| depth(b).cmp(&depth(a)).then_with(|| b.cmp(a)));
}
