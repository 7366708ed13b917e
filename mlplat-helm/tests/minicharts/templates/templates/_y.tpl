{{ define "x.twice" }}second{{ end }}
