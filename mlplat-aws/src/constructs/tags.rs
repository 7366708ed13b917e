//! Tags that constructs set.

use mlplat_core::Scope;

use crate::ids::Tags;

/// The tag `Name`, by which AWS's console lists objects: stack, environment
/// and path, for example `zenml-dev/network/nat-1`.
pub(super) fn named(scope: &Scope<'_>, part: &str) -> Tags {
    let mut name = format!("{}-{}/{}", scope.stack_name(), scope.env(), scope.path());
    if !part.is_empty() {
        name.push('/');
        name.push_str(part);
    }
    // EC2 takes 256 characters; the end tells objects apart.
    let surplus = name.len().saturating_sub(256);
    Tags::from([("Name".to_owned(), name[surplus..].into())])
}
