//! An IAM action without its service.

use mlplat::aws::action;
use mlplat::aws::policy::Statement;

fn statement() -> Statement {
    Statement::allow([action!("GetObject")])
}

fn main() {}
