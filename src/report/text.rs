//! Text that is safe and easy to read: escapes, durations, alignment.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Shows characters that a terminal would obey or swallow as escapes: control
/// characters, and those that turn or hide text. Everything else stays.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_odd) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_odd(c) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// As [`clean`], line by line: line ends stay.
pub(crate) fn clean_lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(clean).collect();
    lines.join("\n")
}

fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Zero width, directional marks and overrides, isolates, tags.
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' | '\u{ad}')
}

/// A duration as people say it: `8s`, `2m 05s`, `1h 02m`.
pub(crate) fn duration(seconds: f64) -> String {
    // Durations are far below 2^53 seconds; negative ones do not occur.
    let whole = seconds.max(0.0).round() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, s) => format!("{s}s"),
        (0, m, s) => format!("{m}m {s:02}s"),
        (h, m, _) => format!("{h}h {m:02}m"),
    }
}

/// The number of terminal columns, near enough: characters.
pub(crate) fn width(text: &str) -> usize {
    text.chars().count()
}

/// The text with spaces after it, up to a width.
pub(crate) fn pad(text: &str, to: usize) -> String {
    let missing = to.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// The text cut in its middle to at most `max` characters.
pub(crate) fn shorten(text: &str, max: usize) -> Cow<'_, str> {
    let length = width(text);
    if length <= max || max < 5 {
        return Cow::Borrowed(text);
    }
    let tail = (max - 1) / 3;
    let head = max - 1 - tail;
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(length - tail).collect();
    Cow::Owned(format!("{start}…{end}"))
}

/// `1 resource`, `2 resources`.
pub(crate) fn count(number: usize, one: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{number} {one}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(
            clean("a\u{1b}[31mb\u{202e}c\n"),
            "a\\u{1b}[31mb\\u{202e}c\\n"
        );
        assert_eq!(clean("grüße → 日本"), "grüße → 日本");
        assert_eq!(clean_lines("a\nb\u{7}"), "a\nb\\u{7}");
    }

    #[test]
    fn durations_read_like_speech() {
        let shown = [0.4, 59.6, 125.0, 3725.0].map(duration);
        assert_eq!(shown, ["0s", "1m 00s", "2m 05s", "1h 02m"]);
    }

    #[test]
    fn long_text_keeps_both_ends() {
        assert_eq!(
            shorten("arn:aws:iam::123456789012:role/name", 16),
            "arn:aws:ia…/name"
        );
        assert_eq!(shorten("short", 16), "short");
    }

    proptest::proptest! {
        #[test]
        fn clean_text_has_no_control_characters(text in ".*") {
            proptest::prop_assert!(!clean(&text).chars().any(char::is_control));
        }

        #[test]
        fn shortened_text_fits(text in ".*", max in 5usize..80) {
            proptest::prop_assert!(width(&shorten(&text, max)) <= max);
        }
    }
}
