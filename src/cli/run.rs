//! From `main` to a command and back to an exit status.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};
use mlplat_core::graph::{Context, Graph, ProgramResult, Stack};

use super::args::{Cli, Color, Command, TargetName};
use super::commands;
use super::failure::{DONE, FAILED, Failure};
use super::out::Out;
use super::session::Session;
use super::signals::Signals;

/// The command line of a program: reads the arguments, does what they say,
/// and gives the exit status for `main` to return. `name` is the name of the
/// stack, whatever the binary is called.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     mlplat::cli("empty", |_stack: &mut mlplat::core::Stack| {})
/// }
/// ```
pub fn cli<R: ProgramResult>(name: &str, program: impl Fn(&mut Stack) -> R) -> ExitCode {
    ExitCode::from(run(name, &program, std::env::args_os().collect()))
}

fn run<R: ProgramResult>(
    name: &str,
    program: &impl Fn(&mut Stack) -> R,
    args: Vec<OsString>,
) -> u8 {
    let cli = match parse(name, args) {
        Ok(cli) => cli,
        Err(status) => return status,
    };
    let out = Out::new(cli.global.color);
    let runtime = match runtime(&cli) {
        Ok(runtime) => runtime,
        Err(why) => {
            out.error(&format!("failed to start: {why}"));
            return FAILED;
        }
    };
    let build = |context: Context| Graph::build(context, program);
    let status = runtime.block_on(async {
        let session = Session {
            name,
            global: &cli.global,
            out,
            signals: Signals::listen(),
            program: &build,
        };
        dispatch(&session, cli.command.as_ref()).await
    });
    match status {
        Ok(status) => status,
        Err(Failure(text)) => {
            out.error(&text);
            FAILED
        }
    }
}

/// The local target runs on one thread. Unless it is paced its clock is
/// virtual: when nothing can go on, time jumps to the next thing that is due.
fn runtime(cli: &Cli) -> std::io::Result<tokio::runtime::Runtime> {
    use tokio::runtime::Builder;
    if !matches!(cli.global.target, TargetName::Local) {
        return Builder::new_multi_thread().enable_all().build();
    }
    // A pace that is no number is named when the target is opened.
    let virtual_time = matches!(crate::target::pace(), Ok(None));
    Builder::new_current_thread()
        .enable_all()
        .start_paused(virtual_time)
        .build()
}

/// A wrong command line is a failure: 2 is for changes.
fn parse(name: &str, args: Vec<OsString>) -> Result<Cli, u8> {
    let named = Cli::command()
        .name(name.to_owned())
        .bin_name(name.to_owned());
    let parsed = named
        .try_get_matches_from(args)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    parsed.map_err(|error| {
        // It is help for the terminal or an error on it; either way the end.
        let _ = error.print();
        if error.use_stderr() { FAILED } else { DONE }
    })
}

async fn dispatch(session: &Session<'_>, command: Option<&Command>) -> Result<u8, Failure> {
    match command {
        None => commands::deploy(session, &super::args::DeployArgs::default()).await,
        Some(Command::Plan(args)) => commands::plan(session, args).await,
        Some(Command::Deploy(args)) => commands::deploy(session, args).await,
        Some(Command::Destroy) => commands::destroy(session).await,
        Some(Command::Drift(args)) => commands::drift(session, args).await,
        Some(Command::Outputs(args)) => commands::outputs(session, args).await,
        Some(Command::Graph(args)) => commands::graph(session, args),
        Some(Command::Why { node }) => commands::why(session, node).await,
        Some(Command::State(command)) => commands::state(session, command).await,
        Some(Command::World(command)) => commands::world(session, command),
        Some(Command::Completions { shell }) => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), session.name, &mut text);
            Out::new(Color::Never).raw(&String::from_utf8_lossy(&text));
            Ok(DONE)
        }
    }
}
