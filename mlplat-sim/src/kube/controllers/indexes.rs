//! The indexes of an indexed job: as text in its status, and on its pods.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

/// The annotation and label that say which index a pod works on.
pub(super) const ANNOTATION: &str = "batch.kubernetes.io/job-completion-index";

/// Reads `1,3-5`.
pub(super) fn read(text: &Value) -> BTreeSet<usize> {
    let parts = text.as_str().unwrap_or_default().split(',');
    let ranges = parts.filter_map(|part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (first.parse::<usize>().ok()?, last.parse::<usize>().ok()?);
        Some(first..=last)
    });
    ranges.flatten().collect()
}

/// Writes indexes as `1,3-5`: three and more in a row become a range, and two as well.
pub(super) fn write(indexes: &BTreeSet<usize>) -> String {
    let mut text = String::new();
    let mut rest = indexes.iter().copied().peekable();
    while let Some(first) = rest.next() {
        let mut last = first;
        while rest.peek() == Some(&(last + 1)) {
            last += 1;
            rest.next();
        }
        if !text.is_empty() {
            text.push(',');
        }
        // Writing to text cannot fail.
        let _ = match last - first {
            0 => write!(text, "{first}"),
            _ => write!(text, "{first}-{last}"),
        };
    }
    text
}

/// Tells a pod which index it works on: by annotation, label, host name and environment.
pub(super) fn mark(pod: &mut Value, job: &str, index: usize) {
    let text = index.to_string();
    pod["metadata"]["annotations"][ANNOTATION] = json!(text);
    pod["metadata"]["labels"][ANNOTATION] = json!(text);
    pod["spec"]["hostname"] = json!(format!("{job}-{index}"));
    let path = format!("metadata.annotations['{ANNOTATION}']");
    let variable = json!({
        "name": "JOB_COMPLETION_INDEX",
        "valueFrom": {"fieldRef": {"fieldPath": path}},
    });
    for list in ["containers", "initContainers"] {
        let containers = pod["spec"][list].as_array_mut();
        for container in containers.into_iter().flatten() {
            match container["env"].as_array_mut() {
                Some(env) => env.push(variable.clone()),
                None => container["env"] = json!([variable]),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for (text, list) in [
            ("", vec![]),
            ("1,3-5", vec![1, 3, 4, 5]),
            ("0-1,7", vec![0, 1, 7]),
        ] {
            let set: BTreeSet<usize> = list.into_iter().collect();
            assert_eq!(read(&json!(text)), set);
            assert_eq!(write(&set), text);
        }
    }
}
