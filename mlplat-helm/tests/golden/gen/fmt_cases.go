package main

import "fmt"

// Values that each verb is tried with.
var fmtValues = []string{
	`null`, `true`, `false`, `""`, `"abc"`, `"a\"b\n"`, `"héé ☺"`, `"tab\there"`,
	`{"$int": 0}`, `{"$int": 42}`, `{"$int": -7}`, `{"$int64": 1234567890123}`, `{"$int": 65}`,
	`{"$uint8": 200}`, `0`, `1`, `-1.5`, `1000000`, `999999`, `123456789`, `0.000001`, `0.00001234`,
	`1e21`, `1e100`, `3.14159265358979`, `100`, `{"$float": "NaN"}`, `{"$float": "+Inf"}`,
	`{"$float": "-Inf"}`, `{"$float": "-0"}`, `5e-324`, `0.1`,
	`[]`, `[1, "a", null, true]`, `{}`, `{"b": 1, "a": {"c": ["x"]}}`, `{"$bytes": "hi\n"}`,
	`{"$strings": ["a", "b c"]}`, `{"$ints": [1, 2]}`, `{"$texts": {"k": "v"}}`,
	`{"$duration": 5400000000000}`, `{"$duration": 1500000}`,
}

var fmtVerbs = []string{
	"%v", "%+v", "%#v", "%T", "%d", "%s", "%q", "%x", "%X", "%t", "%f", "%F", "%e", "%E", "%g", "%G",
	"%c", "%U", "%o", "%O", "%b", "%z", "%5d|", "%-5d|", "%05d|", "%+d", "% d", "%.3d", "%8.3d|",
	"%.2f", "%8.3f|", "%-8.2f|", "%08.3f|", "%+.1e", "%.0f", "%.3g", "%10.3g|", "%#g", "%#x", "% x",
	"%# x", "%#o", "%#q", "%+q", "%10s|", "%-10s|", "%.2s|", "%10.2s|", "%10q|", "%10v|", "%-10v|",
	"%010v|", "%5t|", "%#U", "%x|%X", "%6.2f%%", "%x", "%.1x", "%.3x|", "%20x|",
}

// Formats with several arguments.
var fmtMany = []struct {
	format string
	args   string
}{
	{"%s-%s", `["a", "b"]`},
	{"%[2]s-%[1]s", `["a", "b"]`},
	{"%[1]s %[1]s", `["a"]`},
	{"%[3]s", `["a"]`},
	{"%[x]s", `["a"]`},
	{"%[]s", `["a"]`},
	{"%[1", `["a"]`},
	{"%*d|", `[{"$int": 5}, {"$int": 42}]`},
	{"%-*d|", `[{"$int": 5}, {"$int": 42}]`},
	{"%*d|", `[{"$int": -5}, {"$int": 42}]`},
	{"%*d|", `["x", {"$int": 42}]`},
	{"%.*f|", `[{"$int": 2}, 3.14159]`},
	{"%.*f|", `[{"$int": -2}, 3.14159]`},
	{"%[2]*[1]d|", `[{"$int": 2}, {"$int": 3}]`},
	{"%[1]*.[2]*[3]f|", `[{"$int": 8}, {"$int": 2}, 12.0]`},
	{"%", `[]`}, {"%", `["a"]`}, {"%d", `[]`}, {"%d %d", `[{"$int": 1}]`},
	{"%d", `[{"$int": 1}, {"$int": 2}]`}, {"none", `["a", null, 1.5]`}, {"%%", `[]`}, {"%5%|", `[]`},
	{"%!", `["a"]`}, {"%.", `["a"]`}, {"%-", `["a"]`}, {"%100000001d", `[{"$int": 1}]`},
	{"%s", `[["a", 1, null]]`}, {"%d", `[["a", {"$int": 1}]]`}, {"%q", `[["a", "b"]]`},
	{"%q", `[{"a": "x y"}]`}, {"%d", `[{"a": {"$int": 1}}]`}, {"%v %v", `["a", ["b"]]`},
	{"héé %s ☺", `["é"]`}, {"%5s|%-5s|", `["é", "é"]`}, {"%x %X", `["é", "é"]`},
	{"%08b", `[{"$int": 5}]`}, {"%+q", `["é\u0001"]`}, {"%t %v", `[true, false]`},
	{"%d%%", `[{"$int": 50}]`}, {"%03d-%03d", `[{"$int": 7}, {"$int": 1234}]`},
	{"%s", `[{"$int": 1}]`}, {"%d", `[1.5]`}, {"%d", `["3"]`}, {"%5.1f|%-7.3f|", `[1.25, -1.0005]`},
	{"%+v %#v", `[{"a": [1]}, {"a": [1]}]`}, {"%w", `["x"]`}, {"%c%c", `[{"$int": 72}, {"$int": 105}]`},
	{"%U %#U", `[{"$int": 9731}, {"$int": 9731}]`}, {"%6d|% 6d|%+6d", `[{"$int": 1}, {"$int": 2}, {"$int": 3}]`},
}

func formatAll(args []any, formats ...string) fmtRow {
	goArgs := make([]any, len(args))
	for i, arg := range args {
		goArgs[i] = decode(arg)
	}
	row := fmtRow{Args: args}
	for _, format := range formats {
		row.Cases = append(row.Cases, [2]string{format, fmt.Sprintf(format, goArgs...)})
	}
	return row
}

func fmtRows() []fmtRow {
	rows := []fmtRow{}
	for _, value := range fmtValues {
		rows = append(rows, formatAll([]any{parseJSON(value)}, fmtVerbs...))
	}
	for _, many := range fmtMany {
		rows = append(rows, formatAll(parseJSON(many.args).([]any), many.format))
	}
	return rows
}
