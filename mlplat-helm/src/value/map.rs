//! Maps with string keys, shared by reference.

use std::cell::{Ref, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::mem;
use std::rc::Rc;

use super::scalar::Value;
use super::walk::{CycleError, drop_all, reaches};

/// The Go type of a map, which `typeOf` and `%#v` can see and which decides
/// what a missing key reads as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MapKind {
    /// `map[string]interface {}`: a missing key reads as nil.
    #[default]
    Any,
    /// `map[string]string`: a missing key reads as the empty string.
    Text,
    /// A named `map[string]interface {}`, such as `chartutil.Values`.
    Named(&'static str),
}

impl MapKind {
    /// Go's name of the type.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Any => "map[string]interface {}",
            Self::Text => "map[string]string",
            Self::Named(name) => name,
        }
    }
}

/// The table behind a [`Map`], in the order in which templates range over it.
pub type Table = BTreeMap<Rc<str>, Value>;

struct Inner {
    kind: MapKind,
    table: RefCell<Table>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        let table = mem::take(self.table.get_mut());
        drop_all(table.into_values().collect());
    }
}

/// A reference to a shared map; clones see each other's changes.
///
/// ```
/// use mlplat_helm::value::{Map, Value};
/// let map = Map::default();
/// let other = map.clone();
/// map.set("a", Value::from(true)).unwrap();
/// assert_eq!(other.len(), 1);
/// assert!(map.set("self", Value::from(map.clone())).is_err());
/// ```
#[derive(Clone)]
pub struct Map(Rc<Inner>);

impl Map {
    /// An empty map of a Go type.
    #[must_use]
    pub fn new(kind: MapKind) -> Self {
        Self::from_table(kind, Table::new())
    }

    /// A map with these entries. The values cannot contain the map, since it
    /// is new.
    #[must_use]
    pub fn from_table(kind: MapKind, table: Table) -> Self {
        Self(Rc::new(Inner {
            kind,
            table: RefCell::new(table),
        }))
    }

    /// The Go type.
    #[must_use]
    pub fn kind(&self) -> MapKind {
        self.0.kind
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.table.borrow().len()
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.table.borrow().is_empty()
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Value> {
        self.0.table.borrow().get(key).cloned()
    }

    /// Whether the key is there, whatever its value.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.0.table.borrow().contains_key(key)
    }

    /// Sets a key in place, for all holders of the map.
    ///
    /// # Errors
    ///
    /// [`CycleError`] when `value` contains this map.
    pub fn set(&self, key: impl Into<Rc<str>>, value: Value) -> Result<(), CycleError> {
        if reaches(&value, self) {
            return Err(CycleError);
        }
        self.0.table.borrow_mut().insert(key.into(), value);
        Ok(())
    }

    /// Removes a key in place and returns its value.
    pub fn remove(&self, key: &str) -> Option<Value> {
        self.0.table.borrow_mut().remove(key)
    }

    /// The entries by reference. The map must not be changed while the result
    /// is alive: take [`Map::entries`] where a callback might.
    #[must_use]
    pub fn table(&self) -> Ref<'_, Table> {
        self.0.table.borrow()
    }

    /// A snapshot of the entries, sorted by key.
    #[must_use]
    pub fn entries(&self) -> Vec<(Rc<str>, Value)> {
        self.table()
            .iter()
            .map(|(key, value)| (Rc::clone(key), value.clone()))
            .collect()
    }

    /// Whether both are references to one map.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// Where the shared map lies; equal for clones of one reference.
    pub(super) fn address(&self) -> usize {
        Rc::as_ptr(&self.0).addr()
    }

    /// Takes the values out if nobody else holds the map.
    pub(super) fn take_unique(&mut self) -> Option<Vec<Value>> {
        Rc::get_mut(&mut self.0)
            .map(|inner| mem::take(inner.table.get_mut()).into_values().collect())
    }
}

impl Default for Map {
    fn default() -> Self {
        Self::new(MapKind::Any)
    }
}

impl<K: Into<Rc<str>>> FromIterator<(K, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        let table = entries.into_iter().map(|(k, v)| (k.into(), v)).collect();
        Self::from_table(MapKind::Any, table)
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.table().iter()).finish()
    }
}
