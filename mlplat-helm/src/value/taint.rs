//! Which opaque inputs a value was made from.

use std::rc::Rc;

/// Names one opaque input of a render: an output that is unknown at plan, or
/// a secret. The caller numbers its inputs; this crate only carries the ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaintId(pub u32);

#[derive(Debug, PartialEq, Eq)]
struct Set {
    ids: Vec<TaintId>,
    facts: bool,
}

/// The set of opaque inputs that a scalar, or a span of text, depends on.
///
/// The empty set, by far the most common one, costs no allocation.
///
/// Besides the ids a set knows whether the *facts of the input's type* still
/// hold for the value: an unknown cluster name is a non-empty string, and so
/// is its base64 text, but what `regexFind` cuts out of it may be empty.
/// `if`, `default` and `required` may decide on a tainted value only while
/// [`Taints::facts_hold`].
///
/// ```
/// use mlplat_helm::value::{TaintId, Taints};
/// let a = Taints::one(TaintId(1));
/// let both = a.union(&Taints::one(TaintId(2)));
/// assert_eq!(both.ids(), [TaintId(1), TaintId(2)]);
/// assert!(both.facts_hold());
/// assert!(!both.without_facts().facts_hold());
/// assert!(Taints::default().is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taints(Option<Rc<Set>>);

impl Taints {
    /// The set that holds one id, with its type's facts.
    #[must_use]
    pub fn one(id: TaintId) -> Self {
        Self::from_parts(vec![id], true)
    }

    fn from_parts(ids: Vec<TaintId>, facts: bool) -> Self {
        Self(Some(Rc::new(Set { ids, facts })))
    }

    /// Whether the value depends on no opaque input.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The ids, ascending.
    #[must_use]
    pub fn ids(&self) -> &[TaintId] {
        self.0.as_ref().map_or(&[], |set| &set.ids)
    }

    /// Whether what is known of the inputs' type (that they are not empty)
    /// still holds for this value. True for the empty set.
    #[must_use]
    pub fn facts_hold(&self) -> bool {
        self.0.as_ref().is_none_or(|set| set.facts)
    }

    /// The same ids for a value of which the type's facts no longer tell
    /// anything, such as a part cut out by its content.
    #[must_use]
    pub fn without_facts(&self) -> Self {
        match &self.0 {
            Some(set) if set.facts => Self::from_parts(set.ids.clone(), false),
            _ => self.clone(),
        }
    }

    /// All ids of both sets; the facts hold when they hold in both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let (a, b) = match (&self.0, &other.0) {
            (_, None) => return self.clone(),
            (None, _) => return other.clone(),
            (Some(a), Some(b)) => (a, b),
        };
        if Rc::ptr_eq(a, b) || a == b {
            return self.clone();
        }
        let mut ids = a.ids.clone();
        ids.extend_from_slice(&b.ids);
        ids.sort_unstable();
        ids.dedup();
        Self::from_parts(ids, a.facts && b.facts)
    }

    /// Adds the ids of `other` to this set.
    pub fn add(&mut self, other: &Self) {
        if !other.is_empty() {
            *self = self.union(other);
        }
    }
}
