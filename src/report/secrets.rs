//! The secrets of a program, and who uses them.

use mlplat_core::deploy::SecretUse;
use mlplat_core::state::State;

use super::text::{clean, pad, width};
use super::tone::Tone;

/// A line for each secret: its key, its generation, what uses it. Values do
/// not come here.
#[must_use]
pub fn secrets_text(secrets: &[SecretUse], state: &State) -> String {
    if secrets.is_empty() {
        return "the program has no secrets\n".to_owned();
    }
    let rows: Vec<[String; 3]> = secrets.iter().map(|used| row(used, state)).collect();
    let widest = |at: usize| rows.iter().map(|row| width(&row[at])).max().unwrap_or(0);
    let (keys, lives) = (widest(0), widest(1));
    let lines = rows.iter().map(|[key, life, uses]| {
        let key = pad(key, keys);
        let life = Tone::Faint.paint(&pad(life, lives));
        format!("{}  {life}  {uses}\n", Tone::Strong.paint(&key))
    });
    lines.collect()
}

fn row(used: &SecretUse, state: &State) -> [String; 3] {
    let Some(key) = &used.key else {
        return [
            "(provided)".to_owned(),
            "from outside".to_owned(),
            uses(used),
        ];
    };
    let life = match state.secrets.get(key) {
        None => "no value yet".to_owned(),
        Some(secret) if secret.spreading => {
            format!("generation {}, not everywhere yet", secret.generation)
        }
        Some(secret) => format!("generation {}", secret.generation),
    };
    [clean(key).into_owned(), life, uses(used)]
}

fn uses(used: &SecretUse) -> String {
    let fields = used.fields.iter();
    let fields = fields.map(|(path, field)| format!("{path}.{}", clean(field)));
    let outputs = used.outputs.iter();
    let outputs = outputs.map(|name| format!("output {}", clean(name)));
    fields.chain(outputs).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use mlplat_core::state::SealedSecret;

    use super::*;

    #[test]
    fn each_with_its_generation_and_its_uses() {
        let used = |key: Option<&str>, paths: &[&str], outputs: &[&str]| SecretUse {
            key: key.map(str::to_owned),
            shape: None,
            fields: paths
                .iter()
                .map(|path| (path.parse().unwrap(), "Password".to_owned()))
                .collect(),
            outputs: outputs.iter().map(|name| (*name).to_owned()).collect(),
        };
        let secrets = [
            used(
                Some("db"),
                &["database/instance", "database/secret"],
                &["db-password"],
            ),
            used(Some("store-key"), &["store"], &[]),
            used(Some("token"), &["hook"], &[]),
            used(None, &["mail"], &[]),
        ];
        let mut state = State::default();
        for (key, generation, spreading) in [("db", 2, true), ("token", 0, false)] {
            let secret = SealedSecret {
                generation,
                sealed: "sealed".into(),
                spreading,
            };
            state.secrets.insert(key.to_owned(), secret);
        }
        let text = anstream::adapter::strip_str(&secrets_text(&secrets, &state)).to_string();
        insta::assert_snapshot!(text, @r#"
        db          generation 2, not everywhere yet  database/instance.Password, database/secret.Password, output db-password
        store-key   no value yet                      store.Password
        token       generation 0                      hook.Password
        (provided)  from outside                      mail.Password
        "#);
    }
}
