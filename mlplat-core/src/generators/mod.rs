//! Secrets of forms that programs ask for: each a construct that makes no
//! resource, drawn once from the state's root seed and sealed into the state.

mod fernet;
mod htpasswd;
mod token;

pub use fernet::FernetKey;
pub use htpasswd::Htpasswd;
pub use token::RandomToken;
