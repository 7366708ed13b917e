//! Soups of template fragments neither crash nor hang, whatever they mean.

#![allow(clippy::expect_used, reason = "a test program")]

mod golden_support;

use golden_support::Zeros;
use mlplat_helm::funcs::{Context, Files, Limits, NoCluster, table};
use mlplat_helm::template::TemplateSet;
use mlplat_helm::value::{Map, Str, TaintId, Taints, Value};
use proptest::prelude::*;

const LIMITS: Limits = Limits {
    depth: 50,
    steps: 20_000,
    text: 1 << 16,
    total_text: 1 << 20,
};

fn root() -> Value {
    let json = serde_json::json!({
        "s": "héllo ☺", "n": null, "f": 1.5, "big": 1e300, "t": true, "e": "",
        "l": [1, "a", null, [2]], "m": {"a": {"b": 1}, "k": "v"},
    });
    let root = Value::from_json(&json);
    if let Value::Map(map) = &root {
        let put = |key, value| map.set(key, value).expect("no cycle");
        put("raw", Value::Str(Str::from_bytes(vec![0xff, 0x41, 0xc3])));
        put(
            "x",
            Value::from("opaque").with_taints(&Taints::one(TaintId(1))),
        );
        put(
            "Files",
            Value::object(Files::new([("a/b.txt", b"x\n".as_slice())])),
        );
        put("i", Value::int(-3));
    }
    root
}

fn run(source: &str) {
    let Ok(set) = TemplateSet::parse([("t", source)]) else {
        return;
    };
    let context = Context::new(&NoCluster, &Zeros, 1_700_000_000)
        .with_limits(LIMITS)
        .with_opaque(TaintId(1), "x");
    let _ = set.execute("t", &root(), &context);
}

/// Slow by design: hashes and keys.
const SLOW: [&str; 12] = [
    "bcrypt",
    "htpasswd",
    "derivePassword",
    "genPrivateKey",
    "genCA",
    "genCAWithKey",
    "genSelfSignedCert",
    "genSelfSignedCertWithKey",
    "genSignedCert",
    "genSignedCertWithKey",
    "encryptAES",
    "decryptAES",
];

fn operand() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            ".",
            "$",
            ".s",
            ".n",
            ".f",
            ".big",
            ".t",
            ".e",
            ".l",
            ".m",
            ".m.a.b",
            ".raw",
            ".x",
            ".i",
            ".nope",
            ".nope.deep",
            ".Files",
            "nil",
            "true",
            "0",
            "1",
            "-1",
            "3.5",
            "1e9",
            "9223372036854775807",
            "\"\"",
            "\"a b\"",
            "\"\\xff\"",
            "\"2006-01-02\"",
            "\"1.2.3\"",
            "\"[\"",
            "\"**/{a,b}\"",
            "\"%5.2f%v\"",
            "\"{{ .s }}\"",
            "(list 1 \"a\" .n)",
            "(dict \"a\" .x)",
            "(until 4)",
            "(semver \"1.2.3\")",
            "(toDate \"2006\" \"2020\")",
            "(int64 7)",
            "(.Files.Glob \"*\")",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,6}".prop_map(|text| format!("{text:?}")),
    ]
}

fn call() -> impl Strategy<Value = String> {
    let names: Vec<&str> = table()
        .into_iter()
        .map(|f| f.name)
        .filter(|name| !SLOW.contains(name))
        .collect();
    (
        prop::sample::select(names),
        prop::collection::vec(operand(), 0..4),
    )
        .prop_map(|(name, args)| format!("{name} {}", args.join(" ")))
}

fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => call().prop_map(|call| format!("{{{{ {call} }}}}")),
        2 => (call(), call()).prop_map(|(a, b)| format!("{{{{- ({a}) | {b} -}}}}")),
        1 => operand().prop_map(|x| format!("{{{{ if {x} }}}}y{{{{ else }}}}n{{{{ end }}}}")),
        1 => operand().prop_map(|x| format!("{{{{ range $k, $v := {x} }}}}{{{{ $k }}}}{{{{ $v }}}}{{{{ end }}}}")),
        1 => operand().prop_map(|x| format!("{{{{ $v := {x} }}}}{{{{ $v.a }}}}")),
        1 => "[ -~\n]{0,12}",
        1 => prop::sample::select(vec!["{{", "}}", "{{-", "-}}", "{{/*", "*/}}", "{{ end }}", "{{ else }}",
            "{{ define \"d\" }}", "{{ template \"d\" . }}", "{{ include \"d\" . }}", "`", "\"", "(", ")", "|", "$x", ":="])
            .prop_map(str::to_owned),
    ]
}

/// How many soups: set `ENGINE_FUZZ_CASES` for a longer run.
fn cases() -> u32 {
    let given = std::env::var("ENGINE_FUZZ_CASES").ok();
    given.and_then(|cases| cases.parse().ok()).unwrap_or(3_000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn soups_end(parts in prop::collection::vec(fragment(), 1..6)) {
        run(&parts.concat());
    }

    #[test]
    fn noise_ends(text in "\\PC{0,40}", inside in "\\PC{0,20}") {
        run(&text);
        run(&format!("{{{{ {inside} }}}}"));
    }
}

/// Nested as deep as is allowed: every walk must have the stack for it.
#[test]
fn the_deepest_values_are_walked() {
    let deep =
        "{{ $x := dict \"k\" 1 }}{{ range until 250 }}{{ $x = dict \"d\" (list $x) }}{{ end }}";
    for use_of in [
        "print $x",
        "toJson $x",
        "toPrettyJson $x",
        "toYaml $x",
        "toYamlPretty $x",
        "toToml $x",
        "deepEqual $x (deepCopy $x)",
        "merge (deepCopy $x) $x",
        "printf \"%#v\" $x",
        "toYaml $x | fromYaml",
        "toJson $x | fromJson",
        "list $x | uniq",
        "join \"\" (list $x)",
    ] {
        let source = format!("{deep}{{{{ {use_of} | print | len }}}}");
        let set = TemplateSet::parse([("t", source.as_str())]).expect("a template");
        let context = Context::new(&NoCluster, &Zeros, 0);
        let result = set.execute("t", &Value::Map(Map::default()), &context);
        assert!(result.is_ok(), "{use_of}: {result:?}");
    }
}
