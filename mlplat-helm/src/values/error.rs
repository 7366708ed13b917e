//! What is wrong with values.

use crate::value::CycleError;

/// Values that helm would refuse. The texts are helm's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValuesError {
    /// An argument of `--set` and its kin.
    #[error("failed parsing --{flag} data: {message}")]
    Set {
        /// The flag without its dashes.
        flag: &'static str,
        /// What is wrong.
        message: String,
    },
    /// A values file is not a YAML map.
    #[error("failed to parse {file}: {message}")]
    File {
        /// The name of the file.
        file: String,
        /// What is wrong.
        message: String,
    },
    /// A value stands where a table for a subchart is needed.
    #[error("type mismatch on {chart}: {found}")]
    SubchartValue {
        /// The subchart.
        chart: String,
        /// What is there.
        found: String,
    },
    /// The schemas refuse the values.
    #[error(
        "values don't meet the specifications of the schema(s) in the following chart(s):\n{0}"
    )]
    Schema(String),
    /// A value would contain itself or is nested too deeply.
    #[error("values are nested too deeply or contain themselves")]
    Nesting,
}

impl From<CycleError> for ValuesError {
    fn from(_: CycleError) -> Self {
        Self::Nesting
    }
}

impl From<crate::value::TooDeep> for ValuesError {
    fn from(_: crate::value::TooDeep) -> Self {
        Self::Nesting
    }
}
