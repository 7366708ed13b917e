//! Databases and file systems.

use mlplat_core::graph::NodeView;
use mlplat_core::{Graph, Problems};
use serde_json::Value;

use super::support::{each, each_in_prod};
use super::volumes;

const DATABASES: &[&str] = &["rds.DBInstance", "rds.DBCluster"];
const STORES: &[&str] = &[
    "rds.DBInstance",
    "rds.DBCluster",
    "efs.FileSystem",
    "fsx.FileSystem",
];

/// `unencrypted`: a database, file system or volume that is not encrypted at
/// rest.
#[must_use]
pub fn unencrypted(program: &Graph) -> Problems {
    let types = [
        "rds.DBInstance",
        "rds.DBCluster",
        "efs.FileSystem",
        "ec2.Volume",
        "ec2.LaunchTemplate",
    ];
    each(program, &types, |store| {
        let (field, what) = match store.ty() {
            "ec2.LaunchTemplate" => {
                let clear = clear_disk(store)?;
                ("Encrypted", format!("the disk {clear} is not encrypted"))
            }
            "efs.FileSystem" | "ec2.Volume" => ("Encrypted", NOT.to_owned()),
            _ => ("StorageEncrypted", NOT.to_owned()),
        };
        (!store.is_on(field)).then(|| {
            let fix = format!("set {field} to true; it cannot be changed later");
            store
                .problem("unencrypted", what, fix)
                .because("a copied snapshot or disk can be read by whoever has it")
        })
    })
}

const NOT: &str = "it is not encrypted at rest";

/// The first disk of a launch template that is not encrypted.
fn clear_disk(template: NodeView<'_>) -> Option<String> {
    let disks = template.get("BlockDeviceMappings")?;
    let clear = disks
        .as_array()?
        .iter()
        .find(|disk| disk["Ebs"]["Encrypted"] != true)?;
    Some(clear["DeviceName"].as_str().unwrap_or_default().to_owned())
}

/// `public-database`: a database that is not said to be private.
#[must_use]
pub fn public_database(program: &Graph) -> Problems {
    each(program, &["rds.DBInstance"], |database| {
        let private = database.get("PubliclyAccessible") == Some(Value::Bool(false));
        (!private).then(|| {
            let what = "the database may have a public address";
            let fix = "set PubliclyAccessible to false";
            database
                .problem("public-database", what, fix)
                .because("left out, its subnets decide, and they may change")
        })
    })
}

/// `no-tls`: a database whose parameters do not demand TLS.
///
/// PostgreSQL has `rds.force_ssl`, MySQL and MariaDB `require_secure_transport`.
#[must_use]
pub fn no_tls(program: &Graph) -> Problems {
    each(program, DATABASES, |database| {
        let engine = database.text("Engine").unwrap_or_default();
        let parameter = if engine.contains("postgres") {
            "rds.force_ssl"
        } else if engine.contains("mysql") || engine.contains("mariadb") {
            "require_secure_transport"
        } else {
            return None;
        };
        let forced = ["DBParameterGroupName", "DBClusterParameterGroupName"]
            .iter()
            .flat_map(|field| database.references(field))
            .filter_map(|reference| program.at(reference.path.as_str()))
            .any(|group| is_set(group, parameter));
        (!forced).then(|| {
            let what = format!("the parameters of the database do not set {parameter} to 1");
            let fix = format!("give it a parameter group of this program with {parameter} = 1");
            database
                .problem("no-tls", what, fix)
                .because("a client that asks for no TLS gets none")
        })
    })
}

fn is_set(group: NodeView<'_>, parameter: &str) -> bool {
    let parameters = group.get("Parameters").unwrap_or_default();
    let value = match &parameters[parameter] {
        Value::String(text) => text.to_ascii_lowercase(),
        other => other.to_string(),
    };
    matches!(value.as_str(), "1" | "on" | "true")
}

/// `no-backups`: a database, file system or volume without backups, in prod.
#[must_use]
pub fn no_backups(program: &Graph) -> Problems {
    let Problems(mut found) = each_in_prod(program, STORES, |store| {
        let kept = match store.ty() {
            "efs.FileSystem" => store.text("BackupStatus").as_deref() == Some("ENABLED"),
            "fsx.FileSystem" => !keeps_nothing(store, "AutomaticBackupRetentionDays"),
            _ => !keeps_nothing(store, "BackupRetentionPeriod"),
        };
        (!kept).then(|| {
            let fix = "keep backups for as many days as it takes to notice a mistake";
            store
                .problem("no-backups", "nothing backs it up", fix)
                .because(LOST)
        })
    });
    let Problems(volumes) = each_in_prod(program, &volumes::TYPES, |store| {
        let open = volumes::holds_data(store) && !volumes::is_backed_up(program, store);
        open.then(|| {
            let fix = format!(
                "add a cron job that does, and its name as the annotation {}",
                volumes::BACKED_UP_BY
            );
            let what = "nothing is known to back its volumes up";
            store.problem("no-backups", what, fix).because(LOST)
        })
    });
    found.extend(volumes);
    Problems(found)
}

const LOST: &str = "what is deleted or damaged cannot be brought back";

fn keeps_nothing(store: NodeView<'_>, days: &str) -> bool {
    store.get(days).is_none_or(|days| days == 0)
}

/// `no-protection`: a database, file system or volume that a plan may delete,
/// in prod.
#[must_use]
pub fn no_protection(program: &Graph) -> Problems {
    let types = [STORES, &volumes::TYPES].concat();
    each_in_prod(program, &types, |store| {
        let rules = &store.node().rules;
        let kept = rules.protect || rules.retain || store.is_on("DeletionProtection");
        (volumes::holds_data(store) && !kept).then(|| {
            let what = "a change of the program may delete it with its data";
            let fix = "add .protect(), or set DeletionProtection where the type has it";
            store
                .problem("no-protection", what, fix)
                .because("a renamed path is enough")
        })
    })
}
