//! What was probably meant, and the end of a test.

/// How many candidates a message names.
const SHOWN: usize = 3;

/// The candidates that are nearest to what was asked for, best first: those
/// that contain it or are contained in it, then by edit distance.
///
/// ```
/// use mlplat_core::testing::nearest;
///
/// let paths = ["network/vpc", "network/nat-1", "cluster/role"];
/// assert_eq!(nearest("network/vcp", paths), ["network/vpc", "network/nat-1", "cluster/role"]);
/// ```
#[must_use]
pub fn nearest<'a>(wanted: &str, among: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let leaf = wanted.rsplit('/').next().unwrap_or(wanted);
    let mut ranked: Vec<(usize, &str)> = among
        .into_iter()
        .map(|name| {
            let same_leaf = !leaf.is_empty() && name.rsplit('/').next() == Some(leaf);
            let distance = strsim::damerau_levenshtein(wanted, name);
            (if same_leaf { distance / 4 } else { distance }, name)
        })
        .collect();
    ranked.sort_unstable();
    ranked.dedup();
    ranked
        .into_iter()
        .map(|(_, name)| name)
        .take(SHOWN)
        .collect()
}

/// A line that names what is nearest; empty when there is nothing to name.
pub(super) fn nearest_line<'a>(wanted: &str, among: impl IntoIterator<Item = &'a str>) -> String {
    let near = nearest(wanted, among);
    if near.is_empty() {
        return String::new();
    }
    format!("\n  nearest  {}", near.join(", "))
}

/// Ends a test with a message: the one place that panics, at the line of the
/// test that asked.
///
/// # Panics
/// Always: that is how a test fails.
#[track_caller]
#[allow(clippy::panic, reason = "a failed assertion is a panic")]
pub fn fail(message: impl std::fmt::Display) -> ! {
    panic!("{message}")
}
