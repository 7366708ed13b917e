//! Hostile templates end in a clear error, in bounded time and memory.

#![allow(clippy::expect_used, clippy::panic, reason = "a test program")]

mod golden_support;

use std::time::{Duration, Instant};

use golden_support::Zeros;
use mlplat_helm::funcs::{Context, Limits, NoCluster};
use mlplat_helm::template::{Error, ErrorKind, TemplateSet};
use mlplat_helm::value::Value;

/// Smaller than the default limits, so that unoptimized builds get there soon.
const LIMITS: Limits = Limits {
    depth: 4_000,
    steps: 400_000,
    text: 1 << 20,
    total_text: 16 << 20,
};

fn run(source: &str) -> Result<String, Error> {
    let set = TemplateSet::parse([("c/templates/a.yaml", source)])?;
    let context = Context::new(&NoCluster, &Zeros, 0).with_limits(LIMITS);
    let root = Value::from_json(&serde_json::json!({"self": "{{ tpl .self . }}", "big": [1, 2]}));
    let text = set.execute("c/templates/a.yaml", &root, &context)?;
    Ok(String::from_utf8_lossy(text.as_bytes()).into_owned())
}

/// The error of a hostile template, which must come within seconds.
fn refused(source: &str) -> Error {
    let start = Instant::now();
    let error = run(source).expect_err(source);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(20), "{source} took {took:?}");
    error
}

#[test]
fn a_template_that_includes_itself_ends_as_in_helm() {
    let error = refused(r#"{{ define "r" }}{{ include "r" . }}{{ end }}{{ include "r" . }}"#);
    assert_eq!(error.kind(), ErrorKind::Limit);
    let message = error.message();
    assert!(message.ends_with(
        "error calling include: rendering template has a nested reference name: r: unable to \
         execute template"
    ));
    assert_eq!(error.location().expect("a place").line, 1);
}

#[test]
fn recursion_ends_at_the_limit() {
    for source in [
        r#"{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}"#,
        r#"{{ define "a" }}{{ include "b" . }}{{ end }}{{ define "b" }}{{ template "a" . }}{{ end }}{{ include "a" . }}"#,
        "{{ tpl .self . }}",
        r#"{{ define "r" }}{{ range .big }}{{ if true }}{{ with . }}{{ template "r" $ }}{{ end }}{{ end }}{{ end }}{{ end }}{{ template "r" . }}"#,
    ] {
        assert_eq!(refused(source).kind(), ErrorKind::Limit, "{source}");
    }
}

#[test]
fn endless_work_ends_at_the_limit() {
    for source in [
        "{{ range until 1000000000 }}{{ end }}",
        "{{ range untilStep 0 9223372036854775807 1 }}{{ end }}",
        "{{ seq 1 9223372036854775807 }}",
        "{{ range until 1000 }}{{ range until 1000 }}x{{ end }}{{ end }}",
        r#"{{ $x := list 1 }}{{ range until 60 }}{{ $x = concat $x $x }}{{ end }}"#,
        r#"{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}{{ $x }}"#,
        r#"{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}{{ toJson $x }}"#,
        r#"{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}{{ toYaml $x }}"#,
        r#"{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}{{ deepEqual $x (deepCopy $x) }}"#,
        r#"{{ $x := dict }}{{ range until 60 }}{{ $x = dict "a" $x "b" $x }}{{ end }}{{ printf "%v" $x }}"#,
        r#"{{ $x := dict }}{{ range until 60 }}{{ $x = dict "a" $x "b" $x }}{{ end }}{{ $d := dict }}{{ $_ := set $d "x" $x }}"#,
        r#"{{ $x := dict }}{{ range until 60 }}{{ $x = dict "a" $x "b" $x }}{{ end }}{{ merge (dict "y" 1) $x }}"#,
    ] {
        assert_eq!(refused(source).kind(), ErrorKind::Limit, "{source}");
    }
}

#[test]
fn endless_text_ends_at_the_limit() {
    for source in [
        r#"{{ repeat 1000000000 "x" }}"#,
        r#"{{ indent 1000000000 "x" }}"#,
        r#"{{ $x := "x" }}{{ range until 60 }}{{ $x = print $x $x }}{{ end }}"#,
        r#"{{ $x := "xx" }}{{ range until 60 }}{{ $x = replace "x" $x $x }}{{ end }}"#,
        r#"{{ $x := "x" }}{{ range until 60 }}{{ $x = regexReplaceAll "x" $x "xx" }}{{ end }}"#,
        r#"{{ $x := "x" }}{{ range until 60 }}{{ $x = join $x (list 1 2 3) }}{{ end }}"#,
        r#"{{ $x := "x" }}{{ range until 60 }}{{ $x = quote $x $x }}{{ end }}"#,
        r#"{{ range until 100000 }}{{ repeat 1000 "x" }}{{ end }}"#,
        r#"{{ randAlphaNum 1000000000 }}"#,
        r#"{{ range until 100000 }}{{ $x := repeat 1000 "x" }}{{ end }}"#,
    ] {
        assert_eq!(refused(source).kind(), ErrorKind::Limit, "{source}");
    }
}

#[test]
fn deep_values_neither_crash_nor_hang() {
    let deep = r#"{{ $x := list }}{{ range until 20000 }}{{ $x = list $x }}{{ end }}"#;
    assert_eq!(run(deep).expect("only built"), "");
    for use_of in [
        "{{ $x }}",
        "{{ toJson $x }}",
        "{{ deepCopy $x }}",
        "{{ toYaml $x }}",
    ] {
        let source = format!("{deep}{use_of}");
        assert_eq!(refused(&source).kind(), ErrorKind::Limit, "{use_of}");
    }
}

#[test]
fn maps_cannot_contain_themselves() {
    for source in [
        r#"{{ $d := dict }}{{ $_ := set $d "d" $d }}"#,
        r#"{{ $d := dict }}{{ $_ := set $d "l" (list 1 (dict "d" $d)) }}"#,
        r#"{{ $d := dict }}{{ $_ := merge $d (dict "d" $d) }}"#,
    ] {
        let error = refused(source);
        assert!(error.message().contains("would contain itself"), "{error}");
    }
}

#[test]
fn deep_source_is_refused_not_crashed_on() {
    let count = 100_000;
    let parens = format!("{{{{ {}1{} }}}}", "(".repeat(count), ")".repeat(count));
    let blocks = format!(
        "{}{}",
        "{{ if 1 }}".repeat(count),
        "{{ end }}".repeat(count)
    );
    let chain = "{{ if 0 }}{{ else if 0 }}".to_owned() + &"{{ else if 0 }}".repeat(count);
    for source in [parens, blocks, chain + "{{ end }}"] {
        assert_eq!(refused(&source).kind(), ErrorKind::Parse);
    }
}

#[test]
fn an_error_says_where_and_shows_the_line() {
    let error = refused("a: 1\nb: {{ .self.x }}\n");
    let place = error.location().expect("a place");
    assert_eq!((place.line, place.column), (2, Some(11)));
    assert_eq!(place.template, "c/templates/a.yaml");
    assert_eq!(
        error.snippet(),
        Some("2 | b: {{ .self.x }}\n  |            ^")
    );
}

#[test]
fn a_refusal_of_the_chart_is_told_apart() {
    let error = refused(r#"{{ fail "no: reason" }}"#);
    assert_eq!(error.kind(), ErrorKind::Refused);
    let expected = "execution error at (c/templates/a.yaml:1:3): no: reason";
    assert_eq!(error.to_string(), expected);
}
