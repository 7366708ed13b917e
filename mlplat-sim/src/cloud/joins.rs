//! Joins over objects: the other half of what the graph does over expressions.

use mlplat_core::facts::{Join, Need};
use serde_json::Value;

use super::account::Inner;
use super::object::SimObject;

impl Inner {
    /// The live objects that a need's path leads to from an object. `None`
    /// when the path ends before it looks back at others: a condition is not
    /// met, a field is not set, or it names something that is not of this
    /// account. Then nothing is needed.
    pub(super) fn needed<'a>(
        &'a self,
        from: &'a SimObject,
        need: &Need,
    ) -> Option<Vec<&'a SimObject>> {
        let mut here = vec![from];
        let mut left = false;
        for join in need.path {
            here = here
                .iter()
                .flat_map(|object| self.step(object, join))
                .collect();
            here.sort_by_key(|object| object.key);
            here.dedup_by_key(|object| object.key);
            left |= matches!(join, Join::Back(..) | Join::BackAny(..) | Join::Offered(_));
            if here.is_empty() && !left {
                return None;
            }
        }
        Some(here)
    }

    /// The objects of a type that name an object in a field.
    fn back<'a>(&'a self, object: &SimObject, ty: &str, field: &str) -> Vec<&'a SimObject> {
        let names = |other: &&SimObject| {
            let value = other.inputs.get(field);
            value.is_some_and(|value| object.is_named_by(value))
        };
        let fitting = self.live().filter(|other| other.ty == ty);
        fitting.filter(names).collect()
    }

    /// The objects that offer something to an object.
    fn offering<'a>(&'a self, object: &SimObject, what: &str) -> Vec<&'a SimObject> {
        let offers = |other: &&SimObject| {
            let ty = self.by_type.get(other.ty.as_str());
            let mut fields = ty
                .iter()
                .flat_map(|ty| ty.offers)
                .filter(|offer| offer.what == what)
                .filter_map(|offer| other.inputs.get(offer.to));
            fields.any(|value| object.is_named_by(value))
        };
        self.live().filter(offers).collect()
    }

    fn step<'a>(&'a self, object: &'a SimObject, join: &Join) -> Vec<&'a SimObject> {
        match join {
            Join::Follow(field) => match object.inputs.get(*field) {
                Some(value) => self
                    .live()
                    .filter(|target| target.is_named_by(value))
                    .collect(),
                None => Vec::new(),
            },
            Join::Back(ty, field) => self.back(object, ty, field),
            Join::BackAny(holders) => {
                let each = holders.iter();
                each.flat_map(|(ty, field)| self.back(object, ty, field))
                    .collect()
            }
            Join::Offered(what) => self.offering(object, what),
            Join::Where(field, value) => {
                let fits = object.inputs.get(*field).and_then(Value::as_str) == Some(value);
                if fits { vec![object] } else { Vec::new() }
            }
        }
    }
}
