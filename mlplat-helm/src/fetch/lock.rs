//! `mlplat.lock`: which bytes each chart is.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::error::FetchError;
use super::source::ChartSource;

/// A chart and the digest of its archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedChart {
    /// The chart.
    pub source: ChartSource,
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: String,
}

/// The contents of `mlplat.lock`, ordered so that equal contents are equal texts.
///
/// ```
/// use mlplat_helm::fetch::LockFile;
/// let text = "version = 1\n\n[[chart]]\nname = \"demo\"\nversion = \"1.2.3\"\n\
///             repository = \"https://example.com\"\ndigest = \"sha256:00\"\n";
/// assert!(LockFile::parse(text).is_err()); // the digest is too short
/// assert_eq!(LockFile::parse("version = 1\n").unwrap().to_string(), "version = 1\n");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockFile {
    charts: BTreeMap<ChartSource, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    #[serde(default)]
    chart: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    version: String,
    repository: String,
    digest: String,
}

impl LockFile {
    /// Reads a lock file.
    ///
    /// # Errors
    ///
    /// [`FetchError::Lock`] for another format, a malformed digest or a chart that stands there
    /// twice.
    pub fn parse(text: &str) -> Result<Self, FetchError> {
        let document: Document =
            toml::from_str(text).map_err(|error| FetchError::Lock(error.to_string()))?;
        if document.version != 1 {
            return Err(FetchError::Lock(format!(
                "version {} is newer than this program",
                document.version
            )));
        }
        let mut lock = Self::default();
        for entry in document.chart {
            let source = ChartSource::new(entry.repository, entry.name, entry.version)?;
            if !is_digest(&entry.digest) {
                return Err(FetchError::Lock(format!(
                    "{} {} has a malformed digest",
                    source.name(),
                    source.version()
                )));
            }
            let label = format!("{} {}", source.name(), source.version());
            if lock.charts.insert(source, entry.digest).is_some() {
                return Err(FetchError::Lock(format!("{label} is there twice")));
            }
        }
        Ok(lock)
    }

    /// The digest of a chart.
    pub fn digest(&self, source: &ChartSource) -> Option<&str> {
        self.charts.get(source).map(String::as_str)
    }

    /// Sets the digest of a chart.
    pub fn insert(&mut self, chart: LockedChart) {
        self.charts.insert(chart.source, chart.digest);
    }

    /// All charts, in order.
    pub fn charts(&self) -> impl Iterator<Item = LockedChart> {
        self.charts.iter().map(|(source, digest)| LockedChart {
            source: source.clone(),
            digest: digest.clone(),
        })
    }
}

/// The text of the file.
impl std::fmt::Display for LockFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::from("version = 1\n");
        for (source, digest) in &self.charts {
            let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
            write!(
                text,
                "\n[[chart]]\nname = {}\nversion = {}\nrepository = {}\ndigest = {}\n",
                quoted(source.name()),
                quoted(source.version()),
                quoted(source.repository()),
                quoted(digest)
            )?;
        }
        f.write_str(&text)
    }
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|digits| {
        digits.len() == 64
            && digits
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}
