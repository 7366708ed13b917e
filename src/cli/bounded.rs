//! Files that a user names: read as far as they can be what they should be. A
//! device, or the wrong file of some gigabytes, is refused after that.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Plans and settings are a few kilobytes.
const LIMIT: u64 = 16 << 20;

/// The text of a file.
///
/// # Errors
/// As the system says; `InvalidData` for one that is too large or no text.
pub(super) fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let read = File::open(path)?
        .take(LIMIT + 1)
        .read_to_string(&mut text)?;
    if read as u64 > LIMIT {
        let why = format!("it has more than {} MiB", LIMIT >> 20);
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_end_is_refused() {
        let why = read_text(Path::new("/dev/zero")).unwrap_err();
        assert_eq!(why.to_string(), "it has more than 16 MiB");
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("huge.toml");
        File::create(&path).unwrap().set_len(1 << 30).unwrap();
        assert!(read_text(&path).is_err());
        std::fs::write(&path, "a = 1\n").unwrap();
        assert_eq!(read_text(&path).unwrap(), "a = 1\n");
    }
}
