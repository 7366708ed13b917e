//! Certificates.
//!
//! A certificate is issued only when a DNS record proves that its domain is
//! ours, and what the record says is known only when the certificate has been
//! requested. So one object cannot be both: [`Certificate`] is there as soon as
//! it can say what to prove, and [`CertificateValidation`] is the wait until it
//! is issued, which comes after the records. Whoever uses a certificate takes
//! its ARN from the wait.

mod certificate;
mod certificate_validation;

pub use certificate::*;
pub use certificate_validation::*;
