//! The catalogue as a table for people: `docs/resource-types.md`.
//!
//! `cargo xtask docs` writes the file, and a test compares it with what is
//! rendered here, so that it cannot be stale.

use std::fmt::Write as _;

use mlplat_core::facts::{Canon, Data, Kind, Recovery, Refs, Type};

use crate::{catalog, permissions};

/// What stands above the tables.
const HEAD: &str = "\
# Resource types of mlplat-aws

Written by `cargo xtask docs` from the declared facts; do not edit.

*Facts* counts what is declared about a type: for each field what a change of it
does, and where it applies that it is required, secret, names another object or
has a canonical form of its own; each output; keys that are unique; side
objects; needs; conditions of deletion; identity, recovery, tagging, tokens,
names, quota, durations. *Actions* counts the IAM actions that a deployer needs.
`cargo xtask test facts` compares them with CloudFormation's schemas and
botocore's models, type by type; where they differ on purpose,
`mlplat-aws/facts-exceptions.toml` says why.

*Recovery* is how an object is found again when the reply to its creation was
lost. *Data* is what its deletion does to what people have put into it.
";

/// The catalogue as Markdown.
///
/// ```
/// let text = mlplat_aws::reference();
/// assert!(text.contains("| `ec2.NatGateway` |"));
/// ```
#[must_use]
pub fn reference() -> String {
    let mut sources: Vec<&str> = Vec::new();
    let mut text = String::from(HEAD);
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "\n## Objects\n\n\
         | type | CloudFormation | what it is | facts | actions | recovery | data | source |\n\
         |---|---|---|--:|--:|---|---|---|\n"
    );
    for ty in of_kind(Kind::Resource) {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} | {} | {} |",
            ty.name,
            code(ty.cloudformation),
            ty.doc,
            facts(ty),
            actions(ty),
            recovery(ty),
            data(ty.data),
            number(&mut sources, ty.source),
        );
    }
    let _ = write!(
        text,
        "\n## Questions\n\n| type | API | what it asks | facts | source |\n|---|---|---|--:|---|\n"
    );
    for ty in of_kind(Kind::Lookup) {
        let _ = writeln!(
            text,
            "| `{}` | `{}` | {} | {} | {} |",
            ty.name,
            ty.api,
            ty.doc,
            facts(ty),
            number(&mut sources, ty.source),
        );
    }
    text.push_str("\n## Sources\n\n");
    for (at, source) in (1..).zip(sources) {
        let _ = writeln!(text, "{at}. {source}");
    }
    text
}

fn of_kind(kind: Kind) -> impl Iterator<Item = &'static &'static Type> {
    catalog().iter().filter(move |ty| ty.kind == kind)
}

fn code(text: &str) -> String {
    match text {
        "" => "-".to_owned(),
        text => format!("`{text}`"),
    }
}

/// The place of a source in the list, which grows by new ones.
fn number(sources: &mut Vec<&'static str>, source: &'static str) -> usize {
    let known = sources.iter().position(|one| *one == source);
    known.unwrap_or_else(|| {
        sources.push(source);
        sources.len() - 1
    }) + 1
}

/// How much is declared about a type.
fn facts(ty: &Type) -> usize {
    let fields = ty.fields.iter().map(|field| {
        let further = [
            field.required,
            field.secret,
            field.refs != Refs::No,
            field.canon != Canon::Exact,
        ];
        1 + further.into_iter().filter(|is| *is).count()
    });
    let lists =
        ty.outputs.len() + ty.unique.len() + ty.brings.len() + ty.needs.len() + ty.blocked.len();
    let of_objects = [
        true, // identity
        true, // recovery
        true, // tagging
        true, // token
        true, // creation
        true, // update
        true, // deletion
        true, // data
        ty.name_rule.is_some(),
        ty.quota.is_some(),
        ty.alone.is_some(),
    ];
    let of_questions = [true, !ty.finds.is_empty(), ty.floor.is_some()];
    let further = match ty.kind {
        Kind::Resource => of_objects.into_iter().filter(|is| *is).count(),
        Kind::Lookup => of_questions.into_iter().filter(|is| *is).count(),
    };
    fields.sum::<usize>() + lists + further
}

fn actions(ty: &Type) -> usize {
    let Some(row) = permissions::of(ty.name) else {
        return 0;
    };
    let lists = [row.create, row.read, row.update, row.delete, row.tag];
    let mut actions: Vec<_> = lists.into_iter().flatten().collect();
    actions.sort_unstable();
    actions.dedup();
    actions.len()
}

fn recovery(ty: &Type) -> String {
    match ty.recovery {
        Recovery::UniqueName => {
            let field = ty.name_rule.map_or("Name", |rule| rule.field);
            format!("unique name `{field}`")
        }
        Recovery::Tags { window_s } => format!("tags, looked for {window_s} s"),
        Recovery::NaturalKey(fields) => format!("key `{}`", fields.join(", ")),
    }
}

fn data(data: Data) -> String {
    match data {
        Data::None => "none".to_owned(),
        Data::Destroyed => "destroyed".to_owned(),
        Data::ExpiresAfter(field) => format!("destroyed; expires by `{field}`"),
        Data::MustBeEmpty => "in the way".to_owned(),
        Data::CopiedUnless(field) => format!("copied unless `{field}`"),
        Data::CopiedIf(field) => format!("copied if `{field}`"),
        Data::Recoverable { days, default, .. } => {
            format!("recoverable for `{days}`, {default} days")
        }
        Data::LeftBehind { made_by, .. } => format!("left behind by `{made_by}`"),
    }
}
