//! The arguments of `helm template`, and what they do.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;
use mlplat_helm::chart;
use mlplat_helm::funcs::{Context, NoCluster};
use mlplat_helm::render::{Capabilities, DerivedSeeds, Layout, Release, Renderer};
use mlplat_helm::values::Inputs;

/// Render chart templates locally and display the output.
#[derive(Parser)]
#[command(name = "helm-template")]
pub(crate) struct Arguments {
    /// Name of the release and the chart, a folder or .tgz; without a name it is `release-name`.
    #[arg(required = true, num_args = 1.., value_names = ["RELEASE", "CHART"])]
    names: Vec<String>,
    /// Namespace of the release.
    #[arg(short, long, default_value = "default")]
    namespace: String,
    /// Print custom resource definitions too.
    #[arg(long)]
    include_crds: bool,
    /// Version of Kubernetes to render for.
    #[arg(long)]
    kube_version: Option<String>,
    /// API versions that the cluster is to have besides the built-in ones.
    #[arg(short, long, value_delimiter = ',')]
    api_versions: Vec<String>,
    /// Values file.
    #[arg(short = 'f', long = "values")]
    files: Vec<String>,
    /// Value on the command line.
    #[arg(long, allow_hyphen_values = true)]
    set: Vec<String>,
    /// Value that stays text.
    #[arg(long, allow_hyphen_values = true)]
    set_string: Vec<String>,
    /// Value that is the text of a file.
    #[arg(long)]
    set_file: Vec<String>,
    /// JSON value.
    #[arg(long, allow_hyphen_values = true)]
    set_json: Vec<String>,
    /// Value that is taken as it is.
    #[arg(long, allow_hyphen_values = true)]
    set_literal: Vec<String>,
    /// Render an upgrade instead of an installation.
    #[arg(long)]
    is_upgrade: bool,
    /// Print only these templates.
    #[arg(short, long)]
    show_only: Vec<String>,
    /// Leave out hooks.
    #[arg(long)]
    no_hooks: bool,
    /// Leave out tests.
    #[arg(long)]
    skip_tests: bool,
    /// Do not check values against schemas.
    #[arg(long)]
    skip_schema_validation: bool,
}

/// The text to print and the warnings.
type Printed = (String, Vec<String>);

/// Renders as the arguments say.
pub(crate) fn run(arguments: &Arguments) -> Result<Printed, Box<dyn std::error::Error>> {
    let (name, path) = match arguments.names.as_slice() {
        [path] => ("release-name", path),
        [name, path] => (name.as_str(), path),
        _ => return Err("expected at most two arguments".into()),
    };
    let mut capabilities = Capabilities::default();
    if let Some(version) = &arguments.kube_version {
        capabilities = capabilities
            .with_kube_version(version)
            .map_err(|error| format!("invalid kube version '{version}': {error}"))?;
    }
    let values = inputs(arguments)?.merge(&read)?;
    let chart = chart::load(Path::new(path))?;
    let warnings = chart.warnings().iter().map(ToString::to_string).collect();
    let mut renderer = Renderer::new(chart)
        .capabilities(capabilities.with_api_versions(arguments.api_versions.iter().cloned()));
    if arguments.skip_schema_validation {
        renderer = renderer.skip_schema();
    }
    let mut release = Release::new(name, values).namespace(arguments.namespace.as_str());
    if arguments.is_upgrade {
        release = release.upgrade(1);
    }
    let seeds = DerivedSeeds::new(entropy(), arguments.namespace.as_str(), name);
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let context = Context::new(&NoCluster, &seeds, i64::try_from(now)?);
    let rendered = renderer.render_map(&release, &context)?;
    let layout = Layout {
        include_crds: arguments.include_crds,
        no_hooks: arguments.no_hooks,
        skip_tests: arguments.skip_tests,
        show_only: arguments.show_only.clone(),
    };
    Ok((layout.print(&rendered)?, warnings))
}

fn inputs(arguments: &Arguments) -> Result<Inputs, String> {
    let file = |name: &String| Ok::<_, String>((name.clone(), read(name)?));
    Ok(Inputs {
        files: arguments.files.iter().map(file).collect::<Result<_, _>>()?,
        set_json: arguments.set_json.clone(),
        set: arguments.set.clone(),
        set_string: arguments.set_string.clone(),
        set_file: arguments.set_file.clone(),
        set_literal: arguments.set_literal.clone(),
    })
}

fn read(path: &str) -> Result<String, String> {
    if path.trim() == "-" {
        return std::io::read_to_string(std::io::stdin()).map_err(|error| error.to_string());
    }
    let bytes = std::fs::read(path).map_err(|error| format!("open {path}: {error}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A seed of its own for every run.
fn entropy() -> [u8; 32] {
    let mut seed = [0; 32];
    for part in seed.chunks_mut(8) {
        let random = RandomState::new().build_hasher().finish();
        part.copy_from_slice(&random.to_le_bytes()[..part.len()]);
    }
    seed
}
