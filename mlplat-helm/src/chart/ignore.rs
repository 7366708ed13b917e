//! `.helmignore`: which files of a folder do not belong to the chart.

use super::error::ChartError;
use super::path_match::path_match;

#[derive(Debug, Clone)]
struct Rule {
    pattern: String,
    /// `!pattern`: everything that does not match is ignored. That is helm's reading of it.
    negated: bool,
    /// `pattern/`: only folders.
    folder: bool,
    /// The pattern has a slash and is matched against the whole path, else against the name.
    whole_path: bool,
}

/// The rules of a `.helmignore` file.
#[derive(Debug, Clone, Default)]
pub struct Ignore {
    rules: Vec<Rule>,
}

impl Ignore {
    /// Reads the rules; helm's default rule (hidden files below `templates/`) comes last.
    ///
    /// # Errors
    ///
    /// A pattern with `**` or one that is malformed.
    pub fn parse(text: &str) -> Result<Self, ChartError> {
        let mut rules = Self::default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for line in text.lines() {
            rules.add(line)?;
        }
        rules.add("templates/.?*")?;
        Ok(rules)
    }

    fn add(&mut self, line: &str) -> Result<(), ChartError> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if line.contains("**") {
            return Err(ChartError::Ignore(
                "double-star (**) syntax is not supported".to_owned(),
            ));
        }
        if path_match(line, "abc").is_none() {
            return Err(ChartError::Ignore("syntax error in pattern".to_owned()));
        }
        let (negated, pattern) = match line.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let (folder, pattern) = match pattern.strip_suffix('/') {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        self.rules.push(Rule {
            negated,
            folder,
            whole_path: pattern.contains('/'),
            pattern: pattern.strip_prefix('/').unwrap_or(pattern).to_owned(),
        });
        Ok(())
    }

    /// Whether a path relative to the chart is left out.
    ///
    /// ```
    /// let ignore = mlplat_helm::chart::Ignore::parse("*.md\n/docs/\n").unwrap();
    /// assert!(ignore.ignores("a/README.md", false));
    /// assert!(ignore.ignores("docs", true));
    /// assert!(!ignore.ignores("a/docs", true));
    /// ```
    pub fn ignores(&self, path: &str, is_folder: bool) -> bool {
        if path.is_empty() || path == "." || path == "./" {
            return false;
        }
        for rule in &self.rules {
            let subject = if rule.whole_path {
                path
            } else {
                path.rsplit('/').next().unwrap_or(path)
            };
            let matched = path_match(&rule.pattern, subject).unwrap_or(false);
            if rule.negated {
                if (rule.folder && !is_folder) || !matched {
                    return true;
                }
            } else if matched && (is_folder || !rule.folder) {
                return true;
            }
        }
        false
    }
}
