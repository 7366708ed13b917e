//! `FernetKey`: what Airflow and others seal their own secrets with.

use crate::graph::{Construct, Scope};
use crate::wiring::{Generated, Output, Secret};

/// A key of Fernet: 32 random bytes in the URL-safe base 64 that
/// `cryptography.fernet` reads. Rotated like any generated secret; what was
/// sealed with the old key is then lost, unless the program keeps both.
///
/// ```
/// use mlplat_core::generators::FernetKey;
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let key = stack.add("fernet", FernetKey::new());
///     stack.output("fernet-key", &key); // shown as <secret>
/// })?;
/// # Ok::<(), mlplat_core::Problems>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[must_use = "add it to a stack"]
pub struct FernetKey;

impl FernetKey {
    /// A key of its own.
    pub const fn new() -> Self {
        Self
    }
}

impl Construct for FernetKey {
    type Handle = Output<Secret<String>>;

    fn build(self, scope: &mut Scope<'_>) -> Output<Secret<String>> {
        let key = format!("{}/key", scope.path());
        Output::generated(key, Generated::hex(64)).base64_of_hex()
    }
}
