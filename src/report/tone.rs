//! Colours by meaning.
//!
//! Reports are always coloured; the stream they are written to takes the
//! colours out where they are not wanted.

use mlplat_core::plan::Change;
use owo_colors::{OwoColorize as _, Style};

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Nothing in particular.
    Plain,
    /// Something comes.
    Good,
    /// Something changes.
    Warn,
    /// Something is made anew.
    Swap,
    /// Something goes or failed.
    Bad,
    /// Something is only renamed, or waits.
    Calm,
    /// A heading.
    Strong,
    /// Beside the point.
    Faint,
}

impl Tone {
    fn style(self) -> Style {
        let style = Style::new();
        match self {
            Self::Plain => style,
            Self::Good => style.green(),
            Self::Warn => style.yellow(),
            Self::Swap => style.magenta(),
            Self::Bad => style.red(),
            Self::Calm => style.cyan(),
            Self::Strong => style.bold(),
            Self::Faint => style.dimmed(),
        }
    }

    /// The text in this tone.
    pub(crate) fn paint(self, text: &str) -> String {
        if text.is_empty() || self == Self::Plain {
            return text.to_owned();
        }
        text.style(self.style()).to_string()
    }
}

/// The tone of a kind of change.
pub(crate) fn of(change: Change) -> Tone {
    match change {
        Change::Keep => Tone::Faint,
        Change::Create => Tone::Good,
        Change::Update => Tone::Warn,
        Change::Replace => Tone::Swap,
        Change::Delete | Change::Orphan => Tone::Bad,
        Change::Forget | Change::Move => Tone::Calm,
    }
}

/// The symbol of a kind of change.
pub(crate) fn symbol(change: Change) -> &'static str {
    match change {
        Change::Keep => " ",
        Change::Create => "+",
        Change::Update => "~",
        Change::Replace => "±",
        Change::Delete | Change::Orphan => "-",
        Change::Move => ">",
        Change::Forget => "!",
    }
}
