//! The entries of the command line for what a user, or a machine that calls
//! for one, may write: what the fuzz targets call, and the seeded runs of
//! every change. Not for programs.

use std::ffi::OsString;

use clap::Parser as _;
use mlplat_core::graph::Settings;

use super::args::Cli;
use super::asked::asked;
use super::settings;

/// Whether a text is a settings file.
#[must_use]
pub fn settings_file(text: &str) -> bool {
    let mut read = Settings::default();
    settings::from_text(&mut read, text, "settings.toml").is_ok()
}

/// Whether arguments are a command line, with the settings among them. The
/// first is the name of the program.
#[must_use]
pub fn arguments(words: Vec<OsString>) -> bool {
    let Ok(cli) = Cli::try_parse_from(words) else {
        return false;
    };
    let _ = asked(&cli);
    settings::merge(None, std::iter::empty(), &cli.global.set, &[]).is_ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// xorshift64*: repeatable.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, end: usize) -> usize {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16;
            usize::try_from(drawn).unwrap() % end
        }

        fn text(&mut self, words: &[&str], most: usize) -> String {
            let count = self.below(most) + 1;
            (0..count).map(|_| words[self.below(words.len())]).collect()
        }
    }

    const TOML: [&str; 40] = [
        "a",
        "b",
        "nodes",
        ".",
        " = ",
        "=",
        "\n",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        ", ",
        "\"",
        "\"\"\"",
        "'",
        "'''",
        "#",
        "1",
        "-0",
        "1e9999",
        "0x",
        "inf",
        "nan",
        "true",
        "1979-05-27T07:32:00Z",
        "07:32:00",
        "\\",
        "\\u",
        "\\uD800",
        "\r",
        "\t",
        "\0",
        "\u{feff}",
        "é",
        "[a]\n",
        "a.b.c = 1\n",
        "99999999999999999999",
        "_",
    ];

    const WORDS: [&str; 44] = [
        "plan",
        "deploy",
        "destroy",
        "state",
        "world",
        "rotate",
        "outputs",
        "graph",
        "why",
        "docs",
        "doctor",
        "completions",
        "drift",
        "list",
        "show",
        "mv",
        "rm",
        "import",
        "history",
        "--set",
        "--only",
        "--state",
        "--settings",
        "--env",
        "--region",
        "--parallelism",
        "--format",
        "--out",
        "--yes",
        "--json",
        "--target",
        "--color",
        "-v",
        "-vvvv",
        "--",
        "-",
        "",
        "=",
        "a=1",
        "a.b=[",
        "json",
        "0",
        "65536",
        "\u{202e}\u{7}",
    ];

    /// As often as there is time per change, or as a proof asks for.
    fn often(entry: &str, mut run: impl FnMut(&mut Dice) -> bool) {
        let proving = std::env::var_os("MLPLAT_PROVE").is_some();
        let (begun, mut count, mut accepted) = (Instant::now(), 0_u64, 0_u64);
        while match proving {
            true => count < 10_000_000,
            false => begun.elapsed() < Duration::from_secs(2),
        } {
            let mut dice = Dice((20_261_129 + count).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
            accepted += u64::from(run(&mut dice));
            count += 1;
        }
        assert!(
            accepted > 0 && accepted < count,
            "{entry}: {accepted} of {count}"
        );
    }

    #[test]
    fn seeded_settings_files_never_panic() {
        often("settings", |dice| settings_file(&dice.text(&TOML, 12)));
    }

    #[test]
    fn seeded_command_lines_never_panic() {
        often("arguments", |dice| {
            let count = dice.below(7);
            let mut words = vec![OsString::from("x")];
            words.extend((0..count).map(|_| match dice.below(12) {
                0 => dice.text(&TOML, 6).into(),
                1 => not_text(dice),
                _ => OsString::from(WORDS[dice.below(WORDS.len())]),
            }));
            arguments(words)
        });
    }

    fn not_text(dice: &mut Dice) -> OsString {
        use std::os::unix::ffi::OsStringExt as _;
        let byte = u8::try_from(dice.below(256)).unwrap();
        OsString::from_vec(vec![b'a', byte, b'=', byte])
    }

    /// Nothing that is nested takes the stack down.
    #[test]
    fn what_is_nested_deeply_is_refused() {
        let times = 100_000;
        for text in [
            format!("a = {}", "[".repeat(times)),
            format!("a = {}{}", "[".repeat(times), "]".repeat(times)),
            format!("a = {}", "{a=".repeat(times)),
            format!("{} = 1", vec!["a"; times].join(".")),
            format!("[{}]", vec!["a"; times].join(".")),
        ] {
            assert!(!settings_file(&text), "{}", &text[..40]);
        }
        let set = |key: String| arguments(vec!["x".into(), "--set".into(), key.into()]);
        assert!(!set(format!("{}=1", vec!["a"; 60_000].join("."))));
        assert!(set(format!("{}=1", vec!["a"; 30].join("."))));
        // A value that is no TOML is text.
        assert!(set(format!("a={}", "[".repeat(times))));
    }
}
