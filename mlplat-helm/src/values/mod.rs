//! Values: how files, `--set` and charts come together.
//!
//! User input is merged in helm's order ([`Inputs`]): files, `--set-json`, `--set`,
//! `--set-string`, `--set-file`, `--set-literal`. Then dependencies are enabled or dropped and
//! import their values, and all charts' defaults are coalesced below the user's values, with
//! exactly the treatment of nulls that helm 3.17 has. At last `values.schema.json` has its say.

mod coalesce;
mod error;
mod inputs;
mod instance;
mod schema;
mod strvals;
mod strvals_reader;
mod tables;

pub use error::ValuesError;
pub use inputs::{Inputs, merge_maps};
pub use strvals::{SetKind, set};

pub(crate) use coalesce::coalesce_values;
pub(crate) use instance::{Instance, is_compatible, process_dependencies};
pub(crate) use schema::validate;
pub(crate) use tables::Nulls;
