//! The line of source that an error is about.

/// How much of a line is shown on either side of the place.
const WIDTH: usize = 60;

/// A line by its number, from 1.
pub(super) fn snippet_of_line(text: &str, line: usize) -> Option<String> {
    let content = text.lines().nth(line.checked_sub(1)?)?;
    Some(format!("{line} | {}", shorten(content, 0).0))
}

/// A line and a mark under a byte column.
pub(super) fn snippet_at(text: &str, line: usize, column: usize) -> Option<String> {
    let content = text.lines().nth(line.checked_sub(1)?)?;
    let (shown, before) = shorten(content, column);
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    let indent = " ".repeat(before);
    Some(format!("{number} | {shown}\n{margin} | {indent}^"))
}

/// The part of a line around a column, and how many characters of it stand
/// before the column.
fn shorten(line: &str, column: usize) -> (String, usize) {
    let before = line.get(..column).unwrap_or(line).chars().count();
    let skip = before.saturating_sub(WIDTH);
    let shown = line.chars().skip(skip).take(2 * WIDTH);
    // Tabs and control characters would move the mark.
    let plain = shown.map(|c| if c.is_control() { ' ' } else { c });
    (plain.collect(), before - skip)
}
