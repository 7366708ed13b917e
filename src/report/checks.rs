//! What the doctor found.

use super::text::{clean, clean_lines, pad};
use super::tone::Tone;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    about: &'static str,
    verdict: Verdict,
    what: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    Note,
    Broken,
}

impl Check {
    /// It is as it should be.
    #[must_use]
    pub fn ok(about: &'static str, what: &str) -> Self {
        let what = clean(what).into_owned();
        Self {
            about,
            verdict: Verdict::Ok,
            what,
        }
    }

    /// It is worth knowing, and a run goes on with it.
    #[must_use]
    pub fn note(about: &'static str, what: &str, fix: &str) -> Self {
        let what = format!("{}\n  do   {}", clean(what), clean(fix));
        Self {
            about,
            verdict: Verdict::Note,
            what,
        }
    }

    /// A run would fail; the text says what to do, as that of a problem does.
    #[must_use]
    pub fn broken(about: &'static str, what: &str) -> Self {
        let what = clean_lines(what);
        Self {
            about,
            verdict: Verdict::Broken,
            what,
        }
    }

    /// Whether a run would fail.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.verdict == Verdict::Broken
    }
}

/// A line for each check, with what to do below it.
#[must_use]
pub fn checks_text(checks: &[Check]) -> String {
    let abouts = checks
        .iter()
        .map(|check| check.about.len())
        .max()
        .unwrap_or(0);
    let lines = checks.iter().map(|check| {
        let (tone, word) = match check.verdict {
            Verdict::Ok => (Tone::Good, "ok    "),
            Verdict::Note => (Tone::Warn, "note  "),
            Verdict::Broken => (Tone::Bad, "broken"),
        };
        let indent = format!("\n{}", " ".repeat(abouts + 8));
        let what = check.what.replace('\n', &indent);
        format!(
            "{}  {}  {what}\n",
            tone.paint(word),
            pad(check.about, abouts)
        )
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_with_its_verdict_and_what_to_do() {
        let checks = [
            Check::ok("program", "3 resources"),
            Check::note("terminal", "there is none", "pass --yes"),
            Check::broken("key", "no key opens it (no-key)\n  do   set one"),
        ];
        let text = anstream::adapter::strip_str(&checks_text(&checks)).to_string();
        insta::assert_snapshot!(text, @r#"
        ok      program   3 resources
        note    terminal  there is none
                          do   pass --yes
        broken  key       no key opens it (no-key)
                          do   set one
        "#);
        assert!(checks[2].is_broken() && !checks[1].is_broken());
    }
}
