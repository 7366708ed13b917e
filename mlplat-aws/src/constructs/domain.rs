//! Names of domains.

use mlplat_core::Scope;

/// Longest name, without the final dot.
const NAME_MAX: usize = 253;

/// A domain without a final dot, in small letters. One that DNS would refuse
/// is a Problem. A wildcard is accepted as the first part, underscores for
/// names that are no hosts.
pub(super) fn parse(scope: &mut Scope<'_>, what: &str, text: &str) -> String {
    let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    let host = name.strip_prefix("*.").unwrap_or(&name);
    let good = host.contains('.') && name.len() <= NAME_MAX && host.split('.').all(is_label);
    if !good {
        scope.problem(
            "bad-domain",
            format!("{what} \"{}\" is not a domain", text.escape_debug()),
            "write parts of letters, digits and hyphens with dots between them: ml.example.com",
        );
    }
    name
}

fn is_label(label: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=63).contains(&label.len())
        && label.chars().all(inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Whether a name belongs to a zone.
pub(super) fn lies_in(name: &str, zone: &str) -> bool {
    let above = name.strip_suffix(zone);
    above.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_belongs_to_its_zone_part_by_part() {
        for inside in [
            "example.com",
            "a.example.com",
            "*.example.com",
            "a.b.example.com",
        ] {
            assert!(lies_in(inside, "example.com"), "{inside}");
        }
        for outside in [
            "badexample.com",
            "example.org",
            "com",
            "example.com.evil.org",
        ] {
            assert!(!lies_in(outside, "example.com"), "{outside}");
        }
    }

    #[test]
    fn labels() {
        for good in ["a", "_acme-challenge", "x1", "1x"] {
            assert!(is_label(good), "{good}");
        }
        let long = "x".repeat(64);
        for bad in ["", "-a", "a-", "a b", "*", long.as_str()] {
            assert!(!is_label(bad), "{bad}");
        }
    }
}
