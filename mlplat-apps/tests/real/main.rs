//! What the constructs render works: the processes of their pods are started
//! for real, on this machine.
//!
//! A program is deployed onto the simulated account. What stands in the
//! simulated cluster afterwards (jobs, a deployment, secrets, config maps) is
//! read back and run as a node would: variables resolved, volumes as folders,
//! init containers first. The database is a real PostgreSQL or MariaDB, the
//! bucket a server that speaks S3, the client MLflow's own. Only what a node
//! gives is other than in a cluster: paths of volumes, ports, host names.
//!
//! `cargo xtask test apps` prepares the tools and runs this.

#![allow(clippy::unwrap_used, clippy::panic)]

mod database;
mod http;
mod machine;
mod node;
mod postgres;
mod process;
mod scene;

use machine::Machine;
use scene::Scene;

#[test]
#[ignore = "needs MLflow and a database: run `cargo xtask test apps`"]
fn mlflow_on_postgresql() {
    let machine = Machine::new();
    let server = database::postgresql(&machine);
    Scene::on(&machine, server.store()).plays(2);
}

#[test]
#[ignore = "needs MLflow and a database: run `cargo xtask test apps`"]
fn mlflow_on_mariadb() {
    let machine = Machine::new();
    let server = database::mariadb(&machine);
    let scene = Scene::on(&machine, server.store());
    scene.fails_without_triggers();
    server.allow_triggers(&machine);
    scene.plays(1);
}

#[test]
#[ignore = "needs MLflow and a database: run `cargo xtask test apps`"]
fn mlflow_on_postgres_in_the_cluster_with_a_backup() {
    let machine = Machine::new();
    postgres::plays(&machine);
}

#[test]
#[ignore = "needs a database: run `cargo xtask test apps`"]
fn postgres_in_the_cluster_takes_a_changed_password() {
    let machine = Machine::new();
    postgres::changes_its_password(&machine);
}

#[test]
#[ignore = "needs MLflow and a database: run `cargo xtask test apps`"]
fn an_image_without_its_driver_is_found_out_by_the_first_job() {
    let machine = Machine::new();
    let server = database::postgresql(&machine);
    Scene::on(&machine, server.store()).fails_without_a_driver("psycopg2");
    let server = database::mariadb(&machine);
    Scene::on(&machine, server.store()).fails_without_a_driver("pymysql");
}
