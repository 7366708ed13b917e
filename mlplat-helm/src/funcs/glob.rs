//! File patterns of `.Files.Glob`, as gobwas/glob 0.2.3 matches them with `/`
//! as the separator: `*` and `?` stay within a path element, `**` does not,
//! `[a-c]` and `[!abc]` are one character, `{a,b}` alternatives.

use crate::stack::deep;

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Char(char),
    /// `?`
    One,
    /// `*`
    Any,
    /// `**`
    Super,
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    Choice(Vec<Vec<Piece>>),
}

/// The most work that one match may take; a pattern that needs more matches
/// nothing.
const MOST_WORK: usize = 100_000;

/// The longest pattern; a longer one matches nothing.
const MOST_PIECES: usize = 1_000;

/// A test for paths. A pattern that cannot be read matches all of them, as in
/// helm.
pub(super) fn matcher(pattern: &str) -> impl Fn(&str) -> bool + use<> {
    let mut chars = Chars {
        all: pattern.chars().collect(),
        at: 0,
    };
    let pieces = match chars.pieces(0) {
        Some(pieces) if pieces.len() > MOST_PIECES => vec![Piece::Char('\0')],
        Some(pieces) if chars.at == chars.all.len() => pieces,
        _ => vec![Piece::Super],
    };
    move |path: &str| {
        let text: Vec<char> = path.chars().collect();
        let mut work = 0;
        deep(|| matches(&pieces, &[], &text, &mut work))
    }
}

struct Chars {
    all: Vec<char>,
    at: usize,
}

/// How deep alternatives may be nested.
const MOST_NESTED: usize = 16;

impl Chars {
    fn peek(&self) -> Option<char> {
        self.all.get(self.at).copied()
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    /// Pieces up to the end, or within braces up to `,` or `}`.
    fn pieces(&mut self, depth: usize) -> Option<Vec<Piece>> {
        if depth > MOST_NESTED {
            return None;
        }
        let mut pieces = Vec::new();
        while let Some(next) = self.peek() {
            if depth > 0 && matches!(next, ',' | '}') {
                break;
            }
            self.at += 1;
            pieces.push(match next {
                '?' => Piece::One,
                '*' if self.peek() == Some('*') => {
                    self.at += 1;
                    Piece::Super
                }
                '*' => Piece::Any,
                '\\' => Piece::Char(self.bump()?),
                '[' => self.class()?,
                '{' => self.choice(depth)?,
                other => Piece::Char(other),
            });
        }
        Some(pieces)
    }

    fn choice(&mut self, depth: usize) -> Option<Piece> {
        let mut choices = Vec::new();
        loop {
            choices.push(self.pieces(depth + 1)?);
            match self.bump()? {
                ',' => {}
                _ => return Some(Piece::Choice(choices)),
            }
        }
    }

    fn class(&mut self) -> Option<Piece> {
        let negated = self.peek() == Some('!');
        self.at += usize::from(negated);
        let mut ranges = Vec::new();
        loop {
            let low = match self.bump()? {
                ']' => break,
                '\\' => self.bump()?,
                other => other,
            };
            let is_range = self.peek() == Some('-') && self.all.get(self.at + 1) != Some(&']');
            let high = if is_range {
                self.at += 1;
                self.bump()?
            } else {
                low
            };
            ranges.push((low, high));
        }
        (!ranges.is_empty()).then_some(Piece::Class { negated, ranges })
    }
}

/// Whether the pieces, and after them `then`, match all of the text.
fn matches(pieces: &[Piece], then: &[&[Piece]], text: &[char], work: &mut usize) -> bool {
    *work += 1;
    if *work > MOST_WORK {
        return false;
    }
    let Some((piece, rest)) = pieces.split_first() else {
        return match then.split_first() {
            Some((next, then)) => matches(next, then, text, work),
            None => text.is_empty(),
        };
    };
    match piece {
        Piece::Any | Piece::Super => {
            let crosses = *piece == Piece::Super;
            let reach = text.iter().position(|c| *c == '/').filter(|_| !crosses);
            let reach = reach.unwrap_or(text.len());
            (0..=reach).any(|taken| matches(rest, then, &text[taken..], work))
        }
        Piece::Choice(choices) => {
            let mut after: Vec<&[Piece]> = vec![rest];
            after.extend_from_slice(then);
            choices
                .iter()
                .any(|choice| matches(choice, &after, text, work))
        }
        single => match text.split_first() {
            Some((first, tail)) if fits(single, *first) => matches(rest, then, tail, work),
            _ => false,
        },
    }
}

fn fits(piece: &Piece, character: char) -> bool {
    match piece {
        Piece::Char(wanted) => *wanted == character,
        Piece::One => character != '/',
        Piece::Class { negated, ranges } => {
            let inside = ranges
                .iter()
                .any(|(low, high)| (*low..=*high).contains(&character));
            inside != *negated
        }
        _ => false,
    }
}
