//! The text that `helm template` prints.

use std::fmt::Write as _;

use super::manifest::HookEvent;
use super::renderer::Rendered;
use super::split::split_documents;
use crate::chart::path_match;
use crate::value::Str;

/// What of a render is printed, as the flags of `helm template` say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// `--include-crds`.
    pub include_crds: bool,
    /// `--no-hooks`.
    pub no_hooks: bool,
    /// `--skip-tests`.
    pub skip_tests: bool,
    /// `--show-only`: patterns of templates, in the order in which they are printed.
    pub show_only: Vec<String>,
}

impl Layout {
    /// The documents as `helm template` prints them.
    ///
    /// # Errors
    ///
    /// A pattern of `show_only` that no document matches.
    pub fn print(&self, rendered: &Rendered) -> Result<String, String> {
        let all = self.all(rendered);
        if self.show_only.is_empty() {
            return Ok(all);
        }
        let documents = split_documents(&Str::from(all));
        let documents: Vec<_> = documents.iter().map(Str::to_text).collect();
        let mut shown = String::new();
        for pattern in &self.show_only {
            let mut found = false;
            for document in &documents {
                let file = template_of(document);
                if file.is_some_and(|file| path_match(pattern, file) == Some(true)) {
                    push(&mut shown, format_args!("---\n{document}\n"));
                    found = true;
                }
            }
            if !found {
                return Err(format!("could not find template {pattern} in chart"));
            }
        }
        Ok(shown)
    }

    fn all(&self, rendered: &Rendered) -> String {
        let mut text = String::new();
        let mut document = |source: &str, content: &str| {
            push(
                &mut text,
                format_args!("---\n# Source: {source}\n{content}\n"),
            );
        };
        if self.include_crds {
            for crd in &rendered.crds {
                document(&crd.source, &crd.text);
            }
        }
        for manifest in &rendered.manifests {
            document(&manifest.source, &manifest.text);
        }
        let mut text = format!("{}\n", text.trim());
        if self.no_hooks {
            return text;
        }
        for hook in &rendered.hooks {
            if self.skip_tests && hook.events.contains(&HookEvent::Test) {
                continue;
            }
            let (source, content) = (&hook.manifest.source, &hook.manifest.text);
            push(
                &mut text,
                format_args!("---\n# Source: {source}\n{content}\n"),
            );
        }
        text
    }
}

fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(what);
}

/// The file that a document's `# Source:` line names, below the chart's folder.
fn template_of(document: &str) -> Option<&str> {
    document.split("# Source: ").skip(1).find_map(|rest| {
        let line = rest.lines().next()?;
        let (chart, file) = line.split_once('/')?;
        (!chart.is_empty() && !file.is_empty()).then_some(file)
    })
}
