{{/*
Name of the chart, the value of app.kubernetes.io/name.
*/}}
{{- define "soc-agent.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/*
Prefix of every object's name: release name and chart name, or the release name alone when it
contains the chart's. Cut at 48 characters, so that the longest suffixes, "-backend-config" and
"-redis-headless", still fit into the 63 of a DNS label.
*/}}
{{- define "soc-agent.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 48 | trimSuffix "-" -}}
{{- end -}}

{{/*
Chart name and version, the value of helm.sh/chart.
*/}}
{{- define "soc-agent.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/*
Labels of an object. Takes (dict "context" $ "component" "backend"); objects that belong to no
one component leave it out. Never use these in a selector: they change with the chart's version.
*/}}
{{- define "soc-agent.labels" -}}
{{ include "soc-agent.podLabels" . }}
app.kubernetes.io/version: {{ .context.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: soc-agent-system
app.kubernetes.io/managed-by: {{ .context.Release.Service }}
helm.sh/chart: {{ include "soc-agent.chart" .context }}
{{- end -}}

{{/*
Labels of a pod: the selector's and the recommended ones that no upgrade changes. A label with the
chart's version in it would roll every pod for an edit that is none of its business.
*/}}
{{- define "soc-agent.podLabels" -}}
app.kubernetes.io/name: {{ include "soc-agent.name" .context }}
app.kubernetes.io/instance: {{ .context.Release.Name }}
{{- if .component }}
app.kubernetes.io/component: {{ .component }}
{{ include "soc-agent.selectorLabels" . }}
{{- end }}
{{- end -}}

{{/*
Labels that select a component's pods. They can never change: a Deployment's selector is immutable.
*/}}
{{- define "soc-agent.selectorLabels" -}}
app: {{ get (dict "backend" "soc-backend" "frontend" "soc-frontend" "redis" "redis" "test" "soc-test") .component }}
release: {{ .context.Release.Name }}
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
