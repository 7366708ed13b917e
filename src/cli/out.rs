//! The two streams: results on standard output, everything else on standard
//! error.
//!
//! A reader that goes away is no error: whoever closed the pipe knows. Results
//! that cannot be written for another reason, as onto a full disk, stop nothing
//! either, but the command fails in the end.

use std::io::{self, IsTerminal as _, Write};
use std::sync::OnceLock;

use anstream::{AutoStream, ColorChoice};

use super::args::Color;
use crate::report::text::clean_lines;
use crate::report::tone::Tone;

/// Why results could not be written, the first time.
static LOST: OnceLock<String> = OnceLock::new();

fn note_loss<T>(written: &io::Result<T>) {
    if let Err(why) = written
        && why.kind() != io::ErrorKind::BrokenPipe
    {
        // Only the first counts.
        let _ = LOST.set(why.to_string());
    }
}

/// Standard output for results that are written piece by piece.
pub(crate) struct Results;

impl Write for Results {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = io::stdout().write(bytes);
        note_loss(&written);
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = io::stdout().flush();
        note_loss(&flushed);
        flushed
    }
}

/// Standard output and standard error, with or without colours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Out {
    choice: ColorChoice,
}

impl Out {
    pub(crate) fn new(color: Color) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self { choice }
    }

    /// A report on standard output.
    pub(crate) fn report(self, text: &str) {
        let mut stream = AutoStream::new(io::stdout(), self.choice);
        let written = stream.write_all(text.as_bytes());
        note_loss(&written.and_then(|()| stream.flush()));
    }

    /// Why results could not be written, if that was so.
    pub(crate) fn lost() -> Option<&'static str> {
        LOST.get().map(String::as_str)
    }

    /// A result for other programs on standard output, byte by byte. Only a
    /// terminal is shown escapes instead of what would steer it.
    pub(crate) fn raw(self, text: &str) {
        let mut stream = io::stdout();
        let safe;
        let text = if stream.is_terminal() {
            safe = clean_lines(text);
            &safe
        } else {
            text
        };
        let written = stream.write_all(text.as_bytes());
        note_loss(&written.and_then(|()| stream.flush()));
    }

    /// A remark on standard error.
    pub(crate) fn note(self, text: &str) {
        let _ = writeln!(self.stderr(), "{text}");
    }

    /// The reason why a command failed, on standard error.
    pub(crate) fn error(self, text: &str) {
        self.note(&format!(
            "{}: {}",
            Tone::Bad.paint("error"),
            clean_lines(text)
        ));
    }

    pub(crate) fn stderr(self) -> AutoStream<io::Stderr> {
        AutoStream::new(io::stderr(), self.choice)
    }

    /// Whether there is a terminal for a live view, and whether it is coloured.
    pub(crate) fn live(self) -> Option<bool> {
        if !io::stderr().is_terminal() {
            return None;
        }
        let choice = match self.choice {
            ColorChoice::Auto => AutoStream::choice(&io::stderr()),
            choice => choice,
        };
        Some(choice != ColorChoice::Never)
    }

    /// Whether somebody can be asked.
    pub(crate) fn can_ask(self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks on standard error; `None` when nobody can answer.
    pub(crate) fn ask(self, question: &str) -> Option<bool> {
        if !self.can_ask() {
            return None;
        }
        let answer = self.prompt(question)?;
        Some(matches!(answer.as_str(), "y" | "yes"))
    }

    /// Asks on standard error and gives the answer without blanks around it;
    /// `None` when there is none, as at the end of the input.
    pub(crate) fn prompt(self, question: &str) -> Option<String> {
        let mut stream = self.stderr();
        let _ = write!(stream, "{question} ").and_then(|()| stream.flush());
        let mut answer = String::new();
        let read = io::stdin().read_line(&mut answer).ok()?;
        (read > 0).then(|| answer.trim().to_owned())
    }

    /// Asks on standard error, at a terminal that does not show what is typed,
    /// and gives the answer as it is; `None` when there is none.
    pub(crate) fn typed(self, question: &str) -> Option<String> {
        let mut stream = self.stderr();
        let _ = write!(stream, "{question} ").and_then(|()| stream.flush());
        let answer = if cfg!(unix) {
            let mut answer = String::new();
            io::stdin().read_line(&mut answer).ok()?;
            answer
        } else {
            console::Term::stderr().read_secure_line().ok()?
        };
        let answer = answer.trim_end_matches(['\r', '\n']);
        (!answer.is_empty()).then(|| answer.to_owned())
    }
}
