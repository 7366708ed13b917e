//! Replays the script on a client.

use std::collections::BTreeMap;

use futures::io::{AsyncBufReadExt, BufReader};
use futures::{StreamExt, TryStreamExt};
use http::Request;
use http_body_util::BodyExt;
use kube::Client;
use serde_json::{Value, json};

use super::normal::Numbering;
use super::script::{Case, Compare, Step, parse};

const CASES: &str = include_str!("cases.txt");
const ANSWERS: &str = include_str!("answers.txt");

/// One case that did not give the recorded answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The case.
    pub case: String,
    /// The step, as it stands in the script.
    pub step: String,
    /// What was recorded.
    pub wanted: String,
    /// What was answered.
    pub got: String,
}

/// What a run of the suite came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The version that the server under test says it is.
    pub server: String,
    /// The server that the answers were recorded from.
    pub recorded_from: String,
    /// Cases in which every answer was the recorded one.
    pub passed: Vec<String>,
    /// The first difference of every other case.
    pub failed: Vec<Failed>,
    /// Steps compared.
    pub steps: usize,
}

/// Runs every case whose name contains `only` (all with an empty text) and compares.
pub async fn run(client: Client, only: &str) -> Report {
    let mut lines = ANSWERS.lines();
    let recorded_from = lines
        .next()
        .unwrap_or_default()
        .trim_start_matches("# ")
        .to_owned();
    let mut recorded: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut case = "";
    for line in lines {
        match line.strip_prefix("case ") {
            Some(name) => case = name,
            None => recorded.entry(case).or_default().push(line),
        }
    }
    let mut report = Report {
        recorded_from,
        server: version(&client).await,
        ..Report::default()
    };
    for case in parse(CASES)
        .into_iter()
        .filter(|case| case.name.contains(only))
    {
        let none = Vec::new();
        let wanted = recorded.get(case.name.as_str()).unwrap_or(&none);
        let answers = play(&client, &case).await;
        judge(&mut report, case, wanted, &answers);
    }
    report
}

/// Plays a script of one's own on two servers and compares their answers: the first is taken as the truth.
pub async fn compare(script: &str, truth: Client, other: Client) -> Report {
    let mut report = Report {
        recorded_from: version(&truth).await,
        server: version(&other).await,
        ..Report::default()
    };
    for case in parse(script) {
        let wanted = play(&truth, &case).await;
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        judge(
            &mut report,
            case.clone(),
            &wanted,
            &play(&other, &case).await,
        );
    }
    report
}

/// Runs every case and gives the text of `answers.txt` for this server.
pub async fn record(client: Client) -> String {
    let mut out = format!("# {}\n", version(&client).await);
    for case in parse(CASES) {
        out.push_str(&format!("case {}\n", case.name));
        for answer in play(&client, &case).await {
            out.push_str(&answer);
            out.push('\n');
        }
    }
    out
}

async fn version(client: &Client) -> String {
    client.apiserver_version().await.map_or_else(
        |error| format!("no version: {error}"),
        |info| format!("kube-apiserver {}", info.git_version),
    )
}

/// Adds a case to a report: passed, or failed at the first step whose answers differ.
fn judge(report: &mut Report, case: Case, wanted: &[&str], answers: &[String]) {
    report.steps += answers.len();
    let difference = case
        .steps
        .iter()
        .zip(answers)
        .enumerate()
        .find_map(|(at, (step, got))| {
            let wanted = wanted.get(at).copied().unwrap_or("nothing");
            let differs = outline(step.compare, wanted) != outline(step.compare, got);
            differs.then(|| Failed {
                case: case.name.clone(),
                step: format!("{} {} {}", step.verb, step.path, step.body.trim()),
                wanted: wanted.to_owned(),
                got: got.clone(),
            })
        });
    match difference {
        Some(failed) => report.failed.push(failed),
        None => report.passed.push(case.name),
    }
}

/// What is compared of an answer.
fn outline(compare: Compare, answer: &str) -> (String, Value) {
    let (code, body) = answer.split_once(' ').unwrap_or((answer, ""));
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let part = match compare {
        Compare::Whole => body,
        Compare::Reason => body["reason"].clone(),
        Compare::Ownership => json!([
            body["metadata"]["managedFields"],
            body["metadata"]["generation"]
        ]),
    };
    (code.to_owned(), part)
}

/// Runs one case in a namespace of its own and gives one line per step: code and comparable body.
async fn play(client: &Client, case: &Case) -> Vec<String> {
    let namespace = format!("conf-{}", case.name);
    let mut player = Player {
        client,
        names: BTreeMap::from([("$NS".to_owned(), namespace.clone())]),
    };
    let mut numbering = Numbering::default();
    let body = json!({"metadata": {"name": namespace}}).to_string();
    let home = Step {
        verb: "POST".to_owned(),
        path: "/api/v1/namespaces".to_owned(),
        body,
        ..Step::default()
    };
    player.step(&home).await;
    let mut out = Vec::new();
    for step in &case.steps {
        let (code, body) = player.step(step).await;
        out.push(format!("{code} {}", numbering.normal(&body)));
    }
    let path = format!("/api/v1/namespaces/{namespace}");
    player
        .step(&Step {
            verb: "DELETE".to_owned(),
            path,
            ..Step::default()
        })
        .await;
    out
}

struct Player<'a> {
    client: &'a Client,
    names: BTreeMap<String, String>,
}

impl Player<'_> {
    fn fill(&self, text: &str) -> String {
        self.names
            .iter()
            .rev()
            .fold(text.to_owned(), |text, (name, value)| {
                text.replace(name, value)
            })
    }

    async fn step(&mut self, step: &Step) -> (u16, Value) {
        let (path, body) = (self.fill(&step.path), self.fill(step.body.trim()));
        let answer = match step.verb.as_str() {
            "WATCH" => self.events(&path, |_| false).await,
            "GONE" => self.gone(&path).await,
            "UNTIL" => self.until(&path, &body).await,
            verb => self.send(verb, &path, body).await,
        };
        let (code, value) = answer.unwrap_or_else(|error| (0, Value::from(error)));
        if let Some(name) = &step.name {
            let text = |field: &str| {
                value["metadata"][field]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            };
            self.names.insert(format!("${name}.uid"), text("uid"));
            self.names
                .insert(format!("${name}.rv"), text("resourceVersion"));
        }
        (code, value)
    }

    async fn send(&self, verb: &str, path: &str, body: String) -> Result<(u16, Value), String> {
        let (method, content_type) = match verb {
            "MERGE" => ("PATCH", "application/merge-patch+json"),
            "JSON" => ("PATCH", "application/json-patch+json"),
            "STRATEGIC" => ("PATCH", "application/strategic-merge-patch+json"),
            "APPLY" => ("PATCH", "application/apply-patch+yaml"),
            other => (other, "application/json"),
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", content_type);
        let request = request
            .body(body.into_bytes().into())
            .map_err(|error| error.to_string())?;
        let response = self
            .client
            .send(request)
            .await
            .map_err(|error| error.to_string())?;
        let code = response.status().as_u16();
        let bytes = response
            .into_body()
            .collect()
            .await
            .map_err(|error| error.to_string())?
            .to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok((
            code,
            serde_json::from_str(&text).unwrap_or_else(|_| Value::from(text.trim())),
        ))
    }

    /// The events of a watch until one is enough or the stream ends.
    async fn events(
        &self,
        path: &str,
        enough: impl Fn(&Value) -> bool,
    ) -> Result<(u16, Value), String> {
        let request = Request::get(path)
            .body(Vec::new())
            .map_err(|error| error.to_string())?;
        let stream = match self.client.request_stream(request).await {
            Ok(stream) => stream,
            Err(kube::Error::Api(status)) => {
                return Ok((
                    status.code,
                    serde_json::to_value(&*status).unwrap_or_default(),
                ));
            }
            Err(error) => return Err(error.to_string()),
        };
        let mut lines = Box::pin(
            BufReader::new(Box::pin(stream))
                .lines()
                .map_err(|error| error.to_string()),
        );
        let mut events = Vec::new();
        while let Some(line) = lines.next().await {
            let event: Value = serde_json::from_str(&line?).map_err(|error| error.to_string())?;
            let done = enough(&event);
            events.push(event);
            if done {
                break;
            }
        }
        Ok((200, Value::Array(events)))
    }

    /// Waits until an object is gone: the answer is the last look at it.
    async fn gone(&self, path: &str) -> Result<(u16, Value), String> {
        self.follow(
            path,
            |event| event["type"] == "DELETED",
            |code, _| code == 404,
        )
        .await?;
        self.send("GET", path, String::new()).await
    }

    /// Waits until an object contains a value.
    async fn until(&self, path: &str, wanted: &str) -> Result<(u16, Value), String> {
        let wanted: Value = serde_json::from_str(wanted).map_err(|error| error.to_string())?;
        self.follow(
            path,
            |event| contains(&event["object"], &wanted),
            |_, object| contains(object, &wanted),
        )
        .await?;
        self.send("GET", path, String::new()).await
    }

    async fn follow(
        &self,
        path: &str,
        enough: impl Fn(&Value) -> bool,
        already: impl Fn(u16, &Value) -> bool,
    ) -> Result<(), String> {
        let (code, object) = self.send("GET", path, String::new()).await?;
        if already(code, &object) {
            return Ok(());
        }
        let (collection, name) = path.rsplit_once('/').unwrap_or((path, ""));
        let version = object["metadata"]["resourceVersion"]
            .as_str()
            .unwrap_or_default();
        let watch = format!(
            "{collection}?watch=1&timeoutSeconds=60&fieldSelector=metadata.name={name}&resourceVersion={version}"
        );
        self.events(&watch, enough).await.map(|_| ())
    }
}

/// Whether a value has everything that another has. Lists must contain each wanted item.
fn contains(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(value), Value::Object(wanted)) => wanted
            .iter()
            .all(|(key, wanted)| value.get(key).is_some_and(|value| contains(value, wanted))),
        (Value::Array(value), Value::Array(wanted)) => wanted
            .iter()
            .all(|wanted| value.iter().any(|value| contains(value, wanted))),
        _ => value == wanted,
    }
}
