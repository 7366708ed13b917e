//! What a node asks for, as far as it is known by now: requests, differences,
//! dependencies.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::run::Run;
use super::step::{At, Stop};
use crate::facts::{Field, Held, OnChange, Refs, Type};
use crate::graph::{Node, NodeKind};
use crate::plan::{Evaluator, Val, differences, render_body};
use crate::provider::{ErrorKind, ProviderError, Request, Target};
use crate::state::{Birth, BirthId, Body, Object};
use crate::wiring::NodeId;

/// A field that is not what the program wants.
pub(super) struct Changed {
    pub(super) field: String,
    /// What of it cannot be changed in place: the field, or a path inside.
    pub(super) fixed: Option<String>,
}

fn changed(ty: &Type, name: &str, old: Option<&Value>, new: Option<&Value>) -> Option<Changed> {
    let field = ty.field(name);
    let met = |field: &Field| {
        old.zip(new)
            .is_some_and(|(old, new)| field.is_met(old, new))
    };
    if old == new || field.is_some_and(met) {
        return None;
    }
    let fixed = match field {
        Some(field) if field.inside.is_some() && old.is_some() && new.is_some() => {
            let found = differences(field, old, new, true);
            if found.is_empty() {
                return None;
            }
            let fixed = found.into_iter().find(|one| one.fixed);
            fixed.map(|one| one.path)
        }
        _ => {
            let fixed = field.is_none_or(|field| field.change == OnChange::Replace);
            fixed.then(|| name.to_owned())
        }
    };
    Some(Changed {
        field: name.to_owned(),
        fixed,
    })
}

impl Run<'_> {
    pub(super) fn evaluator(&self) -> Evaluator<'_> {
        Evaluator {
            graph: self.graph,
            env: self,
            secrets: self.secrets,
        }
    }

    pub(super) fn wanted(
        &self,
        at: At<'_>,
        node: &Node,
        birth: Option<&Birth>,
    ) -> Result<BTreeMap<String, Val>, Stop> {
        self.evaluator()
            .inputs(node, birth.map(|birth| (birth, self.lineage.as_str())))
            .map_err(|(field, why)| at.refused("NoValue", format!("{field} has no value: {why}")))
    }

    pub(super) fn request(
        &self,
        at: At<'_>,
        node: &Node,
        birth: &Birth,
    ) -> Result<(Request, Body), Stop> {
        let token = birth.token(&self.lineage);
        let inputs = self.wanted(at, node, Some(birth))?;
        let place = birth.id.to_string();
        let body = render_body(&inputs, &place, self.secrets.keyring(), Some(self.world));
        let body = body.ok_or_else(|| unknown(at, &inputs))?;
        let context = self.graph.context();
        let request = Request {
            ty: node.ty,
            inputs: clear(at, &inputs)?,
            token,
            lineage: self.lineage.clone(),
            stack: format!("{}/{}", context.stack, context.env),
            path: birth.path.to_string(),
        };
        Ok((request, body))
    }

    /// Where an object is not what the program wants.
    pub(super) fn differences(
        &self,
        at: At<'_>,
        node: &Node,
        birth: BirthId,
    ) -> Result<Vec<Changed>, Stop> {
        let born = self.born(birth, node);
        let wanted = self.wanted(at, node, Some(&born))?;
        let body = render_body(&wanted, &birth.to_string(), self.secrets.keyring(), None);
        let body = body.ok_or_else(|| unknown(at, &wanted))?;
        let object = self.ledger.with(|state| {
            state
                .objects
                .get(&birth)
                .map(|object| object.inputs.get().to_owned())
        });
        let parse =
            |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
        let (new, old) = (
            parse(body.json.get()),
            parse(object.as_deref().unwrap_or("{}")),
        );
        let ignored = |name: &&String| {
            let mut ignored = node.rules.ignore.iter();
            ignored.any(|ignored| ignored.field == **name)
        };
        let names = new
            .keys()
            .chain(old.keys().filter(|name| !new.contains_key(*name)));
        let changed = names
            .filter(|name| !ignored(name))
            .filter_map(|name| changed(node.ty, name, old.get(name), new.get(name)));
        Ok(changed.collect())
    }

    /// What cannot change in place was planned as a replacement; when such a
    /// change turns up here, the world has moved on since the plan.
    pub(super) fn check_fields(&self, at: At<'_>, changed: &[Changed]) -> Result<(), Stop> {
        match changed.iter().find_map(|one| one.fixed.as_ref()) {
            None => Ok(()),
            Some(path) => Err(at.refused(
                "PlanOutrun",
                format!(
                    "{path} would have to be replaced, which the plan does not say: plan again"
                ),
            )),
        }
    }

    /// The objects that a node holds, and those it leans on. Questions in
    /// between are looked through. What goes along with an object when that is
    /// deleted counts as holding it: were it kept while the object is deleted
    /// first and made again under the same name, it would be gone with the old
    /// one, and nobody would have noticed.
    pub(super) fn deps(&self, node: &Node) -> (Vec<BirthId>, Vec<BirthId>) {
        let mut blocking = std::collections::BTreeSet::new();
        for (name, expr) in &node.inputs {
            let refs = node.ty.field(name).map_or(Refs::No, |field| field.refs);
            if matches!(refs.held(), Some(Held::Refused(_) | Held::Cascades)) {
                expr.visit_attrs(&mut |id, _| {
                    blocking.insert(id);
                });
            }
        }
        let (mut hard, mut soft) = (Vec::new(), Vec::new());
        let mut seen = std::collections::BTreeSet::new();
        let mut queue: Vec<NodeId> = node.after.clone();
        while let Some(id) = queue.pop() {
            if !seen.insert(id) {
                continue;
            }
            let earlier = self.graph.node(id);
            match (self.placed(id), &earlier.kind) {
                (Some(birth), NodeKind::Resource) if blocking.contains(&id) => hard.push(birth),
                (Some(birth), NodeKind::Resource) => soft.push(birth),
                _ => queue.extend(&earlier.after),
            }
        }
        hard.sort_unstable();
        soft.sort_unstable();
        (hard, soft)
    }

    pub(super) fn object(&self, at: At<'_>) -> Option<(BirthId, Object)> {
        let birth = at.planned.object?;
        let object = self
            .ledger
            .with(|state| state.objects.get(&birth).cloned())?;
        Some((birth, object))
    }

    pub(super) fn born(&self, birth: BirthId, node: &Node) -> Birth {
        let known = self.ledger.with(|state| state.birth(birth));
        known.unwrap_or_else(|| Birth {
            id: birth,
            path: node.path.clone(),
        })
    }

    pub(crate) fn target(
        &self,
        at: At<'_>,
        ty: &'static Type,
        birth: BirthId,
        object: &Object,
    ) -> Result<Target, Stop> {
        let inputs = crate::plan::open_body(
            &object.inputs,
            &object.sealed,
            &birth.to_string(),
            self.secrets.keyring(),
        )
        .map_err(|why| at.refused("Sealed", why.to_string()))?;
        let born = self.ledger.with(|state| state.birth(birth));
        let token = born.map_or_else(String::new, |born| born.token(&self.lineage));
        Ok(Target {
            ty,
            id: object.id.clone(),
            inputs,
            token,
        })
    }
}

pub(super) fn clear(
    at: At<'_>,
    inputs: &BTreeMap<String, Val>,
) -> Result<Map<String, Value>, Stop> {
    let each = inputs.iter().map(|(name, value)| {
        let value = value.expose().ok_or_else(|| unknown(at, inputs))?;
        Ok((name.clone(), value))
    });
    each.collect()
}

/// By the time a step starts everything before it is done, so an unknown left
/// over means that a provider did not give what it declares.
pub(super) fn unknown(at: At<'_>, inputs: &BTreeMap<String, Val>) -> Stop {
    let left = inputs.iter().find(|(_, value)| !value.is_known());
    let what = left.map_or_else(String::new, |(name, value)| {
        format!("{name} still is {value}")
    });
    at.failed(&ProviderError::new(ErrorKind::Bug, "StillUnknown", what))
}

pub(crate) fn target_of(request: &Request, id: &str) -> Target {
    Target {
        ty: request.ty,
        id: id.to_owned(),
        inputs: request.inputs.clone(),
        token: request.token.clone(),
    }
}
