//! An option that would do nothing is refused, with what to do instead.

use mlplat_core::Problem;

use super::args::{Cli, Command, StateCommand, WorldCommand};

/// Refuses `--json` and `--only` where a command has no use for them.
///
/// # Errors
/// The option, and the command.
pub(super) fn check(cli: &Cli) -> Result<(), Problem> {
    let Some(command) = &cli.command else {
        return Ok(());
    };
    let name = name(command);
    if cli.global.json && !speaks_json(command) {
        let what = format!("--json has no effect on `{name}`, which has no such form");
        return Err(Problem::new("no-json", what, "leave --json out"));
    }
    if !cli.global.only.is_empty() && !takes_parts(command) {
        let what = format!("--only has no effect on `{name}`, which is about the whole");
        return Err(Problem::new("no-parts", what, "leave --only out"));
    }
    Ok(())
}

fn speaks_json(command: &Command) -> bool {
    match command {
        Command::Plan(_) | Command::Deploy(_) | Command::Destroy(_) => true,
        Command::Drift(_) | Command::Outputs(_) => true,
        Command::Rotate(args) => args.secret.is_some() && !args.list,
        Command::State(command) => matches!(
            command,
            StateCommand::List | StateCommand::Show { .. } | StateCommand::History
        ),
        Command::World(command) => {
            matches!(command, WorldCommand::List | WorldCommand::Show { .. })
        }
        Command::Graph(_) | Command::Why { .. } | Command::Docs(_) => false,
        Command::Doctor | Command::Completions { .. } => false,
    }
}

/// A rotation says by itself why it takes no part.
fn takes_parts(command: &Command) -> bool {
    matches!(
        command,
        Command::Plan(_)
            | Command::Deploy(_)
            | Command::Destroy(_)
            | Command::Drift(_)
            | Command::Rotate(_)
            | Command::Why { .. }
    )
}

fn name(command: &Command) -> &'static str {
    match command {
        Command::Plan(_) => "plan",
        Command::Deploy(_) => "deploy",
        Command::Destroy(_) => "destroy",
        Command::Rotate(_) => "rotate",
        Command::Drift(_) => "drift",
        Command::Outputs(_) => "outputs",
        Command::Graph(_) => "graph",
        Command::Why { .. } => "why",
        Command::State(command) => match command {
            StateCommand::List => "state list",
            StateCommand::Show { .. } => "state show",
            StateCommand::Mv { .. } => "state mv",
            StateCommand::Rm { .. } => "state rm",
            StateCommand::Import { .. } => "state import",
            StateCommand::History => "state history",
            StateCommand::Rekey { .. } => "state rekey",
            StateCommand::Unlock => "state unlock",
            StateCommand::Init => "state init",
        },
        Command::World(command) => match command {
            WorldCommand::List => "world list",
            WorldCommand::Show { .. } => "world show",
            WorldCommand::Set { .. } => "world set",
            WorldCommand::Delete { .. } => "world delete",
        },
        Command::Docs(_) => "docs",
        Command::Doctor => "doctor",
        Command::Completions { .. } => "completions",
    }
}
