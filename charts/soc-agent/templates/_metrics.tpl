{{/*
Metadata of an object for the Prometheus operator: in the namespace and with the labels that it looks for. A
component is its name's end alone, since its label `release` is what most operators look for. Takes (dict
"context" $ "component" "backend" "values" $monitor).
*/}}
{{- define "soc-agent.monitorMetadata" -}}
{{- include "soc-agent.metadata" (dict "context" .context "suffix" .component "labels" .values.labels "namespace" .values.namespace) -}}
{{- end -}}

{{/*
ServiceMonitor or PodMonitor of a component. A series has the same labels from either: `job` is the name of the
Service. Takes (dict "context" $ "component" "backend" "kind" "PodMonitor" "port" "http").
*/}}
{{- define "soc-agent.monitor" -}}
{{- $values := ternary .context.Values.metrics.podMonitor .context.Values.metrics.serviceMonitor (eq .kind "PodMonitor") -}}
apiVersion: monitoring.coreos.com/v1
kind: {{ .kind }}
metadata:
  {{- include "soc-agent.monitorMetadata" (merge (dict "values" $values) .) | nindent 2 }}
spec:
  namespaceSelector:
    matchNames: [{{ include "soc-agent.namespace" .context | quote }}]
  selector:
    matchLabels:
      {{- include "soc-agent.selectorLabels" . | nindent 6 }}
      app.kubernetes.io/component: {{ .component | quote }}
  {{ ternary "podMetricsEndpoints" "endpoints" (eq .kind "PodMonitor") }}:
    - port: {{ .port }}
      path: /metrics
      {{- range $key := list "interval" "scrapeTimeout" }}
      {{- with get $values $key }}
      {{ $key }}: {{ . | quote }}
      {{- end }}
      {{- end }}
      relabelings:
        - targetLabel: job
          replacement: "{{ include "soc-agent.fullname" .context }}-{{ .component }}"
        {{- with $values.relabelings }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $values.metricRelabelings }}
      metricRelabelings:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end -}}

{{/*
All monitors of one kind: the backend's, and Redis's if an exporter runs beside it. Takes (dict "context" $
"kind" "PodMonitor").
*/}}
{{- define "soc-agent.monitors" -}}
{{ include "soc-agent.monitor" (merge (dict "component" "backend" "port" "http") .) }}
{{- if include "soc-agent.redisExporter" .context }}
---
{{ include "soc-agent.monitor" (merge (dict "component" "redis" "port" "metrics") .) }}
{{- end }}
{{- end -}}

{{/*
A dashboard for a Grafana elsewhere: its links lead beside Grafana, as they are, and to whole addresses here. A trace
is shown where observability.links.trace says, or else at the SOC's dashboard. Takes (dict "context" $ "text" $json).
*/}}
{{- define "soc-agent.dashboard" -}}
{{- $url := .context.Values.metrics.dashboards.url -}}
{{- $trace := (dig "links" "trace" "" (default dict .context.Values.observability)) | default "/" -}}
{{- if contains "{threat_id}" $trace -}}
{{- $trace = "/" -}}
{{- end -}}
{{- if hasPrefix "/" $trace -}}
{{- $trace = print $url $trace -}}
{{- end -}}
{{- $text := regexReplaceAll "[.][.]/jaeger/trace/([$][{][^}]+[}])" .text (replace "{trace_id}" "${1}" $trace) -}}
{{- replace "\"url\": \"../" (printf "\"url\": \"%s/" $url) $text -}}
{{- end -}}

{{/*
Port of the exporter beside Redis. Empty: there is none.
*/}}
{{- define "soc-agent.redisExporter" -}}
{{- if .Values.redis.enabled -}}
{{- with (.Values.metrics).redisExporterPort -}}{{- int . -}}{{- end -}}
{{- end -}}
{{- end -}}

{{/*
Annotations by which a Prometheus without the operator finds the backend's pods.
*/}}
{{- define "soc-agent.scrapeAnnotations" -}}
{{- if (.Values.metrics).annotations -}}
prometheus.io/scrape: "true"
prometheus.io/port: "8000"
prometheus.io/path: /metrics
{{- end -}}
{{- end -}}

{{/*
What is wrong with the values about metrics, as a JSON list.
*/}}
{{- define "soc-agent.metricsProblems" -}}
{{- $problems := list -}}
{{- $metrics := default dict .Values.metrics -}}
{{- $scraped := or ($metrics.serviceMonitor).enabled ($metrics.podMonitor).enabled -}}
{{- if and ($metrics.serviceMonitor).enabled ($metrics.podMonitor).enabled -}}
{{- $problems = append $problems "metrics.serviceMonitor.enabled and metrics.podMonitor.enabled are both true, and every pod would be scraped twice. Set one of them to false." -}}
{{- end -}}
{{- if and ($metrics.prometheusRule).enabled (not $scraped) -}}
{{- $problems = append $problems "metrics.prometheusRule.enabled is true, but its alerts are about what a monitor scrapes. Set metrics.serviceMonitor.enabled=true or metrics.podMonitor.enabled=true." -}}
{{- end -}}
{{- if and ($metrics.dashboards).enabled (not $metrics.dashboards.url) -}}
{{- $problems = append $problems "metrics.dashboards.enabled is true, but metrics.dashboards.url is empty, and their links would lead nowhere. Set it to the address of the SOC's dashboard, such as https://soc.example.com." -}}
{{- end -}}
{{- if and $metrics.redisExporterPort (not .Values.redis.enabled) -}}
{{- $problems = append $problems (printf "metrics.redisExporterPort is %d, but redis.enabled is false, so there are no pods for an exporter. Set it to 0, and scrape the external Redis where it is." (int $metrics.redisExporterPort)) -}}
{{- end -}}
{{- if and (eq (int $metrics.redisExporterPort) 6379) .Values.redis.enabled -}}
{{- $problems = append $problems "metrics.redisExporterPort is 6379, which Redis itself listens on. Set the exporter's port, such as 9121." -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
