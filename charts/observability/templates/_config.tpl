{{/*
The configuration of Prometheus: the file, and what there is to read in this cluster.
*/}}
{{- define "observability.prometheusConfig" -}}
{{- $config := .Files.Get "files/prometheus.yaml" | fromYaml -}}
{{- $here := include "observability.prometheusHere" . | fromYaml -}}
{{- $_ := set $config "scrape_configs" (concat $config.scrape_configs $here.scrape_configs) -}}
{{- toYaml (mergeOverwrite $config (omit $here "scrape_configs")) -}}
{{- end -}}

{{/*
What Prometheus reads in this cluster.
*/}}
{{- define "observability.prometheusHere" -}}
global:
  scrape_interval: {{ .Values.prometheus.scrapeInterval }}
  evaluation_interval: {{ .Values.prometheus.scrapeInterval }}
  external_labels:
    application: {{ .Values.application.name | quote }}
scrape_configs:
  - job_name: soc-backend
    kubernetes_sd_configs:
      - role: pod
        namespaces:
          names: [{{ .Values.application.namespace | quote }}]
    relabel_configs:
      - source_labels: [__meta_kubernetes_pod_label_app, __meta_kubernetes_pod_container_port_number, __meta_kubernetes_pod_phase]
        regex: soc-backend;8000;Running
        action: keep
      {{- include "observability.podLabels" . | nindent 6 }}
      # Deploy marks: the tag of the image that a pod was rolled out with.
      - source_labels: [__meta_kubernetes_pod_container_image]
        regex: .*?(?::([^:@/]+))?(?:@.*)?
        target_label: image_tag
    metric_relabel_configs:
      # Of what a deploy changes only the marks need to know.
      - source_labels: [__name__]
        regex: soc_build_info|(.*)
        target_label: __tmp_other
        replacement: $1
      - source_labels: [__tmp_other]
        regex: .+
        target_label: image_tag
        replacement: ""
      - regex: __tmp_other
        action: labeldrop
  - job_name: otel-collector
    kubernetes_sd_configs:
      - role: pod
        namespaces:
          names: [{{ .Values.agentsNamespace | quote }}]
    relabel_configs:
      - source_labels: [__meta_kubernetes_pod_container_port_number, __meta_kubernetes_pod_phase]
        regex: 8888;Running
        action: keep
      {{- include "observability.podLabels" . | nindent 6 }}
  - job_name: kubelet
    scheme: https
    metrics_path: /metrics/resource
    authorization:
      credentials_file: /var/run/secrets/kubernetes.io/serviceaccount/token
    tls_config:
      ca_file: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
      insecure_skip_verify: {{ not .Values.prometheus.kubeletTlsVerify }}
    kubernetes_sd_configs:
      - role: node
    relabel_configs:
      - source_labels: [__meta_kubernetes_node_name]
        target_label: node
    metric_relabel_configs:
      # Of the pods, those of the application and of this stack.
      - source_labels: [namespace]
        regex: {{ list "" .Values.application.namespace .Release.Namespace .Values.agentsNamespace | join "|" | quote }}
        action: keep
{{- end -}}

{{/*
Labels that tell whose figures a pod's are.
*/}}
{{- define "observability.podLabels" -}}
- source_labels: [__meta_kubernetes_namespace]
  target_label: namespace
- source_labels: [__meta_kubernetes_pod_name]
  target_label: pod
- source_labels: [__meta_kubernetes_pod_node_name]
  target_label: node
{{- end -}}

{{/*
What the rules cannot know by themselves.
*/}}
{{- define "observability.rulesHere" -}}
{{- $backend := dict "namespace" .Values.application.namespace "job" "soc-backend" -}}
groups:
  - name: soc-stack
    interval: 15s
    rules:
      - record: soc:application:info
        expr: vector(1)
        labels:
          {{- toYaml $backend | nindent 10 }}
      {{- with int .Values.application.maxReplicas }}
      - record: soc:hpa_max_replicas
        expr: vector({{ . }})
        labels:
          {{- toYaml $backend | nindent 10 }}
      {{- end }}
{{- end -}}

{{/*
The configuration of Loki: the file, and how long lines are kept.
*/}}
{{- define "observability.lokiConfig" -}}
{{- $config := .Files.Get "files/loki.yaml" | fromYaml -}}
{{- $_ := set $config.limits_config "retention_period" .Values.loki.retention -}}
{{- toYaml $config -}}
{{- end -}}
