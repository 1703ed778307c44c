{{/*
Paths that are reachable from outside, each with its Service. An Ingress cannot tell a GET from a POST, so that of
Prometheus only what reads is there: not /api/v1/write, /api/v1/otlp, /api/v1/admin and /-/.
https://prometheus.io/docs/prometheus/latest/querying/api/
*/}}
{{- define "observability.paths" -}}
/grafana: {service: grafana}
/jaeger: {service: jaeger}
/prometheus: {service: prometheus, type: Exact}
{{- range list "" "alerts" "assets" "classic" "config" "favicon.ico" "favicon.svg" "flags" "graph" "query" "rules" "service-discovery" "status" "targets" "tsdb-status" }}
/prometheus/{{ . }}: {service: prometheus, type: {{ empty . | ternary "Exact" "Prefix" }}}
{{- end }}
{{- range list "alertmanagers" "alerts" "format_query" "label" "labels" "metadata" "notifications" "parse_query" "query" "query_exemplars" "query_range" "rules" "scrape_pools" "series" "status" "targets" }}
/prometheus/api/v1/{{ . }}: {service: prometheus}
{{- end }}
{{- end -}}
