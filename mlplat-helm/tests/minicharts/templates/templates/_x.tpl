{{ define "x.name" }}x{{ .Chart.Name }}{{ end }}
{{ define "x.twice" }}first{{ end }}{{ define "x.rec" }}{{ if gt . 0.0 }}{{ . }}{{ include "x.rec" (sub . 1 | float64) }}{{ end }}{{ end }}
