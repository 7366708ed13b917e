//! What goes wrong, by seed.

use std::str::FromStr;

use mlplat_aws::permissions::Permissions;
use mlplat_core::facts::Type;

use super::mishap::Mishap;
use crate::kube::Behaviours;

/// How hostile the account is. Probabilities are per call.
///
/// ```
/// let faults: mlplat_sim::cloud::Faults = "seed=7,throttle=0.3,lost_reply=0.1,pull=web:2".parse()?;
/// assert_eq!(faults.seed, 7);
/// assert!(faults.containers.unpullable("web:2"));
/// # Ok::<(), mlplat_sim::cloud::FaultError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Faults {
    /// The same seed and the same calls give the same faults.
    pub seed: u64,
    /// A call is refused as one too many.
    pub throttle: f64,
    /// A changing call has its effect and no reply.
    pub lost_reply: f64,
    /// A call fails without an effect.
    pub server_error: f64,
    /// Reads and lists lag behind creations and updates by up to a minute,
    /// identities take up to three to be known: 0 for never, 1 for always.
    pub lag: f64,
    /// Identities are known to other services only after so many seconds,
    /// whatever `lag` says.
    pub assumable_s: f64,
    /// What outlives objects and holds others does so for up to this many
    /// seconds, where the facts say less.
    pub linger_s: f64,
    /// Every call is refused as one too many until the account is this old, in
    /// seconds.
    pub storm_s: f64,
    /// Every call of one of these names is denied: type and verb
    /// (`ec2.VPC:create`), or the API's own (`ec2:CreateVpc`).
    pub deny: Vec<String>,
    /// Single calls that go wrong.
    pub fail: Vec<Mishap>,
    /// What containers in clusters do: images that cannot be pulled, crashes,
    /// jobs that fail.
    pub containers: Behaviours,
}

impl Faults {
    /// Whether a call on a type is denied: by type and verb, or by the name
    /// that the call has in the API.
    pub(crate) fn denies(&self, ty: &Type, verb: &str) -> bool {
        self.deny.iter().any(|name| is_called(name, ty, verb))
    }
}

/// Whether a name is that of a call: type and verb, or the API's own.
pub(crate) fn is_called(name: &str, ty: &Type, verb: &str) -> bool {
    let own = name.strip_prefix(ty.name);
    let own = own.and_then(|rest| rest.strip_prefix(':'));
    own == Some(verb) || (!name.is_empty() && name == action(ty, verb))
}

/// The name that a call has in the API; empty when none is known.
pub(super) fn action(ty: &Type, verb: &str) -> &'static str {
    let row = mlplat_aws::permissions::of(ty.name);
    let first = |of: fn(&'static Permissions) -> &'static [&'static str]| {
        row.and_then(|row| of(row).first().copied())
            .unwrap_or_default()
    };
    let mapped = || {
        let mut mapped = mlplat_aws::api::MAPPINGS.iter();
        mapped.find(|mapping| mapping.ty == ty.name)
    };
    match verb {
        "create" => ty.api,
        "delete" => mapped().map_or("", |mapping| mapping.delete),
        "update" => first(|row| row.update),
        _ => first(|row| row.read),
    }
}

/// A word of a fault setting that means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultError(String);

impl std::fmt::Display for FaultError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "`{}` is no fault: use seed=N, throttle=P, lost_reply=P, 5xx=P, lag=P with P from 0 to 1, storm=SECONDS, assumable=SECONDS, linger=SECONDS, deny=TYPE:CALL, fail=HOW@WHICH#N; for containers pull=IMAGE, crash=CONTAINER:CODE, job=NAME, unready=CONTAINER, takes=CONTAINER:SECONDS, stubborn=CONTAINER",
            self.0.escape_debug()
        )
    }
}

impl std::error::Error for FaultError {}

impl FromStr for Faults {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let mut faults = Self::default();
        for word in text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
        {
            let bad = || FaultError(word.to_owned());
            let (key, value) = word.split_once('=').ok_or_else(bad)?;
            let chance = || match value.parse::<f64>() {
                Ok(chance) if (0.0..=1.0).contains(&chance) => Ok(chance),
                _ => Err(bad()),
            };
            let seconds = || match value.parse::<f64>() {
                Ok(seconds) if seconds >= 0.0 => Ok(seconds),
                _ => Err(bad()),
            };
            match key {
                "seed" => faults.seed = value.parse().map_err(|_| bad())?,
                "throttle" => faults.throttle = chance()?,
                "lost_reply" => faults.lost_reply = chance()?,
                "5xx" => faults.server_error = chance()?,
                "lag" => faults.lag = chance()?,
                "storm" => faults.storm_s = seconds()?,
                "assumable" => faults.assumable_s = seconds()?,
                "linger" => faults.linger_s = seconds()?,
                "deny" => faults.deny.push(value.to_owned()),
                "fail" => faults.fail.push(value.parse().map_err(|_| bad())?),
                _ => faults.containers += word.parse().map_err(|_| bad())?,
            }
        }
        Ok(faults)
    }
}
