{{/*
Name of the chart, the value of app.kubernetes.io/name.
*/}}
{{- define "soc-agent.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/*
Prefix of every object's name: release name and chart name, or the release name alone when it
contains the chart's. Cut at 48 characters, so that the longest suffixes, "-backend-config" and
"-redis-headless", still fit into the 63 of a DNS label. No Service may begin with a digit or have a
dot, and a release may: "1.5" becomes "r1-5-soc-agent".
*/}}
{{- define "soc-agent.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- $full = default $full .Values.fullnameOverride | replace "." "-" -}}
{{- regexReplaceAll "^[0-9]" $full "r${0}" | trunc 48 | trimSuffix "-" -}}
{{- end -}}

{{/*
Chart name and version, the value of helm.sh/chart.
*/}}
{{- define "soc-agent.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/*
Namespace of all objects.
*/}}
{{- define "soc-agent.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{/*
Name, namespace, labels and annotations of an object: "helm template -n x | kubectl apply" needs the
namespace. Takes (dict "context" $ "component" "backend" "suffix" "config"), which is named
<fullname>-backend-config, and "labels" and "annotations" of its own, which win over the common ones, and
another "namespace"; each part but the context may be left out.
*/}}
{{- define "soc-agent.metadata" -}}
name: {{ list (include "soc-agent.fullname" .context) .component .suffix | compact | join "-" | quote }}
namespace: {{ .namespace | default (include "soc-agent.namespace" .context) | quote }}
labels:
  {{- include "soc-agent.labels" . | nindent 2 }}
{{- with merge dict (default dict .annotations) (default dict .context.Values.commonAnnotations) }}
annotations:
  {{- include "soc-agent.texts" . | nindent 2 }}
{{- end }}
{{- end -}}

{{/*
Labels of an object. Takes (dict "context" $ "component" "backend" "labels" dict); objects that belong to no
one component leave it out. Never use these in a selector: they change with the chart's version.
*/}}
{{- define "soc-agent.labels" -}}
{{- $more := merge dict (default dict .labels) (default dict .context.Values.commonLabels) -}}
{{- $partOf := "app.kubernetes.io/part-of" -}}
{{ include "soc-agent.podLabels" . }}
app.kubernetes.io/version: {{ .context.Chart.AppVersion | quote }}
{{ $partOf }}: {{ hasKey $more $partOf | ternary (get $more $partOf | toString | quote) "soc-agent-system" }}
app.kubernetes.io/managed-by: {{ .context.Release.Service | quote }}
helm.sh/chart: {{ include "soc-agent.chart" .context | quote }}
{{- with omit $more $partOf }}
{{ include "soc-agent.texts" . }}
{{- end }}
{{- end -}}

{{/*
Labels of a pod: the selectors' and the recommended ones that no upgrade changes. A label with the
chart's version in it would roll every pod for an edit that is none of its business.
*/}}
{{- define "soc-agent.podLabels" -}}
app.kubernetes.io/name: {{ include "soc-agent.name" .context | quote }}
app.kubernetes.io/instance: {{ .context.Release.Name | quote }}
{{- if .component }}
app.kubernetes.io/component: {{ .component | quote }}
{{ include "soc-agent.releaseLabels" . }}
{{- end }}
{{- end -}}

{{/*
Labels that select a component's pods, and those of no other chart in the same release: under an alias the
name is the alias. Takes (dict "context" $ "component" "backend").
*/}}
{{- define "soc-agent.selectorLabels" -}}
app.kubernetes.io/name: {{ include "soc-agent.name" .context | quote }}
{{ include "soc-agent.releaseLabels" . }}
{{- end -}}

{{/*
Labels that the specification selects a component's pods by. They tell apart what one chart makes in one
release, and no more.
*/}}
{{- define "soc-agent.releaseLabels" -}}
app: {{ get (dict "backend" "soc-backend" "frontend" "soc-frontend" "redis" "redis" "redis-password" "soc-redis-password" "test" "soc-test" "auth" "soc-auth") .component }}
release: {{ .context.Release.Name | quote }}
{{- end -}}

{{/*
A component's object as the cluster has it, as JSON; empty where there is none, or no cluster. Takes (dict
"context" $ "component" "backend" "kind" "Deployment"), and "apiVersion" for a kind that is not of apps/v1.
*/}}
{{- define "soc-agent.live" -}}
{{- $name := printf "%s-%s" (include "soc-agent.fullname" .context) .component -}}
{{- lookup (default "apps/v1" .apiVersion) .kind (include "soc-agent.namespace" .context) $name | toJson -}}
{{- end -}}

{{/*
Labels in the selector of a Deployment or a StatefulSet, which is immutable: a live one that was made
without the name goes on without it. So does one that joins such a release: a rollback to where it stood
before could not take the name out again. Takes (dict "context" $ "component" "redis" "kind" "StatefulSet").
*/}}
{{- define "soc-agent.workloadSelector" -}}
{{- $live := include "soc-agent.live" . | fromJson -}}
{{- if not $live -}}
{{- $live = include "soc-agent.live" (dict "context" .context "component" "backend" "kind" "Deployment") | fromJson -}}
{{- end -}}
{{- if and $live (not (dig "spec" "selector" "matchLabels" "app.kubernetes.io/name" "" $live)) -}}
{{- include "soc-agent.releaseLabels" . -}}
{{- else -}}
{{- include "soc-agent.selectorLabels" . -}}
{{- end -}}
{{- end -}}

{{/*
Name of the ServiceAccount that a component's pods run under: one of its own, or the one that all
share when the chart makes none. Takes (dict "context" $ "component" "backend").
*/}}
{{- define "soc-agent.serviceAccountName" -}}
{{- $account := .context.Values.serviceAccount -}}
{{- if $account.create -}}
{{- printf "%s-%s" (include "soc-agent.fullname" .context) .component -}}
{{- else -}}
{{- default "default" $account.name -}}
{{- end -}}
{{- end -}}

{{/*
A number or a boolean as the text that it was written as, and a text as it is. Helm holds numbers as
floats, which a template prints as 1e+06; JSON does not.
*/}}
{{- define "soc-agent.text" -}}
{{- if kindIs "string" . -}}{{- . -}}{{- else -}}{{- toJson . -}}{{- end -}}
{{- end -}}

{{/*
A map without its empty values: what a null takes away, an empty text does too, for a null does not come
through everywhere (Helm 4 drops those in a parent chart's values.yaml).
*/}}
{{- define "soc-agent.filled" -}}
{{- $filled := dict -}}
{{- range $key, $value := . -}}
{{- if $value -}}
{{- $_ := set $filled $key $value -}}
{{- end -}}
{{- end -}}
{{- toYaml $filled -}}
{{- end -}}

{{/*
A map whose values are all texts, such as annotations.
*/}}
{{- define "soc-agent.texts" -}}
{{- $texts := dict -}}
{{- range $key, $value := . -}}
{{- $_ := set $texts $key (include "soc-agent.text" $value) -}}
{{- end -}}
{{- toYaml $texts -}}
{{- end -}}
