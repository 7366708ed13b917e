//! An account by a plain text.

use mlplat::aws::policy::Principal;

fn who() -> Principal {
    Principal::Account("123456789012")
}

fn main() {}
