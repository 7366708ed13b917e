//! Completing a plan once the values are known.

use serde::Serialize;
use serde_json::Value as Json;

use super::diff::{leaves, show};
use super::plan::Planned;
use super::weave::Weave;
use crate::render::{Environment, Manifest, Release, RenderError, Rendered, Renderer};

/// Why a plan cannot be completed.
#[derive(Debug, thiserror::Error)]
pub enum CompleteError {
    /// A value is still missing.
    #[error("the value of {0} is not known")]
    Missing(String),
    /// A value is another than the plan took for granted.
    #[error("{name} was assumed to be {assumed}, but is {found}")]
    Assumption {
        /// The opaque value's name.
        name: String,
        /// What the plan assumed.
        assumed: Json,
        /// What it is.
        found: Json,
    },
    /// The chart does not render with the real values.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The render differs from the plan outside its holes.
    #[error("the render is not what was planned, plan again: {}", .0.join("; "))]
    Differs(
        /// The places.
        Vec<String>,
    ),
}

impl Renderer {
    /// Renders a planned release with the real values, which `known` gives by name.
    ///
    /// # Errors
    ///
    /// [`CompleteError`]; in particular when the outcome is not the plan with its holes filled.
    pub fn complete<V: Serialize>(
        &self,
        planned: &Planned,
        release: &Release<V>,
        environment: &Environment<'_>,
        known: &dyn Fn(&str) -> Option<Json>,
    ) -> Result<Rendered, CompleteError> {
        let json = serde_json::to_value(&release.values).map_err(RenderError::from)?;
        let weave = Weave::new(json)?;
        for assumption in &planned.assumptions {
            match known(&assumption.name) {
                Some(found) if found != assumption.value => {
                    return Err(CompleteError::Assumption {
                        name: assumption.name.clone(),
                        assumed: assumption.value.clone(),
                        found,
                    });
                }
                _ => {}
            }
        }
        for (name, found) in &weave.found {
            if found.assumed.is_none() && known(name).is_none() {
                return Err(CompleteError::Missing(name.clone()));
            }
        }
        let values = weave.values(&|name, found| {
            let value = found.assumed.clone().or_else(|| known(name));
            (value.unwrap_or(Json::Null), false)
        })?;
        let mut rendered = self.render_map(&release.with_values(values), &environment.context())?;
        agree(&planned.rendered, &mut rendered)?;
        Ok(rendered)
    }
}

/// Checks a render against its plan and marks the fields that were holes.
fn agree(planned: &Rendered, rendered: &mut Rendered) -> Result<(), CompleteError> {
    if planned.manifests.len() != rendered.manifests.len()
        || planned.hooks.len() != rendered.hooks.len()
        || planned.crds != rendered.crds
    {
        return Err(CompleteError::Differs(vec![
            "there are other objects".to_owned(),
        ]));
    }
    let mut differences = Vec::new();
    let plans = planned
        .manifests
        .iter()
        .chain(planned.hooks.iter().map(|hook| &hook.manifest));
    for (plan, real) in plans.zip(rendered.all_manifests_mut()) {
        let label = format!("{} {}/{}", plan.source, plan.kind, plan.name);
        if identity(plan) != identity(real) {
            differences.push(format!("{label} is another object"));
            continue;
        }
        match leaves(&plan.object, &real.object) {
            Err(path) => differences.push(format!("{label}: structure of {}", show(&path))),
            Ok(paths) => {
                let outside = paths
                    .iter()
                    .filter(|path| !plan.holes.iter().any(|hole| hole.path == **path));
                differences.extend(outside.map(|path| format!("{label}: {}", show(path))));
            }
        }
        real.holes.clone_from(&plan.holes);
    }
    if differences.is_empty() {
        Ok(())
    } else {
        Err(CompleteError::Differs(differences))
    }
}

fn identity(manifest: &Manifest) -> (&str, &str, &str, &str, Option<&str>) {
    (
        &manifest.source,
        &manifest.api_version,
        &manifest.kind,
        &manifest.name,
        manifest.namespace.as_deref(),
    )
}
