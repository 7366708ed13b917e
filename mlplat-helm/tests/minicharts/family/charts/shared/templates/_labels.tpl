{{- define "shared.labels" -}}
label: {{ .Chart.Name }}
{{- end -}}
