//! Texts made of secrets: what they come to, and that they stay secret.

#![allow(clippy::panic, clippy::unwrap_used)]

use mlplat_core::graph::{Context, Graph};
use mlplat_core::plan::{Env, EvalError, Evaluator, NodeOutputs, SecretBook, Val};
use mlplat_core::seal::Keyring;
use mlplat_core::state::State;
use mlplat_core::wiring::{Generated, NodeId};
use mlplat_core::world::SystemWorld;
use mlplat_core::{Output, Secret, secret_text};

struct Nothing;

impl Env for Nothing {
    fn outputs(&self, _: NodeId) -> Option<NodeOutputs> {
        None
    }
}

fn book(keyring: &Keyring) -> SecretBook {
    SecretBook::open(keyring.clone(), &State::new("lineage".into())).unwrap()
}

fn value(book: &SecretBook, output: &Output<Secret<String>>) -> Result<Val, EvalError> {
    let graph = Graph::build(Context::new("demo"), |_: &mut mlplat_core::Stack| {}).unwrap();
    let evaluator = Evaluator {
        graph: &graph,
        env: &Nothing,
        secrets: book,
    };
    evaluator.value(output.expr())
}

fn clear(book: &SecretBook, output: &Output<Secret<String>>) -> String {
    match value(book, output).unwrap() {
        Val::Secret(plain) => plain.expose().to_owned(),
        other => panic!("not secret: {other}"),
    }
}

#[tokio::test]
async fn a_url_with_any_password_can_be_read_back() {
    let book = book(&Keyring::draw(&SystemWorld::new()));
    let password: Output<Secret<String>> = Secret::provided("p@:/#%? x".into()).into();
    let url = secret_text!(
        "mysql://{}:{}@{}:{}/db",
        "mlflow",
        password.percent_encoded(),
        Output::<String>::from("h"),
        3306
    );
    assert_eq!(
        clear(&book, &url),
        "mysql://mlflow:p%40%3A%2F%23%25%3F%20x@h:3306/db"
    );
    assert!(!format!("{url:?}").contains("p@"), "{url:?}");
}

#[tokio::test]
async fn a_hash_is_the_same_in_every_run_and_another_for_another_key() {
    let keyring = Keyring::draw(&SystemWorld::new());
    let password = Output::generated("admin", Generated::alphanumeric(24));
    let hash = clear(&book(&keyring), &password.bcrypt("mlflow"));
    assert!(hash.starts_with("$2b$05$"), "{hash}");
    assert_eq!(hash, clear(&book(&keyring), &password.bcrypt("mlflow")));
    assert_ne!(hash, clear(&book(&keyring), &password.bcrypt("airflow")));
    assert!(bcrypt::verify(clear(&book(&keyring), &password), &hash).unwrap());
}

#[tokio::test]
async fn a_chosen_password_is_hashed_slowly_wherever_it_stands() {
    let chosen: Output<Secret<String>> = Secret::provided("hunter2".into()).into();
    let shown = format!("{:?}", chosen.bcrypt("k"));
    assert_eq!(shown, "bcrypt[k,12](<secret>)");
    let generated = Output::generated("a", Generated::hex(32));
    let mixed = secret_text!("{}{}", generated, chosen).bcrypt("k");
    assert!(
        format!("{mixed:?}").starts_with("bcrypt[k,12]"),
        "{mixed:?}"
    );
    // Of what an output of a node is made, nobody knows here.
    let foreign = Output::<Secret<String>>::from_expr(secret_text!("{}", "x").expr().clone());
    assert!(format!("{:?}", foreign.bcrypt("k")).starts_with("bcrypt[k,12]"));
}

#[tokio::test]
async fn what_has_no_hash_is_said_without_the_secret() {
    let book = book(&Keyring::draw(&SystemWorld::new()));
    let long: Output<Secret<String>> = Secret::provided("hunter2".repeat(11)).into();
    let error = value(&book, &long.bcrypt("k")).unwrap_err().to_string();
    assert_eq!(
        error,
        "bcrypt[k,12]: the secret is longer than the 72 bytes that bcrypt reads"
    );
}
