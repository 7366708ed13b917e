//! PEM, the text form of keys and certificates, as Go writes and reads it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Bytes between `-----BEGIN LABEL-----` lines, 64 characters per line.
pub(super) fn encode(label: &str, data: &[u8]) -> String {
    let body = STANDARD.encode(data);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in body.as_bytes().chunks(64) {
        out.extend(line.iter().map(|byte| char::from(*byte)));
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

/// The label and bytes of the first block of a text.
pub(super) fn decode(text: &str) -> Option<(String, Vec<u8>)> {
    let start = text.find("-----BEGIN ")?;
    let rest = &text[start + "-----BEGIN ".len()..];
    let (label, rest) = rest.split_once("-----")?;
    let end = rest.find(&format!("-----END {label}-----"))?;
    let mut body = &rest[..end];
    // Headers end at an empty line.
    if body.contains(": ") {
        body = body.split_once("\n\n").map_or("", |(_, body)| body);
    }
    let clean: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    Some((label.to_owned(), STANDARD.decode(clean).ok()?))
}
