//! `cargo xtask lengths`: how long files and functions are, crate by crate.
//!
//! A compass, not a gate: tests, comments and blank lines count like
//! everything else.

use std::fs;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

use crate::stage::{root, say};

/// A file is long above this, a function above that.
const LONG_FILE: usize = 600;
const LONG_FUNCTION: usize = 40;

#[derive(Default)]
struct Lengths {
    files: Vec<(usize, String)>,
    functions: Vec<(usize, String)>,
}

/// Prints the table.
///
/// # Errors
/// A folder or file that cannot be read, a file that is no Rust.
pub(crate) fn run() -> Result<(), String> {
    say("crate          files  median  longest  >600   functions  median  longest  >40");
    let mut long = Vec::new();
    for name in [
        "mlplat-core",
        "mlplat-macros",
        "mlplat-aws",
        "mlplat-k8s",
        "mlplat-apps",
        "mlplat-sim",
        "mlplat-helm",
        ".",
        "xtask",
    ] {
        let mut lengths = Lengths::default();
        measure(&root().join(name).join("src"), &mut lengths)?;
        lengths.files.sort();
        lengths.functions.sort();
        let shown = if name == "." { "mlplat" } else { name };
        say(&row(shown, &lengths));
        let files = lengths
            .files
            .into_iter()
            .filter(|(lines, _)| *lines > LONG_FILE);
        let functions = lengths
            .functions
            .into_iter()
            .filter(|(lines, _)| *lines > LONG_FUNCTION);
        long.extend(files.chain(functions));
    }
    long.sort_by(|a, b| b.cmp(a));
    say("\nlongest of those above the lines:");
    for (lines, what) in long.iter().take(20) {
        say(&format!("{lines:>6}  {what}"));
    }
    Ok(())
}

fn row(name: &str, lengths: &Lengths) -> String {
    let median =
        |sorted: &[(usize, String)]| sorted.get(sorted.len() / 2).map_or(0, |entry| entry.0);
    let longest = |sorted: &[(usize, String)]| sorted.last().map_or(0, |entry| entry.0);
    let above =
        |sorted: &[(usize, String)], limit| sorted.iter().filter(|entry| entry.0 > limit).count();
    let (files, functions) = (&lengths.files, &lengths.functions);
    format!(
        "{name:<13} {:>6} {:>7} {:>8} {:>5} {:>11} {:>7} {:>8} {:>4}",
        files.len(),
        median(files),
        longest(files),
        above(files, LONG_FILE),
        functions.len(),
        median(functions),
        longest(functions),
        above(functions, LONG_FUNCTION),
    )
}

fn measure(dir: &Path, lengths: &mut Lengths) -> Result<(), String> {
    let said = |path: &Path, why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
    let mut entries: Vec<PathBuf> = fs::read_dir(dir)
        .map_err(|why| said(dir, &why))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            measure(&path, lengths)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).map_err(|why| said(&path, &why))?;
            let parsed = syn::parse_file(&text).map_err(|why| said(&path, &why))?;
            let shown = path
                .strip_prefix(root())
                .unwrap_or(&path)
                .display()
                .to_string();
            Functions {
                file: &shown,
                lengths,
            }
            .visit_file(&parsed);
            lengths.files.push((text.lines().count(), shown));
        }
    }
    Ok(())
}

struct Functions<'a> {
    file: &'a str,
    lengths: &'a mut Lengths,
}

impl Functions<'_> {
    fn note(&mut self, name: &syn::Ident, block: &syn::Block) {
        let span = block.span();
        let lines = span.end().line - span.start().line + 1;
        self.lengths
            .functions
            .push((lines, format!("{}: {name}", self.file)));
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.note(&function.sig.ident, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.note(&function.sig.ident, &function.block);
        visit::visit_impl_item_fn(self, function);
    }
}
