//! A chart's archive and the index of a repository that has it.
#![allow(clippy::unwrap_used, reason = "test code")]

use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// The archive of a chart with one template.
pub(crate) fn archive(name: &str, version: &str) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let yaml = format!("apiVersion: v2\nname: {name}\nversion: {version}\n");
    for (file, text) in [
        ("Chart.yaml", yaml.as_str()),
        ("templates/a.yaml", "kind: A\n"),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, format!("{name}/{file}"), text.as_bytes())
            .unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// The SHA-256 of some bytes, as an index gives it.
pub(crate) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

/// An index with `demo` 2.0.0, which is not there, and 1.2.3 with this digest.
pub(crate) fn index(digest: &str) -> String {
    format!(
        "apiVersion: v1\nentries:\n  demo:\n  - version: 2.0.0\n    urls: [demo-2.0.0.tgz]\n  - \
         version: 1.2.3\n    digest: {digest}\n    urls:\n    - demo-1.2.3.tgz\n"
    )
}
