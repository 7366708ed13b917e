//! `outputs`: what the last deployment gave.

use mlplat_core::Problem;

use crate::cli::args::{OutputsArgs, OutputsFormat};
use crate::cli::failure::{DONE, Failure};
use crate::cli::session::Session;
use crate::report::{output_value, outputs_env, outputs_json, outputs_text};

pub(crate) async fn outputs(session: &Session<'_>, args: &OutputsArgs) -> Result<u8, Failure> {
    let target = session.target()?;
    let engine = session.engine(&target);
    let mut outputs = match args.show_secrets {
        true => engine.opened_outputs().await?,
        false => engine.outputs().await?,
    };
    let format = match args.format {
        OutputsFormat::Text if session.global.json => OutputsFormat::Json,
        format => format,
    };
    if let Some(name) = &args.name {
        let Some(output) = outputs.remove(name) else {
            let names: Vec<_> = outputs.into_keys().collect();
            return Err(no_output(name, &names).into());
        };
        if format == OutputsFormat::Text {
            session
                .out
                .raw(&format!("{}\n", output_value(&output, args.show_secrets)));
            return Ok(DONE);
        }
        outputs = [(name.clone(), output)].into();
    }
    match format {
        OutputsFormat::Text => session
            .out
            .report(&outputs_text(&outputs, args.show_secrets)),
        OutputsFormat::Json => session.out.raw(&outputs_json(&outputs, args.show_secrets)),
        OutputsFormat::Env => session.out.raw(&outputs_env(&outputs, args.show_secrets)),
    }
    Ok(DONE)
}

fn no_output(name: &str, names: &[String]) -> Problem {
    let fix = match names {
        [] => "the stack has no outputs, or was not deployed yet".to_owned(),
        names => format!("the outputs are: {}", names.join(", ")),
    };
    Problem::new("no-such-output", format!("there is no output {name}"), fix)
}
