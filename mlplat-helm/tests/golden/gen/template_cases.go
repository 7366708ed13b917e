package main

import "fmt"

// The data of cases that name none.
const standard = `{
 "s": "text", "e": "", "n": null, "t": true, "f": false, "i": {"$int": 3}, "i64": {"$int64": 4},
 "one": 1, "pi": 3.25, "zero": 0, "neg": -2, "big": 1000000, "list": ["a", "b", "c"], "nums": [3, 1, 2],
 "empty": [], "map": {"z": 1, "a": 2, "m": {"deep": "x"}}, "none": {}, "strs": {"$strings": ["p", "q"]},
 "ints": {"$ints": [7, 8]}, "texts": {"$texts": {"k": "v"}}, "bytes": {"$bytes": "AB"},
 "mixed": [1, "x", null, true, ["y"], {"k": "v"}], "html": "<a href='x'>&\"</a>", "uni": "héé☺",
 "people": [{"name": "Ann", "tags": ["x"]}, {"name": "Bob", "tags": []}]
}`

var templateSources = []string{
	// Text and trimming.
	"", "plain", "a{{/* c */}}b", "a {{- /* c */ -}} b", "a {{- /* c */}} b", "a {{/* c */ -}} b",
	"a\n\t {{- .s -}} \n b", "{{- .s -}}", "x {{- `` -}} y", "x{{ .s }}y", "{{.s}}{{.s}}", "{{ -3 }}",
	"{{-3}}", "{{- 3}}", "{{3 -}} x", "{{3-}} x", "{{ 3 -}}\n\n x", "a\r\n{{- .s }}", "{{\n.s\n}}",
	"{{- \"a\" -}}  {{- \"b\" -}}", "a {{-\n.s}}", "{{.s\n-}} b", "{{/* a */}}{{/* b */}}", "}}", "{ {", "{{`}}`}}",
	"{{/*\n multi\n line */}}x", "{{- /* a */ -}}\n\n{{- /* b */ -}}\nx", "a{{\"\\n\"}}b", "{{`raw\nline`}}",
	// Faulty syntax.
	"{{", "{{ }}", "{{.s", "{{ .s }", "{{/* x }}", "{{/* x */ }}", "{{ /* x */ }}", "{{ .s | }}", "{{ | .s }}",
	"{{ .s | | .s }}", "{{ (.s }}", "{{ .s) }}", "{{ () }}", "{{ nil }}", "{{ nofunc 1 }}", "{{ \"a }}",
	"{{ 'a }}", "{{ `a }}", "{{ .s.}}", "{{ ..s }}", "{{ $x }}", "{{ $x := }}", "{{ := 1 }}", "{{ $x, $y := .list }}",
	"{{ range $a, $b, $c := .list }}{{end}}", "{{ range $a, 1 := .list }}{{end}}", "{{ if }}{{ end }}",
	"{{ if .t }}", "{{ end }}", "{{ else }}", "{{ if .t }}{{ else }}{{ else }}{{ end }}", "{{ with }}{{end}}",
	"{{ break }}", "{{ continue }}", "{{ range .list }}{{ break 1 }}{{ end }}", "{{ if .t }}{{ break }}{{ end }}",
	"{{ define }}{{ end }}", "{{ define \"a\" }}", "{{ define a }}{{ end }}", "{{ if .t }}{{ define \"a\" }}{{ end }}{{ end }}",
	"{{ template }}", "{{ template 1 }}", "{{ template .s }}", "{{ block \"a\" }}{{ end }}", "{{ block }}", "{{ 1.2.3 }}",
	"{{ 0x }}", "{{ 1_0 }}", "{{ 08 }}", "{{ 1e }}", "{{ 99999999999999999999 }}", "{{ 'ab' }}", "{{ '' }}", "{{ .s | 1 }}",
	"{{ .s | \"x\" }}", "{{ .s | . }}", "{{ .s | nil }}", "{{ .s | true }}", "{{ true.x }}", "{{ 1.x }}", "{{ \"a\".x }}", "{{ nil.x }}",
	"{{ .s@ }}", "{{ a-b }}", "{{ .a-b }}", "{{ $a-b }}", "{{ % }}", "{{ .s , .s }}", "{{ \"\\q\" }}", "{{ \"\\u00e9\\x41\\101\" }}",
	"{{ if .t }}a{{ else if }}b{{ end }}", "{{ else if .t }}", "{{ range }}{{ end }}", "{{ end }}{{ end }}", "{{ define \"x\" }}{{ else }}{{ end }}",
	"{{ é }}", "{{ \u00a0 }}", "{{ \x01 }}", "{{ .é }}", "line1\nline2 {{ nofunc }}", "a\n{{ if .t }}\nb", "{{ with .s }}{{ else if .t }}{{ end }}",
	"{{ if .t }}{{ else with .s }}{{ end }}", "{{ .s\n\n", "{{ printf \"%d\n\" }}", "{{template \"a\"}}{{define \"a\"}}A{{end}}", "{{define \"a\"}}1{{end}}{{define \"a\"}}2{{end}}",
	"{{define \"a\"}} {{end}}{{define \"a\"}}2{{end}}{{template \"a\"}}", "{{define \"a\"}}1{{end}}{{define \"a\"}} {{end}}{{template \"a\"}}",
	// Literals.
	"{{ 1 }} {{ -1 }} {{ +1 }} {{ 0x1F }} {{ 0b11 }} {{ 0o17 }} {{ 017 }} {{ 1_000 }}", "{{ 1.5 }} {{ 1. }} {{ .5 }} {{ 1e3 }} {{ 1E-3 }} {{ 0x1p4 }}",
	"{{ 'a' }} {{ '\\n' }} {{ 'é' }} {{ '\\x41' }}", "{{ true }} {{ false }}", "{{ \"a\\tb\" }} {{ `a\\tb` }}", "{{ 1000000 }} {{ 1000000.0 }} {{ 1e6 }} {{ 1e20 }} {{ 1e21 }}",
	"{{ 9223372036854775807 }}", "{{ 9223372036854775808 }}", "{{ 18446744073709551615 }}", "{{ -9223372036854775808 }}", "{{ 1e1 }} {{ 12e0 }}", "{{ \"\\\"\" }}",
	// Fields.
	"{{ .s }} {{ .i }} {{ .one }} {{ .pi }} {{ .big }} {{ .t }} {{ .n }} {{ .e }} {{ .missing }}", "{{ .map.a }} {{ .map.m.deep }} {{ .map.nope }}",
	"{{ .map.nope.deeper }}", "{{ .n.x }}", "{{ .s.x }}", "{{ .i.x }}", "{{ .list.x }}", "{{ .missing.x }}", "{{ .missing.x.y }}", "{{ .texts.k }} {{ .texts.nope }}|",
	"{{ .texts.nope.x }}", "{{ .map }} {{ .list }} {{ .mixed }} {{ .none }} {{ .empty }}", "{{ .strs }} {{ .ints }} {{ .texts }} {{ .bytes }}", "{{ . | len }}",
	"{{ .s 1 }}", "{{ 1 | .s }}", "{{ .map.a 1 }}", "{{ (.map).a }} {{ (.map.m).deep }} {{ ((.map)).m.deep }}", "{{ (.s).x }}", "{{ (.missing).x }}", "{{ (.n).x }}", "{{ (nil).x }}",
	"{{ (index .list 0).x }}", "{{ (printf \"a\").x }}", "{{ .people }}", "{{ $.s }} {{ $.map.m.deep }}", "{{ $ | len }}", "{{ $.nope.x }}", "{{ (1).x }}", "{{ 1 2 }}", "{{ .t.x }}",
	"{{ \"a\" \"b\" }}", "{{ (.s) 1 }}", "{{ nil | print }}", "{{ true 1 }}", "{{ .html }}", "{{ .uni }}", "{{ .nums }}", "{{ .neg }} {{ .zero }}",
	// Variables.
	"{{ $x := 1 }}{{ $x }}", "{{ $x := .s }}{{ $x }}{{ $x = \"b\" }}{{ $x }}", "{{ $x := 1 }}{{ if .t }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}", "{{ $x := 1 }}{{ if .t }}{{ $x = 2 }}{{ $x }}{{ end }}{{ $x }}",
	"{{ $x := 1 }}{{ range .list }}{{ $x = . }}{{ end }}{{ $x }}", "{{ range $x := .list }}{{ $x }}{{ end }}", "{{ $x := .missing }}{{ $x }}|{{ $x.y }}|", "{{ $x := .n }}{{ $x.y }}|", "{{ $x = 1 }}",
	"{{ $x := $x }}", "{{ $x := 1 }}{{ $x := print $x 2 }}{{ $x }}", "{{ if $x := .s }}{{ $x }}{{ end }}", "{{ if $x := .e }}a{{ else }}[{{ $x }}]{{ end }}", "{{ if $x := .s }}{{ end }}{{ $x }}",
	"{{ with $x := .map }}{{ $x.a }}{{ .a }}{{ end }}", "{{ with $x := .e }}{{ else }}[{{ $x }}]{{ end }}", "{{ $x := 1 }}{{ with $x = 2 }}{{ end }}{{ $x }}", "{{ $x := 1 }}{{ $y := 2 }}{{ $x }}{{ $y }}",
	"{{ $x := .map }}{{ $x.m.deep }}", "{{ $x := .map }}{{ $x.a 1 }}", "{{ $x := 1 }}{{ $x 2 }}", "{{ $x := 1 }}{{ 2 | $x }}", "{{ $x := 1 }}{{ $x.y }}", "{{ $ := 1 }}{{ $ }}", "{{ print ($x := 3) $x }}",
	"{{ range $i, $e := .list }}{{ $i }}{{ $e }}{{ end }}", "{{ $i := 9 }}{{ range $i, $e := .list }}{{ end }}{{ $i }}", "{{ $i := 9 }}{{ $e := 8 }}{{ range $i, $e = .list }}{{ end }}{{ $i }}{{ $e }}",
	"{{ $e := 8 }}{{ range $e = .list }}{{ end }}{{ $e }}", "{{ $e := 8 }}{{ range $e = .empty }}{{ end }}{{ $e }}", "{{ $e := 8 }}{{ if .f }}{{ else }}{{ $e = 9 }}{{ end }}{{ $e }}", "{{ define \"a\" }}{{ $x }}{{ end }}",
	"{{ $x := 1 }}{{ define \"a\" }}{{ $ }}{{ end }}{{ template \"a\" $x }}", "{{ range .people }}{{ $n := .name }}{{ range .tags }}{{ $n }}{{ . }}{{ end }}{{ end }}", "{{ $x := index .people 0 }}{{ $x.name }}",
	// If and with.
	"{{ if .t }}a{{ end }}{{ if .f }}b{{ end }}", "{{ if .t }}a{{ else }}b{{ end }}{{ if .f }}a{{ else }}b{{ end }}", "{{ if .f }}a{{ else if .t }}b{{ else }}c{{ end }}", "{{ if .f }}a{{ else if .f }}b{{ else if .f }}c{{ else }}d{{ end }}",
	"{{ if .s }}1{{ end }}{{ if .e }}2{{ end }}{{ if .n }}3{{ end }}{{ if .zero }}4{{ end }}{{ if .pi }}5{{ end }}{{ if .empty }}6{{ end }}{{ if .list }}7{{ end }}{{ if .none }}8{{ end }}{{ if .map }}9{{ end }}{{ if .missing }}10{{ end }}",
	"{{ if .strs }}1{{ end }}{{ if .bytes }}2{{ end }}{{ if .i }}3{{ end }}{{ if 0 }}4{{ end }}{{ if 0.0 }}5{{ end }}{{ if \"\" }}6{{ end }}", "{{ if .missing.x }}{{ end }}", "{{ with .map }}{{ .a }}{{ end }}", "{{ with .missing }}a{{ else }}{{ .s }}{{ end }}",
	"{{ with .e }}a{{ else with .s }}{{ . }}{{ else }}c{{ end }}", "{{ with .s }}{{ . }}{{ $.i }}{{ end }}", "{{ with .s }}{{ .x }}{{ end }}", "{{ with .map.m }}{{ with .deep }}{{ . }}{{ end }}{{ end }}", "{{ if .t -}} a {{- else -}} b {{- end }}",
	"{{ if nil }}{{ end }}", "{{ with nil }}{{ end }}", "{{ if true }}{{ 1 }}{{ end }}", "{{ with 1 }}{{ . }}{{ end }}", "{{ with $ }}{{ .s }}{{ end }}", "{{ if and }}{{ end }}", "{{ with .n }}x{{ else }}y{{ end }}",
	// Range.
	"{{ range .list }}{{ . }},{{ end }}", "{{ range .empty }}a{{ else }}none{{ end }}", "{{ range .n }}a{{ else }}none{{ end }}", "{{ range .missing }}a{{ else }}none{{ end }}", "{{ range .map }}{{ . }};{{ end }}",
	"{{ range $k, $v := .map }}{{ $k }}={{ $v }};{{ end }}", "{{ range $v := .map }}{{ $v }};{{ end }}", "{{ range .none }}a{{ else }}none{{ end }}", "{{ range .s }}{{ . }}{{ end }}", "{{ range .i }}{{ . }}{{ end }}", "{{ range .one }}{{ . }}{{ end }}", "{{ range 3 }}{{ . }}{{ end }}",
	"{{ range .t }}{{ end }}", "{{ range .strs }}{{ . }};{{ end }}", "{{ range .ints }}{{ . }};{{ end }}", "{{ range .bytes }}{{ . }};{{ end }}", "{{ range $k, $v := .texts }}{{ $k }}{{ $v }}{{ end }}", "{{ range .mixed }}[{{ . }}]{{ end }}",
	"{{ range .list }}{{ if eq . \"b\" }}{{ break }}{{ end }}{{ . }}{{ end }}", "{{ range .list }}{{ if eq . \"b\" }}{{ continue }}{{ end }}{{ . }}{{ end }}", "{{ range .list }}{{ range $.nums }}{{ if eq . 1.0 }}{{ break }}{{ end }}{{ . }}{{ end }}{{ . }}{{ end }}",
	"{{ range .list }}{{ break }}{{ else }}x{{ end }}y", "{{ range .list }}{{ with 1 }}{{ continue }}{{ end }}{{ . }}{{ end }}z", "{{ range $i, $e := .people }}{{ if $i }}, {{ end }}{{ $e.name }}{{ end }}", "{{ range .people }}{{ .name }}{{ .nope }}{{ end }}", "{{ range .people }}{{ .name.x }}{{ end }}",
	"{{ range .mixed }}{{ .x }}{{ end }}", "{{ range $e := .mixed }}{{ $e.x }}{{ end }}", "{{ range $i, $e := .list }}{{ $i }}{{ end }}{{ $i }}", "{{ range . }}{{ end }}ok", "{{ range .map.m }}{{ . }}{{ end }}", "{{ range $x := .empty }}{{ else }}{{ $x }}{{ end }}",
	"{{ range .list -}}\n {{ . }}\n{{- end }}", "{{ range $i, $c := .s }}{{ end }}", "{{ range nil }}{{ end }}", "{{ range .list }}{{ template \"a\" . }}{{ end }}{{ define \"a\" }}<{{ . }}>{{ end }}", "{{ range .list }}{{ $ | len }}{{ end }}", "{{ range $k, $v := .map }}{{ $v.deep }}{{ end }}",
	// Templates.
	"{{ define \"a\" }}A{{ . }}{{ end }}{{ template \"a\" }}|{{ template \"a\" .s }}|{{ template \"a\" 1 }}", "{{ template \"nope\" }}", "{{ template \"nope\" . }}", "{{ block \"b\" .s }}[{{ . }}]{{ end }}", "{{ block \"b\" .map }}{{ .a }}{{ end }}{{ template \"b\" .map }}",
	"{{ define \"a\" }}{{ .x }}{{ end }}{{ template \"a\" .s }}", "{{ define \"a\" }}{{ .x }}{{ end }}{{ template \"a\" }}|{{ template \"a\" .n }}|{{ template \"a\" .missing }}", "{{ define \"a\" }}{{ template \"b\" . }}{{ end }}{{ define \"b\" }}{{ .s.x }}{{ end }}\n{{ template \"a\" . }}",
	"{{ define \"a\" -}}  x  {{- end }}[{{ template \"a\" }}]", "{{ define `raw` }}R{{ end }}{{ template `raw` }}", "{{ define \"a\" }}{{ $ }}{{ end }}{{ template \"a\" (index .list 1) }}", "{{ template \"a\" $x := .s }}{{ $x }}{{ define \"a\" }}{{ . }}{{ end }}", "{{ define \"c/templates/a.yaml\" }}self{{ end }}",
	"{{ define \"rec\" }}{{ range . }}({{ template \"rec\" . }}){{ end }}{{ end }}{{ template \"rec\" .mixed }}", "{{ define \"rec\" }}{{ range $k, $v := . }}{{ $k }}({{ if ne $k \"deep\" }}{{ template \"rec\" $v }}{{ end }}){{ end }}{{ end }}{{ template \"rec\" .map.m }}",
	// Functions.
	"{{ and .t .s }} {{ and .f .s }} {{ and .t }} {{ and 1 0 2 }} {{ or .f .e \"x\" }} {{ or .f .e }} {{ or .f }}|", "{{ and .f .s.x }}|{{ or .t .s.x }}", "{{ and .t .s.x }}", "{{ .s | and .t }} {{ .s | or .f }} {{ .s | and .f }}", "{{ and }}", "{{ or }}", "{{ and .n .s }}|{{ or .n .s }}",
	"{{ not .t }} {{ not .f }} {{ not .n }} {{ not .list }} {{ not \"\" }} {{ not 0 }}", "{{ not }}", "{{ not 1 2 }}", "{{ len .s }} {{ len .list }} {{ len .map }} {{ len .uni }} {{ len .bytes }} {{ len .strs }}", "{{ len .n }}", "{{ len .missing }}", "{{ len 3 }}", "{{ len .t }}", "{{ len nil }}", "{{ $x := .n }}{{ len $x }}",
	"{{ index .list 0 }} {{ index .list 2 }} {{ index .map \"a\" }} {{ index .map \"m\" \"deep\" }} {{ index .strs 1 }} {{ index .s 0 }} {{ index .bytes 1 }}", "{{ index .list 3 }}", "{{ index .list 4 }}", "{{ index .list -1 }}", "{{ index .list \"a\" }}", "{{ index .list 1.0 }}", "{{ index .list nil }}", "{{ index .map 1 }}", "{{ index .map nil }}",
	"{{ index .map \"nope\" }}|", "{{ index .map \"nope\" \"x\" }}", "{{ index .n 1 }}", "{{ index .missing \"a\" }}", "{{ index nil }}", "{{ index .list }}", "{{ index 3 1 }}", "{{ index .texts \"nope\" }}|", "{{ index .mixed 4 0 }} {{ (index .mixed 5).k }}", "{{ index .list .i }}", "{{ index .list .one }}", "{{ 1 | index .list }}", "{{ index .s 9 }}", "{{ index }}",
	
	"{{ print }}|{{ print 1 }}|{{ print 1 2 }}|{{ print \"a\" \"b\" }}|{{ print 1 \"a\" 2 }}|{{ print \"a\" 1 2 \"b\" }}|{{ print nil }}|{{ print .n .missing }}", "{{ println }}|{{ println 1 \"a\" }}|", "{{ printf \"%d %s\" 1 \"a\" }}", "{{ printf \"%v\" .map }} {{ printf \"%s\" .i }}", "{{ printf }}", "{{ printf 1 }}", "{{ printf .i }}", "{{ printf .missing }}", "{{ .s | printf \"%s-%s\" \"x\" }}", "{{ printf \"%v %v\" nil .n }}", "{{ printf \"%T %T %T %T\" 1 1.0 .one .list }}",
	"{{ html .html }} {{ html \"a\" 1 }} {{ html .n }} {{ html }}|", "{{ js .html }} {{ js \"a\\nb='c'\" }} {{ js .uni }}", "{{ urlquery .html }} {{ urlquery \"a b/é&=\" 1 }}", "{{ call .s }}", "{{ call nil }}", "{{ call }}", "{{ call .missing }}", "{{ .s | html | len }}", "{{ print (print 1) (print 2) }}", "{{ print .t .f }}", "{{ (len .s) }}", "{{ len (print .s .s) }}", "{{ printf \"%q\" .s }}", "{{ print | printf \"%s\" }}|",
	"{{ eq }}", "{{ eq 1 }}", "{{ eq 1 1 }} {{ eq 1 2 }} {{ eq 1 2 1 }} {{ eq \"a\" \"b\" \"a\" }}", "{{ eq 1 1.0 }}", "{{ eq .one 1 }}", "{{ eq .one 1.0 }}", "{{ eq .i 3 }} {{ eq .i64 4 }} {{ eq .i .i64 }}", "{{ eq 1 \"1\" }}", "{{ eq nil nil }}", "{{ eq .n nil }} {{ eq .n .missing }} {{ eq .s nil }} {{ ne .s nil }}", "{{ eq .list .list }}", "{{ eq .map .map }}", "{{ eq .list nil }} {{ eq .map .n }}", "{{ eq .list .map }}", "{{ eq .list 1 }}", "{{ eq 1 2 \"a\" }}", "{{ eq 1 1 \"a\" }}", "{{ ne 1 2 3 }}", "{{ lt 1 }}", "{{ lt .t .f }}", "{{ lt nil 1 }}", "{{ lt .list .list }}", "{{ lt \"a\" \"b\" }}", "{{ gt .pi 1 }}", "{{ 3 | lt 2 }} {{ 3 | gt 2 }}", "{{ eq .strs .strs }}", "{{ eq .bytes .bytes }}",
	// Positions in errors.
	"line1\n  {{ .s.x }}", "a: {{ .s }}\nb:\n  c: {{ .map.a.b }}", "{{ if .t }}\n{{ with .map }}{{ .a.b }}{{ end }}{{ end }}", "{{ printf \"%d\" (index .list 9) }}", "{{ index .list 9 | print | len }}", "{{ $x := index .list 9 }}", "{{ range index .list 9 }}{{ end }}", "{{ template \"a\" (index .list 9) }}{{ define \"a\" }}{{ end }}", "{{ .map.m.deep.x.y }}", "{{ print .s (index .map 1) }}", "{{ len (index .map .i) }}", "{{ not .s.x }}", "{{ and .t (index .list 9) }}", "{{ if index .list 9 }}{{ end }}", "{{ with .s.x }}{{ end }}", "{{ range $a, $b := .s.x }}{{ end }}", "{{ eq .s 1 }}", "{{ if eq .s 1 }}{{ end }}", "{{ (eq .s 1) }}", "{{ .s | eq 1 }}", "\t\t{{- .s.x }}", "é{{ .s.x }}", "{{ \"é\" }}{{ .s.x }}\n", "{{ block \"bb\" .s.x }}{{ end }}", "{{ define \"dd\" }}\n {{ .s.x }}{{ end }}{{ template \"dd\" . }}",
}

var comparisons = []string{"eq", "ne", "lt", "le", "gt", "ge"}

var compared = []string{
	".s", ".e", ".n", ".t", ".i", ".i64", ".one", ".pi", ".list", ".map", "1", "2.5", `"text"`, "nil", ".bytes", "(len .s)",
}

func templateRows() []templateRow {
	rows := []templateRow{}
	for _, source := range templateSources {
		row := run(source, parseJSON(standard))
		row.Data = nil
		rows = append(rows, row)
	}
	for _, op := range comparisons {
		for _, a := range compared {
			for _, b := range compared {
				row := run(fmt.Sprintf("{{ %s %s %s }}", op, a, b), parseJSON(standard))
				row.Data = nil
				rows = append(rows, row)
			}
		}
	}
	// The first row says what the others run on.
	first := templateRow{Source: "", Data: parseJSON(standard)}
	return append([]templateRow{first}, rows...)
}
