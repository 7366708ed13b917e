//! What goes wrong, by seed.

use std::str::FromStr;

use mlplat_core::facts::Type;

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
    /// Reads and lists lag behind by up to a minute, identities take time to
    /// be known: 0 for never, 1 for always.
    pub lag: f64,
    /// Every call is refused as one too many until the account is this old, in
    /// seconds.
    pub storm_s: f64,
    /// Every call of one of these names is denied: type and verb
    /// (`ec2.VPC:create`), or the API's own (`ec2:CreateVpc`).
    pub deny: Vec<String>,
    /// What containers in clusters do: images that cannot be pulled, crashes,
    /// jobs that fail.
    pub containers: Behaviours,
}

impl Faults {
    /// Whether a call on a type is denied: by type and verb, or by the name
    /// that the call has in the API.
    pub(crate) fn denies(&self, ty: &Type, verb: &str) -> bool {
        if self.deny.is_empty() {
            return false;
        }
        let own = format!("{}:{verb}", ty.name);
        let mapped = mlplat_aws::api::MAPPINGS.iter();
        let api = match verb {
            "create" => ty.api,
            "delete" => mapped
                .filter(|mapping| mapping.ty == ty.name)
                .map(|mapping| mapping.delete)
                .next()
                .unwrap_or_default(),
            _ => "",
        };
        let denied = |name: &String| *name == own || (!api.is_empty() && name == api);
        self.deny.iter().any(denied)
    }
}

/// A word of a fault setting that means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultError(String);

impl std::fmt::Display for FaultError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "`{}` is no fault: use seed=N, throttle=P, lost_reply=P, 5xx=P, lag=P with P from 0 to 1, storm=SECONDS, deny=TYPE:CALL; for containers pull=IMAGE, crash=CONTAINER:CODE, job=NAME, unready=CONTAINER, takes=CONTAINER:SECONDS, stubborn=CONTAINER",
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
            match key {
                "seed" => faults.seed = value.parse().map_err(|_| bad())?,
                "throttle" => faults.throttle = chance()?,
                "lost_reply" => faults.lost_reply = chance()?,
                "5xx" => faults.server_error = chance()?,
                "lag" => faults.lag = chance()?,
                "storm" => faults.storm_s = value.parse().map_err(|_| bad())?,
                "deny" => faults.deny.push(value.to_owned()),
                _ => faults.containers += word.parse().map_err(|_| bad())?,
            }
        }
        Ok(faults)
    }
}
