//! Charts, values and templates made to do harm: refused or bounded, never a panic.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "test code"
)]

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use mlplat_helm::chart::{ArchiveLimits, ChartFile, load_archive, load_archive_with, load_files};
use mlplat_helm::funcs::{Context, NoCluster};
use mlplat_helm::render::{DerivedSeeds, Release, Renderer};
use mlplat_helm::value::Map;
use mlplat_helm::values::{SetKind, set};
use mlplat_helm::yaml::{YamlError, parse, to_value, to_yaml};

/// One entry of a tar archive, written byte by byte: the tar crate refuses to write bad ones.
fn entry(name: &[u8], kind: u8, link: &[u8], data: &[u8]) -> Vec<u8> {
    let mut header = [0u8; 512];
    header[..name.len()].copy_from_slice(name);
    header[100..108].copy_from_slice(b"0000644\0");
    header[108..116].copy_from_slice(b"0000000\0");
    header[116..124].copy_from_slice(b"0000000\0");
    header[124..136].copy_from_slice(format!("{:011o}\0", data.len()).as_bytes());
    header[136..148].copy_from_slice(b"00000000000\0");
    header[156] = kind;
    header[157..157 + link.len()].copy_from_slice(link);
    header[257..263].copy_from_slice(b"ustar\0");
    header[263..265].copy_from_slice(b"00");
    header[148..156].copy_from_slice(b"        ");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut bytes = header.to_vec();
    bytes.extend_from_slice(data);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn gzip(tar: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(tar).unwrap();
    encoder.finish().unwrap()
}

const CHART: &[u8] = b"apiVersion: v2\nname: demo\nversion: 0.1.0\n";

fn with(extra: &[Vec<u8>]) -> Vec<u8> {
    let mut tar = entry(b"demo/Chart.yaml", b'0', b"", CHART);
    extra.iter().for_each(|entry| tar.extend_from_slice(entry));
    tar.extend_from_slice(&[0; 1024]);
    gzip(&tar)
}

#[test]
fn a_plain_archive_is_taken() {
    let chart = load_archive(&with(&[entry(
        b"demo/templates/a.yaml",
        b'0',
        b"",
        b"a: 1",
    )]));
    assert_eq!(chart.unwrap().templates().len(), 1);
}

/// Proves fault 14.
#[test]
fn hostile_entries_are_refused() {
    let file = |name: &[u8]| entry(name, b'0', b"", b"x");
    let cases: Vec<(&str, Vec<Vec<u8>>)> = vec![
        ("parent", vec![file(b"demo/../../etc/passwd")]),
        ("parent at the end", vec![file(b"demo/a/..")]),
        ("parent first", vec![file(b"../demo/a")]),
        ("absolute", vec![file(b"demo//etc/passwd")]),
        (
            "absolute root",
            vec![file(b"/etc/passwd")]
                .into_iter()
                .chain([file(b"demo/../x")])
                .collect(),
        ),
        ("drive", vec![file(b"demo/c:/windows")]),
        ("backslash parent", vec![file(b"demo\\..\\..\\x")]),
        ("no folder", vec![file(b"Chart.yaml")]),
        (
            "symbolic link",
            vec![entry(b"demo/a", b'2', b"/etc/passwd", b"")],
        ),
        (
            "hard link",
            vec![entry(b"demo/a", b'1', b"demo/Chart.yaml", b"")],
        ),
        ("character device", vec![entry(b"demo/a", b'3', b"", b"")]),
        ("block device", vec![entry(b"demo/a", b'4', b"", b"")]),
        ("pipe", vec![entry(b"demo/a", b'6', b"", b"")]),
        ("not UTF-8", vec![file(b"demo/\xff\xfe")]),
        ("escape sequence", vec![file(b"demo/\x1b[31mred")]),
        ("line break", vec![file(b"demo/a\nb")]),
        ("twice", vec![file(b"demo/a"), file(b"demo/a")]),
        (
            "twice but for case",
            vec![file(b"demo/README"), file(b"demo/readme")],
        ),
        (
            "twice but for dots",
            vec![file(b"demo/a"), file(b"demo/./a")],
        ),
    ];
    for (what, entries) in cases {
        let error = load_archive(&with(&entries)).expect_err(what);
        let text = error.to_string();
        assert!(!text.chars().any(char::is_control), "{what}: {text:?}");
    }
}

/// Proves fault 14.
#[test]
fn broken_archives_are_refused() {
    let whole = with(&[entry(b"demo/a", b'0', b"", &[7; 2000])]);
    assert!(load_archive(b"").is_err());
    assert!(load_archive(b"not gzip").is_err());
    for cut in (0..whole.len()).step_by(3) {
        assert!(load_archive(&whole[..cut]).is_err(), "cut at {cut}");
    }
}

/// Proves fault 14.
#[test]
fn sizes_are_bounded_while_decompressing() {
    let limits = ArchiveLimits {
        total: 1 << 20,
        file: 1 << 18,
        entries: 50,
        ..ArchiveLimits::default()
    };
    let zeros = vec![0u8; 1 << 19];
    let started = Instant::now();
    let one = with(&[entry(b"demo/big", b'0', b"", &zeros)]);
    assert!(one.len() < 4096, "a bomb is small");
    assert!(load_archive_with(&one, limits).is_err());
    let many: Vec<_> = (0..9)
        .map(|i| {
            entry(
                format!("demo/f{i}").as_bytes(),
                b'0',
                b"",
                &zeros[..1 << 17],
            )
        })
        .collect();
    assert!(load_archive_with(&with(&many), limits).is_err());
    let names: Vec<_> = (0..60)
        .map(|i| entry(format!("demo/f{i}").as_bytes(), b'0', b"", b""))
        .collect();
    assert!(load_archive_with(&with(&names), limits).is_err());
    // What the header hides is not read: 1:1000 of zeros after the end, and folders full of data.
    let hidden = gzip(&vec![0u8; 64 << 20]);
    assert!(load_archive_with(&hidden, limits).is_err());
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn archives_within_archives_end() {
    let mut inner = with(&[]);
    for _ in 0..12 {
        inner = with(&[entry(b"demo/charts/demo.tgz", b'0', b"", &inner)]);
    }
    assert!(load_archive(&inner).is_err());
}

/// Proves fault 15.
#[test]
fn hostile_yaml_is_bounded() {
    let started = Instant::now();
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let list = vec![format!("*a{}", i - 1); 10].join(", ");
        laughs.push_str(&format!("a{i}: &a{i} [{list}]\n"));
    }
    assert_eq!(parse(&laughs), Err(YamlError::Aliasing));
    assert!(matches!(
        parse("a: &a [*a]"),
        Err(YamlError::SelfReference(_))
    ));
    assert!(matches!(
        parse("a: &a {<<: *a}"),
        Err(YamlError::SelfReference(_))
    ));
    assert!(matches!(
        parse(&"[".repeat(10_000)),
        Err(YamlError::Depth(_))
    ));
    assert!(matches!(
        parse(&"- ".repeat(10_000)),
        Err(YamlError::Depth(_))
    ));
    assert!(parse(&"{a: ".repeat(10_000)).is_err());
    let mut deep = String::new();
    for level in 0..10_000 {
        deep.push_str(&" ".repeat(level.min(900)));
        deep.push_str("a:\n");
    }
    assert!(parse(&deep).is_err());
    assert!(matches!(
        parse(&"x".repeat(11 << 20)),
        Err(YamlError::Size { .. })
    ));
    assert!(parse(&format!("\"{}", "a\\\n".repeat(100_000))).is_err());
    assert!(parse("a: \0").is_err());
    assert!(parse("a: .nan").is_err());
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn time_grows_with_the_text_and_not_faster() {
    let time = |text: &str| {
        let started = Instant::now();
        let _ = parse(text);
        started.elapsed()
    };
    for piece in [
        "a: b\n",
        "? ",
        "[a, ",
        "\"\\\n\" ",
        "a: |\n  b\n",
        "- - - a\n",
        ",",
        "&a ",
        "é: x\n",
        "'",
        "#\n",
        "a b ",
    ] {
        let small = time(&piece.repeat(20_000));
        let large = time(&piece.repeat(200_000));
        assert!(
            large < small * 40 + Duration::from_millis(300),
            "{piece:?}: {small:?} then {large:?}"
        );
    }
}

fn render(template: &str) -> Result<usize, String> {
    let file = |name: &str, text: &str| ChartFile {
        name: name.to_owned(),
        data: Arc::from(text.as_bytes()),
    };
    let files = vec![
        file("Chart.yaml", std::str::from_utf8(CHART).unwrap()),
        file("templates/a.yaml", template),
    ];
    let chart = load_files(files, ArchiveLimits::default()).map_err(|e| e.to_string())?;
    let seeds = DerivedSeeds::new([1; 32], "ns", "rel");
    let context = Context::new(&NoCluster, &seeds, 0);
    Renderer::new(chart)
        .render_map(&Release::new("rel", Map::default()), &context)
        .map(|rendered| rendered.manifests.len())
        .map_err(|error| error.to_string())
}

/// Proves fault 15.
#[test]
fn hostile_templates_end_in_bounded_time() {
    let cases = [
        "{{ define \"e\" }}{{ include \"e\" . }}{{ end }}{{ include \"e\" . }}",
        "{{ define \"e\" }}{{ template \"e\" . }}{{ end }}{{ template \"e\" . }}",
        "{{ define \"e\" }}{{ tpl \"{{ include \\\"e\\\" . }}\" . }}{{ end }}{{ include \"e\" . }}",
        "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}",
        "{{ $x := \"aaaaaaaaaaaaaaaa\" }}{{ range until 60 }}{{ $x = printf \"%s%s\" $x $x }}{{ end }}",
        "{{ repeat 1000000000 \"a\" }}",
        "{{ indent 1000000000 \"a\" }}",
        "{{ until 1000000000 }}",
        "{{ untilStep 0 1000000000 1 }}",
        "{{ seq 1 1000000000 }}",
        "{{ randAlphaNum 2000000000 }}",
        "{{ printf \"%2000000000d\" 1 }}",
        "{{ regexMatch \"(a{1000}){1000}\" \"a\" }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ toYaml $d }}",
    ];
    for template in cases {
        let started = Instant::now();
        let outcome = render(template);
        let spent = started.elapsed();
        assert!(outcome.is_err(), "{template} gave {outcome:?}");
        assert!(spent < Duration::from_secs(20), "{template} took {spent:?}");
    }
}

/// Proves fault 15.
#[test]
fn values_are_never_read_as_templates() {
    let template = "a: {{ .Values.x | default \"{{ fail }}\" | quote }}\n";
    assert_eq!(render(template), Ok(1));
}

/// A small generator of numbers, so that a failure can be repeated from its seed.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below.max(1)
    }

    fn text(&mut self, words: &[&str], most: usize) -> String {
        let count = self.next(most) + 1;
        (0..count).map(|_| words[self.next(words.len())]).collect()
    }
}

/// The words that seeded YAML is made of.
const YAML: [&str; 40] = [
    "a",
    ":",
    " ",
    "\n",
    "- ",
    "? ",
    "|",
    ">",
    "|2-\n",
    "\"",
    "'",
    "\\",
    "[",
    "]",
    "{",
    "}",
    ",",
    "#",
    "&a ",
    "*a",
    "!!int ",
    "!<x> ",
    "%TAG ! x\n",
    "---\n",
    "...\n",
    "<<: ",
    "\t",
    "\r\n",
    "é",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "~",
    "0x1",
    "1e9",
    "yes",
    "  ",
    "%YAML 1.1\n",
    "\0",
    "\\u00e9",
];

/// The words that seeded templates are made of.
const TEMPLATE: [&str; 36] = [
    "{{ ",
    " }}",
    "{{- ",
    " -}}",
    "if ",
    "else ",
    "end",
    "range ",
    "with ",
    "define \"a\"",
    "include \"a\" . ",
    "tpl ",
    ".Values",
    ".x",
    "$",
    "$x := ",
    "|",
    "(",
    ")",
    "\"a\" ",
    "`b` ",
    "1 ",
    "1.5e3 ",
    "'c' ",
    "toYaml ",
    "fromYaml ",
    "printf \"%v %d %s\" ",
    "dict ",
    "list ",
    "index ",
    "\n",
    "a: ",
    "/* c */",
    "nil ",
    "break",
    "é",
];

/// The words that seeded `--set` arguments are made of.
const SET: [&str; 14] = [
    "a", "=", ".", ",", "[0]", "[", "]", "{", "}", "\\", "1", "null", "é", " ",
];

/// Executions per entry point with `MLPLAT_PROVE=1`.
const PROOF: u64 = 10_000_000;

/// Executions between two looks at the clock; with a proof, between two printed counts.
const CHUNK: u64 = 500;
const PROOF_CHUNK: u64 = 1_000_000;

/// Runs an entry with seeded input: for its share of the 10 s that all have per change, or as
/// often as a proof asks for. Every chunk has a seed of its own, so a panic is repeated by the
/// chunk whose number the last line tells.
fn never_panics(entry: &str, mut run: impl FnMut(&mut Random)) {
    const SHARE: Duration = Duration::from_secs(2);
    let proof = std::env::var_os("MLPLAT_PROVE").is_some();
    let (started, mut count, mut chunk) = (Instant::now(), 0_u64, 0_u64);
    while if proof {
        count < PROOF
    } else {
        started.elapsed() < SHARE
    } {
        let mut random = Random(20_261_120 ^ (chunk << 32));
        let size = if proof { PROOF_CHUNK } else { CHUNK };
        (0..size).for_each(|_| run(&mut random));
        count += size;
        chunk += 1;
        if proof {
            println!("{entry}: {count} executions, {:?}", started.elapsed());
        }
    }
    println!(
        "{entry}: {count} executions in {chunk} chunks, {:?}",
        started.elapsed()
    );
    assert!(count >= CHUNK, "{entry} was executed");
}

/// The same entries as the fuzz targets, with seeded input: nothing panics.
/// Proves fault 15.
#[test]
fn seeded_yaml_never_panics() {
    never_panics("yaml", |random| {
        let text = random.text(&YAML, 24);
        if let Ok(node) = parse(&text)
            && let Ok(written) = to_yaml(&to_value(&node))
            // go-yaml writes a key `<<` bare, and reads it as a merge.
            && !written.to_text().contains("<<")
        {
            assert!(parse(&written.to_text()).is_ok(), "{text:?} -> {written:?}");
        }
    });
}

#[test]
fn seeded_templates_never_panic() {
    never_panics("template", |random| {
        let _ = render(&random.text(&TEMPLATE, 16));
    });
}

/// Proves fault 15.
#[test]
fn seeded_set_arguments_never_panic() {
    let kinds = [
        SetKind::Typed,
        SetKind::Text,
        SetKind::Json,
        SetKind::Literal,
    ];
    never_panics("set", |random| {
        let kind = kinds[random.next(kinds.len())];
        let _ = set(&random.text(&SET, 16), &Map::default(), kind);
    });
}

/// A byte of the compressed archive is changed: checksums and the decompressor.
/// Proves fault 14.
#[test]
fn seeded_gzip_never_panics() {
    let whole = with(&[entry(b"demo/templates/a.yaml", b'0', b"", b"a: 1")]);
    never_panics("gzip", |random| {
        let mut archive = whole.clone();
        let at = random.next(archive.len());
        archive[at] = archive[at].wrapping_add(1);
        let _ = load_archive(&archive);
    });
}

/// A byte of the archive within is changed: headers, sizes and names.
/// Proves fault 14.
#[test]
fn seeded_tar_never_panics() {
    let whole = [entry(b"demo/Chart.yaml", b'0', b"", CHART), vec![0; 1024]].concat();
    never_panics("tar", |random| {
        let mut tar = whole.clone();
        let at = random.next(tar.len());
        tar[at] = u8::try_from(random.next(256)).unwrap();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
        encoder.write_all(&tar).unwrap();
        let _ = load_archive(&encoder.finish().unwrap());
    });
}
