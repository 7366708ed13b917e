//! `graph`: draws the program.

use mlplat_core::Problem;

use crate::cli::args::{GraphArgs, GraphFormat};
use crate::cli::failure::{DONE, Failure};
use crate::cli::session::Session;
use crate::report::draw::{graph_dot, graph_mermaid, graph_svg};

pub(crate) fn graph(session: &Session<'_>, args: &GraphArgs) -> Result<u8, Failure> {
    let graph = session.graph()?;
    let text = match args.format {
        GraphFormat::Dot => graph_dot(&graph, args.detail),
        GraphFormat::Mermaid => graph_mermaid(&graph, args.detail),
        GraphFormat::Svg => graph_svg(&graph, args.detail),
    };
    let Some(path) = &args.out else {
        session.out.raw(&text);
        return Ok(DONE);
    };
    std::fs::write(path, text).map_err(|why| {
        let what = format!("failed to write the picture to {}: {why}", path.display());
        Problem::new("graph-file", what, "name a file that can be written")
    })?;
    session.out.note(&format!("drawn to {}", path.display()));
    Ok(DONE)
}
