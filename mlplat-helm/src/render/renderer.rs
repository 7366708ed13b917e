//! The render itself: charts, values and release to objects.
//!
//! For each render the chart becomes an instance (dependencies enabled, dropped, renamed, values
//! imported), all defaults are coalesced below the given values and checked against the schemas,
//! and every chart of the instance gets one context map (`.Values`, `.Chart`, `.Files` ...) that
//! all its templates share. All templates are parsed into one set, which is kept for later
//! renders; then each file is executed, split into documents and sorted.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use super::capabilities::Capabilities;
use super::go_chart::ChartObject;
use super::go_objects;
use super::manifest::{Hook, Manifest, sort_manifests};
use super::release::is_release_name;
use super::{Release, RenderError};
use crate::chart::Chart;
use crate::funcs::{Context, Files};
use crate::template::{TemplateSet, sort_names};
use crate::value::{Map, MapKind, Str, Value};
use crate::values::{
    Instance, Nulls, ValuesError, coalesce_values, is_compatible, process_dependencies, validate,
};

/// A chart's custom resource definitions, which are installed before everything else and
/// never rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrdFile {
    /// The file: chart and path.
    pub source: String,
    /// Its text.
    pub text: String,
}

/// What a chart renders to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rendered {
    /// The files of `crds/`, of the chart and of its subcharts.
    pub crds: Vec<CrdFile>,
    /// The objects in the order of installation.
    pub manifests: Vec<Manifest>,
    /// The hooks in the order of installation.
    pub hooks: Vec<Hook>,
}

impl Rendered {
    /// The objects and those of the hooks.
    pub fn all_manifests_mut(&mut self) -> impl Iterator<Item = &mut Manifest> {
        self.manifests
            .iter_mut()
            .chain(self.hooks.iter_mut().map(|hook| &mut hook.manifest))
    }
}

/// Renders one chart as often as wanted; templates are parsed once.
#[derive(Debug)]
pub struct Renderer {
    chart: Arc<Chart>,
    capabilities: Capabilities,
    skip_schema: bool,
    /// Parsed templates by the charts that are enabled.
    parsed: Mutex<HashMap<Vec<String>, Arc<TemplateSet>>>,
}

impl Renderer {
    /// A renderer with helm's default capabilities.
    pub fn new(chart: impl Into<Arc<Chart>>) -> Self {
        Self {
            chart: chart.into(),
            capabilities: Capabilities::default(),
            skip_schema: false,
            parsed: Mutex::default(),
        }
    }

    /// Other capabilities.
    #[must_use]
    pub fn capabilities(mut self, capabilities: Capabilities) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// Leaves out the check against `values.schema.json`.
    #[must_use]
    pub fn skip_schema(mut self) -> Self {
        self.skip_schema = true;
        self
    }

    /// The chart.
    pub fn chart(&self) -> &Chart {
        &self.chart
    }

    /// Renders a release whose values are a map as `--set` and files make it.
    ///
    /// # Errors
    ///
    /// [`RenderError`].
    pub fn render_map(
        &self,
        release: &Release<Map>,
        context: &Context<'_>,
    ) -> Result<Rendered, RenderError> {
        self.check(&release.name)?;
        let mut instance = Instance::new(&self.chart);
        process_dependencies(&mut instance, &release.values)?;
        let values = coalesce_values(&instance, &release.values, Nulls::Delete)?;
        if !self.skip_schema {
            validate(&instance, &values)?;
        }
        self.check_kube_version()?;
        let mut jobs = Jobs::default();
        let shared = Shared {
            release: release_map(release),
            capabilities: go_objects::capabilities(&self.capabilities),
        };
        jobs.add(&instance, Some(as_values(&values)), "", &shared)?;
        let mut files = self.execute(&jobs, context)?;
        let (manifests, hooks) = sort_manifests(&mut files, &context.opaque_names)?;
        let mut crds = Vec::new();
        collect_crds(&instance, "", &mut crds);
        Ok(Rendered {
            crds,
            manifests,
            hooks,
        })
    }

    fn check(&self, release: &str) -> Result<(), RenderError> {
        if !is_release_name(release) {
            return Err(RenderError::ReleaseName(release.to_owned()));
        }
        let metadata = self.chart.metadata();
        if !matches!(metadata.kind.as_str(), "" | "application") {
            return Err(RenderError::NotInstallable(metadata.kind.clone()));
        }
        let missing: Vec<String> = metadata
            .dependencies
            .iter()
            .filter(|entry| {
                !self
                    .chart
                    .dependencies()
                    .iter()
                    .any(|child| child.name() == entry.name)
            })
            .map(|entry| entry.name.clone())
            .collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(RenderError::MissingDependencies(missing))
        }
    }

    fn check_kube_version(&self) -> Result<(), RenderError> {
        let wanted = &self.chart.metadata().kube_version;
        let found = self.capabilities.kube_version();
        if wanted.is_empty() || is_compatible(wanted, found) {
            return Ok(());
        }
        Err(RenderError::KubeVersion {
            wanted: wanted.clone(),
            found: found.to_owned(),
        })
    }

    fn execute(
        &self,
        jobs: &Jobs<'_>,
        context: &Context<'_>,
    ) -> Result<Vec<(String, Str)>, RenderError> {
        let mut names: Vec<&str> = jobs.templates.keys().map(String::as_str).collect();
        sort_names(&mut names);
        let set = self.parse(jobs, &names)?;
        let mut rendered = Vec::new();
        for name in names {
            let base = name.rsplit('/').next().unwrap_or(name);
            let Some(job) = jobs.templates.get(name) else {
                continue;
            };
            if base.starts_with('_') {
                continue;
            }
            let template: Map = [
                ("Name", Value::from(name)),
                ("BasePath", Value::from(job.base_path.as_str())),
            ]
            .into_iter()
            .collect();
            let root = job.root.clone();
            root.set("Template", Value::Map(as_values(&template)))
                .map_err(ValuesError::from)?;
            let text = set.execute(name, &Value::Map(root), context)?;
            // Notes are for people, not for the cluster.
            if !name.ends_with("NOTES.txt") {
                rendered.push((name.to_owned(), text));
            }
        }
        Ok(rendered)
    }

    /// The parsed templates of these charts, from an earlier render if there was one.
    fn parse(&self, jobs: &Jobs<'_>, names: &[&str]) -> Result<Arc<TemplateSet>, RenderError> {
        let key = jobs.charts.clone();
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(set) = parsed.get(&key) {
            return Ok(Arc::clone(set));
        }
        let sources: Vec<(&str, std::borrow::Cow<'_, str>)> = names
            .iter()
            .filter_map(|&name| {
                Some((
                    name,
                    String::from_utf8_lossy(jobs.templates.get(name)?.source),
                ))
            })
            .collect();
        let set = TemplateSet::parse(sources.iter().map(|(name, source)| (*name, &**source)))?;
        let set = Arc::new(set);
        parsed.insert(key, Arc::clone(&set));
        Ok(set)
    }
}

/// What all charts of a release share.
struct Shared {
    release: Value,
    capabilities: Value,
}

/// A template, and what it is executed with.
struct Job<'a> {
    source: &'a [u8],
    root: Map,
    base_path: String,
}

#[derive(Default)]
struct Jobs<'a> {
    templates: HashMap<String, Job<'a>>,
    /// The charts that take part: path and version of each.
    charts: Vec<String>,
}

impl<'a> Jobs<'a> {
    /// Adds the templates of a chart and its subcharts; gives the chart's context map.
    fn add(
        &mut self,
        instance: &Instance<'a>,
        values: Option<Map>,
        parent: &str,
        shared: &Shared,
    ) -> Result<Map, RenderError> {
        let path = if parent.is_empty() {
            instance.name.clone()
        } else {
            format!("{parent}/charts/{}", instance.name)
        };
        self.charts
            .push(format!("{path}@{}", instance.chart.metadata().version));
        let values = values.unwrap_or_else(|| Map::new(MapKind::Named(VALUES)));
        let subcharts = Map::default();
        let files = instance
            .chart
            .files()
            .iter()
            .map(|file| (file.name.as_str(), &*file.data));
        let is_root = parent.is_empty();
        let root: Map = [
            ("Chart", Value::object(ChartObject::new(instance, is_root))),
            ("Files", Value::object(Files::new(files))),
            ("Release", shared.release.clone()),
            ("Capabilities", shared.capabilities.clone()),
            ("Values", Value::Map(values.clone())),
            ("Subcharts", Value::Map(subcharts.clone())),
        ]
        .into_iter()
        .collect();
        for child in &instance.dependencies {
            let child_values = match values.get(&child.name) {
                Some(Value::Map(table)) => Some(table),
                _ => None,
            };
            let context = self.add(child, child_values, &path, shared)?;
            subcharts
                .set(Rc::<str>::from(child.name.as_str()), Value::Map(context))
                .map_err(ValuesError::from)?;
        }
        let library = instance.chart.is_library();
        for file in instance.chart.templates() {
            let base = file.name.rsplit('/').next().unwrap_or_default();
            if library && !base.starts_with('_') {
                continue;
            }
            let name = format!("{path}/{}", file.name);
            let job = Job {
                source: &file.data,
                root: root.clone(),
                base_path: format!("{path}/templates"),
            };
            self.templates.insert(name, job);
        }
        Ok(root)
    }
}

/// Go's name for tables of values.
const VALUES: &str = "chartutil.Values";

/// A map of Go's named type with the same entries. Only the outermost table gets it: the type of
/// a map cannot change while others hold it.
fn as_values(map: &Map) -> Map {
    Map::from_table(MapKind::Named(VALUES), map.table().clone())
}

fn release_map<V>(release: &Release<V>) -> Value {
    let map: Map = [
        ("Name", Value::from(release.name.as_str())),
        ("Namespace", Value::from(release.namespace.as_str())),
        ("IsUpgrade", Value::from(release.is_upgrade)),
        ("IsInstall", Value::from(!release.is_upgrade)),
        ("Revision", Value::int(release.revision)),
        ("Service", Value::from("Helm")),
    ]
    .into_iter()
    .collect();
    Value::Map(map)
}

fn collect_crds(instance: &Instance<'_>, parent: &str, into: &mut Vec<CrdFile>) {
    let path = if parent.is_empty() {
        instance.name.clone()
    } else {
        format!("{parent}/charts/{}", instance.name)
    };
    for file in instance.chart.crd_files() {
        into.push(CrdFile {
            source: format!("{path}/{}", file.name),
            text: file.text().into_owned(),
        });
    }
    for child in &instance.dependencies {
        collect_crds(child, &path, into);
    }
}
