//! The door in front of MLflow: Caddy, which asks for a name and a password.
//!
//! MLflow listens on the loopback interface of its pod, so the door is the
//! only way in, whatever routes MLflow has. The configuration is Caddy's JSON,
//! whose form is the same in 2.6 and 2.11 (a Caddyfile's directive is not);
//! name and hash come from the environment, so it holds no secret.
//!
//! Checked passwords are remembered in memory (`hash_cache`): bcrypt takes a
//! quarter of a second for a chosen password, and a client of MLflow makes a
//! request for each metric that it logs.

use mlplat_core::{Output, Secret};
use serde_json::{Value, json};

use super::settings::{SCRATCH, SERVER_PORT};
use crate::process::{Folder, Process};

/// Where the door is, on every interface of the pod.
pub(crate) const PROXY_PORT: u16 = 8080;
/// Answers while the door is open, whatever MLflow does. Without a password.
pub(crate) const LIVE_PATH: &str = "/-/live";
/// Answers while MLflow does, through the door. Without a password.
pub(crate) const HEALTH_PATH: &str = "/health";

/// Where the configuration is.
const FOLDER: &str = "/etc/mlflow/proxy";
const CONFIG: &str = "caddy.json";

/// The door, for one user.
pub(crate) fn proxy(username: &Output<String>, password_hash: &Output<Secret<String>>) -> Process {
    let config_path = format!("{FOLDER}/{CONFIG}");
    Process::new(["caddy", "run", "--config", &config_path])
        .set("MLFLOW_USERNAME", username)
        .hide("MLFLOW_PASSWORD_HASH", password_hash)
        .set("XDG_CONFIG_HOME", SCRATCH)
        .set("XDG_DATA_HOME", SCRATCH)
        .reading(Some(Folder::of(FOLDER, CONFIG, format!("{:#}", config()))))
}

/// Caddy's configuration.
fn config() -> Value {
    let upstream = json!({
        "handler": "reverse_proxy",
        "upstreams": [{ "dial": format!("127.0.0.1:{SERVER_PORT}") }],
        // MLflow has no use for the password.
        "headers": { "request": { "delete": ["Authorization"] } },
    });
    let answer = |status: u16| json!({ "handler": "static_response", "status_code": status });
    let routes = json!([
        { "match": [{ "path": [LIVE_PATH] }], "handle": [answer(200)], "terminal": true },
        {
            "match": [{ "path": [HEALTH_PATH], "method": ["GET", "HEAD"] }],
            "handle": [upstream],
            "terminal": true,
        },
        { "handle": [authentication()] },
        // The assistant runs commands on the server for whoever seems to sit
        // at it, and a forwarded port does.
        {
            "match": [{ "path": ["*/mlflow/assistant", "*/mlflow/assistant/*"] }],
            "handle": [answer(404)],
            "terminal": true,
        },
        { "handle": [upstream] },
    ]);
    json!({
        "admin": { "disabled": true, "config": { "persist": false } },
        "apps": { "http": { "servers": { "mlflow": {
            "listen": [format!(":{PROXY_PORT}")],
            "automatic_https": { "disable": true },
            "routes": routes,
        } } } },
    })
}

fn authentication() -> Value {
    json!({
        "handler": "authentication",
        "providers": { "http_basic": {
            "hash": { "algorithm": "bcrypt" },
            "hash_cache": {},
            "realm": "mlflow",
            "accounts": [{
                "username": "{env.MLFLOW_USERNAME}",
                "password": "{env.MLFLOW_PASSWORD_HASH}",
            }],
        } },
    })
}
