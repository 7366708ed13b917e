//! What containers do when they do not simply run: failures and durations that a test chooses.
//!
//! They are lines of text in a config map of the cluster ([`BEHAVIOUR_MAP`]), so that they outlive processes as
//! everything else does, and so that `world set` changes them: its entry `behaviour` is what was chosen through the
//! outside door, `given` what the process was started with. Nothing but the simulated kubelet reads it.
//!
//! ```
//! use mlplat_sim::kube::{Behaviour, Behaviours};
//!
//! let chosen: Behaviours = "pull=registry.example/missing:1, crash=mlflow/server:137x3, job=migrate".parse()?;
//! assert!(chosen.unpullable("registry.example/missing:1"));
//! # Ok::<(), mlplat_sim::kube::BehaviourError>(())
//! ```

use std::fmt;
use std::str::FromStr;

use crate::kube::journal::ObjectKey;

/// Namespace and name of the config map that chooses.
pub const BEHAVIOUR_MAP: (&str, &str) = ("kube-system", "simulated-behaviour");

/// One choice. A name that ends in `*` stands for all that begin so; `OWNER/CONTAINER` for the container in the pods
/// whose names begin with `OWNER-`, or are it.
#[derive(Debug, Clone, PartialEq)]
pub enum Behaviour {
    /// `pull=IMAGE`: nobody can pull the image.
    Unpullable {
        /// The image.
        image: String,
    },
    /// `crash=CONTAINER:CODE`, `crash=CONTAINER:CODExTIMES`: the container exits soon after its start.
    Crashes {
        /// The container.
        container: String,
        /// Its exit code.
        code: i64,
        /// How many starts end so; all when absent.
        times: Option<u64>,
    },
    /// `job=NAME`, `job=NAME:CODE`: every pod of the job fails, with 1 unless said otherwise.
    JobFails {
        /// The job.
        job: String,
        /// The exit code of its containers.
        code: i64,
    },
    /// `unready=CONTAINER`: it runs and never gets ready.
    Unready {
        /// The container.
        container: String,
    },
    /// `takes=CONTAINER:SECONDS`: how long it takes to be ready, or to come to its end if it has one.
    Takes {
        /// The container.
        container: String,
        /// Seconds.
        seconds: u64,
    },
    /// `stubborn=CONTAINER`: it does not stop before it is killed.
    Stubborn {
        /// The container.
        container: String,
    },
}

/// All choices, in order; the first that fits counts. Each may have a chance (`crash=web:1@0.3`): whether it comes
/// true then depends on the cluster's seed, the pod and the number of the start.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Behaviours {
    chosen: Vec<(Behaviour, f64)>,
}

/// A word that chooses nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BehaviourError(String);

impl fmt::Display for BehaviourError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "`{}` is no behaviour: use pull=IMAGE, crash=CONTAINER:CODE[xTIMES], job=NAME[:CODE], unready=CONTAINER, takes=CONTAINER:SECONDS or stubborn=CONTAINER, each with @CHANCE from 0 to 1 if it is not certain",
            self.0.escape_debug()
        )
    }
}

impl std::error::Error for BehaviourError {}

impl FromStr for Behaviours {
    type Err = BehaviourError;

    fn from_str(text: &str) -> Result<Self, BehaviourError> {
        let words = text.split([',', '\n']).map(str::trim);
        let chosen = words.filter(|word| !word.is_empty()).map(read);
        Ok(Self {
            chosen: chosen.collect::<Result<_, _>>()?,
        })
    }
}

impl fmt::Display for Behaviours {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (behaviour, chance)) in self.chosen.iter().enumerate() {
            if at > 0 {
                out.write_str("\n")?;
            }
            write!(out, "{behaviour}")?;
            if *chance < 1.0 {
                write!(out, "@{chance}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Behaviour {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unpullable { image } => write!(out, "pull={image}"),
            Self::Crashes {
                container,
                code,
                times: None,
            } => write!(out, "crash={container}:{code}"),
            Self::Crashes {
                container,
                code,
                times: Some(times),
            } => write!(out, "crash={container}:{code}x{times}"),
            Self::JobFails { job, code } => write!(out, "job={job}:{code}"),
            Self::Unready { container } => write!(out, "unready={container}"),
            Self::Takes { container, seconds } => write!(out, "takes={container}:{seconds}"),
            Self::Stubborn { container } => write!(out, "stubborn={container}"),
        }
    }
}

fn read(word: &str) -> Result<(Behaviour, f64), BehaviourError> {
    let bad = || BehaviourError(word.to_owned());
    let (key, value) = word.split_once('=').ok_or_else(bad)?;
    // An image may have a digest behind an `@`: that is no number.
    let (value, chance) = match value.rsplit_once('@') {
        Some((rest, chance)) => match chance.parse::<f64>() {
            Ok(chance) if (0.0..=1.0).contains(&chance) => (rest, chance),
            Ok(_) => return Err(bad()),
            Err(_) => (value, 1.0),
        },
        None => (value, 1.0),
    };
    if value.is_empty() {
        return Err(bad());
    }
    let own = str::to_owned;
    let container = || own(value);
    let behaviour = match key {
        "pull" => Behaviour::Unpullable { image: own(value) },
        "crash" => crash(value).ok_or_else(bad)?,
        "job" => job(value).ok_or_else(bad)?,
        "unready" => Behaviour::Unready {
            container: container(),
        },
        "takes" => {
            let (container, seconds) = value.rsplit_once(':').ok_or_else(bad)?;
            Behaviour::Takes {
                container: own(container),
                seconds: seconds.parse().map_err(|_| bad())?,
            }
        }
        "stubborn" => Behaviour::Stubborn {
            container: container(),
        },
        _ => return Err(bad()),
    };
    Ok((behaviour, chance))
}

fn crash(value: &str) -> Option<Behaviour> {
    let (container, code) = value.rsplit_once(':')?;
    let (code, times) = match code.split_once('x') {
        Some((code, times)) => (code, Some(times.parse().ok()?)),
        None => (code, None),
    };
    Some(Behaviour::Crashes {
        container: container.to_owned(),
        code: code.parse().ok()?,
        times,
    })
}

fn job(value: &str) -> Option<Behaviour> {
    let (job, code) = value.split_once(':').unwrap_or((value, "1"));
    Some(Behaviour::JobFails {
        job: job.to_owned(),
        code: code.parse().ok().filter(|code| *code != 0)?,
    })
}

/// One start of one container.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start<'a> {
    /// The name of the pod.
    pub(crate) pod: &'a str,
    /// The name of the container.
    pub(crate) container: &'a str,
    /// The job that owns the pod; empty for none.
    pub(crate) job: &'a str,
    /// How many starts there were before.
    pub(crate) before: u64,
    /// A number between 0 and 1 that the seed gives this start.
    pub(crate) luck: f64,
}

impl std::ops::AddAssign for Behaviours {
    fn add_assign(&mut self, other: Self) {
        self.chosen.extend(other.chosen);
    }
}

impl Behaviours {
    /// These choices, all of them certain.
    #[must_use]
    pub fn of(chosen: impl IntoIterator<Item = Behaviour>) -> Self {
        let chosen = chosen.into_iter().map(|one| (one, 1.0));
        Self {
            chosen: chosen.collect(),
        }
    }

    /// Whether nothing is chosen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// Whether nobody can pull an image.
    #[must_use]
    pub fn unpullable(&self, image: &str) -> bool {
        self.chosen.iter().any(|(one, _)| {
            matches!(one, Behaviour::Unpullable { image: pattern } if fits(pattern, image))
        })
    }

    /// The exit code with which a start ends too early.
    pub(crate) fn exit_code(&self, start: Start<'_>) -> Option<i64> {
        self.lucky(start).find_map(|one| match one {
            Behaviour::Crashes {
                container,
                code,
                times,
            } if start.is(container) => {
                (times.is_none_or(|times| start.before < times)).then_some(*code)
            }
            Behaviour::JobFails { job, code } if fits(job, start.job) => Some(*code),
            _ => None,
        })
    }

    /// The seconds that a start takes to be ready or done.
    pub(crate) fn seconds(&self, start: Start<'_>) -> Option<u64> {
        self.lucky(start).find_map(|one| match one {
            Behaviour::Takes { container, seconds } if start.is(container) => Some(*seconds),
            _ => None,
        })
    }

    /// Whether a start never gets ready.
    pub(crate) fn unready(&self, start: Start<'_>) -> bool {
        self.lucky(start)
            .any(|one| matches!(one, Behaviour::Unready { container } if start.is(container)))
    }

    /// Whether a start does not stop by itself.
    pub(crate) fn stubborn(&self, start: Start<'_>) -> bool {
        self.lucky(start)
            .any(|one| matches!(one, Behaviour::Stubborn { container } if start.is(container)))
    }

    fn lucky(&self, start: Start<'_>) -> impl Iterator<Item = &Behaviour> {
        let true_now = self
            .chosen
            .iter()
            .filter(move |(_, chance)| start.luck < *chance);
        true_now.map(|(one, _)| one)
    }
}

impl Start<'_> {
    fn is(&self, pattern: &str) -> bool {
        match pattern.rsplit_once('/') {
            Some((owner, container)) => {
                let rest = self.pod.strip_prefix(owner);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
                    && fits(container, self.container)
            }
            None => fits(pattern, self.container),
        }
    }
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => pattern == name,
    }
}

/// The entry for what was chosen through the outside door.
pub(crate) const CHOSEN: &str = "behaviour";
/// The entry for what the process was started with.
pub(crate) const GIVEN: &str = "given";

/// Where the choices are kept.
pub(crate) fn key() -> ObjectKey {
    ObjectKey::new("", "configmaps", BEHAVIOUR_MAP.0, BEHAVIOUR_MAP.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start<'a>(pod: &'a str, container: &'a str, before: u64) -> Start<'a> {
        Start {
            pod,
            container,
            job: "",
            before,
            luck: 0.5,
        }
    }

    #[test]
    fn words_mean_what_they_say() {
        let all: Behaviours =
            "pull=a/b:1, crash=web:2x2, crash=db/main:137, job=load*, unready=slow, takes=slow:40"
                .parse()
                .unwrap();
        assert!(all.unpullable("a/b:1") && !all.unpullable("a/b:2"));
        assert_eq!(all.exit_code(start("x-1", "web", 1)), Some(2));
        assert_eq!(all.exit_code(start("x-1", "web", 2)), None);
        assert_eq!(all.exit_code(start("db-0", "main", 9)), Some(137));
        assert_eq!(all.exit_code(start("dbx-0", "main", 0)), None);
        let job = Start {
            job: "loader",
            ..start("loader-1", "any", 0)
        };
        assert_eq!(all.exit_code(job), Some(1));
        assert!(all.unready(start("p", "slow", 0)));
        assert_eq!(all.seconds(start("p", "slow", 0)), Some(40));
        assert_eq!(all.to_string().parse::<Behaviours>().unwrap(), all);
    }

    #[test]
    fn chances_and_digests() {
        let some: Behaviours = "crash=web:1@0.4, crash=api:1@0.6, pull=a@sha256:00"
            .parse()
            .unwrap();
        assert_eq!(some.exit_code(start("p", "web", 0)), None);
        assert_eq!(some.exit_code(start("p", "api", 0)), Some(1));
        assert!(some.unpullable("a@sha256:00"));
        assert_eq!(some.to_string().parse::<Behaviours>().unwrap(), some);
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for word in [
            "pull",
            "pull=",
            "crash=web",
            "crash=web:x",
            "job=a:0",
            "crash=web:1@2",
            "what=x",
            "takes=a:b",
        ] {
            let error = word.parse::<Behaviours>().unwrap_err();
            assert!(error.to_string().contains("is no behaviour"), "{word}");
        }
    }
}
