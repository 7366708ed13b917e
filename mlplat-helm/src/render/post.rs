//! Post-rendering: objects changed by a Rust function after the chart has made them.
//!
//! The function must not see what a plan does not know, yet may move or embed it. So every hole
//! is given to it as a *mark*, a text that occurs nowhere else. Where a mark stands in what the
//! function returns, the field's content goes back and the field is a hole again, wherever it now
//! is. An object with holes is passed twice, with different marks: if the two outcomes differ
//! other than in the marks, the function computed from a hole, and that is refused. As the
//! function sees the same marks at plan and at deploy, it does the same in both.

use serde_json::Value as Json;

use super::manifest::Manifest;
use super::order::install_order;
use super::{Hole, Rendered};
use crate::value::{Map, Value};
use crate::yaml::{Node, to_yaml};

/// What a post-render function may fail with.
type FunctionError = Box<dyn std::error::Error + Send + Sync>;

/// Why a post-render fails.
#[derive(Debug, thiserror::Error)]
pub enum PostRenderError {
    /// The function fails.
    #[error("post-render {object}: {source}")]
    Function {
        /// Template, kind and name.
        object: String,
        /// What the function says.
        source: FunctionError,
    },
    /// The function returns something that is no object.
    #[error("post-render {object}: {message}")]
    Object {
        /// Template, kind and name.
        object: String,
        /// What is wrong.
        message: String,
    },
    /// What the function returns depends on the content of a hole.
    #[error(
        "post-render {object}: {what} depends on an opaque value ({}); move or embed it as it \
         stands", names.join(", ")
    )]
    Opaque {
        /// Template, kind and name.
        object: String,
        /// What depends on it.
        what: String,
        /// The names of the opaque values of the object.
        names: Vec<String>,
    },
}

impl Rendered {
    /// Passes each object through a function, which gives what comes in its place: the object
    /// changed, none, or several. As in helm, custom resource definitions and hooks are left
    /// alone; so are documents that are no map. The outcome is in the order of installation.
    ///
    /// A [`Hole`] appears to the function as a text of no meaning, whatever its type, that equals
    /// no other text. It may be kept, moved, embedded in other text or dropped; the fields it ends
    /// up in are holes. An object that comes back as it was keeps its text, byte for byte.
    ///
    /// To complete a plan, give [`Renderer::complete`](super::Renderer::complete) the plan as it
    /// was *before* this, and post-render what it returns.
    ///
    /// ```
    /// use mlplat_helm::render::{PostRenderError, Rendered};
    /// use serde_json::json;
    ///
    /// fn label(rendered: Rendered) -> Result<Rendered, PostRenderError> {
    ///     rendered.post_render(|mut object| {
    ///         if object["kind"] == "PodSecurityPolicy" {
    ///             return Ok(vec![]);
    ///         }
    ///         object["metadata"]["labels"]["team"] = json!("ml");
    ///         Ok(vec![object])
    ///     })
    /// }
    /// # use mlplat_helm::chart::{ArchiveLimits, ChartFile, load_files};
    /// # use mlplat_helm::funcs::{Context, NoCluster};
    /// # use mlplat_helm::render::{DerivedSeeds, Release, Renderer};
    /// # let file = |name: &str, text: &str| ChartFile {
    /// #     name: name.to_owned(),
    /// #     data: text.as_bytes().into(),
    /// # };
    /// # let files = vec![
    /// #     file("Chart.yaml", "apiVersion: v2\nname: demo\nversion: 0.1.0\n"),
    /// #     file(
    /// #         "templates/a.yaml",
    /// #         "kind: ConfigMap\nmetadata: {name: a}\n---\nkind: PodSecurityPolicy\n",
    /// #     ),
    /// # ];
    /// # let chart = load_files(files, ArchiveLimits::default())?;
    /// # let seeds = DerivedSeeds::new([0; 32], "default", "demo");
    /// # let rendered = Renderer::new(chart)
    /// #     .render_map(&Release::new("demo", Default::default()), &Context::new(&NoCluster, &seeds, 0))?;
    ///
    /// assert_eq!(rendered.manifests.len(), 2);
    /// let rendered = label(rendered)?;
    /// assert_eq!(rendered.manifests.len(), 1);
    /// assert_eq!(rendered.manifests[0].to_json()["metadata"]["labels"], json!({"team": "ml"}));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PostRenderError`]: the function fails, gives something other than objects, or computes
    /// from a hole.
    pub fn post_render(
        mut self,
        change: impl Fn(Json) -> Result<Vec<Json>, FunctionError>,
    ) -> Result<Self, PostRenderError> {
        let mut changed = Vec::with_capacity(self.manifests.len());
        for manifest in self.manifests {
            if manifest.object.as_map().is_some() {
                changed.extend(pass(manifest, &change)?);
            } else {
                changed.push(manifest);
            }
        }
        changed.sort_by(|a, b| install_order(&a.kind, &b.kind));
        self.manifests = changed;
        Ok(self)
    }
}

/// What comes in the place of one object.
fn pass(
    manifest: Manifest,
    change: &impl Fn(Json) -> Result<Vec<Json>, FunctionError>,
) -> Result<Vec<Manifest>, PostRenderError> {
    let run = |which: usize| {
        let marks = Marks::new(&manifest, which);
        let given = marks.put(manifest.to_json());
        let back = change(given.clone()).map_err(|source| PostRenderError::Function {
            object: label(&manifest),
            source,
        })?;
        let is_same = back.len() == 1 && back[0] == given;
        let read = |json: &Json| marks.read(json, &manifest);
        Ok((
            is_same,
            back.iter().map(read).collect::<Result<Vec<_>, _>>()?,
        ))
    };
    let first = run(0)?;
    if !manifest.holes.is_empty() && run(1)? != first {
        return Err(opaque(&manifest, "what the function returns"));
    }
    match first {
        (true, _) => Ok(vec![manifest]),
        (false, changed) => Ok(changed),
    }
}

/// The holes of an object, what is in them, and what stands for them.
struct Marks<'a> {
    holes: &'a [Hole],
    contents: Vec<Json>,
    texts: Vec<String>,
}

/// Fields by which the cluster tells objects apart.
const IDENTITY: [&[&str]; 4] = [
    &["apiVersion"],
    &["kind"],
    &["metadata", "name"],
    &["metadata", "namespace"],
];

impl<'a> Marks<'a> {
    /// The first or second set of marks; they share no character but the digits.
    fn new(manifest: &'a Manifest, which: usize) -> Self {
        let mut object = manifest.to_json();
        // Characters for private use: nothing means anything by them.
        let text = |at: usize| match which {
            0 => format!("\u{f8f0}{at}\u{f8f1}"),
            _ => format!("\u{f8f2}opaque field {at}\u{f8f3}"),
        };
        let content = |hole: &Hole| leaf(&mut object, &hole.path).map(Json::take);
        let contents = manifest.holes.iter().map(content);
        Self {
            holes: &manifest.holes,
            contents: contents.map(Option::unwrap_or_default).collect(),
            texts: (0..manifest.holes.len()).map(text).collect(),
        }
    }

    /// The object with marks in its holes.
    fn put(&self, mut object: Json) -> Json {
        for (hole, text) in self.holes.iter().zip(&self.texts) {
            if let Some(leaf) = leaf(&mut object, &hole.path) {
                *leaf = Json::String(text.clone());
            }
        }
        object
    }

    /// An object that the function returned, with content and holes in the place of marks.
    fn read(&self, json: &Json, origin: &Manifest) -> Result<Manifest, PostRenderError> {
        let refuse = |message: String| PostRenderError::Object {
            object: label(origin),
            message,
        };
        if !json.is_object() {
            return Err(refuse(
                "what the function returns is not an object".to_owned(),
            ));
        }
        let mut holes = Vec::new();
        let object = self
            .fill(json, &mut Vec::new(), &mut holes)
            .ok_or_else(|| opaque(origin, "a map key"))?;
        let is_identity = |hole: &&Hole| IDENTITY.iter().any(|path| hole.path.iter().eq(*path));
        if let Some(hole) = holes.iter().find(is_identity) {
            return Err(opaque(origin, &hole.path.join(".")));
        }
        let text = to_yaml(&value(&object)).map_err(|error| refuse(error.to_string()))?;
        Manifest::of(
            &origin.source,
            text.to_text().trim_end().to_owned(),
            object,
            holes,
        )
        .map_err(refuse)
    }

    /// The value with content in the place of marks; nothing where a key holds a mark.
    fn fill(&self, json: &Json, path: &mut Vec<String>, found: &mut Vec<Hole>) -> Option<Node> {
        Some(match json {
            Json::Object(entries) => {
                let mut filled = indexmap::IndexMap::with_capacity(entries.len());
                for (key, entry) in entries {
                    if self.texts.iter().any(|text| key.contains(text.as_str())) {
                        return None;
                    }
                    path.push(key.clone());
                    filled.insert(key.clone(), self.fill(entry, path, found)?);
                    path.pop();
                }
                Node::Map(filled)
            }
            Json::Array(items) => {
                let mut filled = Vec::with_capacity(items.len());
                for (at, item) in items.iter().enumerate() {
                    path.push(at.to_string());
                    filled.push(self.fill(item, path, found)?);
                    path.pop();
                }
                Node::Seq(filled)
            }
            Json::String(text) => self.fill_text(text, path, found),
            scalar => node(scalar),
        })
    }

    fn fill_text(&self, text: &str, path: &[String], found: &mut Vec<Hole>) -> Node {
        let within: Vec<usize> = (0..self.texts.len())
            .filter(|&at| text.contains(&self.texts[at]))
            .collect();
        if within.is_empty() {
            return Node::Str(text.to_owned());
        }
        if let [at] = within[..]
            && text == self.texts[at]
        {
            found.push(Hole {
                path: path.to_vec(),
                ..self.holes[at].clone()
            });
            return node(&self.contents[at]);
        }
        let (mut real, mut shown) = (text.to_owned(), text.to_owned());
        for &at in &within {
            let content = &self.contents[at];
            let content = content
                .as_str()
                .map_or_else(|| content.to_string(), str::to_owned);
            real = real.replace(&self.texts[at], &content);
            shown = shown.replace(&self.texts[at], &self.holes[at].shown);
        }
        let mut names: Vec<String> = within
            .iter()
            .flat_map(|&at| self.holes[at].names.clone())
            .collect();
        names.sort();
        names.dedup();
        found.push(Hole {
            path: path.to_vec(),
            names,
            shown,
            secret: within.iter().any(|&at| self.holes[at].secret),
        });
        Node::Str(real)
    }
}

/// The field at a path.
fn leaf<'a>(json: &'a mut Json, path: &[String]) -> Option<&'a mut Json> {
    path.iter().try_fold(json, |json, step| match json {
        Json::Object(entries) => entries.get_mut(step),
        Json::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// A scalar, the other way round than [`Node::to_json`].
fn node(scalar: &Json) -> Node {
    match scalar {
        Json::Bool(flag) => Node::Bool(*flag),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Node::Int(number),
            (None, Some(number)) => Node::Uint(number),
            (None, None) => number.as_f64().map_or(Node::Null, Node::Float),
        },
        Json::String(text) => Node::Str(text.clone()),
        Json::Null | Json::Array(_) | Json::Object(_) => Node::Null,
    }
}

/// The object for writing; integers stay integers, unlike in a template.
fn value(node: &Node) -> Value {
    match node {
        Node::Int(number) => Value::int(*number),
        Node::Seq(items) => Value::from(items.iter().map(value).collect::<Vec<_>>()),
        Node::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(key, entry)| (key.as_str(), value(entry)));
            Value::Map(entries.collect::<Map>())
        }
        scalar => Value::from_json(&scalar.to_json()),
    }
}

fn opaque(manifest: &Manifest, what: &str) -> PostRenderError {
    let names = manifest.holes.iter().flat_map(|hole| hole.names.clone());
    let names: std::collections::BTreeSet<String> = names.collect();
    PostRenderError::Opaque {
        object: label(manifest),
        what: what.to_owned(),
        names: names.into_iter().collect(),
    }
}

fn label(manifest: &Manifest) -> String {
    format!("{} {}/{}", manifest.source, manifest.kind, manifest.name)
}
