//! What was asked for, as the history remembers it: the command and the
//! options that decide what it does. Values of settings stay out.

use super::args::{Cli, Command, StateCommand};
use crate::report::text::clean;

/// The command as a person would write it.
pub(super) fn asked(cli: &Cli) -> String {
    let mut words = match &cli.command {
        None => vec!["deploy".to_owned()],
        Some(command) => words(command),
    };
    for path in &cli.global.only {
        words.push(format!("--only {}", clean(path)));
    }
    words.join(" ")
}

fn words(command: &Command) -> Vec<String> {
    let mut words = vec![
        match command {
            Command::Deploy(_) => "deploy",
            Command::Destroy(_) => "destroy",
            Command::Rotate(_) => "rotate",
            Command::State(_) => "state",
            // The others leave nothing behind that would be remembered.
            _ => "look",
        }
        .to_owned(),
    ];
    match command {
        Command::Deploy(args) => {
            let plan = args.plan.as_ref().map(|path| path.display().to_string());
            words.extend(plan.map(|path| clean(&path).into_owned()));
            words.extend(args.step.then(|| "--step".to_owned()));
            words.extend(args.refresh_lookups.then(|| "--refresh-lookups".to_owned()));
            words.extend(args.delete_data.then(|| "--delete-data".to_owned()));
        }
        Command::Destroy(args) => {
            words.extend(args.delete_data.then(|| "--delete-data".to_owned()));
        }
        Command::Rotate(args) => {
            words.extend(args.secret.as_deref().map(|key| clean(key).into_owned()));
        }
        Command::State(command) => {
            let each = match command {
                StateCommand::Mv { from, to } => vec!["mv", from, to],
                StateCommand::Rm { path } => vec!["rm", path],
                StateCommand::Import { node, id } => vec!["import", node, id],
                StateCommand::Init => vec!["init"],
                StateCommand::Rekey { anew: true, .. } => vec!["rekey", "--anew"],
                StateCommand::Rekey { .. } => vec!["rekey"],
                StateCommand::Unlock => vec!["unlock"],
                StateCommand::List | StateCommand::Show { .. } | StateCommand::History => {
                    vec!["look"]
                }
            };
            words.extend(each.into_iter().map(|word| clean(word).into_owned()));
        }
        _ => {}
    }
    words
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn what_decides_is_remembered_and_values_are_not() {
        let shown = |words: &[&str]| {
            let all = std::iter::once("x").chain(words.iter().copied());
            asked(&Cli::try_parse_from(all).unwrap())
        };
        assert_eq!(shown(&[]), "deploy");
        assert_eq!(shown(&["--set", "password=hunter2"]), "deploy");
        assert_eq!(
            shown(&["deploy", "a.plan", "--only", "b"]),
            "deploy a.plan --only b"
        );
        assert_eq!(shown(&["state", "mv", "a", "b/c"]), "state mv a b/c");
        assert_eq!(shown(&["rotate", "key"]), "rotate key");
    }
}
