//! Go's `path.Match`, which `.helmignore` and `--show-only` use.

/// Whether `name` matches a shell pattern of Go's `filepath.Match`: `*` and `?` do not cross
/// `/`, `[a-z]` and `[^a-z]` are classes, `\` escapes. `None` for a malformed pattern.
///
/// ```
/// use mlplat_helm::chart::path_match;
/// assert_eq!(path_match("templates/*.yaml", "templates/a.yaml"), Some(true));
/// assert_eq!(path_match("*.yaml", "templates/a.yaml"), Some(false));
/// assert_eq!(path_match("[a-", "a"), None);
/// ```
pub fn path_match(pattern: &str, name: &str) -> Option<bool> {
    let parts = parse(pattern)?;
    let name: Vec<char> = name.chars().collect();
    Some(matches(&parts, &name))
}

enum Part {
    Char(char),
    Any,
    Star,
    Class(bool, Vec<(char, char)>),
}

fn parse(pattern: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        parts.push(match c {
            '*' => Part::Star,
            '?' => Part::Any,
            '\\' => Part::Char(rest.next()?),
            '[' => {
                let negated = rest.next_if_eq(&'^').is_some();
                let mut ranges = Vec::new();
                loop {
                    if !ranges.is_empty() && rest.next_if_eq(&']').is_some() {
                        break;
                    }
                    let low = class_char(&mut rest)?;
                    let high = match rest.next_if_eq(&'-') {
                        Some(_) => class_char(&mut rest)?,
                        None => low,
                    };
                    ranges.push((low, high));
                }
                Part::Class(negated, ranges)
            }
            other => Part::Char(other),
        });
    }
    Some(parts)
}

fn class_char(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    match rest.next()? {
        '-' | ']' => None,
        '\\' => rest.next(),
        c => Some(c),
    }
}

/// Greedy matching with one point of return for the last star: linear in practice, at most
/// pattern times name.
fn matches(parts: &[Part], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    loop {
        let step = match (parts.get(p), name.get(n)) {
            (None, None) => return true,
            (Some(Part::Star), _) => {
                back = Some((p, n));
                p += 1;
                continue;
            }
            (Some(part), Some(&c)) => fits(part, c),
            _ => false,
        };
        if step {
            p += 1;
            n += 1;
            continue;
        }
        match back {
            Some((star, from)) if name.get(from).is_some_and(|&c| c != '/') => {
                back = Some((star, from + 1));
                p = star + 1;
                n = from + 1;
            }
            _ => return false,
        }
    }
}

fn fits(part: &Part, c: char) -> bool {
    match part {
        Part::Char(own) => *own == c,
        Part::Any => c != '/',
        Part::Star => false,
        Part::Class(negated, ranges) => {
            ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
        }
    }
}

#[cfg(test)]
mod tests {
    use super::path_match;

    /// Cases and answers as Go's `filepath.Match` gives them on Linux.
    #[test]
    fn patterns_match_as_in_go() {
        let cases = [
            ("abc", "abc", Some(true)),
            ("*c", "abc", Some(true)),
            ("a*/b", "a/c/b", Some(false)),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/f", Some(true)),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", Some(false)),
            ("a[^a]", "ab", Some(true)),
            ("[\\]a]", "]", Some(true)),
            ("[-]", "-", None),
            ("[a-b-c]", "a", None),
            ("a[", "a", None),
            ("\\*", "*", Some(true)),
            ("templates/.?*", "templates/.hidden", Some(true)),
            ("templates/.?*", "templates/a/.hidden", Some(false)),
            ("a", "ab", Some(false)),
            ("", "", Some(true)),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(path_match(pattern, name), expected, "{pattern} {name}");
        }
    }
}
