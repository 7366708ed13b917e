// Writes golden vectors for text/template and fmt: what Go itself makes of the
// cases in this folder. Run with a Go toolchain of the version that helm 3.17.3
// was built with (1.23):
//
//	go run . template > ../template.json
//	go run . fmt > ../fmt.json
//
// Values are JSON, with objects of one key that starts with a dollar sign for
// what JSON cannot say: {"$int": 1}, {"$int64": 1}, {"$bytes": "abc"},
// {"$strings": ["a"]}, {"$ints": [1]}, {"$float": "NaN"}, {"$duration": 1},
// {"$texts": {"a": "b"}}.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/template"
	"time"
)

// decode turns the notation for values into Go values.
func decode(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = decode(item)
		}
		return out
	case map[string]any:
		if len(v) == 1 {
			for key, inner := range v {
				if strings.HasPrefix(key, "$") {
					return typed(key, inner)
				}
			}
		}
		out := make(map[string]any, len(v))
		for key, item := range v {
			out[key] = decode(item)
		}
		return out
	default:
		return v
	}
}

func typed(key string, v any) any {
	switch key {
	case "$int":
		return int(v.(float64))
	case "$int64":
		return int64(v.(float64))
	case "$uint8":
		return uint8(v.(float64))
	case "$uint64":
		return uint64(v.(float64))
	case "$bytes":
		return []byte(v.(string))
	case "$strings":
		out := []string{}
		for _, item := range v.([]any) {
			out = append(out, item.(string))
		}
		return out
	case "$ints":
		out := []int{}
		for _, item := range v.([]any) {
			out = append(out, int(item.(float64)))
		}
		return out
	case "$texts":
		out := map[string]string{}
		for name, item := range v.(map[string]any) {
			out[name] = item.(string)
		}
		return out
	case "$float":
		f, err := strconv.ParseFloat(v.(string), 64)
		if err != nil {
			panic(err)
		}
		return f
	case "$duration":
		return time.Duration(int64(v.(float64)))
	}
	panic("unknown " + key)
}

func parseJSON(text string) any {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		panic(text + ": " + err.Error())
	}
	return v
}

type templateRow struct {
	Source string `json:"source"`
	Data   any    `json:"data,omitempty"`
	Output string `json:"output,omitempty"`
	Error  string `json:"error,omitempty"`
}

const name = "c/templates/a.yaml"

// run executes a source as helm does.
func run(source string, data any) templateRow {
	row := templateRow{Source: source, Data: data}
	t := template.New("gotpl").Option("missingkey=zero")
	if _, err := t.New(name).Parse(source); err != nil {
		tokens := strings.Split(err.Error(), ": ")
		row.Error = fmt.Sprintf("parse error at (%s): %s", tokens[1], tokens[len(tokens)-1])
		return row
	}
	var out strings.Builder
	if err := t.ExecuteTemplate(&out, name, decode(data)); err != nil {
		row.Error = err.Error()
		return row
	}
	row.Output = strings.ReplaceAll(out.String(), "<no value>", "")
	return row
}

// fmtRow holds what several formats make of the same arguments.
type fmtRow struct {
	Args  []any       `json:"args"`
	Cases [][2]string `json:"cases"`
}

// write prints one row per line.
func write[Row any](rows []Row) {
	for i, row := range rows {
		var out strings.Builder
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(row); err != nil {
			panic(err)
		}
		start := ","
		if i == 0 {
			start = "["
		}
		fmt.Print(start, out.String())
	}
	fmt.Println("]")
}

func main() {
	switch os.Args[1] {
	case "template":
		write(templateRows())
	case "fmt":
		write(fmtRows())
	}
}
