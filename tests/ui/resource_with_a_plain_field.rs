//! A field that is no output.

use mlplat::provider::{OnChange, Refs, Resource, TYPE, Type, f};

static NOTE: Type = Type {
    name: "folder.Note",
    fields: &[f("Text", OnChange::InPlace, Refs::No)],
    ..TYPE
};

#[derive(Resource, Clone)]
#[resource(facts = NOTE, handle = NoteHandle {})]
struct Note {
    text: String,
}

fn main() {}
