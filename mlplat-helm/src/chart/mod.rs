//! Charts as helm loads them: from a folder or a `.tgz`, with their subcharts.
//!
//! [`load`] reads either into a [`Chart`], plain immutable data that can be rendered any number
//! of times from any thread. Nothing is ever written: an archive is read into memory within
//! helm's own limits, and a hostile one (paths that leave the folder, links, devices, bombs,
//! names that collide) is refused as a whole.

mod archive;
mod directory;
mod error;
mod files;
mod ignore;
mod metadata;
mod model;
mod path_match;
mod typed;

pub use archive::{ArchiveLimits, load_archive, load_archive_with};
pub use directory::load_directory;
pub use error::{ChartError, Warning};
pub use files::{ChartFile, load_files};
pub use ignore::Ignore;
pub use metadata::{Dependency, ImportValues, Maintainer, Metadata};
pub use model::{Chart, load};
pub use path_match::path_match;
