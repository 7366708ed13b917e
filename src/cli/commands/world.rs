//! `world`: the simulated world, from outside.

use mlplat_core::Problem;
use serde_json::{Value, json};

use crate::cli::args::WorldCommand;
use crate::cli::failure::{DONE, Failure};
use crate::cli::session::Session;
use crate::report::text::{clean, pad, width};

pub(crate) fn world(session: &Session<'_>, command: &WorldCommand) -> Result<u8, Failure> {
    let target = session.target()?;
    let Some(door) = &target.door else {
        return Err(Problem::new(
            "no-simulated-world",
            "the target is no simulated world",
            "use `world` with `--target local`",
        )
        .into());
    };
    match command {
        WorldCommand::List => {
            let things = door.list()?;
            if session.global.json {
                let each = things.iter().map(
                    |thing| json!({ "type": thing.ty, "id": thing.id, "status": thing.status }),
                );
                session.out.raw(&format!("{:#}\n", each.collect::<Value>()));
                return Ok(DONE);
            }
            let types = things
                .iter()
                .map(|thing| width(&thing.ty))
                .max()
                .unwrap_or(0);
            let ids = things
                .iter()
                .map(|thing| width(&thing.id))
                .max()
                .unwrap_or(0);
            for thing in things {
                let row = format!(
                    "{} {} {}",
                    pad(&clean(&thing.ty), types),
                    pad(&clean(&thing.id), ids),
                    clean(&thing.status)
                );
                session.out.report(&format!("{}\n", row.trim_end()));
            }
        }
        WorldCommand::Show { id } => {
            let thing = door.show(id)?.ok_or_else(|| {
                let what = format!("there is no {id} in the world");
                Problem::new("no-such-object", what, "`world list` shows all ids")
            })?;
            session.out.raw(&format!("{thing:#}\n"));
        }
        WorldCommand::Set { id, assignment } => {
            let (field, value) = assignment.split_once('=').ok_or_else(|| {
                Problem::new(
                    "bad-field",
                    "there is no = in FIELD=VALUE",
                    "write FIELD=VALUE",
                )
            })?;
            let value =
                serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
            door.set(id, field, value)?;
        }
        WorldCommand::Delete { id } => door.delete(id)?,
    }
    Ok(DONE)
}
