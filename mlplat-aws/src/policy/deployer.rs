//! The policy that a deployer needs for a program, and no more.
//!
//! Every node asks for the actions of its type
//! ([`permissions`](crate::permissions)), on the ARNs of its objects as far as
//! they are known before there are any. Names are: a chosen one is in the
//! program, and a generated one begins with stack and environment, so a role
//! becomes `arn:aws:iam::*:role/zenml-dev-*`. Where an input is the output of
//! another node, the form of that output is filled in the same way, until
//! nothing is left but a `*` for what AWS makes up. Statements of the same
//! resources become one.
//!
//! A role is handed over only to the services that its node hands it to, and
//! AWS's service-linked roles are made only for the services that need one.
//!
//! What a program no longer has is not in its graph, and its deletion not in
//! the policy: a deployer who is to remove types that the program has left
//! needs [`DeployerPolicy::of_types`] of those too.

use std::collections::{BTreeMap, BTreeSet};

use mlplat_core::facts::{Kind, Type};
use mlplat_core::graph::{Graph, Node, NodeKind};
use mlplat_core::name;
use mlplat_core::wiring::Expr;
use serde_json::{Value, json};

use super::Limit;
use crate::permissions::{self, EVERYWHERE, Permissions};

/// What every deployment asks, whatever is in it: who it is, and which objects
/// carry its tag.
const ALWAYS: [&str; 2] = ["sts:GetCallerIdentity", "tag:GetResources"];

/// Where the objects are. `*` stands for any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// `eu-central-1`.
    pub region: String,
    /// Twelve digits.
    pub account: String,
}

impl Default for Place {
    /// Any account and region of the partition `aws`.
    fn default() -> Self {
        Self {
            partition: "aws".to_owned(),
            region: "*".to_owned(),
            account: "*".to_owned(),
        }
    }
}

/// What a deployer has to be allowed.
///
/// ```
/// use mlplat_aws::policy::{Place, deployer_policy};
/// use mlplat_aws::Bucket;
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     stack.add("data", Bucket::new().name("a-bucket-of-mine"));
/// })?;
/// let policy = deployer_policy(&graph, &Place::default()).document();
/// assert!(policy.to_string().contains("arn:aws:s3:::a-bucket-of-mine"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A command prints [`document`](Self::document) as it is. For a managed
/// policy, which may have 6,144 characters, it prints [`parts`](Self::parts).
#[derive(Debug, Clone, Default)]
pub struct DeployerPolicy {
    /// Actions by the resources that they are allowed on.
    allowed: BTreeMap<BTreeSet<String>, BTreeSet<&'static str>>,
    /// Roles by the services that they may be handed to.
    passed: BTreeMap<&'static [&'static str], BTreeSet<String>>,
    /// Services with a role that AWS makes.
    linked: BTreeSet<&'static str>,
    place: Place,
}

/// What a deployer of a program has to be allowed: to make, read, change, tag
/// and delete everything in it, and to read what it looks up or uses.
#[must_use]
pub fn deployer_policy(graph: &Graph, place: &Place) -> DeployerPolicy {
    let mut policy = DeployerPolicy::at(place);
    for node in graph.nodes() {
        if let Some(row) = permissions::of(node.ty.name) {
            let owned = matches!(node.kind, NodeKind::Resource);
            policy.add(row, owned, &Names::of(graph, node, place));
        }
    }
    policy
}

impl DeployerPolicy {
    /// What a deployer of any objects of these types has to be allowed.
    #[must_use]
    pub fn of_types(types: impl IntoIterator<Item = &'static Type>, place: &Place) -> Self {
        let mut policy = Self::at(place);
        for ty in types {
            if let Some(row) = permissions::of(ty.name) {
                policy.add(row, ty.kind == Kind::Resource, &Names::unknown(place));
            }
        }
        policy
    }

    fn at(place: &Place) -> Self {
        let everywhere = BTreeSet::from(["*".to_owned()]);
        Self {
            allowed: BTreeMap::from([(everywhere, BTreeSet::from(ALWAYS))]),
            place: place.clone(),
            ..Self::default()
        }
    }

    fn add(&mut self, row: &Permissions, owned: bool, names: &Names<'_>) {
        let lists: &[&[&'static str]] = match owned {
            true => &[row.create, row.read, row.update, row.delete, row.tag],
            false => &[row.read],
        };
        for action in lists.iter().copied().flatten() {
            let on = resources(row, action, names);
            self.allowed.entry(on).or_default().insert(action);
        }
        if !owned {
            return;
        }
        for pass in row.passes {
            if let Some(role) = names.role(pass.field) {
                self.passed.entry(pass.services).or_default().insert(role);
            }
        }
        self.linked.extend(row.linked);
    }

    /// The whole as one document, its statements in the order of their
    /// resources.
    #[must_use]
    pub fn document(&self) -> Value {
        document(&self.statements())
    }

    /// The whole in as many documents as it needs for each to fit into a
    /// managed policy.
    #[must_use]
    pub fn parts(&self) -> Vec<Value> {
        let fits = |statements: &[Value]| {
            document(statements).to_string().chars().count() <= Limit::Managed.characters()
        };
        let mut open = self.statements();
        open.reverse();
        let (mut parts, mut part): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
        while let Some(statement) = open.pop() {
            part.push(statement);
            if fits(&part) {
                continue;
            }
            // It was there, so it is there to take back.
            let Some(last) = part.pop() else { break };
            if !part.is_empty() {
                parts.push(document(&part));
                part.clear();
                open.push(last);
            } else if let Some((first, second)) = halves(&last) {
                open.extend([second, first]);
            } else {
                parts.push(document(&[last]));
            }
        }
        if !part.is_empty() {
            parts.push(document(&part));
        }
        parts
    }

    fn statements(&self) -> Vec<Value> {
        let mut statements: Vec<Value> = self
            .allowed
            .iter()
            .map(|(on, actions)| json!({"Effect": "Allow", "Action": actions, "Resource": widest(on)}))
            .collect();
        statements.extend(self.passed.iter().map(|(services, roles)| {
            json!({
                "Effect": "Allow", "Action": "iam:PassRole", "Resource": widest(roles),
                "Condition": {"StringEquals": {"iam:PassedToService": services}},
            })
        }));
        if !self.linked.is_empty() {
            let Place {
                partition, account, ..
            } = &self.place;
            let roles = format!("arn:{partition}:iam::{account}:role/aws-service-role/*");
            statements.push(json!({
                "Effect": "Allow", "Action": "iam:CreateServiceLinkedRole", "Resource": roles,
                "Condition": {"StringEquals": {"iam:AWSServiceName": self.linked}},
            }));
        }
        statements
    }
}

fn document(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// A statement as two, if it can be divided by actions or by resources.
fn halves(statement: &Value) -> Option<(Value, Value)> {
    let member = ["Action", "Resource"].into_iter().find(|member| {
        let items = statement[*member].as_array();
        items.is_some_and(|items| items.len() > 1)
    })?;
    let items = statement[member].as_array()?;
    let (first, second) = items.split_at(items.len() / 2);
    let with = |items: &[Value]| {
        let mut half = statement.clone();
        half[member] = items.into();
        half
    };
    Some((with(first), with(second)))
}

/// The resources without those that another one covers.
fn widest(on: &BTreeSet<String>) -> Vec<&String> {
    let covers = |wide: &str, narrow: &str| {
        let start = wide.strip_suffix('*');
        wide != narrow && start.is_some_and(|start| narrow.starts_with(start))
    };
    let kept = on
        .iter()
        .filter(|one| !on.iter().any(|other| covers(other, one)));
    kept.collect()
}

/// On what an action is allowed: the ARNs of its own service, or everything.
fn resources(row: &Permissions, action: &str, names: &Names<'_>) -> BTreeSet<String> {
    let known = |pattern: &&&str| match pattern.strip_suffix('*') {
        Some(start) => action.starts_with(start),
        None => **pattern == action,
    };
    let service = action.split(':').next();
    let own = row.on.iter().filter(|arn| arn.split(':').nth(2) == service);
    let own: BTreeSet<String> = own.map(|arn| names.fill(arn)).collect();
    if own.is_empty() || EVERYWHERE.iter().any(|pattern| known(&pattern)) {
        return BTreeSet::from(["*".to_owned()]);
    }
    own
}

/// What is known of the names of one node's objects.
struct Names<'a> {
    node: Option<(&'a Graph, &'a Node)>,
    place: &'a Place,
}

impl<'a> Names<'a> {
    fn of(graph: &'a Graph, node: &'a Node, place: &'a Place) -> Self {
        Self {
            node: Some((graph, node)),
            place,
        }
    }

    fn unknown(place: &'a Place) -> Self {
        Self { node: None, place }
    }

    /// The ARN of a role that the node is given, if it is given one.
    fn role(&self, field: &str) -> Option<String> {
        let any = || self.fill("arn:{partition}:iam::{account}:role/*");
        let Some((_, node)) = self.node else {
            return Some(any());
        };
        let role = self.known(node.inputs.get(field)?);
        Some(if role.starts_with("arn:") {
            role
        } else {
            any()
        })
    }

    /// A form with what is known, and `*` for the rest.
    fn fill(&self, form: &str) -> String {
        let mut text = String::with_capacity(form.len());
        let mut rest = form;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (word, after) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(&self.word(word));
            rest = after;
        }
        text.push_str(rest);
        while text.contains("**") {
            text = text.replace("**", "*");
        }
        text
    }

    fn word(&self, word: &str) -> String {
        match word {
            "partition" => self.place.partition.clone(),
            "region" => self.place.region.clone(),
            "account" => self.place.account.clone(),
            field => {
                let input = self.node.and_then(|(_, node)| node.inputs.get(field));
                input.map_or_else(|| "*".to_owned(), |expr| self.known(expr))
            }
        }
    }

    /// An input as far as it is known.
    fn known(&self, expr: &Expr) -> String {
        match (expr, self.node) {
            (Expr::Literal(Value::String(text)), _) => text.clone(),
            (Expr::Concat(parts), _) => parts.iter().map(|part| self.known(part)).collect(),
            (Expr::GeneratedName, Some((graph, node))) => beginning(graph, node),
            (Expr::Attr { node, output }, Some((graph, _))) => {
                output_of(graph, graph.node(*node), output, self.place)
            }
            _ => "*".to_owned(),
        }
    }
}

/// An output of a node as far as it is known.
fn output_of(graph: &Graph, node: &Node, output: &str, place: &Place) -> String {
    let names = Names::of(graph, node, place);
    if let (NodeKind::Existing(id), true) = (&node.kind, node.ty.id == output) {
        return names.known(id);
    }
    let form = node.ty.output(output).map(|fact| fact.form);
    form.map_or_else(|| "*".to_owned(), |form| names.fill(form))
}

/// How every generated name of the stack begins. Not the path: an object that
/// has been moved keeps the name of its first one.
fn beginning(graph: &Graph, node: &Node) -> String {
    let Some(rule) = node.ty.name_rule else {
        return "*".to_owned();
    };
    let context = graph.context();
    let name = name::generate(&rule, &context.stack, &context.env, "", "");
    let end = name::suffix("");
    format!("{}*", name.strip_suffix(&end).unwrap_or_default())
}
