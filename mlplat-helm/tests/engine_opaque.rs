//! Opaque values: where their taints go, and which decisions are refused.

#![allow(clippy::expect_used, clippy::panic, reason = "a test program")]

mod golden_support;

use golden_support::Zeros;
use mlplat_helm::funcs::{Context, NoCluster, Opaque, table};
use mlplat_helm::template::{Error, ErrorKind, TemplateSet};
use mlplat_helm::value::{Map, Str, TaintId, Taints, Value};

const NAME: TaintId = TaintId(1);
const PORT: TaintId = TaintId(2);

fn root() -> Value {
    let name = Str::tainted("demo", &Taints::one(NAME));
    let port = Value::from(80.0).with_taints(&Taints::one(PORT));
    let inner: Map = [
        ("name", Value::Str(name.clone())),
        ("plain", Value::from("p")),
    ]
    .into_iter()
    .collect();
    let root: Map = [
        ("name", Value::Str(name)),
        ("port", port),
        ("flag", Value::from(true).with_taints(&Taints::one(PORT))),
        ("map", Value::Map(inner)),
        ("plain", Value::from("p")),
    ]
    .into_iter()
    .collect();
    Value::Map(root)
}

fn run(source: &str) -> Result<Str, Error> {
    let set = TemplateSet::parse([("c/templates/a.yaml", source)])?;
    let context = Context::new(&NoCluster, &Zeros, 0)
        .with_opaque(NAME, "cluster.name")
        .with_opaque(PORT, "db.port");
    set.execute("c/templates/a.yaml", &root(), &context)
}

/// The output with brackets around its opaque spans.
fn marked(source: &str) -> String {
    let text = run(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    let content = text.as_str().expect("UTF-8");
    let mut out = String::new();
    let mut at = 0;
    for span in text.spans() {
        out.push_str(&content[at..span.range.start]);
        out.push_str(&format!("[{}]", &content[span.range.clone()]));
        at = span.range.end;
    }
    out + &content[at..]
}

#[test]
fn spans_stay_where_the_text_goes() {
    for (source, expected) in [
        ("a {{ .name }} b", "a [demo] b"),
        ("{{ .name }}{{ .name }}", "[demodemo]"),
        ("{{ printf \"x-%s:%v\" .name .port }}", "x-[demo]:[80]"),
        ("{{ print .plain .name }}", "p[demo]"),
        ("{{ quote .name .plain }}", "[\"demo\"] \"p\""),
        ("{{ squote .name }}", "'[demo]'"),
        ("{{ .name | upper }}", "[DEMO]"),
        ("{{ .name | b64enc }}", "[ZGVtbw==]"),
        ("{{ printf \"%s-x\" .name | trunc 2 }}", "[de]"),
        ("{{ printf \"x-%s\" .name | trunc 2 }}", "x-"),
        (
            "{{ printf \"a\\n%s\\nb\" .name | indent 2 }}",
            "  a\n  [demo]\n  b",
        ),
        ("{{ printf \"%s-\" .name | trimSuffix \"-\" }}", "[demo]"),
        ("{{ list .plain .name | join \",\" }}", "p,[demo]"),
        ("{{ toYaml .map }}", "name: [demo]\nplain: p"),
        (
            "{{ toYaml .map | nindent 2 }}",
            "\n  name: [demo]\n  plain: p",
        ),
        (
            "{{ (toYaml .map | fromYaml).name }}{{ (toYaml .map | fromYaml).plain }}",
            "[demo]p",
        ),
        ("{{ toJson .map }}", "[{\"name\":\"demo\",\"plain\":\"p\"}]"),
        (
            "{{ define \"x\" }}<{{ .name }}>{{ end }}{{ include \"x\" . }}",
            "<[demo]>",
        ),
        ("{{ tpl \"n={{ .name }}\" . }}", "n=[demo]"),
        ("{{ default \"d\" .name }}", "[demo]"),
        ("{{ required \"r\" .name }}", "[demo]"),
        ("{{ coalesce \"\" .name }}", "[demo]"),
        ("{{ (dict \"k\" .name).k }}", "[demo]"),
        (
            "{{ dig \"map\" \"name\" \"d\" (dict \"map\" .map) }}",
            "[demo]",
        ),
        ("{{ (merge (dict) .map).name }}", "[demo]"),
        ("{{ sha256sum .plain | trunc 4 }}", "148d"),
        ("{{ replace \"p\" .name \"p-q\" }}", "[demo]-q"),
        ("{{ cat .plain .name }}", "p [demo]"),
        ("{{ first (list .name) }}", "[demo]"),
        ("{{ $x := .name }}{{ $x }}", "[demo]"),
        ("{{ .port }}", "[80]"),
    ] {
        assert_eq!(marked(source), expected, "{source}");
    }
}

#[test]
fn the_facts_of_a_type_may_decide() {
    for (source, expected) in [
        ("{{ if .name }}y{{ else }}n{{ end }}", "y"),
        ("{{ with .name }}y{{ end }}", "y"),
        ("{{ if and .name .plain }}y{{ end }}", "y"),
        ("{{ if not .name }}y{{ else }}n{{ end }}", "n"),
        ("{{ empty .name }}", "false"),
        (
            "{{ kindOf .name }} {{ typeOf .port }} {{ kindIs \"string\" .name }}",
            "string float64 true",
        ),
        ("{{ hasKey .map \"name\" }}", "true"),
        ("{{ if ne .name \"\" }}y{{ end }}", "y"),
        ("{{ if .name | b64enc }}y{{ end }}", "y"),
        ("{{ if eq .name nil }}y{{ else }}n{{ end }}", "n"),
        ("{{ range .map }}.{{ end }}", ".."),
        ("{{ len .map }}", "2"),
        (
            "{{ if printf \"x%s\" (regexFind \"q\" .name) }}y{{ end }}",
            "y",
        ),
    ] {
        assert_eq!(marked(source), expected, "{source}");
    }
}

#[test]
fn other_decisions_are_refused_by_name() {
    for source in [
        "{{ if eq .name \"x\" }}{{ end }}",
        "{{ if ne .name \"x\" }}{{ end }}",
        "{{ if contains \"d\" .name }}{{ end }}",
        "{{ if hasPrefix \"d\" .name }}{{ end }}",
        "{{ if regexMatch \"d\" .name }}{{ end }}",
        "{{ if semverCompare \">1\" .name }}{{ end }}",
        "{{ len .name }}",
        "{{ dict .name 1 }}",
        "{{ index .map .name }}",
        "{{ get .map .name }}",
        "{{ set .map .name 1 }}",
        "{{ include .name . }}",
        "{{ lookup \"v1\" \"Secret\" \"ns\" .name }}",
        "{{ splitList \"-\" .name }}",
        "{{ if regexFind \"q\" .name }}{{ end }}",
        "{{ default \"x\" (regexFind \"q\" .name) }}",
        "{{ has .name (list 1) }}",
        "{{ sortAlpha (list .name) }}",
        "{{ uniq (list .name .name) }}",
        "{{ tpl (printf \"{{ %s }}\" .name) . }}",
        "{{ range .name }}{{ end }}",
    ] {
        let error = run(source).expect_err(source);
        assert_eq!(error.kind(), ErrorKind::Opaque, "{source}: {error}");
        assert!(
            error.message().contains("<cluster.name>"),
            "{source}: {error}"
        );
        assert!(
            !error.message().contains("demo"),
            "{source} shows the value: {error}"
        );
        assert_eq!(error.location().expect("a place").line, 1);
    }
    for source in [
        "{{ add .port 1 }}",
        "{{ if .flag }}{{ end }}",
        "{{ if gt .port 1.0 }}{{ end }}",
        "{{ until (int .port) }}",
        "{{ ternary 1 2 .flag }}",
        "{{ not .flag }}",
        "{{ if .port }}{{ end }}",
    ] {
        let error = run(source).expect_err(source);
        assert_eq!(error.kind(), ErrorKind::Opaque, "{source}: {error}");
        assert!(error.message().contains("<db.port>"), "{source}: {error}");
    }
}

/// A function that takes texts must lose no taint, whatever it does with it:
/// the result is opaque, or the call refused, unless its row says that the
/// result does not depend on the content.
#[test]
fn no_function_of_texts_loses_a_taint() {
    let independent = [
        "kindIs",
        "kindOf",
        "typeIs",
        "typeIsLike",
        "typeOf",
        "empty",
        "hasKey",
        "fail",
        "getHostByName",
        "required",
        "include",
        "tpl",
        "not",
        "all",
        "any",
    ];
    for function in table() {
        let texts = function
            .params
            .iter()
            .all(|param| param.type_name() == "string");
        if !texts || function.params.is_empty() || independent.contains(&function.name) {
            continue;
        }
        let args = vec!["(printf \"1-%s\" .name)"; function.params.len()].join(" ");
        let source = format!("{{{{ {} {args} }}}}", function.name);
        match run(&source) {
            Err(error) => {
                let expected = function.opaque == Opaque::Refuses;
                let is_opaque = error.kind() == ErrorKind::Opaque;
                assert!(is_opaque || !expected, "{source}: {error}");
            }
            Ok(text) => assert!(text.is_tainted() || text.is_empty(), "{source} lost it"),
        }
    }
}
