//! The command line that every program gets.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Without a command the program is deployed, on the `local` target: a
/// simulated cloud beside its state. Nothing reaches an AWS account unless
/// `--target aws` says so.
#[derive(Debug, Parser)]
#[command(disable_help_subcommand = true, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

const EXIT_CODES: &str =
    "Exit status: 0 done, 1 failed, 2 changes (only with --detailed-exitcode), 130 interrupted.";

/// Options of every command, before or after it.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// Where to deploy to.
    #[arg(long, global = true, value_enum, default_value = "local")]
    pub(crate) target: TargetName,
    /// The environment.
    #[arg(long, global = true, value_name = "NAME", default_value = "dev")]
    pub(crate) env: String,
    /// The AWS region.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) region: Option<String>,
    /// The profile of the AWS configuration.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The folder of the state (default: .mlplat/<stack>/<env>).
    #[arg(long, global = true, value_name = "DIR|s3://BUCKET/PREFIX")]
    pub(crate) state: Option<String>,
    /// The stack, of several in one binary.
    #[arg(long, global = true, value_name = "NAME", hide = true)]
    pub(crate) stack: Option<String>,
    /// Where the state of a stack lies whose outputs are read.
    #[arg(long, global = true, value_name = "STACK=DIR")]
    pub(crate) other_state: Vec<String>,
    /// A TOML file with the program's settings.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    /// One setting; stronger than the file and than MLPLAT_SET_<KEY>. Not for
    /// secrets: others can read it.
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Asks for one setting at the terminal, without showing it.
    #[arg(long, global = true, value_name = "KEY")]
    pub(crate) ask: Vec<String>,
    /// Only this subtree, with what it needs; may be given more than once.
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) only: Vec<String>,
    /// Does not ask.
    #[arg(long, global = true)]
    pub(crate) yes: bool,
    /// Writes JSON to standard output: of a run its events, one on each line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// API calls at the same time.
    #[arg(long, global = true, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) parallelism: u16,
    /// Colours.
    #[arg(long, global = true, value_enum, default_value = "auto")]
    pub(crate) color: Color,
    /// Says more: what starts, waits and is tried again, in lines instead of
    /// the live view.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TargetName {
    /// A simulated cloud beside the state.
    Local,
    /// A real account.
    Aws,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// In a terminal, unless NO_COLOR is set.
    Auto,
    /// Also in pipes and files.
    Always,
    /// Not at all.
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows what a deployment would do.
    Plan(PlanArgs),
    /// Brings the world to what the program says.
    Deploy(DeployArgs),
    /// Deletes everything that the stack made.
    Destroy(DestroyArgs),
    /// Gives a generated secret its next value, everywhere; lists the secrets
    /// and what uses them when none is named.
    Rotate(RotateArgs),
    /// Shows what was changed outside.
    Drift(DriftArgs),
    /// Shows the outputs of the last deployment.
    Outputs(OutputsArgs),
    /// Draws the program.
    Graph(GraphArgs),
    /// Says what a node comes after and why, and what happens to it.
    Why {
        /// The path of a resource or construct.
        node: String,
    },
    /// Looks at and mends the state.
    #[command(subcommand)]
    State(StateCommand),
    /// Looks at and changes the simulated world from outside.
    #[command(subcommand)]
    World(WorldCommand),
    /// Writes the program's settings, outputs and resources into a file, as
    /// Markdown between two markers.
    Docs(DocsArgs),
    /// Looks whether everything is there that a run needs.
    Doctor,
    /// Writes the completions of a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

#[derive(Debug, Default, Args)]
pub(crate) struct PlanArgs {
    /// Saves the plan; `deploy FILE` then carries out this one or none.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Exits with 2 when there are changes.
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// Believes the state without looking at the world.
    #[arg(long)]
    pub(crate) no_refresh: bool,
    /// Asks pinned look-ups again.
    #[arg(long)]
    pub(crate) refresh_lookups: bool,
    /// The form of the plan.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: PlanFormat,
    /// Prints the least IAM policy that deploys the program, instead of a
    /// plan; several documents when one would be too large for IAM.
    #[arg(long, conflicts_with_all = ["out", "detailed_exitcode"])]
    pub(crate) deployer_policy: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For pull requests.
    Markdown,
}

#[derive(Debug, Default, Args)]
pub(crate) struct DeployArgs {
    /// A plan saved by `plan --out`.
    #[arg(value_name = "PLANFILE")]
    pub(crate) plan: Option<PathBuf>,
    /// Asks pinned look-ups again.
    #[arg(long)]
    pub(crate) refresh_lookups: bool,
    /// Asks before each group of steps that could start.
    #[arg(long)]
    pub(crate) step: bool,
    /// What goes may take data along: buckets are emptied, databases leave no
    /// snapshot.
    #[arg(long)]
    pub(crate) delete_data: bool,
}

#[derive(Debug, Default, Args)]
pub(crate) struct DestroyArgs {
    /// Data goes too: buckets are emptied, databases leave no snapshot.
    #[arg(long)]
    pub(crate) delete_data: bool,
}

#[derive(Debug, Default, Args)]
pub(crate) struct RotateArgs {
    /// The key of a generated secret.
    #[arg(value_name = "SECRET")]
    pub(crate) secret: Option<String>,
    /// Only lists the secrets.
    #[arg(long)]
    pub(crate) list: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DocsArgs {
    /// Writes nothing; exits with 1 when the file is stale, and shows how.
    #[arg(long)]
    pub(crate) check: bool,
    /// The file; `-` for standard output.
    #[arg(long, value_name = "FILE", default_value = "README.md")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct DriftArgs {
    /// Exits with 2 when something was changed outside.
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

#[derive(Debug, Args)]
pub(crate) struct OutputsArgs {
    /// Only this one: its bare value.
    pub(crate) name: Option<String>,
    /// The form.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: OutputsFormat,
    /// Shows secrets in clear.
    #[arg(long)]
    pub(crate) show_secrets: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputsFormat {
    /// Two columns.
    Text,
    /// One object.
    Json,
    /// Assignments for a shell.
    Env,
}

#[derive(Debug, Args)]
pub(crate) struct GraphArgs {
    /// The form.
    #[arg(long, value_enum, default_value = "svg")]
    pub(crate) format: GraphFormat,
    /// Every resource, not only the constructs.
    #[arg(long)]
    pub(crate) detail: bool,
    /// Writes into a file.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// For Graphviz.
    Dot,
    /// For Markdown.
    Mermaid,
    /// A picture.
    Svg,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Every object: path, type, id.
    List,
    /// Everything the state remembers of an object, as JSON.
    Show {
        /// Its path.
        path: String,
    },
    /// Gives an object, or all below a construct, another path.
    Mv {
        /// The path now.
        from: String,
        /// The path from now on.
        to: String,
    },
    /// Forgets an object; it stays in the cloud.
    Rm {
        /// Its path.
        path: String,
    },
    /// Takes an existing object into the state.
    Import {
        /// The path of a resource of the program.
        node: String,
        /// The object's id.
        id: String,
    },
    /// Shows what was done, when and by whom, and what an interrupted run left.
    History,
    /// Has other keys open the state from now on: those given with --to, or the
    /// passphrase in MLPLAT_AGE_NEW_PASSPHRASE. The keys at hand have to open
    /// it one last time.
    Rekey {
        /// An age recipient (`age1…`); may be given more than once.
        #[arg(long, value_name = "RECIPIENT")]
        to: Vec<String>,
        /// Draws new keys for the values too, so that whoever could open the
        /// state before cannot open what is written from now on.
        #[arg(long)]
        anew: bool,
    },
    /// Says who holds the lock.
    Unlock,
    /// Makes an empty state.
    Init,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WorldCommand {
    /// Every object: type, id, status.
    List,
    /// Everything about an object, as JSON.
    Show {
        /// Its id.
        id: String,
    },
    /// Changes a field, as someone else would.
    Set {
        /// The object's id.
        id: String,
        /// The field and its new value; the value is JSON or else text.
        #[arg(value_name = "FIELD=VALUE")]
        assignment: String,
    },
    /// Deletes an object, as someone else would.
    Delete {
        /// Its id.
        id: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_options_stand_before_or_after_the_command() {
        for args in [
            ["x", "--env", "prod", "plan"],
            ["x", "plan", "--env", "prod"],
        ] {
            let cli = Cli::try_parse_from(args).unwrap();
            assert_eq!(cli.global.env, "prod");
            assert!(matches!(cli.command, Some(Command::Plan(_))));
        }
    }
}
