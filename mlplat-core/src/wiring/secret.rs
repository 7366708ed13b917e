//! Secrets: values that are used and never shown.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Visitor};
use zeroize::Zeroizing;

use crate::graph::SECRET;

/// The clear text of a secret, wiped from memory when dropped. It has no
/// `Debug`, `Display` or `Serialize`; whoever needs the text calls
/// [`Plain::expose`], which is easy to search for.
#[derive(Clone, PartialEq, Eq)]
pub struct Plain(Zeroizing<String>);

impl Plain {
    /// Takes a clear text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The clear text. Only a provider that sends it to its service, and the
    /// command that shows it on request, have a reason to call this.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A value of type `T` that is sealed in the state and appears nowhere else.
///
/// It has no `Debug`, `Display` or `Serialize`, and does not fit where a `T`
/// goes. In a settings struct it is filled from the environment, a file or a
/// prompt, and from no argument of the process: others can read those.
///
/// ```compile_fail
/// let secret = mlplat_core::Secret::<String>::provided("hunter2".into());
/// println!("{secret:?}"); // Secret has no Debug
/// ```
#[derive(Clone)]
pub struct Secret<T>(pub(crate) Plain, PhantomData<fn() -> T>);

impl Secret<String> {
    /// A secret that comes from outside.
    #[must_use]
    pub fn provided(text: String) -> Self {
        Self(Plain::new(text), PhantomData)
    }

    /// The clear text; see [`Plain::expose`].
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl<'de, T> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = String;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("text")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                from: D,
            ) -> Result<String, D::Error> {
                // Not `String::deserialize`: its error would quote what it was
                // given.
                match serde_json::Value::deserialize(from) {
                    Ok(serde_json::Value::String(text)) => Ok(text),
                    _ => Err(serde::de::Error::custom("a secret is given as text")),
                }
            }
        }
        // The name tells whoever looks at a settings struct that this is one.
        let text = from.deserialize_newtype_struct(SECRET, Text)?;
        Ok(Self(Plain::new(text), PhantomData))
    }
}

/// Where the clear text of a secret comes from.
pub enum SecretSource {
    /// From outside: settings, environment, prompt.
    Provided(Plain),
    /// Derived from the state's sealed root seed, once, and sealed into the
    /// state before its first use.
    Generated {
        /// Unique within the stack.
        key: String,
        /// What it looks like.
        shape: Generated,
    },
}

/// What a generated secret looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generated {
    /// Length in characters, 1 to 1,024.
    pub length: u16,
    /// Which characters.
    pub charset: Charset,
    /// For a value that no other may take the place of by a rotation: what
    /// would be lost, and the way there is instead.
    pub lasting: Option<Lasting>,
}

/// Why a generated value stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lasting {
    /// What only this value opens: `what the gateway keeps in its database`.
    pub opens: &'static str,
    /// How to come to another one all the same.
    pub instead: &'static str,
}

impl Generated {
    /// Letters and digits, `length` characters: about 5.95 bits each.
    #[must_use]
    pub const fn alphanumeric(length: u16) -> Self {
        Self {
            length,
            charset: Charset::Alphanumeric,
            lasting: None,
        }
    }

    /// The same for a value that seals something elsewhere: a rotation of it
    /// is refused, since nothing would open any more what it has sealed.
    #[must_use]
    pub const fn lasting(self, opens: &'static str, instead: &'static str) -> Self {
        let lasting = Some(Lasting { opens, instead });
        Self { lasting, ..self }
    }

    /// How many bits a guess would have to get right, rounded down.
    #[must_use]
    pub const fn bits(&self) -> u32 {
        let each = self.charset.characters().len().ilog2();
        self.length as u32 * each
    }

    /// Lower-case hexadecimal digits: 4 bits each.
    #[must_use]
    pub const fn hex(length: u16) -> Self {
        Self {
            length,
            charset: Charset::Hex,
            lasting: None,
        }
    }
}

/// The characters of a generated secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// `A-Z a-z 0-9`.
    Alphanumeric,
    /// `0-9 a-f`.
    Hex,
    /// Letters, digits and `-_.~!*+`: none of them needs quoting in a shell,
    /// a URL or a connection string, and RDS accepts them all.
    Password,
}

impl Charset {
    /// The characters, in the order in which they are drawn.
    #[must_use]
    pub const fn characters(self) -> &'static str {
        match self {
            Self::Alphanumeric => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            Self::Hex => "0123456789abcdef",
            Self::Password => {
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~!*+"
            }
        }
    }
}
