//! Other forms of a text: what a URL or a web server wants to read.
//!
//! A form is data, like every part of an expression, and a total function of
//! the text (and, for a hash, of the state's root seed), so a plan can compare
//! what it would be now with what was written before.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE as URL_SAFE;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use zeroize::Zeroizing;

use super::Plain;

/// How a text is written differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// As a part of a URL (RFC 3986): all but unreserved characters as `%XX`.
    PercentEncoded,
    /// Bytes that are written in hexadecimal digits, in URL-safe base 64 with
    /// padding (RFC 4648, section 5).
    Base64OfHex,
    /// As a bcrypt hash.
    Bcrypt {
        /// What the salt derives from, beside the secret and the root seed.
        key: Arc<str>,
        /// Two to the power of this many rounds, 4 to 31.
        cost: u8,
    },
}

/// Why a text has no such form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// bcrypt reads 72 bytes and would ignore the rest.
    #[error("the secret is longer than the 72 bytes that bcrypt reads")]
    TooLong,
    /// It is not written in pairs of hexadecimal digits.
    #[error("the secret is not written in pairs of hexadecimal digits")]
    NotHex,
    /// bcrypt ends at a zero byte.
    #[error("the secret holds a zero byte, which bcrypt cannot read")]
    ZeroByte,
}

/// As it is shown around what it is applied to: `percent_encoded(<db.Host>)`.
impl fmt::Display for Form {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PercentEncoded => out.write_str("percent_encoded"),
            Self::Base64OfHex => out.write_str("base64_of_hex"),
            Self::Bcrypt { key, cost } => write!(out, "bcrypt[{key},{cost}]"),
        }
    }
}

/// What stays as it is in a part of a URL.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Everything but unreserved characters as `%XX`.
pub(crate) fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, &UNRESERVED).to_string()
}

/// Bytes in hexadecimal digits, in URL-safe base 64.
pub(crate) fn base64_of_hex(plain: &Plain) -> Result<Plain, FormError> {
    let digits = plain.expose().as_bytes();
    let digit = |byte: u8| {
        let value = char::from(byte).to_digit(16);
        value.and_then(|value| u8::try_from(value).ok())
    };
    let byte = |pair: &[u8]| match *pair {
        [high, low] => Some(digit(high)? * 16 + digit(low)?),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    let bytes = Zeroizing::new(bytes.ok_or(FormError::NotHex)?);
    Ok(Plain::new(URL_SAFE.encode(&*bytes)))
}

/// The bcrypt hash of a secret.
pub(crate) fn bcrypt(plain: &Plain, cost: u8, salt: [u8; 16]) -> Result<Plain, FormError> {
    let text = plain.expose();
    if text.len() > 72 {
        return Err(FormError::TooLong);
    }
    if text.bytes().any(|byte| byte == 0) {
        return Err(FormError::ZeroByte);
    }
    // The other errors of the crate are about costs outside 4 to 31.
    let hash = bcrypt::hash_with_salt(text, u32::from(cost.clamp(4, 31)), salt)
        .map_err(|_| FormError::TooLong)?;
    Ok(Plain::new(hash.format_for_version(bcrypt::Version::TwoB)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stay() {
        assert_eq!(percent_encoded("a-Z_0.9~"), "a-Z_0.9~");
        assert_eq!(
            percent_encoded("@/:%# +\u{e9}"),
            "%40%2F%3A%25%23%20%2B%C3%A9"
        );
    }

    #[test]
    fn a_hash_verifies_and_depends_on_its_salt() {
        let plain = Plain::new("hunter2".to_owned());
        let hash = bcrypt(&plain, 5, [7; 16]).unwrap();
        assert!(hash.expose().starts_with("$2b$05$"));
        assert!(bcrypt::verify("hunter2", hash.expose()).unwrap());
        assert!(!bcrypt::verify("hunter3", hash.expose()).unwrap());
        assert!(hash != bcrypt(&plain, 5, [8; 16]).unwrap());
    }

    #[test]
    fn bytes_in_digits_become_base64_of_the_bytes() {
        let of = |text: &str| base64_of_hex(&Plain::new(text.to_owned()));
        assert_eq!(of("00ff10").unwrap().expose(), "AP8Q");
        assert_eq!(of("fbefff").unwrap().expose(), "--__");
        let key = of(&"a5".repeat(32)).unwrap();
        assert_eq!(key.expose().len(), 44);
        assert!(key.expose().ends_with('='));
        for odd in ["0", "0g", "é0"] {
            assert_eq!(of(odd).err(), Some(FormError::NotHex), "{odd}");
        }
    }

    #[test]
    fn what_bcrypt_would_cut_off_is_refused() {
        let hash = |text: &str| bcrypt(&Plain::new(text.to_owned()), 4, [0; 16]).err();
        assert_eq!(hash(&"x".repeat(72)), None);
        assert_eq!(hash(&"x".repeat(73)), Some(FormError::TooLong));
        assert_eq!(hash("a\0b"), Some(FormError::ZeroByte));
    }
}
