//! O5: a secret is nowhere but sealed.
//!
//! Programs are given secrets that nothing else can contain; every file of the
//! state, every event and every plan is searched for them, as they are and in
//! the encodings through which a value slips: base 64, percent-encoding, hex,
//! and the escapes of JSON. The account and its clusters are left out: there
//! the secrets have to be, in clear.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem::Finder;

use super::{Broken, Oracle};
use crate::cloud::SimObject;
use crate::harness::site::STATE;
use crate::local::{Local, Thing};
use crate::machine::MemoryFiles;

/// What is shorter is found by chance, and no secret worth the name: a user's
/// name lies beside its password.
const LEAST: usize = 16;

/// The secrets of a scenario, in every form in which they are looked for.
#[derive(Debug, Clone, Default)]
pub struct Canaries(Vec<(String, Finder<'static>)>);

impl Canaries {
    /// Looks for these.
    #[must_use]
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let each = secrets.into_iter().flat_map(|secret| {
            let forms = forms(secret).into_iter();
            forms.map(|form| (secret.to_owned(), Finder::new(form.as_bytes()).into_owned()))
        });
        Self(each.collect())
    }

    /// Looks for the secrets that the account and its clusters keep for a
    /// stack: those that were generated, and what was made of secrets.
    pub(super) fn kept(local: &Local, things: &[Thing], lineage: &str) -> Self {
        let mut secrets: BTreeSet<String> = local.cloud().see(|live| {
            let ours = live.filter(|one| one.lineage == lineage);
            ours.flat_map(|object| secret_inputs(local, object))
                .collect()
        });
        let in_clusters = things
            .iter()
            .filter(|thing| thing.ty == "k8s.Secret" && thing.token(lineage).is_some());
        for thing in in_clusters {
            let data = thing.body["data"].as_object().into_iter().flatten();
            let clear = data.filter_map(|(_, value)| STANDARD.decode(value.as_str()?).ok());
            secrets.extend(clear.filter_map(|clear| String::from_utf8(clear).ok()));
        }
        secrets.retain(|secret| secret.len() >= LEAST);
        Self::of(secrets.iter().map(String::as_str))
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first secret that some bytes show.
    #[must_use]
    pub fn shown<'a>(&'a self, bytes: &[u8]) -> Option<&'a str> {
        let mut each = self.0.iter();
        let found = each.find(|(_, finder)| finder.find(bytes).is_some());
        found.map(|(secret, _)| secret.as_str())
    }

    /// Refuses bytes that show one.
    pub(in crate::harness) fn clean(&self, what: &str, bytes: &[u8]) -> Result<(), Broken> {
        match self.shown(bytes) {
            None => Ok(()),
            Some(secret) => Err((Oracle::O5, format!("{what} shows the secret {secret}"))),
        }
    }

    /// Refuses files of the state that show one.
    pub(super) fn files(&self, files: &MemoryFiles) -> Result<(), Broken> {
        if self.is_empty() {
            return Ok(());
        }
        files.each(Path::new(STATE), |path, bytes| {
            self.clean(&path.display().to_string(), bytes)
        })
    }
}

fn secret_inputs(local: &Local, object: &SimObject) -> Vec<String> {
    let ty = local.cloud().facts_of(&object.ty);
    let fields = ty.into_iter().flat_map(|ty| ty.fields);
    let secret = fields.filter(|field| field.secret);
    let values = secret.filter_map(|field| object.inputs.get(field.name)?.as_str());
    values.map(str::to_owned).collect()
}

/// A secret as it is, and in the encodings that show it as well.
fn forms(secret: &str) -> Vec<String> {
    // Base 64 without its last group, which depends on what follows.
    let group = |text: String| text[..text.len().saturating_sub(4)].to_owned();
    let json = serde_json::to_string(secret).unwrap_or_default();
    let mut forms = vec![
        secret.to_owned(),
        group(STANDARD_NO_PAD.encode(secret)),
        group(URL_SAFE_NO_PAD.encode(secret)),
        form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        secret.bytes().map(|byte| format!("{byte:02x}")).collect(),
        json.trim_matches('"').to_owned(),
    ];
    forms.sort();
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE;

    use super::*;

    #[test]
    fn a_secret_is_seen_in_every_form_and_nothing_else_is() {
        let secret = "k3y\"+/=\u{e4} of a \\ safe that is long enough";
        let canaries = Canaries::of([secret]);
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let url: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for shown in [
            format!("before {secret} after"),
            STANDARD.encode(secret),
            URL_SAFE.encode(secret),
            url,
            hex,
            serde_json::to_string(&[secret]).unwrap(),
        ] {
            assert_eq!(canaries.shown(shown.as_bytes()), Some(secret), "{shown}");
        }
        assert_eq!(canaries.shown(b"k3y of another safe"), None);
    }
}
