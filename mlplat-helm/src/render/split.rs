//! Splitting of a rendered file into documents.

use std::sync::LazyLock;

use regex::Regex;

use crate::value::Str;

/// The documents of a rendered file, trimmed; helm splits at `---` that begins the text or
/// stands at the start of a line after any white space. Taints are kept.
pub(super) fn split_documents(text: &Str) -> Vec<Str> {
    // Go's `\s` is ASCII only.
    static SEPARATOR: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?:^|[\t\n\f\r ]*\n)---[\t\n\f\r ]*").ok());
    let plain = text.to_text();
    let (start, end) = trimmed(&plain, 0, plain.len());
    let mut documents = Vec::new();
    let mut from = start;
    let mut push = |from: usize, to: usize| {
        if from < to {
            let (from, to) = trimmed(&plain, from, to);
            documents.push(text.slice(from..to));
        }
    };
    if let Some(separator) = SEPARATOR.as_ref() {
        // Found one by one from the start of the trimmed text: `^` is that start only.
        let body = &plain[start..end];
        for found in separator.find_iter(body) {
            push(from, start + found.start());
            from = start + found.end();
        }
    }
    push(from, end);
    documents
}

/// The range without the white space that Go's `TrimSpace` cuts off.
fn trimmed(text: &str, from: usize, to: usize) -> (usize, usize) {
    let part = &text[from..to];
    let start = from + (part.len() - part.trim_start().len());
    let end = start + part.trim().len();
    (start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_split_as_helm_splits_them() {
        let cases: [(&str, &[&str]); 6] = [
            ("a: 1\n---\nb: 2\n", &["a: 1", "b: 2"]),
            ("---\na: 1\n\n  \n---   \n\nb: 2", &["a: 1", "b: 2"]),
            ("a: |\n  ---\n", &["a: |\n  ---"]),
            ("a: ---\n", &["a: ---"]),
            ("--- a\n---b", &["a", "b"]),
            ("\n---\n---\n", &["---"]),
        ];
        for (text, expected) in cases {
            let found = split_documents(&Str::from(text));
            let found: Vec<_> = found
                .iter()
                .map(|part| part.to_text().into_owned())
                .collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
