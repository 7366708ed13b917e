//! The program's settings, from a file, the environment, the command line and
//! the terminal.
//!
//! A later source wins: the TOML file, then `MLPLAT_SET_<KEY>`, then `--set`,
//! then what was asked for. Where the program wants text, values of the last
//! three are taken as they are; elsewhere they are read as TOML (`3`, `true`,
//! `["a"]`). Dots in a key lead into tables; in the environment two underscores
//! stand for a dot. Other users of a machine can read the arguments of a
//! process, so no secret is taken from `--set`.

use std::path::Path;

use mlplat_core::Problem;
use mlplat_core::graph::{Settings, Typed};
use mlplat_core::wiring::Plain;
use serde_json::Value;

use super::bounded::read_text;

const PREFIX: &str = "MLPLAT_SET_";
/// Tables inside each other in a key. A settings struct has a few.
const DEEPEST: usize = 32;

/// Merges all sources.
///
/// # Errors
/// A Problem for a file that cannot be read or is no TOML, and for a `--set`
/// without `=`.
pub(crate) fn merge(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
    set: &[String],
    answers: &[(String, Plain)],
) -> Result<Settings, Box<Problem>> {
    let mut settings = Settings::default();
    if let Some(path) = file {
        from_file(&mut settings, path)?;
    }
    let mut variables: Vec<_> = environment
        .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_owned(), value)))
        .collect();
    variables.sort();
    for (name, value) in variables {
        let key = name.to_ascii_lowercase().replace("__", ".");
        let origin = format!("{PREFIX}{name}");
        assign(&mut settings, &key, typed(&value, false), origin)?;
    }
    for assignment in set {
        let (key, value) = assignment
            .split_once('=')
            .ok_or_else(|| no_equals(assignment))?;
        let origin = format!("--set {key}");
        assign(&mut settings, key, typed(value, true), origin)?;
    }
    for (key, answer) in answers {
        let origin = format!("--ask {key}");
        assign(&mut settings, key, typed(answer.expose(), false), origin)?;
    }
    Ok(settings)
}

fn from_file(settings: &mut Settings, path: &Path) -> Result<(), Box<Problem>> {
    let shown = path.display().to_string();
    let bad = |what: String, fix: &str| Box::new(Problem::new("bad-settings-file", what, fix));
    let text = read_text(path).map_err(|why| {
        bad(
            format!("failed to read the settings file {shown}: {why}"),
            "name a file that can be read",
        )
    })?;
    from_text(settings, &text, &shown)
}

/// What a settings file of this text sets.
pub(super) fn from_text(
    settings: &mut Settings,
    text: &str,
    shown: &str,
) -> Result<(), Box<Problem>> {
    let table: toml::Table = text.parse().map_err(|why: toml::de::Error| {
        let line = why.span().map_or(1, |span| line_of(text, span.start));
        // The parser's full error would quote the line, which may be a secret.
        let what = format!(
            "line {line} of the settings file {shown} is no TOML: {}",
            why.message()
        );
        Box::new(Problem::new("bad-settings-file", what, "mend that line"))
    })?;
    for (key, value) in table {
        // TOML values are all JSON values, dates as text.
        let value = serde_json::to_value(value).unwrap_or_default();
        settings.set(&key, value, shown.to_owned());
    }
    Ok(())
}

/// The number of the line in which a byte is.
fn line_of(text: &str, byte: usize) -> usize {
    let before = text.as_bytes().iter().take(byte);
    before.filter(|byte| **byte == b'\n').count() + 1
}

fn typed(text: &str, exposed: bool) -> Typed {
    Typed {
        value: value_of(text),
        text: text.to_owned(),
        exposed,
    }
}

fn value_of(text: &str) -> Value {
    let table: Result<toml::Table, _> = format!("value = {text}").parse();
    let read = table.ok().filter(|table| table.len() == 1);
    let value = read.and_then(|mut table| table.remove("value"));
    let value = value.and_then(|value| serde_json::to_value(value).ok());
    value.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// `a.b = v` sets `a` to the table `{ b = v }`; tables are merged.
fn assign(
    settings: &mut Settings,
    key: &str,
    value: Typed,
    origin: String,
) -> Result<(), Box<Problem>> {
    let depth = key.split('.').count();
    if depth > DEEPEST {
        let what = format!("the key of a setting leads {depth} tables down");
        let fix = format!("lead {DEEPEST} tables down at most");
        return Err(Box::new(Problem::new("bad-setting", what, fix)));
    }
    settings.set_typed(key, value, origin);
    Ok(())
}

fn no_equals(assignment: &str) -> Box<Problem> {
    // What stands there may be a secret whose key was forgotten.
    let what = format!(
        "--set takes KEY=VALUE, and there is no = in its {} characters",
        assignment.len()
    );
    Box::new(Problem::new("bad-setting", what, "write --set KEY=VALUE"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlplat_core::Secret;
    use serde::Deserialize;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Sizes {
        nodes: u8,
        name: String,
        database: Database,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Database {
        size: u32,
        multi_az: bool,
    }

    fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn later_sources_win_and_tables_merge() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("prod.toml");
        std::fs::write(&file, "nodes = 1\nname = \"a\"\n[database]\nsize = 20\n").unwrap();
        let environment = variables(&[
            ("MLPLAT_SET_NODES", "2"),
            ("MLPLAT_SET_DATABASE__MULTI_AZ", "true"),
            ("PATH", "x"),
        ]);
        let set = ["nodes=3".to_owned(), "name=it is".to_owned()];
        let settings = merge(Some(&file), environment.into_iter(), &set, &[]).unwrap();
        let sizes: Sizes = settings.read().unwrap();
        let database = Database {
            size: 20,
            multi_az: true,
        };
        assert_eq!(
            sizes,
            Sizes {
                nodes: 3,
                name: "it is".into(),
                database
            }
        );
    }

    #[test]
    fn secrets_come_from_variables_and_questions_as_they_were_typed() {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Mail {
            password: Option<Secret<String>>,
            key: Option<Secret<String>>,
        }
        let read = |environment: &[(&str, &str)], set: &[String]| {
            let answers = [("key".to_owned(), Plain::new("007".to_owned()))];
            let environment = variables(environment).into_iter();
            let settings = merge(None, environment, set, &answers).unwrap();
            settings.read::<Mail>()
        };
        for text in ["12345", "true", "\"x\"", "hunter2"] {
            let mail = read(&[("MLPLAT_SET_PASSWORD", text)], &[]).ok().unwrap();
            assert_eq!(mail.password.unwrap().expose(), text);
            assert_eq!(mail.key.unwrap().expose(), "007");
        }
        let refused = read(&[], &["password=hunter2".to_owned()]).err().unwrap();
        let refused = refused.to_string();
        assert!(refused.contains("`password` is a secret"), "{refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
    }

    #[test]
    fn values_are_toml_or_else_text() {
        assert_eq!(value_of("3"), Value::from(3));
        assert_eq!(value_of("\"3\""), Value::from("3"));
        assert_eq!(value_of("10.0.0.0/16"), Value::from("10.0.0.0/16"));
        assert_eq!(value_of("1\nvalue2 = 2"), Value::from("1\nvalue2 = 2"));
        assert_eq!(value_of(""), Value::from(""));
    }

    #[test]
    fn a_broken_file_is_named_without_its_content() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.toml");
        std::fs::write(&file, "a = 1\npassword = hunter2\n").unwrap();
        let problem = merge(Some(&file), std::iter::empty(), &[], &[]).unwrap_err();
        assert!(
            problem.what.contains("line 2 of") && !problem.what.contains("hunter2"),
            "{problem}"
        );
        let problem = merge(None, std::iter::empty(), &["hunter2".to_owned()], &[]).unwrap_err();
        assert!(!problem.to_string().contains("hunter2"));
    }
}
