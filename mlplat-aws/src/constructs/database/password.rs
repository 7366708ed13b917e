//! What RDS accepts as a master password, said without showing one.

use mlplat_core::Secret;

/// Characters that RDS refuses beside what is no printable ASCII: they would
/// end a URL's part or need quoting.
const REFUSED: &str = "/\"@ ";

/// What RDS would refuse a password for, in words. The password is not in
/// them, nor any part of it.
pub(super) fn faults(secret: &Secret<String>, (least, most): (usize, usize)) -> Vec<String> {
    let text = secret.expose();
    let mut faults = Vec::new();
    let length = text.chars().count();
    if length < least {
        faults.push(format!("it is shorter than {least} characters"));
    }
    if length > most {
        faults.push(format!("it is longer than {most} characters"));
    }
    let odd = |c: char| !c.is_ascii_graphic() || REFUSED.contains(c);
    if text.chars().any(odd) {
        faults.push(
            "it holds a space, one of / \" @, or a character that is no printable ASCII".to_owned(),
        );
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> usize {
        faults(&Secret::provided(text.to_owned()), (8, 41)).len()
    }

    #[test]
    fn lengths_and_characters() {
        assert_eq!(of("a-Z_0.9~!*+"), 0);
        assert_eq!(of(&"x".repeat(8)), 0);
        assert_eq!(of(&"x".repeat(7)), 1);
        assert_eq!(of(&"x".repeat(41)), 0);
        assert_eq!(of(&"x".repeat(42)), 1);
        for odd in ['/', '"', '@', ' ', '\n', 'é', '\0'] {
            assert_eq!(
                of(&format!("long enough{odd}").replace(' ', "_")),
                usize::from(odd != ' '),
                "{odd:?}"
            );
            assert_eq!(of(&format!("long-enough{odd}")), 1, "{odd:?}");
        }
        assert_eq!(of(" "), 2);
    }

    #[test]
    fn every_character_of_a_generated_password_is_accepted() {
        let all = mlplat_core::wiring::Charset::Password.characters();
        assert!(faults(&Secret::provided(all.to_owned()), (8, 128)).is_empty());
    }
}
