//! Wiring mistakes that must not compile, each with the message that a user
//! reads. `TRYBUILD=overwrite` writes the messages anew.

#[test]
fn wiring_mistakes_do_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}
