//! Go's quoted strings and character constants, read.

/// The text of a string literal in `"` or `` ` ``.
///
/// Escapes may make bytes that are not UTF-8 (`"\xff"`); they are given as
/// they are.
pub(crate) fn unquote(literal: &str) -> Option<Vec<u8>> {
    let quote = literal.chars().next()?;
    let body = literal.get(1..literal.len().checked_sub(1)?)?;
    if literal.len() < 2 || !literal.ends_with(quote) {
        return None;
    }
    if quote == '`' {
        return Some(body.replace('\r', "").into_bytes());
    }
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body;
    while !rest.is_empty() {
        rest = unquote_next(rest, quote, &mut bytes)?;
    }
    Some(bytes)
}

/// One character of a quoted text: its value and what follows.
pub(super) fn unquote_char(text: &str, quote: char) -> Option<(u32, &str)> {
    let (value, _, rest) = next_value(text, quote)?;
    Some((value, rest))
}

fn unquote_next<'t>(text: &'t str, quote: char, out: &mut Vec<u8>) -> Option<&'t str> {
    let (value, is_byte, rest) = next_value(text, quote)?;
    if is_byte {
        out.push(u8::try_from(value).ok()?);
    } else {
        let character = char::from_u32(value)?;
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Some(rest)
}

/// The value of the next character, whether it is one raw byte, and the rest.
fn next_value(text: &str, quote: char) -> Option<(u32, bool, &str)> {
    let mut chars = text.chars();
    let first = chars.next()?;
    if first == quote || first == '\n' {
        return None;
    }
    if first != '\\' {
        return Some((u32::from(first), false, chars.as_str()));
    }
    let escape = chars.next()?;
    let rest = chars.as_str();
    let simple = |value: char| Some((u32::from(value), false, rest));
    match escape {
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        'f' => simple('\u{c}'),
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        'v' => simple('\u{b}'),
        '\\' => simple('\\'),
        '\'' | '"' if escape == quote => simple(quote),
        'x' => digits(rest, 2, 16).map(|(value, rest)| (value, true, rest)),
        'u' => digits(rest, 4, 16).and_then(scalar),
        'U' => digits(rest, 8, 16).and_then(scalar),
        '0'..='7' => {
            let start = text.get(1..)?;
            let (value, rest) = digits(start, 3, 8)?;
            (value <= 255).then_some((value, true, rest))
        }
        _ => None,
    }
}

fn scalar((value, rest): (u32, &str)) -> Option<(u32, bool, &str)> {
    char::from_u32(value).map(|_| (value, false, rest))
}

fn digits(text: &str, count: usize, radix: u32) -> Option<(u32, &str)> {
    let body = text.get(..count)?;
    if !body.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let value = u32::from_str_radix(body, radix).ok()?;
    Some((value, &text[count..]))
}
