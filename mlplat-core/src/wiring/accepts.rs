//! What a parameter of a construct accepts, in words that a message can use.
//!
//! Both traits are the standard library's `Into` under a name of their own:
//! whatever converts has them, and a function that takes one calls `.into()`.
//! They exist because a mistake should be explained in terms of outputs,
//! secrets and names instead of in terms of conversions.

use super::Output;

/// Whatever gives a `T`: a value of that type, or an output of one.
///
/// ```
/// use mlplat_core::{Output, wiring::Gives};
///
/// fn host(name: impl Gives<String>) -> Output<String> {
///     name.into()
/// }
/// assert_eq!(format!("{:?}", host("db.internal")), "\"db.internal\"");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives no `{T}`",
    label = "expected a `{T}` or an output of one",
    note = "ids and ARNs are made of texts by their types, as in `VpcId::new(\"vpc-1\")`; a secret goes only where a secret is expected"
)]
pub trait Gives<T>: Into<Output<T>> {}

#[diagnostic::do_not_recommend]
impl<T, U: Into<Output<T>>> Gives<T> for U {}

/// A text that is known when the program runs: a name, a label, a version.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a text that is known when the program runs",
    label = "expected a text such as `\"name\"`",
    note = "an output is known only after a deployment, and a secret is never shown: neither can be a name, a label or a description"
)]
pub trait KnownText: Into<String> {}

#[diagnostic::do_not_recommend]
impl<T: Into<String>> KnownText for T {}
