//! Facts about a field whose value is a document: a whole tree of members.

use serde::Serialize;

/// What is known of the inside of a field. Such a field is compared member by
/// member: each difference is a reason of its own, named by its path
/// (`Spec.template.spec.containers[web].image`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Document {
    /// Paths from the field, with dots, below which the API refuses every
    /// change: the object is made anew. Everything else changes as the field
    /// does.
    pub fixed: &'static [&'static str],
    /// Lists whose items are known by a key and not by their position.
    pub keyed: &'static [Keyed],
}

/// A document of which nothing is known: maps member by member, lists by
/// position.
pub const DOCUMENT: Document = Document {
    fixed: &[],
    keyed: &[],
};

/// A list whose items are known by a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Keyed {
    /// The name of the member that holds the list, wherever it stands.
    pub list: &'static str,
    /// The members of an item that make its key.
    pub by: &'static [&'static str],
    /// Whether the order of the items means something all the same.
    pub ordered: bool,
}

/// A list whose items are known by a key, in any order.
#[must_use]
pub const fn keyed(list: &'static str, by: &'static [&'static str]) -> Keyed {
    Keyed {
        list,
        by,
        ordered: false,
    }
}

impl Keyed {
    /// The same list, whose order means something.
    #[must_use]
    pub const fn ordered(self) -> Self {
        Self {
            ordered: true,
            ..self
        }
    }
}

impl Document {
    /// The key of the lists under this member, if their items have one.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<&'static Keyed> {
        self.keyed.iter().find(|keyed| keyed.list == name)
    }
}
