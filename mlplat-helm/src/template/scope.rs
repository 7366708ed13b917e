//! Which templates can be called by name.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::error::Error;
use super::node::Tree;

/// How many parsed `tpl` texts a render keeps.
const CACHED: usize = 512;

type Trees = Rc<Vec<Arc<Tree>>>;
type Parsed = HashMap<Box<str>, Trees>;

/// The templates that a running template sees: those of the chart, and in a
/// `tpl` text also those that it and the texts around it define.
pub(crate) struct Scope<'s> {
    named: &'s HashMap<Arc<str>, Arc<Tree>>,
    own: Vec<Arc<Tree>>,
    outer: Option<&'s Scope<'s>>,
    parsed: Rc<RefCell<Parsed>>,
}

impl<'s> Scope<'s> {
    pub(super) fn new(named: &'s HashMap<Arc<str>, Arc<Tree>>) -> Self {
        Self {
            named,
            own: Vec::new(),
            outer: None,
            parsed: Rc::default(),
        }
    }

    /// A scope in which the trees of a text hide those of their names, as far
    /// as they are not empty.
    pub(super) fn within(&'s self, trees: &[Arc<Tree>]) -> Self {
        let hides = |tree: &&Arc<Tree>| !tree.is_empty() || self.find(&tree.name).is_none();
        Self {
            named: self.named,
            own: trees.iter().filter(hides).cloned().collect(),
            outer: Some(self),
            parsed: Rc::clone(&self.parsed),
        }
    }

    /// The template of a name.
    pub(crate) fn find(&self, name: &str) -> Option<&Arc<Tree>> {
        let mut scope = self;
        loop {
            if let Some(tree) = scope.own.iter().find(|tree| &*tree.name == name) {
                return Some(tree);
            }
            match scope.outer {
                Some(outer) => scope = outer,
                None => return self.named.get(name),
            }
        }
    }

    /// The trees of a text, parsed once per render.
    pub(super) fn parsed(
        &self,
        source: &str,
        parse: impl FnOnce() -> Result<Vec<Arc<Tree>>, Error>,
    ) -> Result<Trees, Error> {
        if let Some(trees) = self.parsed.borrow().get(source) {
            return Ok(Rc::clone(trees));
        }
        let trees = Rc::new(parse()?);
        let mut cache = self.parsed.borrow_mut();
        if cache.len() < CACHED {
            cache.insert(source.into(), Rc::clone(&trees));
        }
        Ok(trees)
    }
}
