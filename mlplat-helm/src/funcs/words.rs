//! Words: cases, wrapping, abbreviations.
//!
//! The algorithms are those of the Go packages that sprig uses (goutils
//! 1.1.1, xstrings 1.5.0), peculiarities included: goutils walks bytes where
//! it should walk characters.

use super::args::{int, text};
use super::call::Call;
use super::fault::Fault;
use super::function::{Function, Group, row};
use crate::value::{Param, Str, Value};

use Param::{Int, Text};

pub(super) static ROWS: &[Function] = &[
    row(
        "title",
        Group::Text,
        &[Text],
        "Each word capitalized",
        |_, a| Ok(Value::from(title(&text(&a[0])))),
    )
    .spreads(),
    row(
        "untitle",
        Group::Text,
        &[Text],
        "Each word's first letter in lower case",
        |_, a| Ok(Value::from(untitle(&text(&a[0])))),
    )
    .spreads(),
    row(
        "swapcase",
        Group::Text,
        &[Text],
        "Upper and lower case exchanged",
        |_, a| Ok(Value::from(swap_case(&text(&a[0])))),
    )
    .spreads(),
    row(
        "nospace",
        Group::Text,
        &[Text],
        "Without white space",
        |_, a| Ok(Value::from(no_space(&text(&a[0])))),
    )
    .cuts(),
    row(
        "initials",
        Group::Text,
        &[Text],
        "The first letter of each word",
        |_, a| Ok(Value::from(initials(&text(&a[0])))),
    )
    .cuts(),
    row(
        "abbrev",
        Group::Text,
        &[Int, Text],
        "Cut to a width with an ellipsis",
        |_, a| {
            let width = int(&a[0]);
            let content = text(&a[1]);
            Ok(Value::Str(if width < 4 {
                Str::from(content)
            } else {
                abbreviate(&content, 0, width)
            }))
        },
    )
    .spreads(),
    row(
        "abbrevboth",
        Group::Text,
        &[Int, Int, Text],
        "Cut at both ends",
        |_, a| {
            let (left, right) = (int(&a[0]), int(&a[1]));
            let content = text(&a[2]);
            if right < 4 || left > 0 && right < 7 {
                return Ok(Value::Str(Str::from(content)));
            }
            Ok(Value::Str(abbreviate(&content, left, right)))
        },
    )
    .spreads(),
    row(
        "wrap",
        Group::Text,
        &[Int, Text],
        "Broken into lines of a width",
        |_, a| Ok(Value::Str(wrap(&text(&a[1]), int(&a[0]), "", false))),
    )
    .spreads(),
    row(
        "wrapWith",
        Group::Text,
        &[Int, Text, Text],
        "Broken with a given separator",
        |call, a| {
            let (width, separator, content) = (int(&a[0]), text(&a[1]), text(&a[2]));
            let breaks = content.len() / usize::try_from(width.max(1)).unwrap_or(1);
            call.charge_text(content.len() + breaks.saturating_mul(separator.len()))?;
            Ok(Value::Str(wrap(&content, width, &separator, true)))
        },
    )
    .spreads(),
    row(
        "plural",
        Group::Text,
        &[Text, Text, Int],
        "The first for one, else the second",
        plural,
    ),
    row(
        "snakecase",
        Group::Text,
        &[Text],
        "In snake_case",
        |_, a| Ok(Value::from(lower_words(&text(&a[0]), '_'))),
    )
    .spreads(),
    row(
        "kebabcase",
        Group::Text,
        &[Text],
        "In kebab-case",
        |_, a| Ok(Value::from(lower_words(&text(&a[0]), '-'))),
    )
    .spreads(),
    row(
        "camelcase",
        Group::Text,
        &[Text],
        "In PascalCase",
        |_, a| Ok(Value::from(pascal_case(&text(&a[0])))),
    )
    .spreads(),
];

/// Go maps characters one to one: where Unicode's full mapping has several,
/// the character stays.
pub(super) fn upper(character: char) -> char {
    let mut mapped = character.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => character,
    }
}

/// See [`upper`]; the Turkish capital I with a dot is the one exception.
pub(super) fn lower(character: char) -> char {
    if character == '\u{130}' {
        return 'i';
    }
    let mut mapped = character.to_lowercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => character,
    }
}

/// Go's `strings.Title`: a word starts behind what is no letter, digit or
/// underscore (outside ASCII: behind a space).
fn title(content: &str) -> String {
    let mut before = ' ';
    let mut out = String::with_capacity(content.len());
    for character in content.chars() {
        out.push(if is_separator(before) {
            upper(character)
        } else {
            character
        });
        before = character;
    }
    out
}

fn is_separator(character: char) -> bool {
    if character.is_ascii() {
        return !(character.is_ascii_alphanumeric() || character == '_');
    }
    !character.is_alphanumeric() && character.is_whitespace()
}

fn untitle(content: &str) -> String {
    let mut starts = true;
    let each = |character: char| {
        if character.is_whitespace() {
            starts = true;
            return character;
        }
        if std::mem::take(&mut starts) {
            lower(character)
        } else {
            character
        }
    };
    content.chars().map(each).collect()
}

fn swap_case(content: &str) -> String {
    let mut after_space = true;
    let each = |character: char| {
        if character.is_uppercase() {
            after_space = false;
            lower(character)
        } else if character.is_lowercase() {
            after_space = false;
            upper(character)
        } else {
            after_space = character.is_whitespace();
            character
        }
    };
    content.chars().map(each).collect()
}

/// Each byte as a character, as goutils reads text.
fn byte_chars(content: &str) -> impl Iterator<Item = char> + '_ {
    content.bytes().map(char::from)
}

fn no_space(content: &str) -> String {
    if !byte_chars(content).any(char::is_whitespace) {
        return content.to_owned();
    }
    byte_chars(content).filter(|c| !c.is_whitespace()).collect()
}

fn initials(content: &str) -> String {
    let mut out = String::new();
    let mut after_gap = true;
    for character in byte_chars(content) {
        if character.is_whitespace() {
            after_gap = true;
        } else if std::mem::take(&mut after_gap) {
            out.push(character);
        }
    }
    out
}

/// Goutils' `AbbreviateFull`, in bytes; its errors give the empty text.
fn abbreviate(content: &str, offset: i64, width: i64) -> Str {
    let bytes = content.as_bytes();
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    if width < 4 {
        return Str::from("");
    }
    if length <= width {
        return Str::from(content);
    }
    let mut offset = offset.min(length);
    if length - offset < width - 3 {
        offset = length - (width - 3);
    }
    let cut = |start: i64, end: i64| {
        let at = |number: i64| usize::try_from(number).unwrap_or(0).min(bytes.len());
        &bytes[at(start)..at(end)]
    };
    let dots = b"...".as_slice();
    let out = if offset <= 4 {
        [cut(0, width - 3), dots].concat()
    } else if width < 7 {
        Vec::new()
    } else if offset + width - 3 < length {
        let rest = Str::from_bytes(cut(offset, length).to_vec());
        let inner = abbreviate(&rest.to_text(), 0, width - 3);
        [dots, inner.as_bytes()].concat()
    } else {
        [dots, cut(length - (width - 3), length)].concat()
    };
    Str::from_bytes(out)
}

/// Goutils' `WrapCustom`: words by spaces, widths in bytes.
fn wrap(content: &str, width: i64, separator: &str, breaks_words: bool) -> Str {
    let bytes = content.as_bytes();
    let separator = if separator.is_empty() {
        "\n"
    } else {
        separator
    }
    .as_bytes();
    let width = usize::try_from(width).unwrap_or(0).max(1);
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while bytes.len() - at > width {
        if bytes[at] == b' ' {
            at += 1;
            continue;
        }
        let line = &bytes[at..=at + width];
        let next = if let Some(space) = memchr::memrchr(b' ', line) {
            Some(at + space)
        } else if breaks_words {
            out.extend_from_slice(&bytes[at..at + width]);
            out.extend_from_slice(separator);
            at += width;
            continue;
        } else {
            memchr::memchr(b' ', &bytes[at + width..]).map(|space| at + width + space)
        };
        match next {
            Some(space) => {
                out.extend_from_slice(&bytes[at..space]);
                out.extend_from_slice(separator);
                at = space + 1;
            }
            None => {
                out.extend_from_slice(&bytes[at..]);
                at = bytes.len();
            }
        }
    }
    out.extend_from_slice(&bytes[at..]);
    Str::from_bytes(out)
}

fn plural(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    Ok(args[usize::from(int(&args[2]) != 1)].clone())
}

fn is_connector(character: char) -> bool {
    matches!(character, '-' | '_') || character.is_whitespace()
}

/// Xstrings' `ToPascalCase`: connectors at the start and doubled ones stay, a
/// run of capitals at the start of a word becomes one.
fn pascal_case(content: &str) -> String {
    let mut chars = content.chars();
    let mut out = String::with_capacity(content.len());
    let mut last = ' ';
    let mut capitals = false;
    for character in chars.by_ref() {
        last = character;
        if !is_connector(character) {
            capitals = character.is_uppercase();
            last = upper(character);
            break;
        }
        out.push(character);
    }
    if content.is_empty() {
        return out;
    }
    for character in chars {
        let before = last;
        last = character;
        if is_connector(character) && is_connector(before) {
            out.push(before);
        } else if is_connector(before) {
            capitals = character.is_uppercase();
            last = upper(character);
        } else {
            if capitals && character.is_uppercase() {
                last = lower(character);
            } else {
                capitals = false;
            }
            out.push(before);
        }
    }
    out.push(last);
    out
}

/// What a run of characters is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    None,
    Number,
    Upper,
    Alphabet,
    Connector,
    Punctuation,
    Other,
}

fn is_alphabet(character: char) -> bool {
    character.is_alphabetic() && (character.is_uppercase() || character.is_lowercase())
}

fn is_punctuation(character: char) -> bool {
    // ASCII symbols ($+<=>^`|~) are not punctuation.
    match character {
        '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~' => false,
        other if other.is_ascii() => other.is_ascii_punctuation(),
        other => matches!(
            other,
            '\u{a1}' | '\u{a7}' | '\u{ab}' | '\u{b6}' | '\u{b7}' | '\u{bb}' | '\u{bf}'
                | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{3001}'..='\u{3003}'
        ),
    }
}

/// The next run, and what follows it.
fn next_word(content: &str) -> (Word, &str, &str) {
    let Some(first) = content.chars().next() else {
        return (Word::None, "", "");
    };
    let run = |belongs: fn(char) -> bool| {
        let rest = content[first.len_utf8()..].trim_start_matches(belongs);
        content.len() - rest.len()
    };
    let lower_run = |c: char| is_alphabet(c) && !c.is_uppercase();
    let (kind, end) = if is_connector(first) {
        (Word::Connector, run(is_connector))
    } else if is_punctuation(first) {
        (Word::Punctuation, run(is_punctuation))
    } else if first.is_uppercase() {
        (Word::Upper, upper_run(content, first))
    } else if is_alphabet(first) {
        (Word::Alphabet, run(lower_run))
    } else if first.is_numeric() {
        (Word::Number, run(char::is_numeric))
    } else {
        let other =
            |c: char| !(is_connector(c) || is_alphabet(c) || c.is_numeric() || is_punctuation(c));
        (Word::Other, run(other))
    };
    (kind, &content[..end], &content[end..])
}

/// The end of a run that starts in upper case: `HTTP` of `HTTPServer`, or the
/// whole of `Server`.
fn upper_run(content: &str, first: char) -> usize {
    let start = first.len_utf8();
    let rest = &content[start..];
    match rest.chars().next() {
        Some(second) if second.is_uppercase() => {
            let after = rest.trim_start_matches(char::is_uppercase);
            let end = content.len() - after.len();
            let last = content[..end].chars().next_back().map_or(0, char::len_utf8);
            if after.chars().next().is_some_and(is_alphabet) {
                end - last
            } else {
                end
            }
        }
        Some(second) if is_alphabet(second) => {
            let after = rest.trim_start_matches(|c: char| is_alphabet(c) && !c.is_uppercase());
            content.len() - after.len()
        }
        _ => start,
    }
}

fn push_lower(out: &mut String, kind: Word, word: &str, connector: char) {
    if !matches!(kind, Word::Upper | Word::Connector) {
        out.push_str(word);
        return;
    }
    for character in word.chars() {
        out.push(if is_connector(character) {
            connector
        } else {
            lower(character)
        });
    }
}

/// Xstrings' `ToSnakeCase` and `ToKebabCase`. A number belongs to the word
/// before it, unless lower case letters follow it.
fn lower_words(content: &str, connector: char) -> String {
    let mut out = String::with_capacity(content.len() + 4);
    let (mut kind, mut word, mut rest) = next_word(content);
    while !rest.is_empty() {
        if kind != Word::Connector {
            push_lower(&mut out, kind, word, connector);
        }
        let (before, last) = (kind, word);
        (kind, word, rest) = next_word(rest);
        match before {
            Word::Number => {
                while matches!(kind, Word::Alphabet | Word::Number) {
                    push_lower(&mut out, kind, word, connector);
                    (kind, word, rest) = next_word(rest);
                }
                if !matches!(kind, Word::None | Word::Punctuation | Word::Connector) {
                    out.push(connector);
                }
            }
            Word::Connector => push_lower(&mut out, before, last, connector),
            Word::Punctuation => {}
            _ if kind != Word::Number => {
                if !matches!(kind, Word::Connector | Word::Punctuation) {
                    out.push(connector);
                }
            }
            _ if rest.is_empty() => {}
            _ => {
                let number = word;
                (kind, word, rest) = next_word(rest);
                if kind != Word::Alphabet {
                    push_lower(&mut out, Word::Number, number, connector);
                    if !matches!(kind, Word::Connector | Word::Punctuation) {
                        out.push(connector);
                    }
                    continue;
                }
                out.push(connector);
                push_lower(&mut out, Word::Number, number, connector);
                while matches!(kind, Word::Alphabet | Word::Number) {
                    push_lower(&mut out, kind, word, connector);
                    (kind, word, rest) = next_word(rest);
                }
                if !matches!(kind, Word::None | Word::Connector | Word::Punctuation) {
                    out.push(connector);
                }
            }
        }
    }
    push_lower(&mut out, kind, word, connector);
    out
}
