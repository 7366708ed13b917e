//! A resource type without its facts.

use mlplat::prelude::*;
use mlplat::provider::Resource;

#[derive(Resource, Clone)]
struct Note {
    text: Output<String>,
}

fn main() {}
