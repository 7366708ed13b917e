//! Newtypes for ids: a subnet id does not fit where a VPC id goes.

/// Declares newtypes over `String`, one per kind of identifier.
///
/// ```
/// mlplat_core::ids! {
///     /// The id of a VPC: `vpc-0123456789abcdef0`.
///     pub struct VpcId;
/// }
/// assert_eq!(VpcId::new("vpc-1").as_str(), "vpc-1");
/// ```
#[macro_export]
macro_rules! ids {
    ($($(#[$meta:meta])* $vis:vis struct $name:ident;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $name(String);

        impl $name {
            /// Takes the text as it is; the provider checks it.
            #[must_use]
            $vis fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text.
            #[must_use]
            $vis fn as_str(&self) -> &str {
                &self.0
            }
        }

        // By hand: the derive of serde would need to know by what name the
        // crate that expands this calls the engine.
        impl $crate::export::serde::Serialize for $name {
            fn serialize<S: $crate::export::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }

        impl<'de> $crate::export::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::export::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                <String as $crate::export::serde::Deserialize>::deserialize(from).map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(&self.0)
            }
        }
    )+};
}
