//! Charts from folders.

use std::fs;
use std::path::{Path, PathBuf};

use super::archive::ArchiveLimits;
use super::error::ChartError;
use super::files::{ChartFile, load_files, without_bom};
use super::ignore::Ignore;
use super::model::Chart;

/// Deeper folders are refused; links that lead back to themselves end here too.
const MAX_DEPTH: usize = 64;

/// Reads a chart from a folder. Its `.helmignore` applies, those of its subcharts do not;
/// symbolic links are followed, as helm does.
///
/// # Errors
///
/// [`ChartError`].
pub fn load_directory(folder: &Path) -> Result<Chart, ChartError> {
    let ignore = match fs::read(folder.join(".helmignore")) {
        Ok(text) => Ignore::parse(&String::from_utf8_lossy(&text))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ignore::parse("")?,
        Err(source) => return Err(read_error(&folder.join(".helmignore"), source)),
    };
    let mut walk = Walk {
        ignore,
        limits: ArchiveLimits::default(),
        files: Vec::new(),
        left: ArchiveLimits::default().total,
    };
    walk.folder(folder, "", 0)?;
    load_files(walk.files, ArchiveLimits::default())
}

struct Walk {
    ignore: Ignore,
    limits: ArchiveLimits,
    files: Vec<ChartFile>,
    left: u64,
}

impl Walk {
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) -> Result<(), ChartError> {
        if depth > MAX_DEPTH {
            return Err(ChartError::TooLarge(format!(
                "folders of the chart are nested more than {MAX_DEPTH} deep"
            )));
        }
        let mut names: Vec<PathBuf> = fs::read_dir(folder)
            .and_then(|entries| entries.map(|entry| entry.map(|e| e.path())).collect())
            .map_err(|source| read_error(folder, source))?;
        names.sort();
        for path in names {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                return Err(ChartError::Hostile(
                    "chart contains a file whose name is not UTF-8".to_owned(),
                ));
            };
            let name = if prefix.is_empty() {
                name.to_owned()
            } else {
                format!("{prefix}/{name}")
            };
            self.entry(&path, name, depth)?;
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, name: String, depth: usize) -> Result<(), ChartError> {
        let info = fs::metadata(path).map_err(|source| read_error(path, source))?;
        if self.ignore.ignores(&name, info.is_dir()) {
            return Ok(());
        }
        if info.is_dir() {
            return self.folder(path, &name, depth + 1);
        }
        if !info.is_file() {
            return Err(ChartError::Hostile(format!(
                "cannot load irregular file {name} as it has file mode type bits set"
            )));
        }
        if info.len() > self.limits.file {
            return Err(ChartError::TooLarge(format!(
                "chart file {name:?} is larger than the maximum file size {}",
                self.limits.file
            )));
        }
        let data = fs::read(path).map_err(|source| read_error(path, source))?;
        self.left = self
            .left
            .checked_sub(data.len() as u64)
            .filter(|_| self.files.len() < self.limits.entries)
            .ok_or_else(|| ChartError::TooLarge("chart folder is too large".to_owned()))?;
        self.files.push(ChartFile {
            name,
            data: without_bom(data).into(),
        });
        Ok(())
    }
}

pub(super) fn read_error(path: &Path, source: std::io::Error) -> ChartError {
    ChartError::Read {
        path: path.display().to_string(),
        source,
    }
}
