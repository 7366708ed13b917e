//! Charts from `.tgz` archives, without trusting them.
//!
//! The archive is decompressed into memory as it is read, never onto disk, and the bytes that
//! come out are counted: a bomb ends at the limit. Every entry must be a regular file or a
//! folder with a relative UTF-8 path that stays inside, and no two paths may be equal, not even
//! on a file system that ignores case. That is stricter than helm, which takes links for empty
//! files and lets a later file shadow an earlier one.

use std::collections::HashSet;
use std::io::{Cursor, Read};

use flate2::read::MultiGzDecoder;
use tar::{Archive, EntryType};

use super::error::ChartError;
use super::files::{ChartFile, load_files, without_bom};
use super::model::Chart;

/// Bounds on what an archive may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchiveLimits {
    /// Bytes of all files together; helm's limit.
    pub total: u64,
    /// Bytes of one file; helm's limit.
    pub file: u64,
    /// Entries of the archive, folders included.
    pub entries: usize,
    /// Archives within archives.
    pub nesting: usize,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        Self {
            total: 100 << 20,
            file: 5 << 20,
            entries: 10_000,
            nesting: 8,
        }
    }
}

/// Reads a chart from the bytes of a `.tgz` with the default limits.
///
/// # Errors
///
/// [`ChartError`]; nothing of a refused archive is used.
pub fn load_archive(bytes: &[u8]) -> Result<Chart, ChartError> {
    load_archive_with(bytes, ArchiveLimits::default())
}

/// Reads a chart from the bytes of a `.tgz`.
///
/// # Errors
///
/// [`ChartError`]; nothing of a refused archive is used.
pub fn load_archive_with(bytes: &[u8], limits: ArchiveLimits) -> Result<Chart, ChartError> {
    let Some(nesting) = limits.nesting.checked_sub(1) else {
        return Err(ChartError::TooLarge(
            "chart archives are nested too deeply".to_owned(),
        ));
    };
    load_files(
        read_entries(bytes, limits)?,
        ArchiveLimits { nesting, ..limits },
    )
}

fn read_entries(bytes: &[u8], limits: ArchiveLimits) -> Result<Vec<ChartFile>, ChartError> {
    if !bytes.starts_with(&[0x1f, 0x8b, 0x08]) {
        return Err(ChartError::Archive(
            "file does not appear to be a gzipped archive".to_owned(),
        ));
    }
    // Tar adds at most 1024 bytes of header and padding to an entry; long names are entries of
    // their own. What comes out beyond that is not a chart.
    let room = limits.total + 2048 * (limits.entries as u64 + 1);
    let mut archive = Archive::new(Bounded {
        inner: MultiGzDecoder::new(Cursor::new(bytes)),
        left: room,
    });
    let mut files = Vec::new();
    let mut seen = Seen::default();
    let mut left = limits.total;
    let entries = archive.entries().map_err(|error| unreadable(&error))?;
    for (count, entry) in entries.enumerate() {
        if count >= limits.entries {
            return Err(ChartError::TooLarge(format!(
                "chart archive has more than {} entries",
                limits.entries
            )));
        }
        let mut entry = entry.map_err(|error| unreadable(&error))?;
        let name = entry_name(&entry.path_bytes())?;
        match entry.header().entry_type() {
            EntryType::Directory | EntryType::XGlobalHeader | EntryType::XHeader => continue,
            EntryType::Regular | EntryType::Continuous => {}
            other => {
                return Err(ChartError::Hostile(format!(
                    "chart illegally contains an entry that is not a file: {} ({other:?})",
                    printable(&name)
                )));
            }
        }
        // A name with a slash at its end is a folder in old archives.
        if name.ends_with('/') {
            continue;
        }
        let path = inner_path(&name)?;
        seen.add(&path)?;
        check_size(entry.size(), left, &name, limits)?;
        let mut data = Vec::new();
        entry
            .by_ref()
            .take(limits.file + 1)
            .read_to_end(&mut data)
            .map_err(|error| unreadable(&error))?;
        check_size(data.len() as u64, left, &name, limits)?;
        left -= data.len() as u64;
        files.push(ChartFile {
            name: path,
            data: without_bom(data).into(),
        });
    }
    // The checksum stands at the very end, behind the padding of the tar.
    let mut rest = archive.into_inner();
    std::io::copy(&mut rest, &mut std::io::sink()).map_err(|error| unreadable(&error))?;
    if files.is_empty() {
        return Err(ChartError::Archive("no files in chart archive".to_owned()));
    }
    Ok(files)
}

fn check_size(size: u64, left: u64, name: &str, limits: ArchiveLimits) -> Result<(), ChartError> {
    if size > left {
        return Err(ChartError::TooLarge(format!(
            "decompressed chart is larger than the maximum file size {}",
            limits.total
        )));
    }
    if size > limits.file {
        return Err(ChartError::TooLarge(format!(
            "decompressed chart file {:?} is larger than the maximum file size {}",
            printable(name),
            limits.file
        )));
    }
    Ok(())
}

fn entry_name(bytes: &[u8]) -> Result<String, ChartError> {
    match std::str::from_utf8(bytes) {
        Ok(name) if !name.chars().any(char::is_control) => Ok(name.to_owned()),
        _ => Err(ChartError::Hostile(format!(
            "chart contains an illegally named file: {}",
            printable(&String::from_utf8_lossy(bytes))
        ))),
    }
}

/// A name for messages, with nothing in it that a terminal would act on.
fn printable(name: &str) -> String {
    name.escape_debug().take(200).collect()
}

/// The path below the chart's folder, which is the first part of the name.
fn inner_path(name: &str) -> Result<String, ChartError> {
    // Archives made on Windows may use backslashes throughout.
    let delimiter = if name.contains('\\') { '\\' } else { '/' };
    let mut parts = name.split(delimiter);
    let first = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let rest = rest.join("/");
    if first == "Chart.yaml" {
        return Err(ChartError::Hostile(
            "chart yaml not in base directory".to_owned(),
        ));
    }
    if first == ".." || name.split(['/', '\\']).any(|part| part == "..") {
        return Err(ChartError::Hostile(
            "chart illegally references parent directory".to_owned(),
        ));
    }
    if rest.starts_with('/') {
        return Err(ChartError::Hostile(
            "chart illegally contains absolute paths".to_owned(),
        ));
    }
    let clean: Vec<&str> = rest
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    let clean = clean.join("/");
    if clean.is_empty() {
        return Err(ChartError::Hostile(format!(
            "chart illegally contains content outside the base directory: {:?}",
            printable(name)
        )));
    }
    let bytes = clean.as_bytes();
    if bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && &bytes[1..3] == b":/" {
        return Err(ChartError::Hostile(
            "chart contains illegally named files".to_owned(),
        ));
    }
    Ok(clean)
}

/// The paths so far, folded to lower case.
#[derive(Default)]
struct Seen(HashSet<String>);

impl Seen {
    fn add(&mut self, path: &str) -> Result<(), ChartError> {
        if self.0.insert(path.to_lowercase()) {
            return Ok(());
        }
        Err(ChartError::Hostile(format!(
            "chart contains two files that are called {} but for case",
            printable(path)
        )))
    }
}

/// A reader that fails once too much came out of it.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| std::io::Error::other("decompressed chart is larger than allowed"))?;
        Ok(count)
    }
}

fn unreadable(error: &std::io::Error) -> ChartError {
    ChartError::Archive(error.to_string())
}
