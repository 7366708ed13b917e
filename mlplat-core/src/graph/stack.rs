//! `Stack`: the program while it is being written.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::panic::Location;

use serde::de::DeserializeOwned;

use super::freeze::OutputEntry;
use super::lifecycle::{Pending, Rule, Rules};
use super::other_stack::{OtherStack, StackOutputs};
use super::{Construct, Node, NodeKind, Scope, Settings};
use crate::checks::Checks;
use crate::facts::{Kind, Type};
use crate::path::NodePath;
use crate::problem::{Located, Problem, Problems, Source};
use crate::wiring::{Expr, NodeId, Output, Resource};

/// What a program may know about where it runs, handed in by the caller.
#[derive(Debug, Clone)]
pub struct Context {
    /// The name of the stack, the same for every environment.
    pub stack: String,
    /// The environment: `dev`, `prod`.
    pub env: String,
    /// The AWS region.
    pub region: String,
    /// The program's parameters.
    pub settings: Settings,
}

impl Context {
    /// A stack in environment `dev`, region `eu-west-1`, without settings.
    #[must_use]
    pub fn new(stack: &str) -> Self {
        Self {
            stack: stack.to_owned(),
            env: "dev".to_owned(),
            region: "eu-west-1".to_owned(),
            settings: Settings::default(),
        }
    }

    /// The same in another environment.
    #[must_use]
    pub fn in_env(mut self, env: &str) -> Self {
        env.clone_into(&mut self.env);
        self
    }

    /// The same in another region.
    #[must_use]
    pub fn in_region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.region);
        self
    }

    /// The same with a setting. A value that cannot be written as JSON is
    /// `null`, which the program's settings refuse by name.
    #[must_use]
    pub fn with_setting(mut self, key: &str, value: impl serde::Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.settings.set(key, value, format!("setting {key}"));
        self
    }
}

/// What a program returns: nothing, or a result.
#[diagnostic::on_unimplemented(
    message = "a program does not return `{Self}`",
    label = "returns something else than nothing or a `Result<(), _>`",
    note = "outputs are declared by `stack.output(..)`, outputs for other stacks by `stack.export(..)`"
)]
pub trait ProgramResult {
    /// The problem that it ended with.
    fn into_problem(self) -> Option<Problem>;
}

impl ProgramResult for () {
    fn into_problem(self) -> Option<Problem> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<E: std::fmt::Display> ProgramResult for Result<(), E> {
    fn into_problem(self) -> Option<Problem> {
        let error = self.err()?;
        Some(Problem::new(
            "program-failed",
            error.to_string(),
            "the program returned this error; mend its cause",
        ))
    }
}

/// The program while it is being written.
pub struct Stack {
    pub(crate) builder: Builder,
}

impl Stack {
    pub(crate) fn new(context: Context) -> Self {
        Self {
            builder: Builder::new(context),
        }
    }

    /// Adds a construct or resource under a name that is unique in the stack.
    #[track_caller]
    pub fn add<C: Construct>(&mut self, name: &str, construct: C) -> C::Handle {
        let at = Source::from(Location::caller());
        let outermost = self.builder.enter(at);
        let handle = self.root(at).add_at(name, at, construct);
        self.builder.leave(outermost);
        handle
    }

    /// The same handle as creating `R`, for an object that exists and that
    /// nobody here owns.
    #[track_caller]
    pub fn existing<R: Resource>(
        &mut self,
        name: &str,
        id: impl Into<Output<String>>,
    ) -> R::Handle {
        let at = Source::from(Location::caller());
        self.root(at).existing::<R>(name, id)
    }

    /// Declares an output of the stack. Secrets are shown as `<secret>`.
    #[track_caller]
    pub fn output<T>(&mut self, name: &str, value: &Output<T>) {
        let at = Source::from(Location::caller());
        let entry = OutputEntry {
            name: name.to_owned(),
            expr: value.expr().clone(),
            of: None,
            at,
        };
        self.builder.outputs.push(entry);
    }

    /// Declares outputs of the stack that other stacks may read, typed by one
    /// struct for both: see [`StackOutputs`].
    #[track_caller]
    pub fn export<T: StackOutputs>(&mut self, outputs: &T) {
        let at = Source::from(Location::caller());
        let entries = outputs.exports().into_iter().map(|export| OutputEntry {
            name: export.name.to_owned(),
            expr: export.expr,
            of: Some(export.of),
            at,
        });
        self.builder.outputs.extend(entries);
    }

    /// The outputs that another stack exports in the same environment, as of
    /// its last deployment. For another environment, or another name in the
    /// plan, add an [`OtherStack`].
    #[track_caller]
    pub fn other<T: StackOutputs>(&mut self, stack: &str) -> T {
        self.add(stack, OtherStack::new(stack))
    }

    /// Says that the object at `from` is now at `to`: it is kept, not made
    /// anew. A construct's path moves everything below it.
    #[track_caller]
    pub fn moved(&mut self, from: &str, to: &str) {
        let at = Source::from(Location::caller());
        match (from.parse(), to.parse()) {
            (Ok(from), Ok(to)) => self.builder.moves.push((from, to, at)),
            (Err(error), _) | (_, Err(error)) => {
                let problem = Problem::new("bad-path", error.to_string(), "name an existing path");
                self.builder.problems.push(problem.at(at));
            }
        }
    }

    /// Has the finished program checked: what the checks find and nobody
    /// accepted stops the plan, as any other problem does.
    ///
    /// ```
    /// use mlplat_core::graph::{Context, Graph};
    /// use mlplat_core::{Problem, Problems};
    ///
    /// fn small(program: &Graph) -> Problems {
    ///     let too_many = (program.nodes().len() > 500)
    ///         .then(|| Problem::new("too-large", "it has over 500 nodes", "split the stack"));
    ///     Problems(too_many.into_iter().collect())
    /// }
    ///
    /// assert!(Graph::build(Context::new("shop"), |stack| stack.check(small)).is_ok());
    /// ```
    pub fn check(&mut self, checks: impl Into<Checks>) {
        self.builder.checks.push(checks.into());
    }

    /// The program's parameters as `T`. What does not fit is a Problem, and
    /// the defaults are used so that the rest of the program is checked too.
    #[track_caller]
    pub fn settings<T: DeserializeOwned + Default>(&mut self) -> T {
        let at = Source::from(Location::caller());
        self.builder.settings.push(super::described::<T>);
        match self.builder.context.settings.read::<T>() {
            Ok(settings) => settings,
            Err(problems) => {
                let located = problems.0.into_iter().map(|problem| problem.at(at));
                self.builder.problems.0.extend(located);
                T::default()
            }
        }
    }

    /// What the environment calls for, of one value for each that the program
    /// is made for. Another environment is a Problem, and the first value is
    /// used so that the rest of the program is checked too.
    ///
    /// ```
    /// use mlplat_core::graph::{Context, Graph};
    ///
    /// let program = |stack: &mut mlplat_core::Stack| {
    ///     let nodes = stack.by_env([("dev", 1..=2), ("prod", 3..=9)]);
    ///     assert_eq!(nodes, 1..=2);
    /// };
    /// Graph::build(Context::new("demo"), program)?;
    /// let typo = Context { env: "prd".into(), ..Context::new("demo") };
    /// let problems = Graph::build(typo, program).unwrap_err();
    /// assert!(problems.to_string().contains("did you mean `prod`?"));
    /// # Ok::<(), mlplat_core::Problems>(())
    /// ```
    #[track_caller]
    pub fn by_env<T, const N: usize>(&mut self, known: [(&str, T); N]) -> T {
        const { assert!(N > 0, "a program is made for one environment at least") };
        let at = Source::from(Location::caller());
        let names = known.each_ref().map(|(name, _)| *name);
        let found = names.iter().position(|name| *name == self.env());
        if found.is_none() {
            let problem = unknown_env(self.env(), &names);
            self.builder.problems.push(problem.at(at));
        }
        // There is a first one: that is asserted above.
        let mut known = Vec::from(known);
        known.swap_remove(found.unwrap_or(0)).1
    }

    /// The environment: `dev`, `prod`.
    #[must_use]
    pub fn env(&self) -> &str {
        &self.builder.context.env
    }

    /// The name of the stack.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.builder.context.stack
    }

    /// The AWS region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.builder.context.region
    }

    fn root(&mut self, inner: Source) -> Scope<'_> {
        Scope {
            builder: &mut self.builder,
            path: NodePath::root(),
            inner,
        }
    }
}

fn unknown_env(env: &str, names: &[&str]) -> Problem {
    let distance = |name: &&&str| strsim::damerau_levenshtein(env, name);
    let nearest = names.iter().min_by_key(distance);
    let near = nearest.filter(|name| distance(name) <= name.len() / 2);
    let fix = match near {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("the environments are: {}", names.join(", ")),
    };
    let what = format!("the program has no environment `{}`", env.escape_debug());
    Problem::new("unknown-env", what, fix)
}

impl Scope<'_> {
    fn add_at<C: Construct>(&mut self, name: &str, at: Source, construct: C) -> C::Handle {
        let path = self.builder.join(&self.path.clone(), name, at);
        construct.build(&mut Scope {
            builder: self.builder,
            path,
            inner: at,
        })
    }
}

/// Everything that a program has said so far.
pub(crate) struct Builder {
    pub(crate) context: Context,
    pub(crate) nodes: Vec<Node>,
    pub(crate) pending: Vec<Pending>,
    pub(crate) outputs: Vec<OutputEntry>,
    pub(crate) moves: Vec<(NodePath, NodePath, Source)>,
    pub(crate) problems: Problems,
    /// What the structs look like that settings were read into.
    pub(crate) settings: Vec<fn() -> Vec<super::SettingDoc>>,
    /// What the finished program has to keep to.
    pub(crate) checks: Vec<Checks>,
    /// Children of every scope so far, to find names given twice.
    taken: HashMap<NodePath, Source>,
    shared: BTreeMap<String, Shared>,
    outermost: Option<Source>,
}

struct Shared {
    shown: String,
    at: Source,
    handle: Box<dyn Any>,
}

impl Builder {
    fn new(context: Context) -> Self {
        Self {
            context,
            nodes: Vec::new(),
            pending: Vec::new(),
            outputs: Vec::new(),
            moves: Vec::new(),
            problems: Problems::default(),
            settings: Vec::new(),
            checks: Vec::new(),
            taken: HashMap::new(),
            shared: BTreeMap::new(),
            outermost: None,
        }
    }

    fn enter(&mut self, at: Source) -> bool {
        let outermost = self.outermost.is_none();
        if outermost {
            self.outermost = Some(at);
        }
        outermost
    }

    /// The program panicked: where it was is known, what it said is not told.
    pub(crate) fn panicked(&mut self) {
        let mut problem = Problem::new(
            "program-panicked",
            "the program panicked",
            "mend what it says above; its words are not repeated here, since they may hold a secret",
        );
        problem.source = self.outermost;
        self.problems.push(problem);
    }

    fn leave(&mut self, outermost: bool) {
        if outermost {
            self.outermost = None;
        }
    }

    /// The line in the program that led here.
    pub(crate) fn outer(&self, inner: Source) -> Source {
        self.outermost.unwrap_or(inner)
    }

    /// The path of a child. A bad or repeated name is a Problem, and a path
    /// that is free stands in so that the program can go on.
    pub(crate) fn join(&mut self, parent: &NodePath, name: &str, inner: Source) -> NodePath {
        let at = self.outer(inner);
        let path = match parent.join(name) {
            Ok(path) => path,
            Err(error) => {
                let shown: String = name.escape_debug().take(80).collect();
                let problem = Problem::new(
                    "bad-name",
                    format!("the name \"{shown}\" is refused: {error}"),
                    "choose another name",
                );
                self.problems.push(problem.on(parent).at(at));
                return self.spare(parent);
            }
        };
        if let Some(first) = self.taken.get(&path) {
            let problem = Problem::new(
                "duplicate-path",
                format!("the path {path} is taken"),
                "give one of the two another name",
            )
            .because(format!("it was first added at {first}"));
            self.problems.push(problem.on(&path).at(at));
            return self.spare(parent);
        }
        self.taken.insert(path.clone(), at);
        path
    }

    /// A path that nobody can write, for a node whose own path is refused.
    fn spare(&self, parent: &NodePath) -> NodePath {
        let name = format!("refused.{}", self.problems.0.len());
        parent.join(&name).unwrap_or_else(|_| NodePath::root())
    }

    pub(crate) fn resource<R: Resource>(
        &mut self,
        mut resource: R,
        path: NodePath,
        inner: Source,
    ) -> NodeId {
        let rules = self.apply_edits(&mut resource, &path);
        let at = self.outer(inner);
        let found = resource.problems().into_iter().map(|problem| {
            let at = problem.source.unwrap_or(at);
            problem.on(&path).at(at)
        });
        self.problems.0.extend(found);
        let mut inputs = resource.members();
        self.apply_raw(&mut inputs, &path, R::TYPE);
        if let Some(rule) = R::TYPE.name_rule {
            inputs
                .entry(rule.field.to_owned())
                .or_insert(Expr::GeneratedName);
        }
        let kind = match R::TYPE.kind {
            Kind::Resource => NodeKind::Resource,
            Kind::Lookup => NodeKind::Lookup,
        };
        self.push(R::TYPE, path, kind, inputs, rules, inner)
    }

    pub(crate) fn existing(
        &mut self,
        ty: &'static Type,
        path: NodePath,
        id: Expr,
        inner: Source,
    ) -> NodeId {
        let kind = NodeKind::Existing(id);
        self.push(ty, path, kind, BTreeMap::new(), Rules::default(), inner)
    }

    pub(crate) fn question(
        &mut self,
        ty: &'static Type,
        path: NodePath,
        inputs: BTreeMap<String, Expr>,
        inner: Source,
    ) -> NodeId {
        let rules = Rules::default();
        self.push(ty, path, NodeKind::Lookup, inputs, rules, inner)
    }

    fn push(
        &mut self,
        ty: &'static Type,
        path: NodePath,
        kind: NodeKind,
        inputs: BTreeMap<String, Expr>,
        rules: Rules,
        inner: Source,
    ) -> NodeId {
        // A program with 2^32 nodes does not fit in memory.
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let outer = self.outer(inner);
        self.nodes.push(Node {
            path,
            ty,
            kind,
            inputs,
            after: Vec::new(),
            rules,
            at: Located {
                outer,
                inner: (inner != outer).then_some(inner),
            },
            moved_from: Vec::new(),
        });
        id
    }

    pub(crate) fn order(&mut self, earlier: NodeId, later: NodeId) {
        if let Some(node) = self.nodes.get_mut(later.index()) {
            node.after.push(earlier);
        }
    }

    pub(crate) fn rule(&mut self, at: Source, base: NodePath, target: String, rule: Rule) {
        self.pending.push(Pending {
            at,
            base,
            target,
            rule,
            matched: false,
        });
    }

    /// Lifecycle rules and typed edits that apply to a resource.
    fn apply_edits<R: Resource>(&mut self, resource: &mut R, path: &NodePath) -> Rules {
        let mut rules = Rules::default();
        for pending in self.pending.iter_mut() {
            if !pending.covers(path) {
                continue;
            }
            pending.matched |= match &mut pending.rule {
                Rule::Protect => {
                    rules.protect = true;
                    true
                }
                Rule::Retain => {
                    rules.retain = true;
                    true
                }
                Rule::Timeout(limit) => {
                    rules.timeout = Some(*limit);
                    true
                }
                Rule::Ignore(field) => {
                    rules.ignore.push(super::Ignored {
                        field: field.clone(),
                    });
                    R::TYPE.field(field).is_some()
                }
                Rule::Edit { edit, .. } => edit(resource),
                Rule::Raw { .. } | Rule::Tags(_) => false,
            };
        }
        rules
    }

    /// Raw fields and tags, which apply to expressions.
    fn apply_raw(&mut self, inputs: &mut BTreeMap<String, Expr>, path: &NodePath, ty: &Type) {
        for pending in self.pending.iter_mut() {
            if !pending.covers(path) {
                continue;
            }
            match &pending.rule {
                Rule::Raw { field, value } => {
                    inputs.insert(field.clone(), Expr::Literal(value.clone()));
                    pending.matched = true;
                }
                Rule::Tags(tags) if ty.field("Tags").is_some() => {
                    add_tags(inputs, tags);
                    pending.matched = true;
                }
                _ => {}
            }
        }
    }

    pub(crate) fn shared_again<H: Clone + 'static>(&mut self, key: &str, shown: &str) -> Option<H> {
        let at = self.outermost;
        let first = self.shared.get(key)?;
        if first.shown != shown {
            let mut problem = Problem::new(
                "shared-differs",
                format!("the shared construct {key} is asked for with other inputs"),
                "ask for it with the same inputs, or under another key",
            )
            .on(key)
            .because(format!("it was first added at {}", first.at));
            problem.source = at;
            self.problems.push(problem);
        }
        first.handle.downcast_ref::<H>().cloned()
    }

    pub(crate) fn share<H: 'static>(&mut self, key: &str, shown: String, handle: H) {
        let Some(at) = self.outermost else { return };
        let shared = Shared {
            shown,
            at,
            handle: Box::new(handle),
        };
        self.shared.insert(key.to_owned(), shared);
    }
}

impl Pending {
    fn covers(&self, path: &NodePath) -> bool {
        match path.below(&self.base) {
            None => false,
            Some(below) => match self.rule {
                Rule::Protect | Rule::Retain | Rule::Timeout(_) | Rule::Tags(_) => true,
                Rule::Ignore(_) | Rule::Edit { .. } | Rule::Raw { .. } => below == self.target,
            },
        }
    }
}

/// Tags of the resource itself win over those of a construct around it.
fn add_tags(inputs: &mut BTreeMap<String, Expr>, tags: &BTreeMap<String, Expr>) {
    let mut merged = tags.clone();
    if let Some(Expr::Map(own)) = inputs.get("Tags") {
        merged.extend(own.iter().map(|(k, v)| (k.clone(), v.clone())));
    }
    inputs.insert("Tags".to_owned(), Expr::map(merged));
}
