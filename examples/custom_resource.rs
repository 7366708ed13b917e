//! A resource type of one's own beside AWS and Kubernetes, in one graph.
//!
//! The service is a folder with files: an object store at its simplest. Its
//! type and its provider are everything between the two rulers; the rest is a
//! program that uses it like any other resource: its objects are planned,
//! created, updated, found again after a crash, looked at for drift, and
//! deleted. `tests/custom_resource.rs` proves it with the conformance suite.
//!
//! `cargo run --example custom_resource`, then look into `.mlplat/notes`.

use std::fs;
use std::path::PathBuf;

use mlplat::prelude::*;
use mlplat::provider::*;

fn main() -> ExitCode {
    let folder = std::env::var_os("NOTES").unwrap_or_else(|| ".mlplat/notes".into());
    mlplat::Cli::new("documented", documented)
        .provider(Folder(folder.into()))
        .run()
}

// ---------------------------------------------------------------------------
#[derive(Resource, Clone)]
#[resource(facts = NOTE, handle = NoteHandle { path: String })]
pub(crate) struct Note {
    name: Output<String>,
    text: Output<String>,
}

pub(crate) static NOTE: Type = Type {
    name: "folder.Note",
    provider: "folder",
    fields: &[key("Name"), plain("Text")],
    outputs: &[OutputFact::fixed("Path", "")],
    ..KEYED
};

pub(crate) struct Folder(pub(crate) PathBuf);

#[async_trait]
impl KeyedService for Folder {
    type Resource = Note;
    async fn get(&self, name: &str) -> Result<Kept, ProviderError> {
        let file = fs::read_to_string(self.0.join(name))?;
        let (tag, text) = file.split_once('\n').unwrap_or_default();
        let inputs = json!({ "Name": name, "Text": text });
        Ok(Kept::new(inputs, json!({ "Path": self.0.join(name) })).tag(tag))
    }
    async fn put(&self, name: &str, note: ResolvedNote, tag: &str) -> Result<(), ProviderError> {
        fs::create_dir_all(&self.0)?;
        let file = tag.to_owned() + "\n" + &note.text;
        Ok(fs::write(self.0.join(name), file)?)
    }
    async fn remove(&self, name: &str) -> Result<(), ProviderError> {
        Ok(fs::remove_file(self.0.join(name))?)
    }
    async fn keys(&self) -> Result<Vec<String>, ProviderError> {
        let names = fs::read_dir(&self.0)?.flatten().map(|one| one.file_name());
        Ok(names.filter_map(|name| name.into_string().ok()).collect())
    }
}
// ---------------------------------------------------------------------------

fn documented(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.40.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network).nodes(1..=2));
    let models = stack.add("models", Bucket::new().versioned());
    let note = Note {
        name: "platform.txt".into(),
        text: text!(
            "models are in {}\nthe API is at {}",
            models.uri(),
            cluster.endpoint
        ),
    };
    let note = stack.add("note", note);
    let tools = stack.add("tools", Namespace::new(&cluster, "tools"));
    let where_it_is = ConfigMap::new(&cluster, &tools, "note");
    stack.add("where", where_it_is.entry("path", &note.path));
    stack.output("note", &note.path);
}
