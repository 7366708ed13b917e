//! Rotation: the secrets of a program, who uses them, and their next values.
//!
//! A rotation is a deployment whose plan is made with the secret's next value.
//! That value is drawn, sealed and recorded before the first call, like every
//! intent, so a run that is killed later is taken up with the same value, by
//! whatever is run next. Until a whole run has come to a good end the secret
//! is *spreading*: some object may still have the value before. Rotating it
//! then goes on with the value that was drawn instead of drawing another one.
//! When it is over nothing in the state opens to the old value any more.

use std::collections::{BTreeMap, BTreeSet};

use super::options::PlanOptions;
use crate::facts::OutputLife;
use crate::graph::Graph;
use crate::path::NodePath;
use crate::plan::SecretBook;
use crate::problem::Problem;
use crate::state::{Record, State};
use crate::wiring::{Expr, Generated, NodeId, SecretSource};
use crate::world::World;

/// A secret of a program, and what it is used by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretUse {
    /// The key of a generated secret; `None` for one that is provided.
    pub key: Option<String>,
    /// What a generated secret looks like.
    pub shape: Option<Generated>,
    /// The fields that it stands in, by node.
    pub fields: Vec<(NodePath, String)>,
    /// The outputs of the stack that carry it.
    pub outputs: Vec<String>,
}

/// The secrets of a program: generated ones by key, then each provided one.
///
/// ```
/// use mlplat_core::deploy::secrets;
/// use mlplat_core::graph::{Context, Graph};
/// use mlplat_core::{Output, wiring::Generated};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let key = Output::generated("store-key", Generated::alphanumeric(32));
///     stack.output("key", &key);
/// })?;
/// assert_eq!(secrets(&graph)[0].key.as_deref(), Some("store-key"));
/// # Ok::<(), mlplat_core::Problems>(())
/// ```
#[must_use]
pub fn secrets(graph: &Graph) -> Vec<SecretUse> {
    let mut uses = Uses::default();
    for node in graph.nodes() {
        for (field, expr) in &node.inputs {
            uses.note(expr, |used| {
                used.fields.push((node.path.clone(), field.clone()));
            });
        }
    }
    for output in graph.outputs() {
        uses.note(&output.expr, |used| used.outputs.push(output.name.clone()));
    }
    uses.generated.into_values().chain(uses.provided).collect()
}

#[derive(Default)]
struct Uses {
    generated: BTreeMap<String, SecretUse>,
    provided: Vec<SecretUse>,
}

impl Uses {
    fn note(&mut self, expr: &Expr, note: impl Fn(&mut SecretUse)) {
        let mut seen = BTreeSet::new();
        expr.visit_secrets(&mut |source| match &**source {
            // One expression may use a secret twice.
            SecretSource::Generated { key, shape } if seen.insert(key.clone()) => {
                let used = self.generated.entry(key.clone()).or_insert_with(|| {
                    let mut used = unused();
                    (used.key, used.shape) = (Some(key.clone()), Some(*shape));
                    used
                });
                note(used);
            }
            SecretSource::Generated { .. } => {}
            SecretSource::Provided(_) => {
                let mut used = unused();
                note(&mut used);
                self.provided.push(used);
            }
        });
    }
}

fn unused() -> SecretUse {
    SecretUse {
        key: None,
        shape: None,
        fields: Vec::new(),
        outputs: Vec::new(),
    }
}

/// The generated secret with a key.
///
/// # Errors
/// A Problem with the nearest key, or with what to do about one that is
/// provided (by the name of its setting, or by the path it is used at) or that
/// [lasts](Generated::lasting).
pub fn secret_named(graph: &Graph, name: &str) -> Result<SecretUse, Problem> {
    let all = secrets(graph);
    let generated = |used: &&SecretUse| used.key.as_deref() == Some(name);
    let shown: String = name.escape_debug().take(80).collect();
    if let Some(found) = all.iter().find(generated) {
        return match found.shape.and_then(|shape| shape.lasting) {
            None => Ok(found.clone()),
            Some(lasting) => {
                let what = format!("with another {shown} nothing could open {}", lasting.opens);
                Err(Problem::new("lasting-secret", what, lasting.instead))
            }
        };
    }
    let is_setting = graph.context().settings.has(name);
    let provided = all.iter().filter(|used| used.key.is_none());
    let used_at = |used: &SecretUse| {
        let mut places = used.fields.iter();
        places.any(|(path, field)| path.as_str() == name || format!("{path}.{field}") == name)
            || used.outputs.iter().any(|output| output == name)
    };
    if is_setting || provided.into_iter().any(used_at) {
        let what = format!("{shown} is not generated here: its value is provided");
        let fix = "give the new value where the old one comes from (a setting, a file, the environment) and deploy";
        return Err(Problem::new("provided-secret", what, fix));
    }
    let keys: Vec<&str> = all.iter().filter_map(|used| used.key.as_deref()).collect();
    let nearest = keys
        .iter()
        .map(|key| (strsim::damerau_levenshtein(name, key), *key))
        .min()
        .filter(|(distance, key)| *distance <= key.len().max(3) / 2);
    let fix = match nearest {
        Some((_, key)) => format!("did you mean {key}?"),
        None if keys.is_empty() => "the program generates no secrets".to_owned(),
        None => format!("the generated secrets are: {}", keys.join(", ")),
    };
    let what = format!("the program generates no secret {shown}");
    Err(Problem::new("no-such-secret", what, fix))
}

/// The nodes that a new value of a secret reaches: those that it stands in,
/// and those that use an output which changes with them.
#[must_use]
pub fn reached_by(graph: &Graph, key: &str) -> Vec<NodePath> {
    let mut changed: BTreeMap<NodeId, BTreeSet<&str>> = BTreeMap::new();
    for id in graph.order() {
        let node = graph.node(*id);
        let fields = node.inputs.iter().filter(|(_, expr)| {
            let mut uses = false;
            expr.visit_secrets(&mut |source| {
                uses |= matches!(&**source, SecretSource::Generated { key: at, .. } if at == key);
            });
            expr.visit_attrs(&mut |earlier, output| {
                uses |= changed.get(&earlier).is_some_and(|fields| {
                    let life = graph.node(earlier).ty.output(output).map(|fact| fact.life);
                    matches!(life, Some(OutputLife::ChangesWith(with)) if with.iter().any(|field| fields.contains(field)))
                });
            });
            uses
        });
        let fields: BTreeSet<&str> = fields.map(|(name, _)| name.as_str()).collect();
        if !fields.is_empty() {
            changed.insert(*id, fields);
        }
    }
    changed
        .keys()
        .map(|id| graph.node(*id).path.clone())
        .collect()
}

/// Gives the secrets that are to be rotated their next values. One that is
/// still spreading keeps the value that was drawn for it.
pub(super) fn raise(
    secrets: &mut SecretBook,
    graph: &Graph,
    state: &State,
    options: &PlanOptions,
    world: &dyn World,
) -> Result<bool, Problem> {
    let mut raised = false;
    for key in &options.rotate {
        let used = secret_named(graph, key)?;
        let (Some(sealed), Some(shape)) = (state.secrets.get(key), used.shape) else {
            let what = format!("{key} has no value yet: nothing that uses it was deployed");
            let fix = "deploy first; there is nothing to rotate";
            return Err(Problem::new("no-secret-yet", what, fix));
        };
        if !sealed.spreading {
            secrets.raise(world, key, sealed.generation.saturating_add(1), shape);
            raised = true;
        }
    }
    Ok(raised)
}

/// The records that say that every object has the secrets' values by now.
/// Only a run that came to a good end can say so, and one with `only` just
/// for what it rotated.
pub(super) fn settled(state: &State, options: &PlanOptions) -> Vec<Record> {
    let covers = |key: &String| options.only.is_empty() || options.rotate.contains(key);
    let spread = state
        .secrets
        .iter()
        .filter(|(key, secret)| secret.spreading && covers(key));
    spread
        .map(|(key, secret)| {
            let mut secret = secret.clone();
            secret.spreading = false;
            Record::Secret {
                key: key.clone(),
                secret,
            }
        })
        .collect()
}
