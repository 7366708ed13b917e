//! Facts about a resource type as a whole.

use serde::Serialize;

use super::{Alone, Data, Field, Life, Need, Offer, Side, Updating, instant};

/// Everything that is declared about one resource type.
///
/// ```
/// use mlplat_core::facts::{f, opt, w, OnChange, Held, Recovery, Refs, Type, TYPE};
///
/// static NAT: Type = Type {
///     name: "ec2.NatGateway",
///     recovery: Recovery::Tags { window_s: 60 },
///     fields: &[
///         f("SubnetId", OnChange::Replace, Refs::To("ec2.Subnet", Held::Refused("DependencyViolation"))),
///         opt("ConnectivityType", OnChange::Replace),
///     ],
///     create: w(106, &["pending", "available"], 0),
///     delete: w(60, &["deleting", "deleted"], 3600),
///     ..TYPE
/// };
/// assert!(NAT.field("SubnetId").is_some_and(|field| field.required));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Type {
    /// `service.Type`, for example `ec2.NatGateway`.
    pub name: &'static str,
    /// Which provider serves it: `aws`, `kubernetes`, `null`, a user's own.
    pub provider: &'static str,
    /// Whether it is an object or a read-only question.
    pub kind: Kind,
    /// What it is, in one sentence.
    pub doc: &'static str,
    /// The CloudFormation type against which the oracle checks it, or empty.
    pub cloudformation: &'static str,
    /// The API call that creates it (`ec2:CreateNatGateway`), or empty.
    pub api: &'static str,
    /// The output that carries the id by which it is read and deleted.
    pub id: &'static str,
    /// How an object whose creation was interrupted is found again.
    pub recovery: Recovery,
    /// The create call takes a client token, so repeating it is harmless.
    pub token: bool,
    /// When ownership tags can be set.
    pub tags: Tagging,
    /// The field that holds the physical name, and what AWS accepts in it.
    pub name_rule: Option<NameRule>,
    /// Input fields.
    pub fields: &'static [Field],
    /// Outputs.
    pub outputs: &'static [OutputFact],
    /// What may exist only once.
    pub unique: &'static [Unique],
    /// Of a question: the type of the object that the answer is about, which
    /// has the inputs in fields of the same names. Empty for other questions.
    pub finds: &'static str,
    /// Of a question: the least that its answer has to be.
    pub floor: Option<Floor>,
    /// What the cloud makes beside it.
    pub brings: &'static [Side],
    /// Causes without an id.
    pub needs: &'static [Need],
    /// What it does for others.
    pub offers: &'static [Offer],
    /// Whether objects of it come and go one at a time.
    pub alone: Option<Alone>,
    /// Conditions under which the API refuses to delete it.
    pub blocked: &'static [Blocked],
    /// What people put into it, and what its deletion does to that.
    pub data: Data,
    /// Creation.
    pub create: Life,
    /// Update.
    pub update: Life,
    /// Deletion.
    pub delete: Life,
    /// Concurrent updates.
    pub updating: Updating,
    /// The account's default limit, if one is likely to be met.
    pub quota: Option<Quota>,
    /// Where the facts come from, with version and date.
    pub source: &'static str,
}

/// The defaults from which a definition starts.
pub const TYPE: Type = Type {
    name: "",
    provider: "aws",
    kind: Kind::Resource,
    doc: "",
    cloudformation: "",
    api: "",
    id: "Id",
    recovery: Recovery::Tags { window_s: 60 },
    token: false,
    tags: Tagging::OnCreate,
    name_rule: None,
    fields: &[],
    outputs: &[],
    unique: &[],
    finds: "",
    floor: None,
    brings: &[],
    needs: &[],
    offers: &[],
    alone: None,
    blocked: &[],
    data: Data::None,
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    updating: Updating::Many,
    quota: None,
    source: "",
};

/// The defaults from which the definition of an object under a key starts,
/// which is its `Name`: see [`KeyedService`](crate::provider::KeyedService).
pub const KEYED: Type = Type {
    recovery: Recovery::NaturalKey(&["Name"]),
    ..TYPE
};

/// The defaults from which the definition of a look-up starts.
pub const LOOKUP: Type = Type {
    kind: Kind::Lookup,
    tags: Tagging::Never,
    ..TYPE
};

impl Type {
    /// The facts of an input field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The facts of an output.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<&'static OutputFact> {
        self.outputs.iter().find(|output| output.name == name)
    }

    /// Whether its objects are called by a name that another object can have
    /// after them: their id is not made up by the cloud.
    #[must_use]
    pub fn is_name_keyed(&self) -> bool {
        !self.output(self.id).is_some_and(OutputFact::is_made_up)
    }

    /// The service part of the name: `ec2` of `ec2.NatGateway`.
    #[must_use]
    pub fn service(&self) -> &'static str {
        self.name.split('.').next().unwrap_or(self.name)
    }
}

/// Object or question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Kind {
    /// Something that is created and deleted.
    Resource,
    /// A read-only question whose answer is pinned in the state.
    Lookup,
}

/// How an object whose creation call had no answer is found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Recovery {
    /// By its physical name, which the API keeps unique.
    UniqueName,
    /// By its ownership tags. A list may omit a new object for this long.
    Tags {
        /// Consistency window in seconds.
        window_s: u32,
    },
    /// By these fields, which together identify it (a route, an attachment).
    NaturalKey(&'static [&'static str]),
}

/// When ownership tags can be set on an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Tagging {
    /// In the create call itself.
    OnCreate,
    /// Only by a second call after creation.
    AfterCreate,
    /// Not at all: the object belongs to whoever owns its parent.
    Never,
}

/// What a service accepts as a physical name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NameRule {
    /// The field that holds the name.
    pub field: &'static str,
    /// Shortest length in characters.
    pub min: u16,
    /// Longest length in characters.
    pub max: u16,
    /// Allowed characters.
    pub alphabet: Alphabet,
}

/// The characters of a physical name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Alphabet {
    /// `[A-Za-z0-9_+=,.@-]` (IAM).
    Iam,
    /// `[A-Za-z0-9][A-Za-z0-9_-]*` (EKS).
    Eks,
    /// `[a-z0-9][a-z0-9.-]*[a-z0-9]`, written here without dots (S3).
    S3,
    /// `[a-z][a-z0-9-]*`, no double or final hyphen (RDS).
    Rds,
    /// DNS-1123 label: `[a-z0-9]([a-z0-9-]*[a-z0-9])?` (Kubernetes).
    Dns1123,
    /// `[A-Za-z0-9()./_-]` (EC2 launch template names).
    LaunchTemplate,
    /// `[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]` (EC2 security group names).
    SecurityGroup,
    /// `[a-z0-9]+([._-][a-z0-9]+)*`, and several of those with `/` between
    /// them (ECR repositories).
    Ecr,
    /// `[A-Za-z0-9._/#-]` (CloudWatch log groups).
    LogGroup,
    /// `[A-Za-z0-9/_+=.@-]` (Secrets Manager).
    SecretsManager,
    /// `alias/[A-Za-z0-9:/_-]+`, not below `alias/aws/` (KMS aliases).
    KmsAlias,
}

/// One output of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OutputFact {
    /// Name, for example `Arn`.
    pub name: &'static str,
    /// How long a value of it stays true.
    pub life: OutputLife,
    /// Its shape, with `{Field}` for an input, `{region}`, `{account}`,
    /// `{hex17}`, `{hex32}`, `{upper20}` for what the cloud makes up. The
    /// simulated cloud builds its answers from it. `each(A,B) ...` is a list
    /// with one text per value of the fields `A` and `B`, which stands in it as
    /// `{item}`.
    pub form: &'static str,
    /// The value is a secret.
    pub secret: bool,
}

impl OutputFact {
    /// Whether every new object has another value of it: it holds something
    /// that the cloud makes up.
    #[must_use]
    pub fn is_made_up(&self) -> bool {
        ["{hex", "{upper", "{uuid}", "{child:"]
            .iter()
            .any(|word| self.form.contains(word))
    }

    /// An output that never changes while the object lives.
    #[must_use]
    pub const fn fixed(name: &'static str, form: &'static str) -> Self {
        Self {
            name,
            life: OutputLife::Fixed,
            form,
            secret: false,
        }
    }
}

/// How long the value of an output stays true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum OutputLife {
    /// As long as the object.
    Fixed,
    /// Until one of these input fields changes.
    ChangesWith(&'static [&'static str]),
    /// It may change at any time, and need not be there: not every object of
    /// the type has it.
    Drifts,
}

/// Something that may exist only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Unique {
    /// The fields that together may occur once.
    pub fields: &'static [&'static str],
    /// Among which objects.
    pub scope: Scope,
    /// The error code of the second.
    pub code: &'static str,
    /// For how long a deleted object still holds the key, in seconds.
    pub held_after_delete_s: u32,
}

/// Among which objects a key is unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Scope {
    /// All of the account and region.
    Account,
    /// Those with the same value of this field.
    Parent(&'static str),
    /// All of AWS (bucket names).
    World,
    /// The key is a CIDR that may not overlap another with the same value of
    /// this field.
    OverlapIn(&'static str),
}

/// A condition under which the API refuses a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Blocked {
    /// In words: `the bucket is not empty`.
    pub when: &'static str,
    /// The error code.
    pub code: &'static str,
}

/// What a question wants its answer to be: an answer below it fails the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Floor {
    /// The output that is compared, a number.
    pub output: &'static str,
    /// The field that holds the least it may be. Left out, anything goes.
    pub wanted: &'static str,
    /// The error code.
    pub code: &'static str,
}

/// A default limit of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Quota {
    /// Service Quotas code, for example `L-F678F1CE`.
    pub code: &'static str,
    /// How many objects.
    pub default: u32,
    /// Counted among which objects.
    pub per: Scope,
    /// The error code of one too many.
    pub error: &'static str,
}
