//! Any lines as arguments of a program.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let words = std::iter::once("x").chain(text.lines());
    let _ = mlplat::hostile::arguments(words.map(Into::into).collect());
});
