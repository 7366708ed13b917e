//! The same render with this crate.

use mlplat_helm::chart;
use mlplat_helm::funcs::{Context, NoCluster};
use mlplat_helm::render::{Capabilities, DerivedSeeds, Layout, Release, Renderer};
use mlplat_helm::values::Inputs;

use crate::cases::Case;
use crate::helm::{KUBE_VERSION, NAMESPACE, RELEASE, Text};

/// Renders a case and lays it out as helm does.
pub(crate) fn render(case: &Case) -> Text {
    let inputs = Inputs {
        files: case
            .values
            .iter()
            .map(|text| ("values".to_owned(), text.clone()))
            .collect(),
        ..Inputs::default()
    };
    let values = inputs
        .merge(&|_| Err("no files here".to_owned()))
        .map_err(|error| error.to_string())?;
    let chart = chart::load(&case.chart).map_err(|error| error.to_string())?;
    let capabilities = Capabilities::default()
        .with_kube_version(KUBE_VERSION)
        .map_err(|error| error.to_string())?;
    let renderer = Renderer::new(chart).capabilities(capabilities);
    let release = Release::new(RELEASE, values).namespace(NAMESPACE);
    let seeds = DerivedSeeds::new([7; 32], NAMESPACE, RELEASE);
    let context = Context::new(&NoCluster, &seeds, 1_700_000_000);
    let rendered = renderer
        .render_map(&release, &context)
        .map_err(|error| error.to_string())?;
    let layout = Layout {
        include_crds: true,
        ..Layout::default()
    };
    layout.print(&rendered)
}
