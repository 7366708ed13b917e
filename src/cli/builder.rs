//! `Cli`: one or several programs, and what they need beside AWS and
//! Kubernetes.

use std::process::ExitCode;
use std::sync::Arc;

use mlplat_core::Problems;
use mlplat_core::graph::{Context, Graph, ProgramResult, Stack};
use mlplat_core::provider::Provider;

/// What a stack's program becomes when it is run in a context.
pub(crate) type Build<'a> = Box<dyn Fn(Context) -> Result<Graph, Problems> + 'a>;

/// The command line of a binary: its programs and the providers of its own.
///
/// ```no_run
/// use mlplat::prelude::*;
///
/// fn network(stack: &mut Stack) {
///     stack.add("network", Vpc::new("10.10.0.0/16"));
/// }
///
/// fn platform(stack: &mut Stack) {
///     stack.add("artifacts", Bucket::new());
/// }
///
/// fn main() -> ExitCode {
///     mlplat::Cli::new("network", network).stack("platform", platform).run()
/// }
/// ```
///
/// With several stacks `--stack NAME` chooses one. Without it `plan` and
/// `deploy` go through all of them in the order in which they were added,
/// `destroy` the other way round, and the other commands ask for a name.
/// `--state DIR` is then the folder of them all (default `.mlplat`): a stack's
/// state is in `DIR/<stack>/<env>`, and on the local target they share one
/// simulated account in `DIR/world/<env>`, as they would share a real one.
#[must_use = "run it"]
pub struct Cli<'a> {
    pub(super) stacks: Vec<(String, Build<'a>)>,
    pub(super) providers: Vec<Arc<dyn Provider>>,
}

impl<'a> Cli<'a> {
    /// A binary with one program. `name` is the name of the stack, whatever
    /// the binary is called.
    pub fn new<R: ProgramResult>(name: &str, program: impl Fn(&mut Stack) -> R + 'a) -> Self {
        let cli = Self {
            stacks: Vec::new(),
            providers: Vec::new(),
        };
        cli.stack(name, program)
    }

    /// Another program in the same binary. One that reads the outputs of
    /// another comes after it.
    pub fn stack<R: ProgramResult>(
        mut self,
        name: &str,
        program: impl Fn(&mut Stack) -> R + 'a,
    ) -> Self {
        let build = move |context: Context| Graph::build(context, &program);
        self.stacks.push((name.to_owned(), Box::new(build)));
        self
    }

    /// A provider of resource types of one's own. It comes before those of the
    /// target: a type that it serves is served by nobody else.
    pub fn provider(mut self, provider: impl Provider + 'static) -> Self {
        self.providers.push(Arc::new(provider));
        self
    }

    /// Reads the arguments of the process, does what they say, and gives the
    /// exit status for `main` to return.
    #[must_use]
    pub fn run(self) -> ExitCode {
        ExitCode::from(super::run::run(&self, std::env::args_os().collect()))
    }
}

/// The command line of a binary with one program and no providers of its own:
/// [`Cli::new`] and [`Cli::run`].
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     mlplat::cli("empty", |_stack: &mut mlplat::core::Stack| {})
/// }
/// ```
pub fn cli<R: ProgramResult>(name: &str, program: impl Fn(&mut Stack) -> R) -> ExitCode {
    Cli::new(name, program).run()
}
