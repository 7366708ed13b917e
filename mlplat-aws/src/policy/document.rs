//! Statements and documents.

use std::collections::BTreeMap;

use mlplat_core::Output;
use mlplat_core::wiring::KnownText;

use super::render::Doc;
use super::size::{self, Limit, TooLong};
use super::{Action, Condition, Principal};

/// The language version; the older one lacks policy variables.
const VERSION: &str = "2012-10-17";

/// Allow or deny; a denial wins over every permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Permits.
    Allow,
    /// Forbids.
    Deny,
}

/// Which actions on which resources, for whom, under which conditions.
#[derive(Debug, Clone)]
#[must_use = "put it into a PolicyDocument"]
pub struct Statement {
    effect: Effect,
    sid: Option<String>,
    actions: Vec<Action>,
    resources: Vec<Output<String>>,
    principals: Vec<Principal>,
    conditions: Vec<Condition>,
}

impl Statement {
    /// Permits `actions`.
    pub fn allow(actions: impl IntoIterator<Item = Action>) -> Self {
        Self::new(Effect::Allow, actions)
    }

    /// Forbids `actions`.
    pub fn deny(actions: impl IntoIterator<Item = Action>) -> Self {
        Self::new(Effect::Deny, actions)
    }

    fn new(effect: Effect, actions: impl IntoIterator<Item = Action>) -> Self {
        Self {
            effect,
            sid: None,
            actions: actions.into_iter().collect(),
            resources: Vec::new(),
            principals: Vec::new(),
            conditions: Vec::new(),
        }
    }

    /// A name of its own: letters and digits, unique in the document.
    pub fn sid(mut self, sid: impl KnownText) -> Self {
        self.sid = Some(sid.into());
        self
    }

    /// On these ARNs, which may hold wildcards.
    pub fn on(mut self, resources: impl IntoIterator<Item = Output<String>>) -> Self {
        self.resources.extend(resources);
        self
    }

    /// On everything, for actions that know no resource.
    pub fn on_everything(self) -> Self {
        self.on(["*".into()])
    }

    /// For `principal`; only in trust and resource policies.
    pub fn by(mut self, principal: Principal) -> Self {
        self.principals.push(principal);
        self
    }

    /// Only when `condition` holds.
    pub fn when(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    fn doc(&self) -> Doc {
        let mut members: Vec<(&str, Doc)> = vec![(
            "Effect",
            Doc::text(match self.effect {
                Effect::Allow => "Allow",
                Effect::Deny => "Deny",
            }),
        )];
        if let Some(sid) = &self.sid {
            members.push(("Sid", Doc::text(sid)));
        }
        if !self.principals.is_empty() {
            members.push(("Principal", self.principal_doc()));
        }
        let actions = self.actions.iter().map(|action| Doc::text(action.as_str()));
        members.push(("Action", Doc::one_or_many(actions)));
        if !self.resources.is_empty() {
            members.push((
                "Resource",
                Doc::one_or_many(self.resources.iter().map(Doc::value)),
            ));
        }
        if !self.conditions.is_empty() {
            members.push(("Condition", self.condition_doc()));
        }
        Doc::object(members)
    }

    fn principal_doc(&self) -> Doc {
        let mut kinds: BTreeMap<&str, Vec<Doc>> = BTreeMap::new();
        for principal in &self.principals {
            let Some((kind, value)) = principal.entry() else {
                return Doc::text("*");
            };
            kinds.entry(kind).or_default().push(Doc::value(&value));
        }
        Doc::object(
            kinds
                .into_iter()
                .map(|(kind, values)| (kind, Doc::one_or_many(values))),
        )
    }

    fn condition_doc(&self) -> Doc {
        let mut operators: BTreeMap<&str, Vec<(Doc, Doc)>> = BTreeMap::new();
        for condition in &self.conditions {
            let values = Doc::one_or_many(condition.values.iter().map(Doc::value));
            let keys = operators.entry(condition.operator.as_str()).or_default();
            keys.push((Doc::value(&condition.key), values));
        }
        Doc::object(
            operators
                .into_iter()
                .map(|(operator, keys)| (operator, Doc::Object(keys))),
        )
    }
}

/// A policy: permissions of a role, trust of a role, or access to a resource.
#[derive(Debug, Clone)]
#[must_use = "turn it into an Output<String>"]
pub struct PolicyDocument {
    statements: Vec<Statement>,
}

impl PolicyDocument {
    /// A document of these statements.
    pub fn new(statements: impl IntoIterator<Item = Statement>) -> Self {
        Self {
            statements: statements.into_iter().collect(),
        }
    }

    /// The document as JSON text without white space.
    #[must_use]
    pub fn render(&self) -> Output<String> {
        let statements = self.statements.iter().map(Statement::doc);
        let document = Doc::object([
            ("Statement", Doc::List(statements.collect())),
            ("Version", Doc::text(VERSION)),
        ]);
        Output::from_expr(document.into_text())
    }

    /// Checks the length against what IAM accepts. Parts that are not known
    /// yet count as nothing, so a document that passes may still turn out too
    /// long, and one that is refused certainly is.
    ///
    /// # Errors
    /// When the known characters alone are too many.
    pub fn check(&self, limit: Limit) -> Result<(), TooLong> {
        size::check(limit, [self])
    }
}

impl From<PolicyDocument> for Output<String> {
    fn from(document: PolicyDocument) -> Self {
        document.render()
    }
}
