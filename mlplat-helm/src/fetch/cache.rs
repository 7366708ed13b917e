//! The content-addressed cache of archives.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::error::FetchError;

/// A folder of archives, each named by its digest. Shared by any number of processes: files
/// appear whole and are never changed.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// A cache in a folder, which is made when something is stored.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    fn path(&self, digest: &str) -> PathBuf {
        let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
        self.folder.join("sha256").join(format!("{hex}.tgz"))
    }

    /// The bytes with a digest. A file that has been damaged is not there.
    pub(super) fn get(&self, digest: &str) -> Option<Vec<u8>> {
        let bytes = fs::read(self.path(digest)).ok()?;
        (digest_of(&bytes) == digest).then_some(bytes)
    }

    /// Stores bytes under their digest.
    pub(super) fn put(&self, bytes: &[u8]) -> Result<(), FetchError> {
        write_whole(&self.path(&digest_of(bytes)), bytes)
    }
}

/// `sha256:` and the digest in hexadecimal.
pub(super) fn digest_of(bytes: &[u8]) -> String {
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(bytes) {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// Writes a file so that it is either whole or not there.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), FetchError> {
    let fail = |action| move |error| FetchError::file(action, path, error);
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(fail("make the folder of"))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = fs::File::create(&part)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // What is left of it is of no use; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&part);
    }
    written.map_err(fail("write"))
}
