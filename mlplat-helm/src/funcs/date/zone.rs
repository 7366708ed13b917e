//! Time zones.

use std::rc::Rc;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// The bundled database, whatever the machine has.
static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Where a time is shown.
#[derive(Clone, Debug)]
pub(super) enum Zone {
    Utc,
    /// The machine's zone in Go; UTC here.
    Local,
    /// An offset with the name that a text gave it.
    Fixed {
        name: Rc<str>,
        seconds: i64,
    },
    Named(TimeZone),
}

impl Zone {
    /// The zone of a name of the database, as `time.LoadLocation` finds it.
    pub(super) fn load(name: &str) -> Option<Self> {
        match name {
            "" | "UTC" => Some(Self::Utc),
            "Local" => Some(Self::Local),
            _ => DATABASE.get(name).ok().map(Self::Named),
        }
    }

    /// The offset in seconds east of UTC, and the abbreviation, at a time.
    pub(super) fn at(&self, unix: i64) -> (i64, String) {
        match self {
            Self::Utc | Self::Local => (0, "UTC".to_owned()),
            Self::Fixed { name, seconds } => (*seconds, name.to_string()),
            Self::Named(zone) => match Timestamp::from_second(unix) {
                Ok(timestamp) => {
                    let info = zone.to_offset_info(timestamp);
                    (
                        info.offset().seconds().into(),
                        info.abbreviation().to_owned(),
                    )
                }
                Err(_) => (0, "UTC".to_owned()),
            },
        }
    }
}
