//! For how long CloudWatch keeps logs.

/// Declares the periods once: variant, days.
macro_rules! periods {
    ($($name:ident = $days:literal, $words:literal;)*) => {
        /// For how long CloudWatch keeps logs: one of the periods that
        /// `PutRetentionPolicy` accepts. In requests it is the number of days.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(into = "u32", try_from = "u32")]
        pub enum Retention {
            $(#[doc = $words] $name,)*
        }

        impl Retention {
            /// All of them, shortest first.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// How many days.
            #[must_use]
            pub const fn days(self) -> u32 {
                match self {
                    $(Self::$name => $days,)*
                }
            }
        }
    };
}

periods! {
    OneDay = 1, "1 day.";
    ThreeDays = 3, "3 days.";
    FiveDays = 5, "5 days.";
    OneWeek = 7, "7 days.";
    TwoWeeks = 14, "14 days.";
    OneMonth = 30, "30 days.";
    TwoMonths = 60, "60 days.";
    ThreeMonths = 90, "90 days.";
    FourMonths = 120, "120 days.";
    FiveMonths = 150, "150 days.";
    SixMonths = 180, "180 days.";
    OneYear = 365, "365 days.";
    ThirteenMonths = 400, "400 days.";
    EighteenMonths = 545, "545 days.";
    TwoYears = 731, "731 days.";
    ThreeYears = 1096, "1,096 days.";
    FiveYears = 1827, "1,827 days.";
    SixYears = 2192, "2,192 days.";
    SevenYears = 2557, "2,557 days.";
    EightYears = 2922, "2,922 days.";
    NineYears = 3288, "3,288 days.";
    TenYears = 3653, "3,653 days.";
}

impl From<Retention> for u32 {
    fn from(retention: Retention) -> Self {
        retention.days()
    }
}

/// A number of days that CloudWatch does not offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("keep logs for {0} days: CloudWatch offers 1, 3, 5, 7, 14, 30, 60, 90 and longer periods")]
pub struct NoSuchRetention(u32);

impl TryFrom<u32> for Retention {
    type Error = NoSuchRetention;

    /// The period of exactly this many days.
    fn try_from(days: u32) -> Result<Self, NoSuchRetention> {
        let found = Self::ALL.iter().find(|period| period.days() == days);
        found.copied().ok_or(NoSuchRetention(days))
    }
}
