//! Paths by pattern: `*` and `?` within a segment, `**` across segments.

/// Whether a path fits a pattern.
pub(super) fn fits(pattern: &str, path: &str) -> bool {
    matches(pattern.as_bytes(), path.as_bytes())
}

/// Tries for each star every length it can have, shortest first: patterns of
/// paths are short, and so are paths.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    match pattern {
        [] => path.is_empty(),
        [b'*', b'*', rest @ ..] => (0..=path.len()).any(|taken| matches(rest, &path[taken..])),
        [b'*', rest @ ..] => {
            let segment = path.iter().take_while(|byte| **byte != b'/').count();
            (0..=segment).any(|taken| matches(rest, &path[taken..]))
        }
        [b'?', rest @ ..] => {
            matches!(path, [byte, after @ ..] if *byte != b'/' && matches(rest, after))
        }
        [byte, rest @ ..] => {
            matches!(path, [first, after @ ..] if first == byte && matches(rest, after))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn stars_stay_in_their_segment_and_two_do_not() {
        assert!(fits("network/private-*", "network/private-1"));
        assert!(fits("*/role", "cluster/role"));
        assert!(!fits("*/role", "cluster/nodes/role"));
        assert!(fits("**/role", "cluster/nodes/role"));
        assert!(fits("**", "a/b/c"));
        assert!(fits("n?t/*", "nat/1"));
        assert!(!fits("n?t", "n/t"));
        assert!(!fits("network", "network/vpc"));
    }
}
