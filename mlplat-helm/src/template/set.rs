//! The templates of a chart, parsed once.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::Error;
use super::exec;
use super::node::Tree;
use super::parse::parse;
use super::scope::Scope;
use crate::funcs::Context;
use crate::value::{Str, Value};

/// Named templates that can call each other: all files of a chart and what
/// they `define`.
///
/// Parsing happens once; a set can be executed as often as wanted, from any
/// thread.
///
/// ```
/// use mlplat_helm::funcs::{CallSite, Context, NoCluster, SeedSource};
/// use mlplat_helm::template::TemplateSet;
/// use mlplat_helm::value::Value;
///
/// struct Zeros;
/// impl SeedSource for Zeros {
///     fn seed(&self, _: &CallSite) -> [u8; 32] {
///         [0; 32]
///     }
/// }
///
/// let source = r#"replicas: {{ .replicas | default 2 }}"#;
/// let set = TemplateSet::parse([("demo/templates/a.yaml", source)])?;
/// let context = Context::new(&NoCluster, &Zeros, 0);
/// let text = set.execute("demo/templates/a.yaml", &Value::new_map(), &context)?;
/// assert_eq!(text.as_str(), Some("replicas: 2"));
/// # Ok::<(), mlplat_helm::template::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TemplateSet {
    trees: HashMap<Arc<str>, Arc<Tree>>,
}

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
    /// The source is not a template, or calls a function that there is not.
    pub fn add(&mut self, name: &str, source: &str) -> Result<(), Error> {
        let trees = parse(name, source).map_err(|error| {
            let message = as_parse_error(name, error.message());
            error.with_message(message)
        })?;
        for tree in trees {
            // An empty definition does not replace another one.
            if !tree.is_empty() || !self.trees.contains_key(&tree.name) {
                self.trees.insert(Arc::clone(&tree.name), tree);
            }
        }
        Ok(())
    }

    /// Whether there is a template of this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.trees.contains_key(name)
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
        let scope = Scope::new(&self.trees);
        let result = exec::execute(&scope, context, name, root);
        result.map_err(|error| {
            let message = as_execution_error(error.message());
            error.with_message(message)
        })
    }
}

/// Helm's words for a text that is not a template.
fn as_parse_error(name: &str, message: &str) -> String {
    let tokens: Vec<&str> = message.split(": ").collect();
    match tokens.as_slice() {
        [_, location, .., last] => format!("parse error at ({location}): {last}"),
        _ => format!("parse error in ({name}): {message}"),
    }
}

/// Helm shows what `fail` and `required` say without the way to them.
fn as_execution_error(message: &str) -> String {
    let start = message.find(crate::funcs::WARN_START);
    let end = message.rfind(crate::funcs::WARN_END);
    let location = message.split(": ").nth(1);
    match (start, end, location) {
        (Some(start), Some(end), Some(location)) if start < end => {
            let text = &message[start + crate::funcs::WARN_START.len()..end];
            format!("execution error at ({location}): {text}")
        }
        _ => message.to_owned(),
    }
}

/// Sorts template names into the order in which helm parses and executes
/// them: most path segments first, within that descending by name.
pub fn sort_names(names: &mut [&str]) {
    let depth = |name: &str| name.bytes().filter(|byte| *byte == b'/').count();
    names.sort_by(|a, b| depth(b).cmp(&depth(a)).then_with(|| b.cmp(a)));
}
