//! The simulated API server against what a real kube-apiserver answered.
//!
//! `MLPLAT_CONFORMANCE_URL=http://127.0.0.1:PORT` runs the suite on the server behind that (loopback, plain) door as
//! well; with `MLPLAT_CONFORMANCE_RECORD=FILE` its answers are written to a file instead of compared.

mod support;

use mlplat_sim::kube::controllers::control_plane;
use mlplat_sim::kube::{Parts, conformance};
use support::cluster;

fn show(report: &conformance::Report) -> String {
    let failed = report.failed.iter().map(|one| {
        format!(
            "\n== {}\n   step   {}\n   wanted {}\n   got    {}",
            one.case, one.step, one.wanted, one.got
        )
    });
    format!(
        "{} against answers of {}: {} cases passed, {} failed, {} steps{}",
        report.server,
        report.recorded_from,
        report.passed.len(),
        report.failed.len(),
        report.steps,
        failed.collect::<String>()
    )
}

#[tokio::test(start_paused = true)]
async fn simulation_answers_as_recorded() {
    // The recorded server ran without controllers of workloads.
    let (client, _) = cluster(Parts {
        controllers: control_plane(),
        ..Parts::default()
    });
    let only = std::env::var("MLPLAT_CONFORMANCE_ONLY").unwrap_or_default();
    let report = conformance::run(client, &only).await;
    println!("{}", show(&report));
    assert!(report.failed.is_empty(), "{}", show(&report));
    assert!(!report.passed.is_empty());
}

#[tokio::test]
#[ignore = "needs a real API server behind MLPLAT_CONFORMANCE_URL: run with --run-ignored all"]
async fn real_server_answers_as_recorded() {
    let url =
        std::env::var("MLPLAT_CONFORMANCE_URL").expect("MLPLAT_CONFORMANCE_URL names a server");
    let config = kube::Config::new(url.parse().expect("a url"));
    let client = kube::Client::try_from(config).expect("a client");
    if let Ok(file) = std::env::var("MLPLAT_CONFORMANCE_RECORD") {
        std::fs::write(file, conformance::record(client).await).expect("a writable file");
        return;
    }
    let report = conformance::run(client, "").await;
    assert!(report.failed.is_empty(), "{}", show(&report));
}
