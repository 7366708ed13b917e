//! How CPU time grows with the size of the values.
//!
//! One small chart ranges over a map of services and makes a deployment of each; values of three
//! sizes hold as many services as fit. What both programs need without any service (start-up,
//! mostly) is measured too and taken off. The exponent is the slope of the line that fits the
//! logarithms of size and time best: 1 is linear, 2 quadratic.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::bench::Programs;

/// Megabytes of values, and how often each size is rendered.
const SIZES: [(f64, u32); 3] = [(0.2, 20), (0.8, 10), (3.2, 5)];

/// Rounds for the empty values.
const EMPTY_ROUNDS: u32 = 40;

const CHART: &str = "apiVersion: v2\nname: growth\nversion: 0.1.0\n";

const DEFAULTS: &str = "services: {}\ndefaults: {memory: 64Mi}\n";

const HELPERS: &str = r#"{{- define "growth.labels" -}}
app: {{ .name | trunc 63 | quote }}
release: {{ .root.Release.Name }}
{{- end -}}
"#;

const TEMPLATE: &str = r#"{{- range $name, $service := .Values.services }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels: {{- include "growth.labels" (dict "name" $name "root" $) | nindent 4 }}
  annotations:
    checksum: {{ toYaml $service | sha256sum }}
spec:
  replicas: {{ $service.replicas | default 1 }}
  template:
    spec:
      containers:
      - name: main
        image: "{{ $service.image.repository }}:{{ $service.image.tag }}"
        env:
        {{- range $service.env }}
        - {name: {{ .name }}, value: {{ .value | quote }}}
        {{- end }}
        {{- with $service.resources }}
        resources: {{- toYaml . | nindent 10 }}
        {{- end }}
{{- end }}
"#;

/// The table of the measurements, with the exponents below.
pub(crate) fn run(programs: &Programs) -> Result<String, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let chart = folder.path().join("growth");
    fs::create_dir_all(chart.join("templates")).map_err(|error| error.to_string())?;
    write(&chart.join("Chart.yaml"), CHART)?;
    write(&chart.join("values.yaml"), DEFAULTS)?;
    write(&chart.join("templates/_helpers.tpl"), HELPERS)?;
    write(&chart.join("templates/services.yaml"), TEMPLATE)?;
    let empty = programs.measure(&chart, None, EMPTY_ROUNDS)?;
    let mut table = format!(
        "{:<24} {:>10} {:>10} {:>7}\n",
        "values", "helm ms", "ours ms", "ratio"
    );
    let mut row = |what: &str, [theirs, ours]: [f64; 2]| {
        let ratio = ours / theirs;
        let _ = writeln!(table, "{what:<24} {theirs:>10.1} {ours:>10.1} {ratio:>7.3}");
    };
    row("none", empty);
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for (megabytes, rounds) in SIZES {
        let values = folder.path().join("values.yaml");
        let text = values_of(megabytes * 1e6);
        write(&values, &text)?;
        let spent = programs.measure(&chart, Some(&values), rounds)?;
        row(&format!("{megabytes} MB"), spent);
        #[allow(clippy::cast_precision_loss, reason = "a few megabytes")]
        let size = text.len() as f64;
        theirs.push((size, spent[0] - empty[0]));
        ours.push((size, spent[1] - empty[1]));
    }
    let (theirs, ours) = (exponent(&theirs)?, exponent(&ours)?);
    let _ = writeln!(
        table,
        "{:<24} {theirs:>10.2} {ours:>10.2}",
        "exponent without start"
    );
    Ok(table)
}

/// Values of at least so many bytes. Everything in them follows from the position.
fn values_of(bytes: f64) -> String {
    let mut text = String::from("services:\n");
    let mut at = 0_u32;
    #[allow(clippy::cast_precision_loss, reason = "a few megabytes")]
    while (text.len() as f64) < bytes {
        let _ = write!(
            text,
            "  service-{at:05}:\n    replicas: {}\n    image: {{repository: registry.example/team-{}/app, \
             tag: 1.{}.0}}\n    env:\n",
            at % 5,
            at % 17,
            at % 40,
        );
        for number in 0..6 {
            let value = at.wrapping_mul(2_654_435_761).rotate_left(number);
            let _ = write!(
                text,
                "    - name: SETTING_{number}\n      value: \"value {value:08x}\"\n"
            );
        }
        text.push_str("    resources:\n      limits: {memory: 128Mi, cpu: 500m}\n");
        at += 1;
    }
    text
}

/// The slope of the best line through the logarithms.
fn exponent(points: &[(f64, f64)]) -> Result<f64, String> {
    if points.iter().any(|(_, time)| *time <= 0.0) {
        return Err("a render took no longer than one without values".to_owned());
    }
    let logs: Vec<(f64, f64)> = points
        .iter()
        .map(|(size, time)| (size.ln(), time.ln()))
        .collect();
    let count: f64 = logs.iter().map(|_| 1.0).sum();
    let mean_x = logs.iter().map(|(x, _)| x).sum::<f64>() / count;
    let mean_y = logs.iter().map(|(_, y)| y).sum::<f64>() / count;
    let covariance: f64 = logs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let variance: f64 = logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    Ok(covariance / variance)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| error.to_string())
}
