//! `RandomToken`: a secret that only has to be hard to guess.

use crate::graph::{Construct, Scope};
use crate::wiring::{Generated, Output, Secret};

/// Fewer bits than this can be guessed by somebody with the time and the
/// hardware.
const BITS_MIN: u32 = 96;

/// Random characters, drawn once: a session key, a webhook's secret.
///
/// ```
/// use mlplat_core::generators::RandomToken;
/// use mlplat_core::graph::{Context, Graph};
/// use mlplat_core::wiring::Generated;
///
/// Graph::build(Context::new("demo"), |stack| {
///     let cookie = stack.add("cookie-secret", RandomToken::new(Generated::hex(64)));
///     stack.output("cookie-secret", &cookie);
/// })?;
/// # Ok::<(), mlplat_core::Problems>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use = "add it to a stack"]
pub struct RandomToken {
    shape: Generated,
}

impl RandomToken {
    /// A token of this shape, 96 bits at least.
    pub const fn new(shape: Generated) -> Self {
        Self { shape }
    }
}

impl Construct for RandomToken {
    type Handle = Output<Secret<String>>;

    fn build(self, scope: &mut Scope<'_>) -> Output<Secret<String>> {
        let bits = self.shape.bits();
        if bits < BITS_MIN {
            scope.problem(
                "weak-token",
                format!("a token of {bits} bits can be guessed"),
                format!("make it longer: {BITS_MIN} bits are 24 hexadecimal digits"),
            );
        }
        Output::generated(format!("{}/token", scope.path()), self.shape)
    }
}
