//! Slices.
//!
//! Nothing in a template changes a list in place (sprig's list functions all
//! return a new one), so a [`List`] is a shared, immutable sequence.

use std::fmt;
use std::mem;
use std::rc::Rc;

use super::scalar::Value;
use super::walk::drop_all;

/// The element type of a Go slice, which `typeOf`, `%#v` and parameter checks
/// can see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListKind {
    /// `[]interface {}`
    #[default]
    Any,
    /// `[]string`
    Text,
    /// `[]int`
    Int,
    /// `[]map[string]interface {}`
    Maps,
    /// A named slice of strings, such as `chartutil.VersionSet`.
    Named(&'static str),
}

impl ListKind {
    /// Go's name of the type.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Any => "[]interface {}",
            Self::Text => "[]string",
            Self::Int => "[]int",
            Self::Maps => "[]map[string]interface {}",
            Self::Named(name) => name,
        }
    }
}

struct Inner {
    kind: ListKind,
    items: Vec<Value>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        drop_all(mem::take(&mut self.items));
    }
}

/// An immutable, shared sequence of values.
#[derive(Clone)]
pub struct List(Rc<Inner>);

impl List {
    /// A list whose element type is `kind`.
    #[must_use]
    pub fn new(kind: ListKind, items: Vec<Value>) -> Self {
        Self(Rc::new(Inner { kind, items }))
    }

    /// The element type.
    #[must_use]
    pub fn kind(&self) -> ListKind {
        self.0.kind
    }

    /// The elements.
    #[must_use]
    pub fn items(&self) -> &[Value] {
        &self.0.items
    }

    /// Where the shared list lies; equal for clones of one list.
    pub(super) fn address(&self) -> usize {
        Rc::as_ptr(&self.0).addr()
    }

    /// Takes the elements out if nobody else holds the list.
    pub(super) fn take_unique(&mut self) -> Option<Vec<Value>> {
        Rc::get_mut(&mut self.0).map(|inner| mem::take(&mut inner.items))
    }
}

impl From<Vec<Value>> for List {
    fn from(items: Vec<Value>) -> Self {
        Self::new(ListKind::Any, items)
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.items()).finish()
    }
}
