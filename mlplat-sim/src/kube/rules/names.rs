//! The text forms of Kubernetes: DNS names, label keys and values, configuration keys.
//!
//! Each check gives every complaint about a text, in the words of `k8s.io/apimachinery/pkg/util/validation` 1.36.

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const CONFIG_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/// What is wrong with a text; nothing when it is fine.
pub(crate) type Complaints = Vec<String>;

fn lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn is_label(text: &str) -> bool {
    let ends = text.bytes().next().is_some_and(lower) && text.bytes().last().is_some_and(lower);
    ends && text.bytes().all(|byte| lower(byte) || byte == b'-')
}

fn is_name_part(text: &str) -> bool {
    let ends = [text.bytes().next(), text.bytes().last()]
        .iter()
        .all(|end| end.is_some_and(|b| b.is_ascii_alphanumeric()));
    ends && text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// A name made of DNS labels joined by dots.
pub(crate) fn subdomain(text: &str) -> Complaints {
    dns_name(text, "characters")
}

fn dns_name(text: &str, unit: &str) -> Complaints {
    let mut out = Vec::new();
    if text.len() > 253 {
        out.push(format!("must be no more than 253 {unit}"));
    }
    if !text.split('.').all(is_label) {
        out.push(SUBDOMAIN.to_owned());
    }
    out
}

/// A single DNS label.
pub(crate) fn label(text: &str) -> Complaints {
    let mut out = Vec::new();
    if text.len() > 63 {
        out.push("must be no more than 63 characters".to_owned());
    }
    if !is_label(text) {
        out.push(LABEL.to_owned());
    }
    out
}

/// A name that can be a segment of a path, as roles have.
pub(crate) fn path_segment(text: &str) -> Complaints {
    if text == "." || text == ".." {
        return vec![format!("may not be '{text}'")];
    }
    ['/', '%']
        .iter()
        .filter(|bad| text.contains(**bad))
        .map(|bad| format!("may not contain '{bad}'"))
        .collect()
}

/// The key of a label or annotation: a name with an optional DNS prefix.
pub(crate) fn qualified(text: &str) -> Complaints {
    let mut out = Vec::new();
    let parts: Vec<&str> = text.split('/').collect();
    let name = match parts.as_slice() {
        [name] => name,
        [prefix, name] => {
            if prefix.is_empty() {
                out.push("prefix part must be non-empty".to_owned());
            } else {
                out.extend(
                    dns_name(prefix, "bytes")
                        .iter()
                        .map(|why| format!("prefix part {why}")),
                );
            }
            name
        }
        _ => {
            let form = format!(
                "a valid label key {QUALIFIED} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            );
            return vec![form];
        }
    };
    if name.is_empty() {
        out.push("name part must be non-empty".to_owned());
    } else if name.len() > 63 {
        out.push("name part must be no more than 63 bytes".to_owned());
    }
    if !is_name_part(name) {
        out.push(format!("name part {QUALIFIED}"));
    }
    out
}

/// The value of a label.
pub(crate) fn label_value(text: &str) -> Complaints {
    let mut out = Vec::new();
    if text.len() > 63 {
        out.push("must be no more than 63 bytes".to_owned());
    }
    if !text.is_empty() && !is_name_part(text) {
        out.push(LABEL_VALUE.to_owned());
    }
    out
}

/// The key of an entry of a config map or secret.
pub(crate) fn config_key(text: &str) -> Complaints {
    let mut out = Vec::new();
    if text.len() > 253 {
        out.push("must be no more than 253 characters".to_owned());
    }
    if text.is_empty()
        || !text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    {
        out.push(CONFIG_KEY.to_owned());
    } else if text == "." || text == ".." {
        out.push(format!("must not be '{text}'"));
    } else if text.starts_with("..") {
        out.push("must not start with '..'".to_owned());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for good in ["a", "a-b", "a.b-c.0", "0"] {
            assert!(subdomain(good).is_empty(), "{good}");
        }
        for bad in ["", "A", "-a", "a-", "a..b", "a_b", ".a"] {
            assert!(!subdomain(bad).is_empty(), "{bad}");
        }
        assert!(label("a.b").len() == 1 && label("ab").is_empty());
        for good in ["app", "example.com/App_1", "a.b"] {
            assert!(qualified(good).is_empty(), "{good}");
        }
        for bad in ["", "/a", "a/", "a/b/c", "-a", "Ex.com/a"] {
            assert!(!qualified(bad).is_empty(), "{bad}");
        }
        assert!(label_value("").is_empty() && !label_value("a b").is_empty());
        assert!(config_key("..a").len() == 1 && config_key(".a").is_empty());
        assert!(!path_segment("a/b").is_empty() && path_segment("system:a").is_empty());
    }
}
