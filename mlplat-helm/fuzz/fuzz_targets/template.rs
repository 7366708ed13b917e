//! Any text as a template of a chart.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use mlplat_helm::chart::{ArchiveLimits, ChartFile, load_files};
use mlplat_helm::funcs::{Context, Limits, NoCluster};
use mlplat_helm::render::{DerivedSeeds, Release, Renderer};
use mlplat_helm::value::Map;

fuzz_target!(|text: &str| {
    let file = |name: &str, text: &str| ChartFile {
        name: name.to_owned(),
        data: Arc::from(text.as_bytes()),
    };
    let files = vec![
        file("Chart.yaml", "apiVersion: v2\nname: demo\nversion: 0.1.0\n"),
        file("values.yaml", "a: {b: [1, two]}\n"),
        file("templates/a.yaml", text),
    ];
    let Ok(chart) = load_files(files, ArchiveLimits::default()) else {
        return;
    };
    let seeds = DerivedSeeds::new([1; 32], "ns", "rel");
    let limits = Limits {
        steps: 20_000,
        text: 1 << 20,
        total_text: 8 << 20,
        ..Limits::default()
    };
    let context = Context::new(&NoCluster, &seeds, 0).with_limits(limits);
    let release = Release::new("rel", Map::default());
    let _ = Renderer::new(chart).render_map(&release, &context);
});
