//! What RDS would refuse, found when the program runs.

use mlplat_core::Scope;

use super::engine::{Engine, EngineFacts, EngineSupport, EngineVersion};
use super::options::{Asked, Database, Max, Password};

/// Sizes of `gp3` storage in GiB.
const STORAGE: std::ops::RangeInclusive<u32> = 20..=65_536;
/// Ports that RDS takes.
const PORTS: std::ops::RangeInclusive<u16> = 1_150..=65_535;
/// Ports that people and tools take for an engine's.
const KNOWN_PORTS: [(u16, &str); 2] = [(3306, "MySQL"), (5432, "PostgreSQL")];

impl<E: Engine, P> Database<E, P> {
    pub(super) fn check(&self, scope: &mut Scope<'_>) {
        self.check_version(scope);
        self.check_server(scope);
        self.check_storage(scope);
        self.check_port(scope);
        self.check_names(scope);
        self.check_password(scope);
    }

    fn check_version(&self, scope: &mut Scope<'_>) {
        let facts = E::FACTS;
        let version = match &self.with.version {
            Asked::Major(version) => *version,
            Asked::Unlisted(_) => return,
            Asked::Exact(text) => match of_exact(facts, text) {
                Some(version) => version,
                None => {
                    unknown(scope, facts, text);
                    return;
                }
            },
        };
        if let (EngineSupport::EndedOn(day), false) = (version.support, self.with.extended_support)
        {
            scope.problem(
                "engine-version-ended",
                format!(
                    "{} {} left RDS's standard support on {day}",
                    facts.title, version.name
                ),
                format!(
                    "choose {}, or pay for each vCPU and hour by .extended_support()",
                    supported(facts).join(", ")
                ),
            );
        }
    }

    fn check_server(&self, scope: &mut Scope<'_>) {
        let (class, title) = (self.with.class.as_str(), E::FACTS.title);
        if !self.with.class.is_written_well() {
            scope.problem(
                "bad-instance-class",
                format!("\"{}\" is no class of RDS", class.escape_debug()),
                "write it as db.family.size, such as db.t4g.micro",
            );
        } else if self.with.insights && E::FACTS.without_insights.contains(&class) {
            scope.problem(
                "no-performance-insights",
                format!("{class} is too small for Performance Insights of {title}"),
                "choose db.t4g.medium or larger",
            );
        }
        if self.with.backup_days > 35 {
            scope.problem(
                "bad-backup-days",
                format!("RDS keeps no backups for {} days", self.with.backup_days),
                "choose 0 to 35 days",
            );
        }
        if self.with.network.zones.len() < 2 {
            scope.problem(
                "too-few-zones",
                format!(
                    "RDS needs subnets in two zones, the network has {}",
                    self.with.network.zones.len()
                ),
                "spread the network over two or more: Vpc::new(..).zones(2)",
            );
        }
        if self.with.public.as_ref().is_some_and(Vec::is_empty) {
            scope.problem(
                "no-networks",
                "the database is public and open to no network",
                "name one, or leave it private",
            );
        }
    }

    fn check_storage(&self, scope: &mut Scope<'_>) {
        let storage = self.with.storage_gib;
        if !STORAGE.contains(&storage) {
            scope.problem(
                "bad-storage",
                format!("RDS would refuse {storage} GiB of gp3 storage"),
                format!("choose {} to {} GiB", STORAGE.start(), STORAGE.end()),
            );
            return;
        }
        let Max::Gib(most) = self.with.max_storage_gib else {
            return;
        };
        // RDS asks for a tenth above what there is.
        let least = storage.saturating_add(storage.div_ceil(10));
        if most < least || most > *STORAGE.end() {
            scope.problem(
                "bad-max-storage",
                format!("storage of {storage} GiB cannot grow up to {most} GiB"),
                format!(
                    "choose {least} to {} GiB, or .fixed_storage()",
                    STORAGE.end()
                ),
            );
        }
    }

    fn check_port(&self, scope: &mut Scope<'_>) {
        let (port, title) = (self.with.port, E::FACTS.title);
        if !PORTS.contains(&port) {
            scope.problem(
                "bad-port",
                format!("RDS keeps the port {port} for itself"),
                format!("choose {} to {}", PORTS.start(), PORTS.end()),
            );
        }
        let others = KNOWN_PORTS
            .iter()
            .find(|(known, of)| *known == port && *of != title);
        if let Some((_, of)) = others {
            scope.problem(
                "port-clash",
                format!("{port} is the port of {of}, this is {title}"),
                format!("leave it at {}, or choose another one", E::FACTS.port),
            );
        }
    }

    fn check_names(&self, scope: &mut Scope<'_>) {
        let facts = E::FACTS;
        let names = [
            (
                "master user",
                &self.with.username,
                facts.username_max,
                facts.reserved_users,
            ),
            (
                "database",
                &self.with.database,
                facts.database_max,
                facts.reserved_databases,
            ),
        ];
        for (what, name, longest, reserved) in names {
            if let Some(why) = refused(name, longest, reserved) {
                scope.problem(
                    "bad-database-name",
                    format!(
                        "{} would refuse \"{}\" as the name of the {what}: {why}",
                        facts.title,
                        name.escape_debug()
                    ),
                    format!("use 1 to {longest} letters, digits and _, a letter first"),
                );
            }
        }
    }

    fn check_password(&self, scope: &mut Scope<'_>) {
        let Password::Given(_, faults) = &self.with.password else {
            return;
        };
        let (least, most) = E::FACTS.password;
        for fault in faults {
            scope.problem(
                "bad-password",
                format!("RDS would refuse the master password: {fault}"),
                format!(
                    "use {least} to {most} printable ASCII characters without / \" @ and spaces"
                ),
            );
        }
    }

    /// The version as RDS is asked for it.
    pub(super) fn engine_version(&self) -> String {
        match &self.with.version {
            Asked::Major(version) => version.name.to_owned(),
            Asked::Exact(text) | Asked::Unlisted(text) => text.clone(),
        }
    }

    /// The family of parameters: `mysql8.4`, `postgres17`.
    pub(super) fn family(&self) -> String {
        let version = self.engine_version();
        let major: Vec<_> = version.split('.').take(E::FACTS.major_parts).collect();
        format!("{}{}", E::FACTS.name, major.join("."))
    }
}

/// The major version of an exact one, which has a minor version too.
fn of_exact(facts: &EngineFacts, text: &str) -> Option<EngineVersion> {
    let minor = |version: &&EngineVersion| {
        let rest = text.strip_prefix(version.name)?.strip_prefix('.')?;
        rest.starts_with(|c: char| c.is_ascii_digit()).then_some(())
    };
    facts
        .versions
        .iter()
        .find(|version| minor(version).is_some())
        .copied()
}

fn supported(facts: &EngineFacts) -> Vec<&'static str> {
    let good = facts
        .versions
        .iter()
        .filter(|version| matches!(version.support, EngineSupport::Until(_)));
    good.map(|version| version.name).collect()
}

fn unknown(scope: &mut Scope<'_>, facts: &EngineFacts, text: &str) {
    scope.problem(
        "unknown-engine-version",
        format!(
            "RDS is not known to offer {} \"{}\"",
            facts.title,
            text.escape_debug()
        ),
        format!(
            "give a minor version of {}, or .unlisted_version(..) once RDS offers another",
            supported(facts).join(", ")
        ),
    );
}

/// Why an engine refuses a name.
fn refused(name: &str, longest: usize, reserved: &[&str]) -> Option<&'static str> {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || name.len() > longest {
        Some("its length")
    } else if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(inner) {
        Some("its characters")
    } else if reserved.contains(&name.to_ascii_lowercase().as_str()) {
        Some("it is reserved")
    } else {
        None
    }
}
