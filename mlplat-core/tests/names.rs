//! Names: of nodes, which are ASCII and nothing else, and of objects, which
//! never collide.

// The helpers of a test fail as the test does, and tell their figures.
#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used, missing_docs)]

mod common;

use common::thing;
use mlplat_core::facts::{Alphabet, NameRule};
use mlplat_core::graph::{Context, Graph};
use mlplat_core::name::{check, generate};
use mlplat_core::state::{Birth, BirthId};
use mlplat_core::{NodePath, PathError};
use proptest::prelude::*;

/// The rules of the services with the shortest names.
const RULES: [(&str, NameRule); 5] = [
    ("IAM", rule(Alphabet::Iam, 64)),
    ("S3", rule(Alphabet::S3, 63)),
    ("RDS", rule(Alphabet::Rds, 63)),
    ("EKS", rule(Alphabet::Eks, 100)),
    ("DNS-1123", rule(Alphabet::Dns1123, 63)),
];

const fn rule(alphabet: Alphabet, max: u16) -> NameRule {
    NameRule {
        field: "Name",
        min: 1,
        max,
        alphabet,
    }
}

fn token(path: &str, serial: u64, ordinal: u32) -> String {
    let birth = Birth {
        id: BirthId { serial, ordinal },
        path: path.parse().unwrap(),
    };
    birth.token("0123456789abcdef")
}

/// xorshift64*: repeatable.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16) % end
    }
}

/// Two objects whose names are as alike as those of two objects can be: one
/// path beyond the length of any name and its neighbour, one path in two
/// cases or with other signs, or one path that was born twice.
fn alike(dice: &mut Dice) -> [(String, String); 2] {
    const PARTS: [&str; 6] = ["cluster", "node-group", "a", "metadata.db", "X_y", "role"];
    let mut path = String::from("n");
    for _ in 0..=dice.below(12) {
        path.push('/');
        path.push_str(PARTS[usize::try_from(dice.below(6)).unwrap()]);
    }
    let other = match dice.below(5) {
        0 => path.to_uppercase(),
        1 => path.replace(['-', '_'], "."),
        2 => format!("{path}/x"),
        3 => path.replace('/', "-").chars().take(64).collect(),
        _ => path.clone(),
    };
    let serial = 1 + dice.below(1_000_000);
    let first = token(&path, serial, 0);
    let second = token(&other, serial, 1);
    [(path, first), (other, second)]
}

/// Proves fault 23.
#[test]
fn no_two_generated_names_are_the_same() {
    let pairs = match std::env::var_os("MLPLAT_PROVE") {
        Some(_) => 10_000_000_u64,
        None => 10_000,
    };
    let mut dice = Dice(23);
    let mut cut = 0_u64;
    for number in 0..pairs {
        let pair = alike(&mut dice);
        for (service, rule) in &RULES {
            let name = |(path, token): &(String, String)| {
                let name = generate(rule, "platform", "production", path, token);
                let whole = "platform-production-".len() + path.len();
                (name, whole + 11 > usize::from(rule.max))
            };
            let (first, second) = (name(&pair[0]), name(&pair[1]));
            cut += u64::from(first.1);
            assert!(
                !first.0.eq_ignore_ascii_case(&second.0),
                "pair {number}: {service} has {} twice, of {pair:?}",
                first.0
            );
            assert_eq!(check(rule, &first.0), Ok(()), "{}", first.0);
            // The same input, the same name.
            assert_eq!(first, name(&pair[0]));
        }
    }
    assert!(cut > pairs, "{cut} were cut");
    println!("figure: {pairs} pairs in 5 alphabets, {cut} names cut, 0 collisions");
}

/// Names as they were when this was written: on every platform, and in every
/// later version, since an object is found again by its name.
///
/// Proves fault 23.
#[test]
fn a_name_is_the_same_on_every_platform() {
    let path = "cluster/Node_group.a/role";
    let token = token(path, 7, 3);
    assert_eq!(token, "933bd50d1cf5a41d8f9bf4ce2fe2b7c5");
    let names = RULES.map(|(_, rule)| generate(&rule, "zenml", "dev", path, &token));
    let (mixed, lower) = (
        "zenml-dev-cluster-Node-group-a-role-5a3bs339l9",
        "zenml-dev-cluster-node-group-a-role-5a3bs339l9",
    );
    assert_eq!(names, [mixed, lower, lower, mixed, lower]);
}

/// Proves fault 23.
#[test]
fn colliding_names_tell_both_lines() {
    let problems = Graph::build(Context::new("names"), |stack| {
        let line = line!();
        stack.add("one", thing("same"));
        stack.add("two", thing("same"));
        stack.add("three", thing("other"));
        stack.output("line", &mlplat_core::Output::from(line));
    });
    let problems = problems.unwrap_err();
    let [problem] = &problems.0[..] else {
        panic!("{problems}");
    };
    assert_eq!(problem.code, "key-collision");
    let second = problem.source.unwrap();
    let first = format!("{}:{}", second.file, second.line - 1);
    assert!(
        problem
            .why
            .ends_with(&format!("the other one is at {first}")),
        "{problem:?}"
    );
    assert!(second.file.ends_with("tests/names.rs"));
}

proptest! {
    /// Names that people choose: refused exactly where two are the same, and
    /// for each of them both lines are told.
    ///
    /// Proves fault 23.
    #[test]
    fn chosen_names_collide_where_they_are_the_same(
        names in proptest::collection::vec("[a-c]{1,2}", 2..6)
    ) {
        let built = Graph::build(Context::new("names"), |stack| {
            for (number, name) in names.iter().enumerate() {
                stack.add(&format!("n{number}"), thing(name));
            }
        });
        let mut seen = std::collections::BTreeSet::new();
        let twice = names.iter().filter(|name| !seen.insert(*name)).count();
        let found = built.map_or_else(|problems| problems.0, |_| Vec::new());
        prop_assert_eq!(found.len(), twice);
        for problem in found {
            prop_assert!(problem.source.is_some());
            prop_assert!(problem.why.contains("the other one is at "), "{}", problem.why);
        }
    }
}

fn accepted(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// Every character there is, in the middle of a name and at its start.
///
/// Proves fault 24.
#[test]
fn every_other_character_is_refused_and_told() {
    let (mut fine, mut refused) = (0_u32, 0_u32);
    for c in '\0'..=char::MAX {
        let mut name = String::from("a");
        name.push(c);
        name.push('b');
        let joined = NodePath::root().join(&name);
        if accepted(c) {
            fine += 1;
            assert_eq!(joined.unwrap().as_str(), name);
            continue;
        }
        refused += 1;
        assert_eq!(joined, Err(PathError::Character(c)));
        // Beyond the planes with letters the rule of the message is the same.
        if c > '\u{20000}' && u32::from(c) % 97 != 0 {
            continue;
        }
        let said = PathError::Character(c).to_string();
        let number = u32::from(c);
        let told = if c.is_ascii_graphic() || c == ' ' {
            said.contains(&format!("`{c}`"))
        } else {
            said.contains(&format!("U+{number:04X}")) || said.contains(&format!("u{{{number:x}}}"))
        };
        assert!(told, "{number:x}: {said}");
        // Nothing that a terminal obeys, or that has no width, is printed.
        let raw = said.contains(c) && !c.is_ascii();
        assert!(!raw || c.is_alphanumeric(), "{number:x}: {said}");
    }
    assert_eq!(fine, 65);
    println!("figure: {refused} characters refused and told, {fine} accepted");
}

/// Texts that look alike, or like nothing, and what is said of them.
///
/// Proves fault 24.
#[test]
fn twins_are_told_apart() {
    let said = |text: &str| text.parse::<NodePath>().unwrap_err().to_string();
    let rest = " cannot stand in a name: use A-Z a-z 0-9 - _ .";
    for (text, shown) in [
        // Composed and decomposed.
        ("caf\u{e9}", "`é` (U+00E9)"),
        ("cafe\u{301}", "`\\u{301}`"),
        // Cyrillic, which looks like Latin, and full width.
        ("p\u{430}th", "`а` (U+0430)"),
        ("\u{ff41}bc", "`ａ` (U+FF41)"),
        // Right to left: a letter, and a mark that turns what follows.
        ("a\u{5d0}", "`א` (U+05D0)"),
        ("a\u{202e}cod", "`\\u{202e}`"),
        // Emoji, with a joiner between.
        ("a\u{1f469}\u{200d}\u{1f4bb}", "`\\u{1f469}`"),
        ("zero\u{200b}width", "`\\u{200b}`"),
        ("bom\u{feff}", "`\\u{feff}`"),
        // A letter without a shape.
        ("a\u{3164}", "`\u{3164}` (U+3164)"),
        ("bell\u{7}", "`\\u{7}`"),
        ("a b", "` `"),
    ] {
        assert_eq!(said(text), format!("{shown}{rest}"), "{text:?}");
    }
}
