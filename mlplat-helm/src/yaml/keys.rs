//! The order in which go-yaml writes map keys.

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::Regex;

use super::Dialect;

/// go-yaml's "natural" order of two string keys: letters after everything else, runs of digits
/// compared as numbers (`k9` before `k10`), otherwise by code point; a prefix comes first.
///
/// ```
/// use std::cmp::Ordering;
/// use mlplat_helm::yaml::{Dialect, natural_order};
/// assert_eq!(natural_order(Dialect::V2, "k9", "k10"), Ordering::Less);
/// assert_eq!(natural_order(Dialect::V2, "a-b", "ab"), Ordering::Less);
/// // After a digit v3 puts letters first.
/// assert_eq!(natural_order(Dialect::V2, "a1b", "a1-"), Ordering::Greater);
/// assert_eq!(natural_order(Dialect::V3, "a1b", "a1-"), Ordering::Less);
/// ```
pub fn natural_order(dialect: Dialect, left: &str, right: &str) -> Ordering {
    if left.is_ascii() && right.is_ascii() {
        return order(
            dialect,
            left.len(),
            right.len(),
            |i| char::from(left.as_bytes()[i]),
            |i| char::from(right.as_bytes()[i]),
        );
    }
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    order(dialect, left.len(), right.len(), |i| left[i], |i| right[i])
}

fn order(
    dialect: Dialect,
    left_len: usize,
    right_len: usize,
    left: impl Fn(usize) -> char,
    right: impl Fn(usize) -> char,
) -> Ordering {
    let common = left_len.min(right_len);
    let Some(at) = (0..common).find(|&i| left(i) != right(i)) else {
        return left_len.cmp(&right_len);
    };
    let (a, b) = (left(at), right(at));
    let letters_first = dialect == Dialect::V3 && at > 0 && is_digit(left(at - 1));
    match (is_letter(a), is_letter(b)) {
        (true, true) => return a.cmp(&b),
        (false, false) => {}
        (a_is_letter, _) if a_is_letter == letters_first => return Ordering::Less,
        _ => return Ordering::Greater,
    }
    // A zero right after other digits is part of their number: 100 against 10a.
    let inside_number = (a == '0' || b == '0')
        && (0..at)
            .rev()
            .map(&left)
            .take_while(|&c| is_digit(c))
            .any(|c| c != '0');
    let start = i64::from(inside_number);
    let (left_number, left_end) = run_of_digits(start, at, left_len, &left);
    let (right_number, right_end) = run_of_digits(start, at, right_len, &right);
    left_number
        .cmp(&right_number)
        .then(left_end.cmp(&right_end))
        .then(a.cmp(&b))
}

/// The number that starts at `from` and the index after it. Wraps around as Go's int64 does.
fn run_of_digits(start: i64, from: usize, len: usize, at: &impl Fn(usize) -> char) -> (i64, usize) {
    let mut number = start;
    let mut end = from;
    while end < len && is_digit(at(end)) {
        let digit = i64::from(u32::from(at(end))) - i64::from(u32::from('0'));
        number = number.wrapping_mul(10).wrapping_add(digit);
        end += 1;
    }
    (number, end)
}

/// Go's `unicode.IsLetter`.
fn is_letter(c: char) -> bool {
    static LETTER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{L}$").ok());
    c.is_ascii_alphabetic() || (!c.is_ascii() && matches(&LETTER, c))
}

/// Go's `unicode.IsDigit`.
fn is_digit(c: char) -> bool {
    static DIGIT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{Nd}$").ok());
    c.is_ascii_digit() || (!c.is_ascii() && matches(&DIGIT, c))
}

fn matches(class: &Option<Regex>, character: char) -> bool {
    class
        .as_ref()
        .is_some_and(|class| class.is_match(character.encode_utf8(&mut [0; 4])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn digits_count_as_numbers() {
        let mut keys = vec![
            "k10", "k9", "k", "K1", "k-1", "k_1", "k01", "10", "9", "a.b", "ab",
        ];
        keys.sort_by(|a, b| natural_order(Dialect::V2, a, b));
        assert_eq!(
            keys,
            [
                "9", "10", "K1", "a.b", "ab", "k", "k-1", "k_1", "k01", "k9", "k10"
            ]
        );
    }

    proptest! {
        /// What a sort needs: swapping the operands swaps the answer, and only equal keys tie.
        #[test]
        fn the_order_is_antisymmetric(a in "[a-z0-9_.-]{0,6}", b in "[a-z0-9_.-]{0,6}") {
            for dialect in [Dialect::V2, Dialect::V3] {
                let forth = natural_order(dialect, &a, &b);
                prop_assert_eq!(forth, natural_order(dialect, &b, &a).reverse());
                prop_assert_eq!(forth == Ordering::Equal, a == b);
            }
        }
    }
}
