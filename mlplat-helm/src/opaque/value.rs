//! The opaque value as callers write it.

use std::fmt;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

/// A value whose content is not known or not to be shown.
///
/// ```
/// use mlplat_helm::opaque::{Opaque, Witness};
/// #[derive(serde::Serialize)]
/// struct Values { cluster: Opaque, password: Opaque }
/// let values = Values {
///     cluster: Opaque::unknown("cluster.name", Witness::ClusterName),
///     password: Opaque::secret("db.password", Witness::Secret),
/// };
/// assert_eq!(format!("{:?}", values.password), "Opaque(db.password)");
/// ```
#[derive(Clone)]
pub struct Opaque {
    name: String,
    secret: bool,
    witness: Witness,
    assumed: Option<Json>,
}

/// What kind of value it will be: two valid values of different content and length stand in for
/// it at plan.
#[derive(Clone, Debug, PartialEq)]
pub enum Witness {
    /// The name of an EKS cluster.
    ClusterName,
    /// The ARN of an IAM role.
    RoleArn,
    /// A DNS name.
    Host,
    /// An absolute https URL.
    Url,
    /// An identifier such as `vpc-0abc`.
    Id,
    /// Any text that is not empty.
    Text,
    /// A password or token.
    Secret,
    /// A port number.
    Port,
    /// Two values of the caller's choice, both scalars.
    Custom(Json, Json),
}

impl Witness {
    /// The two stand-ins.
    pub fn pair(&self) -> [Json; 2] {
        let (a, b) = match self {
            Self::ClusterName => ("wq7kz-cluster-one", "x3jv9-another-longer-cluster"),
            Self::RoleArn => (
                "arn:aws:iam::210987654321:role/wq7kz-first",
                "arn:aws:iam::109876543210:role/path/x3jv9-second-longer",
            ),
            Self::Host => ("wq7kz.first.example.com", "x3jv9.second.longer.example.org"),
            Self::Url => (
                "https://wq7kz.first.example.com",
                "https://x3jv9.second.longer.example.org/path",
            ),
            Self::Id => ("id-0wq7kz0a1b2c", "id-0x3jv90d4e5f6a7b8"),
            Self::Text => ("wq7kz first text", "x3jv9 second longer text"),
            Self::Secret => ("Wq7kZ-p4ssw0rd", "X3jV9-an0ther-p4ssw0rd-L0nger"),
            Self::Port => return [json!(31873), json!(8191)],
            Self::Custom(a, b) => return [a.clone(), b.clone()],
        };
        [json!(a), json!(b)]
    }
}

impl Opaque {
    /// A value that will be known at deploy, shown as `<name>`.
    pub fn unknown(name: impl Into<String>, witness: Witness) -> Self {
        Self {
            name: name.into(),
            secret: false,
            witness,
            assumed: None,
        }
    }

    /// A value that must not be shown, known or not.
    pub fn secret(name: impl Into<String>, witness: Witness) -> Self {
        Self {
            secret: true,
            ..Self::unknown(name, witness)
        }
    }

    /// Takes this value for granted: the plan is made with it, and completing the plan with
    /// another one is refused.
    #[must_use]
    pub fn assume(mut self, value: impl Into<Json>) -> Self {
        self.assumed = Some(value.into());
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Shows the name only.
impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opaque({})", self.name)
    }
}

/// The key by which a serialized opaque value is found again; no chart has such a key.
pub(super) const MARKER: &str = "\u{1}mlplat-helm.opaque";

impl Serialize for Opaque {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        let inner = json!({
            "name": self.name,
            "secret": self.secret,
            "witnesses": self.witness.pair(),
            "assumed": self.assumed.as_ref().map(|value| json!([value])),
        });
        map.serialize_entry(MARKER, &inner)?;
        map.end()
    }
}
