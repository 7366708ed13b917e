//! The real helm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use crate::cases::Case;

/// The arguments that both get besides the values.
pub(crate) const RELEASE: &str = "rel";
pub(crate) const NAMESPACE: &str = "ns";
pub(crate) const KUBE_VERSION: &str = "1.34.0";

pub(crate) struct Helm {
    binary: PathBuf,
    cache: Option<PathBuf>,
    scratch: tempfile::TempDir,
    counter: AtomicU64,
}

/// A render, or the message of a refusal.
pub(crate) type Text = Result<String, String>;

impl Helm {
    pub(crate) fn new(binary: &Path, cache: Option<&Path>) -> Result<Self, String> {
        if let Some(cache) = cache {
            fs::create_dir_all(cache).map_err(|error| error.to_string())?;
        }
        Ok(Self {
            binary: binary.to_owned(),
            cache: cache.map(Path::to_owned),
            scratch: tempfile::tempdir().map_err(|error| error.to_string())?,
            counter: AtomicU64::new(0),
        })
    }

    /// Renders a case; `round` keeps two renders of it apart.
    pub(crate) fn render(&self, case: &Case, round: u32) -> Result<Text, String> {
        let kept = match &self.cache {
            Some(cache) => Some(cache.join(key(case, round)?)),
            None => None,
        };
        if let Some(kept) = &kept
            && let Ok(text) = fs::read_to_string(kept)
        {
            return Ok(match text.strip_prefix("ok\n") {
                Some(text) => Ok(text.to_owned()),
                None => Err(text.trim_start_matches("error\n").to_owned()),
            });
        }
        let text = self.run(case)?;
        if let Some(kept) = &kept {
            let body = match &text {
                Ok(text) => format!("ok\n{text}"),
                Err(text) => format!("error\n{text}"),
            };
            fs::write(kept, body).map_err(|error| error.to_string())?;
        }
        Ok(text)
    }

    fn run(&self, case: &Case) -> Result<Text, String> {
        let mut command = Command::new(&self.binary);
        command
            .args(["template", RELEASE])
            .arg(&case.chart)
            .args([
                "-n",
                NAMESPACE,
                "--include-crds",
                "--kube-version",
                KUBE_VERSION,
            ])
            .env_clear()
            .env("HOME", self.scratch.path());
        for values in &case.values {
            let number = self.counter.fetch_add(1, Ordering::Relaxed);
            let file = self.scratch.path().join(format!("values-{number}.yaml"));
            fs::write(&file, values).map_err(|error| error.to_string())?;
            command.arg("-f").arg(file);
        }
        let output = command
            .output()
            .map_err(|error| format!("run {}: {error}", self.binary.display()))?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(if output.status.success() {
            Ok(text(output.stdout))
        } else {
            Err(text(output.stderr).trim().to_owned())
        })
    }
}

/// A name for the outcome of a render: of what went into it.
fn key(case: &Case, round: u32) -> Result<String, String> {
    let chart = fs::read(&case.chart).map_err(|error| error.to_string())?;
    let mut hash = Sha256::new();
    hash.update(Sha256::digest(&chart));
    for values in &case.values {
        hash.update(Sha256::digest(values.as_bytes()));
    }
    let digest: String = hash
        .finalize()
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(format!("{}-{digest}-{round}.txt", case.chart_name()))
}
