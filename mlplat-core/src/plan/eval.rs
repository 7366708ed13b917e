//! Evaluating expressions as far as they are known.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::render::SecretBook;
use super::{Val, canonical, canonical_text};
use crate::facts::Type;
use crate::graph::{Graph, Node};
use crate::name;
use crate::state::Birth;
use crate::wiring::{Expr, Form, FormError, NodeId, Plain};

/// What is known of a node's outputs.
#[derive(Clone, Default)]
pub struct NodeOutputs {
    /// Known outputs.
    pub known: Arc<Map<String, Value>>,
    /// Known outputs that are secret.
    pub secret: Arc<BTreeMap<String, Plain>>,
    /// Outputs that will change, though they have a value.
    pub changing: Arc<BTreeSet<&'static str>>,
}

impl NodeOutputs {
    /// What a provider gave, with the outputs that the type declares secret
    /// apart from the rest.
    pub(crate) fn given(ty: &Type, outputs: Map<String, Value>) -> Self {
        let (mut known, mut secret) = (Map::new(), BTreeMap::new());
        for (name, value) in outputs {
            match (ty.output(&name), value) {
                (Some(fact), Value::String(text)) if fact.secret => {
                    secret.insert(name, Plain::new(text));
                }
                (_, value) => {
                    known.insert(name, value);
                }
            }
        }
        Self {
            known: Arc::new(known),
            secret: Arc::new(secret),
            changing: Arc::default(),
        }
    }

    /// All of them as values.
    pub(crate) fn values(&self) -> BTreeMap<String, Val> {
        let known = self.known.iter();
        let known = known.map(|(name, value)| (name.clone(), Val::Known(value.clone())));
        let secret = self.secret.iter();
        let secret = secret.map(|(name, plain)| (name.clone(), Val::Secret(plain.clone())));
        known.chain(secret).collect()
    }
}

/// Shows the names of secret outputs, never their values.
impl fmt::Debug for NodeOutputs {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret: Vec<_> = self.secret.keys().collect();
        out.debug_struct("NodeOutputs")
            .field("known", &self.known)
            .field("secret", &secret)
            .field("changing", &self.changing)
            .finish()
    }
}

/// The outputs of all nodes, by number.
pub trait Env {
    /// What is known of a node; `None` when nothing is.
    fn outputs(&self, node: NodeId) -> Option<NodeOutputs>;
}

/// Why an expression has no value at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// A list is shorter than the program assumes.
    #[error("{what} has {length} elements, and the program asks for number {index}")]
    NoItem {
        /// What the list comes from.
        what: String,
        /// Its length.
        length: usize,
        /// The index that was asked for, from 0.
        index: usize,
    },
    /// A node is ready but did not give an output it declares.
    #[error("{0} was not given by the provider")]
    NoOutput(String),
    /// A text has no such form.
    #[error("{0}: {1}")]
    NoForm(String, FormError),
}

/// Evaluates expressions of one graph.
pub struct Evaluator<'a> {
    /// The graph, for paths.
    pub graph: &'a Graph,
    /// The outputs.
    pub env: &'a dyn Env,
    /// Clear texts of secrets.
    pub secrets: &'a SecretBook,
}

impl Evaluator<'_> {
    /// The inputs of a node in canonical form, for an object of this birth and
    /// lineage; a question has none. A generated name derives from the birth,
    /// not from where the node stands now: a move changes no name.
    ///
    /// # Errors
    /// [`EvalError`] with the field.
    pub fn inputs(
        &self,
        node: &Node,
        born: Option<(&Birth, &str)>,
    ) -> Result<BTreeMap<String, Val>, (String, EvalError)> {
        let mut inputs = BTreeMap::new();
        for (name, expr) in &node.inputs {
            let value = match expr {
                Expr::GeneratedName => self.generated_name(node, born),
                expr => self.value(expr).map_err(|why| (name.clone(), why))?,
            };
            if !matches!(value, Val::Known(Value::Null)) {
                inputs.insert(name.clone(), canonical_field(node.ty, name, value));
            }
        }
        Ok(inputs)
    }

    fn generated_name(&self, node: &Node, born: Option<(&Birth, &str)>) -> Val {
        let context = self.graph.context();
        let name = node.ty.name_rule.zip(born).map(|(rule, (birth, lineage))| {
            let (path, token) = (birth.path.as_str(), birth.token(lineage));
            name::generate(&rule, &context.stack, &context.env, path, &token)
        });
        Val::Known(Value::String(name.unwrap_or_default()))
    }

    /// The value of an expression.
    ///
    /// # Errors
    /// [`EvalError`].
    pub fn value(&self, expr: &Expr) -> Result<Val, EvalError> {
        Ok(match expr {
            Expr::Literal(value) => Val::Known(value.clone()),
            Expr::Attr { node, output } => self.attr(*node, output)?,
            Expr::Item(inner, index) => self.item(inner, *index)?,
            Expr::Concat(parts) => self.concat(parts)?,
            Expr::List(items) => {
                let items: Result<Vec<_>, _> = items.iter().map(|item| self.value(item)).collect();
                Val::list(items?)
            }
            Expr::Map(members) => {
                let members: Result<BTreeMap<_, _>, EvalError> = members
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), self.value(value)?)))
                    .collect();
                Val::map(members?)
            }
            Expr::Json(inner) => json(self.value(inner)?),
            Expr::Formed(form, inner) => self.formed(form, self.value(inner)?)?,
            Expr::Secret(source) => Val::Secret(self.secrets.plain(source)),
            Expr::GeneratedName => Val::Unknown(Arc::from("<generated name>")),
        })
    }

    /// A text in another form; as secret and as unknown as the text.
    fn formed(&self, form: &Form, value: Val) -> Result<Val, EvalError> {
        let why = |why| EvalError::NoForm(form.to_string(), why);
        let plain = match &value {
            Val::Secret(plain) => plain.clone(),
            Val::Known(value) => Plain::new(Val::Known(value.clone()).to_string()),
            other => return Ok(Val::Unknown(Arc::from(format!("{form}({other})")))),
        };
        let formed = self.secrets.formed(form, &plain).map_err(why)?;
        Ok(match value {
            Val::Secret(_) => Val::Secret(formed),
            _ => Val::Known(Value::String(formed.expose().to_owned())),
        })
    }

    fn attr(&self, node: NodeId, output: &'static str) -> Result<Val, EvalError> {
        let unknown = || {
            let path = &self.graph.node(node).path;
            Val::Unknown(Arc::from(format!("<{path}.{output}>")))
        };
        let Some(outputs) = self.env.outputs(node) else {
            return Ok(unknown());
        };
        if outputs.changing.contains(output) {
            return Ok(unknown());
        }
        if let Some(plain) = outputs.secret.get(output) {
            return Ok(Val::Secret(plain.clone()));
        }
        match outputs.known.get(output) {
            Some(value) => Ok(Val::Known(value.clone())),
            None => Err(EvalError::NoOutput(unknown().to_string())),
        }
    }

    fn item(&self, inner: &Expr, index: usize) -> Result<Val, EvalError> {
        let list = self.value(inner)?;
        let (length, found) = match &list {
            Val::Known(Value::Array(items)) => {
                (items.len(), items.get(index).cloned().map(Val::Known))
            }
            Val::List(items) => (items.len(), items.get(index).cloned()),
            Val::Unknown(text) => return Ok(Val::Unknown(item_text(text, index))),
            _ => (0, None),
        };
        found.ok_or_else(|| EvalError::NoItem {
            what: list.to_string(),
            length,
            index,
        })
    }

    fn concat(&self, parts: &[Expr]) -> Result<Val, EvalError> {
        let (mut clear, mut shown) = (Plain::new(String::new()), String::new());
        let (mut secret, mut unknown) = (false, false);
        for part in parts {
            let value = self.value(part)?;
            secret |= matches!(value, Val::Secret(_));
            unknown |= !value.is_known();
            let text = match &value {
                Val::Secret(plain) => plain.clone(),
                other => Plain::new(other.to_string()),
            };
            shown.push_str(&value.to_string());
            clear = Plain::new(format!("{}{}", clear.expose(), text.expose()));
        }
        Ok(match (unknown, secret) {
            (true, _) => Val::Unknown(Arc::from(shown)),
            (false, true) => Val::Secret(clear),
            (false, false) => Val::Known(Value::String(shown)),
        })
    }
}

/// `<azs.Names>` at 2 is `<azs.Names[2]>`.
fn item_text(list: &str, index: usize) -> Arc<str> {
    match list.strip_suffix('>') {
        Some(list) => Arc::from(format!("{list}[{index}]>")),
        None => Arc::from(format!("{list}[{index}]")),
    }
}

/// A JSON document as text; with unknown parts, as text that shows them.
fn json(value: Val) -> Val {
    match value {
        Val::Known(value) => Val::Known(Value::String(canonical_text(&value))),
        value if value.is_known() => {
            let clear = value.expose().map(|value| canonical_text(&value));
            Val::Secret(Plain::new(clear.unwrap_or_default()))
        }
        value => Val::Unknown(Arc::from(value.to_string())),
    }
}

fn canonical_field(ty: &Type, name: &str, value: Val) -> Val {
    match (ty.field(name), value) {
        (Some(field), Val::Known(value)) => Val::Known(canonical(field.canon, value)),
        (_, value) => value,
    }
}
