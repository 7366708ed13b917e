//! From arguments to a command and back to an exit status.

use std::ffi::OsString;

use clap::{CommandFactory as _, FromArgMatches as _};
use mlplat_core::Problem;

use super::args::{Cli, Color, Command, TargetName};
use super::ask::ask;
use super::asked::asked;
use super::builder::{Build, Cli as Stacks};
use super::commands;
use super::effect;
use super::failure::{CHANGES, DONE, FAILED, Failure, INTERRUPTED};
use super::out::Out;
use super::panics::quieten_providers;
use super::session::Session;
use super::signals::Signals;

pub(super) fn run(stacks: &Stacks<'_>, args: Vec<OsString>) -> u8 {
    quieten_providers();
    let first = stacks.stacks.first().map_or("", |(name, _)| name);
    let cli = match parse(first, stacks.stacks.len() > 1, args) {
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
    let status = runtime.block_on(through(stacks, &cli, out));
    // A question that nobody answers any more must not keep the process.
    runtime.shutdown_background();
    let status = status.unwrap_or_else(|Failure(text)| {
        out.error(&text);
        FAILED
    });
    match Out::lost() {
        Some(why) => {
            out.error(&format!(
                "failed to write to standard output: {why}\n  do   make room and ask again; what was deployed is deployed"
            ));
            status.max(FAILED)
        }
        None => status,
    }
}

/// Goes through the stacks that the arguments mean, as long as each comes to a
/// good end.
async fn through(stacks: &Stacks<'_>, cli: &Cli, out: Out) -> Result<u8, Failure> {
    effect::check(cli)?;
    let signals = Signals::listen();
    let mut status = DONE;
    let chosen = chosen(stacks, cli)?;
    let Some(answers) = ask(&cli.global.ask, out, &signals).await? else {
        return Ok(INTERRUPTED);
    };
    for (name, build) in chosen {
        let session = Session {
            name,
            global: &cli.global,
            command: asked(cli),
            out,
            signals: signals.clone(),
            answers: &answers,
            program: build,
            alone: stacks.stacks.len() == 1,
            providers: &stacks.providers,
        };
        match dispatch(&session, cli.command.as_ref()).await? {
            end @ (DONE | CHANGES) => status = status.max(end),
            end => return Ok(end),
        }
    }
    Ok(status)
}

/// The stacks that the arguments mean, in the order in which their turn comes.
fn chosen<'s, 'a>(
    stacks: &'s Stacks<'a>,
    cli: &Cli,
) -> Result<Vec<&'s (String, Build<'a>)>, Failure> {
    let all = &stacks.stacks;
    let names = || {
        let names: Vec<_> = all.iter().map(|(name, _)| name.as_str()).collect();
        names.join(", ")
    };
    if let Some(name) = &cli.global.stack {
        let found: Vec<_> = all.iter().filter(|(stack, _)| stack == name).collect();
        if found.is_empty() {
            let what = format!("there is no stack `{}`", name.escape_debug());
            let fix = format!("the stacks are: {}", names());
            return Err(Problem::new("no-such-stack", what, fix).into());
        }
        return Ok(found);
    }
    let saved = |plan: &Option<std::path::PathBuf>| plan.is_some();
    match &cli.command {
        _ if all.len() == 1 => Ok(all.iter().collect()),
        None => Ok(all.iter().collect()),
        Some(Command::Plan(args)) if !saved(&args.out) => Ok(all.iter().collect()),
        Some(Command::Deploy(args)) if !saved(&args.plan) => Ok(all.iter().collect()),
        Some(Command::Destroy(_)) => Ok(all.iter().rev().collect()),
        // They are the same for every stack.
        Some(Command::World(_) | Command::Completions { .. }) => Ok(all.iter().take(1).collect()),
        Some(_) => Err(Problem::new(
            "which-stack",
            "this command is about one stack, and the program has several",
            format!("choose one with --stack: {}", names()),
        )
        .into()),
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
fn parse(name: &str, several: bool, args: Vec<OsString>) -> Result<Cli, u8> {
    let named = Cli::command()
        .name(name.to_owned())
        .bin_name(name.to_owned())
        .mut_arg("stack", |stack| stack.hide(!several));
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
        Some(Command::Destroy(args)) => commands::destroy(session, args).await,
        Some(Command::Rotate(args)) => commands::rotate(session, args).await,
        Some(Command::Drift(args)) => commands::drift(session, args).await,
        Some(Command::Outputs(args)) => commands::outputs(session, args).await,
        Some(Command::Graph(args)) => commands::graph(session, args),
        Some(Command::Why { node }) => commands::why(session, node).await,
        Some(Command::State(command)) => commands::state(session, command).await,
        Some(Command::Docs(args)) => commands::docs(session, args),
        Some(Command::Doctor) => commands::doctor(session).await,
        Some(Command::World(command)) => commands::world(session, command),
        Some(Command::Completions { shell }) => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), session.name, &mut text);
            Out::new(Color::Never).raw(&String::from_utf8_lossy(&text));
            Ok(DONE)
        }
    }
}
