//! Which styles can carry a scalar: go-yaml's analysis before it writes one.

use super::Dialect;

/// The styles that a text allows, in block context outside flow collections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Analysis {
    /// The text has line breaks of any kind.
    pub(super) multiline: bool,
    /// It can stand without quotes.
    pub(super) plain: bool,
    /// It can stand in single quotes.
    pub(super) single_quoted: bool,
    /// It can stand in a literal block.
    pub(super) block: bool,
}

/// The line breaks of YAML 1.1.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What go-yaml writes without an escape. A tab is not among them.
pub(super) fn is_printable(c: char) -> bool {
    matches!(c,
        '\n'
        | ' '..='~'
        | '\u{a0}'..='\u{d7ff}'
        | '\u{e000}'..='\u{fefe}'
        | '\u{ff00}'..='\u{fffd}')
}

/// go-yaml's `yaml_emitter_analyze_scalar`, for block context.
pub(super) fn analyse(text: &str, dialect: Dialect) -> Analysis {
    if text.is_empty() {
        return Analysis {
            multiline: false,
            plain: true,
            single_quoted: true,
            block: false,
        };
    }
    let seen = Seen::scan(text, dialect);
    let quoted = !(seen.break_then_space || seen.space_then_break || seen.special || seen.tabs);
    let edges = seen.leading_space || seen.leading_break || seen.trailing_space;
    Analysis {
        multiline: seen.breaks,
        plain: quoted && !(seen.indicators || seen.breaks || edges || seen.trailing_break),
        single_quoted: quoted,
        block: !(seen.trailing_space || seen.space_then_break || seen.special),
    }
}

/// What one pass over the characters finds.
#[derive(Default)]
struct Seen {
    indicators: bool,
    breaks: bool,
    special: bool,
    tabs: bool,
    leading_space: bool,
    leading_break: bool,
    trailing_space: bool,
    trailing_break: bool,
    break_then_space: bool,
    space_then_break: bool,
}

impl Seen {
    fn scan(text: &str, dialect: Dialect) -> Self {
        let mut seen = Self {
            indicators: text.starts_with("---") || text.starts_with("..."),
            ..Self::default()
        };
        let mut before: Option<char> = None;
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            let followed_by_blank = rest.peek().is_none_or(|next| matches!(next, ' ' | '\t'));
            seen.indicators |= is_indicator(c, before, followed_by_blank);
            if dialect == Dialect::V3 && c == '\t' {
                seen.tabs = true;
            } else {
                seen.special |= !is_printable(c);
            }
            let (first, last) = (before.is_none(), rest.peek().is_none());
            if c == ' ' {
                seen.leading_space |= first;
                seen.trailing_space |= last;
                seen.break_then_space |= before.is_some_and(is_break);
            } else if is_break(c) {
                seen.breaks = true;
                seen.leading_break |= first;
                seen.trailing_break |= last;
                seen.space_then_break |= before == Some(' ');
            }
            before = Some(c);
        }
        seen
    }
}

/// Whether a character here would be read as YAML syntax in block context.
fn is_indicator(c: char, before: Option<char>, followed_by_blank: bool) -> bool {
    match before {
        None => match c {
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
            | '@' | '`' => true,
            '?' | ':' | '-' => followed_by_blank,
            _ => false,
        },
        Some(previous) => match c {
            ':' => followed_by_blank,
            '#' => matches!(previous, ' ' | '\t' | '\0') || is_break(previous),
            _ => false,
        },
    }
}
