//! `Tested`: a program that was planned from an empty account.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::glob::fits;
use super::order::{Order, Steps};
use super::snapshot::Snapshot;
use super::{fail, nearest};
use crate::checks::Checks;
use crate::facts::Type;
use crate::graph::{Context, Graph, NodeView, ProgramResult, Stack};
use crate::path::NodePath;
use crate::plan::{self, Inputs, Plan, SecretBook};
use crate::problem::Problems;
use crate::seal::Keyring;
use crate::state::State;
use crate::wiring::{NodeId, Resource};

/// A program that was run, frozen and planned from an empty account, without
/// a cloud. See [`Stack::test`].
pub struct Tested {
    context: Context,
    made: Result<Made, Problems>,
}

struct Made {
    graph: Graph,
    plan: Plan,
}

impl Stack {
    /// Runs a program for a test, in environment `dev` and without settings.
    ///
    /// ```
    /// use mlplat_core::Stack;
    /// use mlplat_core::null::Null;
    ///
    /// fn program(stack: &mut Stack) {
    ///     let first = stack.add("first", Null { name: "a".into(), value: None, after: vec![] });
    ///     stack.add("second", Null { name: "b".into(), value: None, after: vec![first.id] });
    /// }
    ///
    /// let tested = Stack::test(program);
    /// assert_eq!(tested.count("null.Resource"), 2);
    /// assert_eq!(tested.node("first").input("Name"), "a");
    /// assert!(tested.happens_before("first", "second"));
    /// ```
    pub fn test<R: ProgramResult>(program: impl FnOnce(&mut Stack) -> R) -> Tested {
        Self::test_in(Context::new("test"), program)
    }

    /// Runs a program for a test in an environment, region and with settings
    /// of one's own.
    ///
    /// ```
    /// use mlplat_core::Stack;
    /// use mlplat_core::graph::Context;
    ///
    /// let context = Context::new("shop").in_env("prod");
    /// let tested = Stack::test_in(context, |stack: &mut Stack| assert_eq!(stack.env(), "prod"));
    /// assert!(tested.problems().0.is_empty());
    /// ```
    pub fn test_in<R: ProgramResult>(
        context: Context,
        program: impl FnOnce(&mut Stack) -> R,
    ) -> Tested {
        let made = Graph::build(context.clone(), program).and_then(|graph| {
            let plan = from_nothing(&graph)?;
            Ok(Made { graph, plan })
        });
        Tested { context, made }
    }
}

/// The plan of a program whose account is empty and where nobody can be asked.
fn from_nothing(graph: &Graph) -> Result<Plan, Problems> {
    let state = State::new("test".to_owned());
    let types: HashMap<&str, &'static Type> = graph
        .nodes()
        .iter()
        .map(|node| (node.ty.name, node.ty))
        .collect();
    let secrets = SecretBook::open(Keyring::fixed(), &state).map_err(|why| {
        // A state without secrets has none that could fail to open.
        crate::Problem::new("no-keys", why.to_string(), "this is a bug of mlplat")
    })?;
    plan::plan(&Inputs {
        graph,
        state: &state,
        sights: &BTreeMap::new(),
        answers: &HashMap::new(),
        secrets: &secrets,
        types: &|name| types.get(name).copied(),
        only: &[],
        orphans: &[],
        destroy: false,
    })
}

impl Tested {
    /// What is wrong with the program; empty for one that can be planned.
    #[must_use]
    pub fn problems(&self) -> &Problems {
        const NONE: &Problems = &Problems(Vec::new());
        self.made.as_ref().err().unwrap_or(NONE)
    }

    /// Name, environment, region and settings.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The frozen program.
    ///
    /// # Panics
    /// When the program has problems: there is none then.
    #[track_caller]
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.made().graph
    }

    /// Its plan from an empty account: changes, steps, estimate.
    ///
    /// # Panics
    /// When the program has problems.
    #[track_caller]
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.made().plan
    }

    #[track_caller]
    fn made(&self) -> &Made {
        match &self.made {
            Ok(made) => made,
            Err(problems) => fail(format_args!("the program has problems\n{problems}")),
        }
    }

    /// The path of every node, in order of path.
    ///
    /// # Panics
    /// When the program has problems.
    #[track_caller]
    #[must_use]
    pub fn paths(&self) -> Vec<&str> {
        let mut paths: Vec<_> = self.nodes().map(|node| node.path().as_str()).collect();
        paths.sort_unstable();
        paths
    }

    /// Every node, in the order in which they were added.
    ///
    /// # Panics
    /// When the program has problems.
    #[track_caller]
    pub fn nodes(&self) -> impl Iterator<Item = NodeView<'_>> {
        self.made().graph.views()
    }

    /// The node at a path, when there is one.
    ///
    /// # Panics
    /// When the program has problems.
    #[track_caller]
    #[must_use]
    pub fn get(&self, path: &str) -> Option<NodeView<'_>> {
        self.made().graph.at(path)
    }

    /// Every node of a type, by its name: `ec2.NatGateway`.
    ///
    /// # Panics
    /// When the program has problems.
    #[track_caller]
    #[must_use]
    pub fn of_type(&self, ty: &str) -> Vec<NodeView<'_>> {
        self.nodes().filter(|node| node.ty() == ty).collect()
    }

    /// Every node of a resource's type: a misspelt one does not compile.
    ///
    /// ```
    /// use mlplat_core::Stack;
    /// use mlplat_core::null::Null;
    ///
    /// assert!(Stack::test(|_: &mut Stack| {}).all::<Null>().is_empty());
    /// ```
    ///
    /// # Panics
    /// When the program has problems.
    #[track_caller]
    #[must_use]
    pub fn all<R: Resource>(&self) -> Vec<NodeView<'_>> {
        self.of_type(R::TYPE.name)
    }

    /// Every node whose path fits a pattern: `*` and `?` stand within a
    /// segment, `**` across segments (`network/private-*`, `**/role`).
    ///
    /// # Panics
    /// When the program has problems.
    #[track_caller]
    #[must_use]
    pub fn matching(&self, pattern: &str) -> Vec<NodeView<'_>> {
        let nodes = self.nodes();
        nodes
            .filter(|node| fits(pattern, node.path().as_str()))
            .collect()
    }

    /// How many nodes a type has. A misspelt type has none:
    /// [`Tested::all`] cannot be misspelt.
    ///
    /// # Panics
    /// When the program has problems.
    #[track_caller]
    #[must_use]
    pub fn count(&self, ty: &str) -> usize {
        self.nodes().filter(|node| node.ty() == ty).count()
    }

    /// The declared outputs as they are shown; a secret is `<secret>`.
    ///
    /// # Panics
    /// When the program has problems.
    #[track_caller]
    #[must_use]
    pub fn outputs(&self) -> BTreeMap<&str, Value> {
        let graph = self.graph();
        let each = graph.outputs().iter();
        each.map(|output| (output.name.as_str(), graph.shown(&output.expr)))
            .collect()
    }

    /// In which order two nodes are made, over any number of steps between
    /// them. A construct's path stands for everything below it: before means
    /// each of the first before each of the second.
    ///
    /// # Panics
    /// When nothing is at one of the paths, or the program has problems.
    #[track_caller]
    #[must_use]
    pub fn order(&self, first: &str, second: &str) -> Order {
        let (first, second) = (self.within(first), self.within(second));
        Steps::new(self.plan()).order(&first, &second)
    }

    /// Whether the first is made before the second, over any number of steps
    /// between them; see [`Tested::order`].
    ///
    /// # Panics
    /// When nothing is at one of the paths, or the program has problems.
    #[track_caller]
    #[must_use]
    pub fn happens_before(&self, first: &str, second: &str) -> bool {
        matches!(self.order(first, second), Order::Before(_))
    }

    /// What a set of checks finds in the program: its problems, when it has
    /// some.
    #[must_use]
    pub fn check(&self, checks: impl Into<Checks>) -> Problems {
        match &self.made {
            Ok(made) => checks.into().run(&made.graph),
            Err(problems) => problems.clone(),
        }
    }

    /// The program as a stable, short value: see [`Snapshot`].
    ///
    /// # Panics
    /// When the program has problems.
    #[track_caller]
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(self.graph(), "")
    }

    /// The part of the snapshot at and below a path.
    ///
    /// # Panics
    /// When nothing is there, or the program has problems.
    #[track_caller]
    #[must_use]
    pub fn snapshot_of(&self, path: &str) -> Snapshot {
        // Asked for its failure when nothing is there.
        let _ = self.within(path);
        Snapshot::of(self.graph(), path)
    }

    /// The nodes at and below a path.
    #[track_caller]
    fn within(&self, path: &str) -> Vec<NodeId> {
        let graph = self.graph();
        let found: Vec<NodeId> = match path.parse::<NodePath>() {
            Ok(parsed) => graph
                .views()
                .filter(|view| view.path().is_within(&parsed))
                .map(NodeView::id)
                .collect(),
            Err(_) => Vec::new(),
        };
        if found.is_empty() {
            self.nothing_at(path);
        }
        found
    }

    /// Ends the test: nothing is at a path.
    #[track_caller]
    pub(super) fn nothing_at(&self, path: &str) -> ! {
        let near = nearest::nearest_line(path, self.paths());
        fail(format_args!(
            "nothing is at {path}{near}\n  of       {} nodes; paths() lists them",
            self.graph().nodes().len()
        ))
    }
}
