//! IAM actions as checked text.

use mlplat_core::wiring::KnownText;
use std::borrow::Cow;
use std::fmt;

/// An action, `service:Name`, where the name may contain `*` and `?`.
///
/// ```
/// use mlplat_aws::policy::Action;
///
/// assert_eq!(Action::new("s3:Get*")?.as_str(), "s3:Get*");
/// assert!(Action::new("s3").is_err());
/// # Ok::<(), mlplat_aws::policy::InvalidAction>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Action(Cow<'static, str>);

impl Action {
    /// Checks an action that is known only when the program runs.
    ///
    /// # Errors
    /// When the text is not `service:Name`.
    pub fn new(text: impl KnownText) -> Result<Self, InvalidAction> {
        let text = text.into();
        if well_formed(text.as_bytes()) {
            Ok(Self(Cow::Owned(text)))
        } else {
            Err(InvalidAction(text))
        }
    }

    /// For [`action!`](crate::action), which has checked the text.
    #[doc(hidden)]
    #[must_use]
    pub const fn checked(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// Whether a text is an action.
    #[doc(hidden)]
    #[must_use]
    pub const fn is_action(text: &str) -> bool {
        well_formed(text.as_bytes())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An [`Action`](crate::policy::Action) that the compiler checks.
///
/// ```
/// assert_eq!(mlplat_aws::action!("sts:AssumeRole").as_str(), "sts:AssumeRole");
/// ```
/// ```compile_fail
/// mlplat_aws::action!("sts AssumeRole"); // no colon
/// ```
#[macro_export]
macro_rules! action {
    ($text:literal) => {{
        // An item, not an inline block: `cargo check` evaluates it too.
        const _: () = assert!(
            $crate::policy::Action::is_action($text),
            concat!("`", $text, "` is not an action: service:Name")
        );
        $crate::policy::Action::checked($text)
    }};
}

/// A service is `[a-z0-9-]+`, a name begins with a letter or a wildcard.
const fn well_formed(text: &[u8]) -> bool {
    let mut at = 0;
    while at < text.len() && (text[at].is_ascii_lowercase() || is_digit_or_hyphen(text[at])) {
        at += 1;
    }
    if at == 0 || at + 1 >= text.len() || text[at] != b':' {
        return false;
    }
    at += 1;
    if !(text[at].is_ascii_alphabetic() || text[at] == b'*') {
        return false;
    }
    while at < text.len() {
        if !(text[at].is_ascii_alphanumeric() || text[at] == b'*' || text[at] == b'?') {
            return false;
        }
        at += 1;
    }
    true
}

const fn is_digit_or_hyphen(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'-'
}

impl fmt::Display for Action {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A text that is not an action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read \"{}\" as an action: write service:Name, such as s3:GetObject", .0.escape_debug())]
pub struct InvalidAction(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_service_and_name_are_actions() {
        for good in [
            "s3:GetObject",
            "ec2:*",
            "elasticloadbalancing:Describe*",
            "sso-oauth:Create?oken",
        ] {
            assert!(Action::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "s3",
            "s3:",
            ":GetObject",
            "S3:GetObject",
            "s3:Get Object",
            "s3:1",
            "s3:Get:x",
            "*",
        ] {
            assert!(Action::new(bad).is_err(), "{bad}");
        }
    }
}
