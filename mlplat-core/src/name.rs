//! Physical names: what AWS and Kubernetes call an object.
//!
//! A generated name is `<stack>-<env>-<path>-<suffix>`, reduced to the
//! characters that the service accepts and cut to its longest length. The
//! suffix is ten characters of base 32 (50 bits) drawn from the object's
//! [`Birth`](crate::state::Birth), so two objects never share a name, a
//! replacement never collides with what it replaces, and a repeated run asks
//! for the same name again.

use sha2::{Digest, Sha256};

use crate::facts::{Alphabet, NameRule};

/// Digits and consonants: safe in every alphabet, and no words by accident.
const BASE32: &[u8; 32] = b"0123456789bcdfghjklmnpqrstvwxyza";
const SUFFIX: usize = 10;
/// What the name of an alias in KMS begins with.
const ALIAS: &str = "alias/";

/// The name for an object of `path` in `stack` and `env`, from its birth
/// token.
#[must_use]
pub fn generate(rule: &NameRule, stack: &str, env: &str, path: &str, token: &str) -> String {
    let suffix = suffix(token);
    let room = usize::from(rule.max).saturating_sub(SUFFIX + 1);
    let mut base = reduce(rule.alphabet, &format!("{stack}-{env}-{path}"));
    base.truncate(room);
    let base = base.trim_end_matches(['-', '.', '_']);
    if base.is_empty() {
        return format!("x{}", &suffix[1..]);
    }
    format!("{base}-{suffix}")
}

/// The part of a generated name that comes from the birth.
#[must_use]
pub fn suffix(token: &str) -> String {
    let digest = Sha256::digest(token.as_bytes());
    let letters = digest.iter().take(SUFFIX);
    letters
        .map(|byte| char::from(BASE32[usize::from(byte & 31)]))
        .collect()
}

/// The text with only the characters that the alphabet has; everything else
/// becomes a hyphen, and hyphens do not follow each other.
fn reduce(alphabet: Alphabet, text: &str) -> String {
    let lower = matches!(
        alphabet,
        Alphabet::S3 | Alphabet::Rds | Alphabet::Dns1123 | Alphabet::Ecr
    );
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let c = if lower { c.to_ascii_lowercase() } else { c };
        let c = if c.is_ascii_alphanumeric() { c } else { '-' };
        if c != '-' || !(out.is_empty() || out.ends_with('-')) {
            out.push(c);
        }
    }
    let start_letter = matches!(alphabet, Alphabet::Rds);
    if start_letter && !out.starts_with(|c: char| c.is_ascii_alphabetic()) {
        out.insert(0, 'x');
    }
    if alphabet == Alphabet::KmsAlias {
        out.insert_str(0, ALIAS);
    }
    out
}

/// Whether a service would accept a name that the user chose.
///
/// # Errors
/// Why not, in words.
pub fn check(rule: &NameRule, name: &str) -> Result<(), String> {
    let length = name.chars().count();
    if length < usize::from(rule.min) || length > usize::from(rule.max) {
        return Err(format!(
            "it has {length} characters; {} to {} are accepted",
            rule.min, rule.max
        ));
    }
    let (fits, words): (fn(char) -> bool, &str) = alphabet(rule.alphabet);
    if let Some(bad) = name.chars().find(|c| !fits(*c)) {
        return Err(format!(
            "`{}` is not accepted; {words} are",
            bad.escape_debug()
        ));
    }
    edges(rule.alphabet, name)
}

fn alphabet(alphabet: Alphabet) -> (fn(char) -> bool, &'static str) {
    match alphabet {
        Alphabet::Iam => (
            |c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c),
            "letters, digits and _+=,.@-",
        ),
        Alphabet::Eks => (
            |c| c.is_ascii_alphanumeric() || "_-".contains(c),
            "letters, digits, _ and -",
        ),
        Alphabet::S3 => (
            |c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c),
            "lower-case letters, digits, . and -",
        ),
        Alphabet::Rds => (
            |c| c.is_ascii_alphanumeric() || c == '-',
            "letters, digits and -",
        ),
        Alphabet::Dns1123 => (
            |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
            "lower-case letters, digits and -",
        ),
        Alphabet::LaunchTemplate => (
            |c| c.is_ascii_alphanumeric() || "()./_-".contains(c),
            "letters, digits and ()./_-",
        ),
        Alphabet::SecurityGroup => (
            |c| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c),
            "letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*",
        ),
        Alphabet::KmsAlias => (
            |c| c.is_ascii_alphanumeric() || ":/_-".contains(c),
            "letters, digits and :/_-",
        ),
        Alphabet::SecretsManager => (
            |c| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c),
            "letters, digits and /_+=.@-",
        ),
        Alphabet::Ecr => (
            |c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/".contains(c),
            "lower-case letters, digits and ._-/",
        ),
        Alphabet::LogGroup => (
            |c| c.is_ascii_alphanumeric() || "._-/#".contains(c),
            "letters, digits and ._-/#",
        ),
    }
}

fn edges(alphabet: Alphabet, name: &str) -> Result<(), String> {
    let alnum = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let (first, last) = (name.chars().next(), name.chars().last());
    let fits = match alphabet {
        Alphabet::S3 => {
            alnum(first) && alnum(last) && !name.contains("..") && !looks_like_address(name)
        }
        Alphabet::Dns1123 => alnum(first) && alnum(last),
        Alphabet::Eks => alnum(first),
        Alphabet::Rds => {
            first.is_some_and(|c| c.is_ascii_alphabetic())
                && !name.ends_with('-')
                && !name.contains("--")
        }
        Alphabet::SecurityGroup => !name.starts_with("sg-"),
        Alphabet::KmsAlias => name
            .strip_prefix(ALIAS)
            .is_some_and(|rest| !rest.is_empty() && !rest.starts_with("aws/")),
        // Between two letters or digits: one of `.`, `_`, `/`, two `_`, or any
        // number of hyphens.
        Alphabet::Ecr => {
            let words = name.split(|c: char| c.is_ascii_alphanumeric());
            let mut between = words.filter(|gap| !gap.is_empty());
            let joint = |gap: &str| {
                matches!(gap, "." | "_" | "__" | "/") || gap.bytes().all(|byte| byte == b'-')
            };
            alnum(first) && alnum(last) && between.all(joint)
        }
        Alphabet::Iam
        | Alphabet::LaunchTemplate
        | Alphabet::LogGroup
        | Alphabet::SecretsManager => true,
    };
    if fits {
        Ok(())
    } else {
        Err("it starts, ends or is put together in a way that is not accepted".to_owned())
    }
}

fn looks_like_address(name: &str) -> bool {
    name.parse::<std::net::Ipv4Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const IAM: NameRule = NameRule {
        field: "RoleName",
        min: 1,
        max: 64,
        alphabet: Alphabet::Iam,
    };

    #[test]
    fn names_tell_stack_and_path_and_end_in_the_birth() {
        let name = generate(&IAM, "zenml", "dev", "cluster/role", "t1");
        assert_eq!(name, format!("zenml-dev-cluster-role-{}", suffix("t1")));
        let other = generate(&IAM, "zenml", "dev", "cluster/role", "t2");
        assert_ne!(name, other);
    }

    #[test]
    fn long_paths_are_cut_before_the_suffix() {
        let name = generate(&IAM, "zenml", "dev", &"x".repeat(100), "t1");
        assert_eq!(name.len(), 64);
        assert!(name.ends_with(&suffix("t1")));
    }

    #[test]
    fn refused_names_say_why() {
        let s3 = NameRule {
            field: "BucketName",
            min: 3,
            max: 63,
            alphabet: Alphabet::S3,
        };
        assert_eq!(
            check(&s3, "My_Bucket").unwrap_err(),
            "`M` is not accepted; lower-case letters, digits, . and - are"
        );
        assert!(check(&s3, "10.0.0.1").is_err());
        assert!(check(&s3, "ab").unwrap_err().contains("3 to 63"));
        assert!(check(&s3, "a-bucket.of-mine").is_ok());
    }

    #[test]
    fn repositories_may_have_folders() {
        let ecr = NameRule {
            field: "RepositoryName",
            min: 2,
            max: 256,
            alphabet: Alphabet::Ecr,
        };
        for good in ["ml/trainer", "a.b_c__d--e", "team-1/x/y"] {
            assert_eq!(check(&ecr, good), Ok(()), "{good}");
        }
        for bad in ["/ml", "ml/", "ml//x", "a..b", "a._b", "Ml", "a___b"] {
            assert!(check(&ecr, bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_generated_name_is_accepted(
            stack in "[A-Za-z0-9][A-Za-z0-9._-]{0,20}",
            path in "[A-Za-z0-9._/-]{0,80}",
            token in "[0-9a-f]{8}",
            max in 20u16..100,
        ) {
            for alphabet in [Alphabet::Iam, Alphabet::Eks, Alphabet::S3, Alphabet::Rds,
                             Alphabet::Dns1123, Alphabet::LaunchTemplate, Alphabet::SecurityGroup,
                             Alphabet::Ecr, Alphabet::LogGroup, Alphabet::SecretsManager, Alphabet::KmsAlias] {
                let rule = NameRule { field: "Name", min: 1, max, alphabet };
                let name = generate(&rule, &stack, "dev", &path, &token);
                proptest::prop_assert_eq!(check(&rule, &name), Ok(()), "{}", name);
            }
        }
    }
}
