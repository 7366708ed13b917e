//! Slash-separated paths: Go's `path`, which on Linux is `filepath` too.

use super::args::text;
use super::function::{Function, Group, row};
use crate::value::{Param, Value};

use Param::Text;

pub(super) static ROWS: &[Function] = &[
    row("base", Group::Path, &[Text], "The last element", |_, a| {
        Ok(Value::from(base(&text(&a[0]))))
    })
    .spreads(),
    row(
        "dir",
        Group::Path,
        &[Text],
        "All but the last element",
        |_, a| Ok(Value::from(dir(&text(&a[0])))),
    )
    .spreads(),
    row(
        "clean",
        Group::Path,
        &[Text],
        "The shortest equal path",
        |_, a| Ok(Value::from(clean(&text(&a[0])))),
    )
    .spreads(),
    row("ext", Group::Path, &[Text], "The extension", |_, a| {
        Ok(Value::from(ext(&text(&a[0]))))
    })
    .cuts(),
    row(
        "isAbs",
        Group::Path,
        &[Text],
        "Whether it starts at the root",
        |_, a| Ok(Value::from(text(&a[0]).starts_with('/'))),
    ),
    row("osBase", Group::Path, &[Text], "See `base`", |_, a| {
        Ok(Value::from(base(&text(&a[0]))))
    })
    .spreads(),
    row("osDir", Group::Path, &[Text], "See `dir`", |_, a| {
        Ok(Value::from(dir(&text(&a[0]))))
    })
    .spreads(),
    row("osClean", Group::Path, &[Text], "See `clean`", |_, a| {
        Ok(Value::from(clean(&text(&a[0]))))
    })
    .spreads(),
    row("osExt", Group::Path, &[Text], "See `ext`", |_, a| {
        Ok(Value::from(ext(&text(&a[0]))))
    })
    .cuts(),
    row("osIsAbs", Group::Path, &[Text], "See `isAbs`", |_, a| {
        Ok(Value::from(text(&a[0]).starts_with('/')))
    }),
];

/// The last element of a path, as Go's `path.Base`.
pub(super) fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return "/";
    }
    trimmed.rsplit('/').next().unwrap_or(trimmed)
}

fn dir(path: &str) -> String {
    let end = path.rfind('/').map_or(0, |at| at + 1);
    clean(&path[..end])
}

fn ext(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rfind('.').map_or("", |at| &name[at..])
}

fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(".."),
            },
            other => parts.push(other),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}
