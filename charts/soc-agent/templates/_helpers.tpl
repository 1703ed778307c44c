{{/*
Name of the chart, the value of app.kubernetes.io/name.
*/}}
{{- define "soc-agent.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/*
Prefix of every object's name: release name and chart name, or the release name alone when it
contains the chart's. Cut at 48 characters, so that the longest suffix, "-backend-config", still
fits into the 63 of a DNS label.
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
app: {{ get (dict "backend" "soc-backend" "frontend" "soc-frontend" "redis" "redis") .component }}
release: {{ .context.Release.Name }}
{{- end -}}

{{/*
Name of the ServiceAccount that the pods run under.
*/}}
{{- define "soc-agent.serviceAccountName" -}}
{{- $default := ternary (include "soc-agent.fullname" .) "default" .Values.serviceAccount.create -}}
{{- default $default .Values.serviceAccount.name -}}
{{- end -}}

{{/*
What every pod has in common.
*/}}
{{- define "soc-agent.podDefaults" -}}
serviceAccountName: {{ include "soc-agent.serviceAccountName" . }}
# No pod talks to the Kubernetes API.
automountServiceAccountToken: false
# Else a Service called "redis" would put REDIS_PORT=tcp://... into every container.
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/*
Security context of a pod. Takes (dict "user" 10001 "group" 10001): numbers, because the kubelet
cannot tell whether a user given by name is root.
*/}}
{{- define "soc-agent.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: {{ .user }}
runAsGroup: {{ .group }}
fsGroup: {{ .group }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/*
Security context of every container, as Pod Security "restricted" asks, and a read-only root.
*/}}
{{- define "soc-agent.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/*
Wait before SIGTERM. Endpoints are withdrawn at the same time as a pod is stopped, not before, so
for some seconds new requests still come in. The kubelet sleeps by itself from Kubernetes 1.30 on.
*/}}
{{- define "soc-agent.drain" -}}
preStop:
  {{- if semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version }}
  sleep:
    seconds: 10
  {{- else }}
  exec:
    command: [sleep, "10"]
  {{- end }}
{{- end -}}

{{/*
Number of backend pods. Under an HPA the live number wins: rendering replicaCount on every upgrade
would undo each scale-out. Without a cluster to ask (helm template), and on the first install,
lookup finds nothing.
*/}}
{{- define "soc-agent.backendReplicas" -}}
{{- $replicas := .Values.backend.replicaCount -}}
{{- if .Values.backend.hpa.enabled -}}
{{- $name := printf "%s-backend" (include "soc-agent.fullname" .) -}}
{{- $live := lookup "apps/v1" "Deployment" .Release.Namespace $name -}}
{{- $replicas = dig "spec" "replicas" $replicas $live -}}
{{- end -}}
{{- int $replicas -}}
{{- end -}}

{{/*
Redis URL of the backend with its template filled in. Empty means "no Redis", which the backend
answers by keeping threats in memory: so it is also when the URL names the chart's own Redis and
that one is switched off.
*/}}
{{- define "soc-agent.redisUrl" -}}
{{- $url := tpl (default "" .Values.backend.env.REDIS_URL) . -}}
{{- if or .Values.redis.enabled (ne (include "soc-agent.isOwnRedis" (dict "context" . "url" $url)) "true") -}}
{{- $url -}}
{{- end -}}
{{- end -}}

{{/*
"true" if the host of `url` is the chart's own Redis Service, by its short or its full DNS name.
*/}}
{{- define "soc-agent.isOwnRedis" -}}
{{- $service := printf "%s-redis." (include "soc-agent.fullname" .context) -}}
{{- hasPrefix $service (printf "%s." (urlParse .url).hostname) -}}
{{- end -}}

{{/*
Data of the backend's ConfigMap: every pair of backend.env, as a template filled in.
*/}}
{{- define "soc-agent.backendEnv" -}}
{{- $data := dict -}}
{{- range $name, $value := .Values.backend.env -}}
{{- $_ := set $data $name (tpl $value $) -}}
{{- end -}}
{{- if hasKey $data "REDIS_URL" -}}
{{- $_ := set $data "REDIS_URL" (include "soc-agent.redisUrl" .) -}}
{{- end -}}
{{- toYaml $data -}}
{{- end -}}

{{/*
Redis's own memory limit: three quarters of the container's, the rest is for buffers and for the
copy that a rewrite of the append-only file needs. 768 = 3/4 of 1024, in the next smaller unit.
*/}}
{{- define "soc-agent.redisMaxmemory" -}}
{{- $limit := .Values.redis.resources.limits.memory -}}
{{- $unit := get (dict "Mi" "kb" "Gi" "mb") (regexFind "[MG]i$" $limit) -}}
{{- printf "%d%s" (mul 768 (regexFind "^[0-9]+" $limit)) $unit -}}
{{- end -}}

{{/*
TLS entries of the Ingress as a JSON list, from either form of ingress.tls.
*/}}
{{- define "soc-agent.tls" -}}
{{- $tls := .Values.ingress.tls -}}
{{- if kindIs "map" $tls -}}
{{- $tls = ternary (list (omit $tls "enabled")) list (default false $tls.enabled) -}}
{{- end -}}
{{- toJson $tls -}}
{{- end -}}

{{/*
Rules that no schema can state, because they span several values. All broken ones are told at
once, each with what to do.
*/}}
{{- define "soc-agent.validate" -}}
{{- $problems := list -}}
{{- $backend := .Values.backend -}}
{{- $redisUrl := include "soc-agent.redisUrl" . -}}
{{- if and (not $redisUrl) (or $backend.hpa.enabled (gt (int $backend.replicaCount) 1)) -}}
{{- $problems = append $problems "several backend pods need a Redis that they share, else each keeps threats of its own (split brain). Set redis.enabled=true, or backend.env.REDIS_URL to another Redis, or run a single pod: backend.replicaCount=1 and backend.hpa.enabled=false." -}}
{{- end -}}
{{- if and $redisUrl (eq (include "soc-agent.isOwnRedis" (dict "context" . "url" $redisUrl)) "true") -}}
{{- $port := printf "%d" (int .Values.redis.service.port) -}}
{{- if not (hasSuffix (printf ":%s" $port) (urlParse $redisUrl).host) -}}
{{- $problems = append $problems (printf "backend.env.REDIS_URL is %q, but redis.service.port is %s. Give both the same port." $redisUrl $port) -}}
{{- end -}}
{{- end -}}
{{- if hasKey $backend.env "OPENAI_API_KEY" -}}
{{- $problems = append $problems "backend.env.OPENAI_API_KEY would be readable by everyone who may read ConfigMaps. Put the key into a Secret and its name into openai.existingSecret." -}}
{{- end -}}
{{- if and $backend.hpa.enabled (gt (int $backend.hpa.minReplicas) (int $backend.hpa.maxReplicas)) -}}
{{- $problems = append $problems (printf "backend.hpa.minReplicas is %d, more than backend.hpa.maxReplicas, which is %d. Lower the one or raise the other." (int $backend.hpa.minReplicas) (int $backend.hpa.maxReplicas)) -}}
{{- end -}}
{{- range include "soc-agent.tls" . | fromJsonArray -}}
{{- if not (and .secretName .hosts) -}}
{{- $problems = append $problems (printf "ingress.tls has an entry without %s. Name the Secret with the certificate in secretName and the hosts that it is for in hosts." (ternary "hosts" "secretName" (not (not .secretName)))) -}}
{{- end -}}
{{- end -}}
{{- if $problems -}}
{{- fail (printf "these values do not go together:\n  - %s" (join "\n  - " $problems)) -}}
{{- end -}}
{{- end -}}

{{/*
Paths of one host as a JSON list, the most specific first: a controller that matches in the order
given would answer /api with the frontend's "/". Exact goes before Prefix; equals keep their order.
*/}}
{{- define "soc-agent.sortedPaths" -}}
{{- $byKey := dict -}}
{{- range $i, $path := . -}}
{{- $key := printf "%05d-%d-%05d" (sub 99999 (len $path.path)) (ternary 0 1 (eq $path.pathType "Exact")) $i -}}
{{- $_ := set $byKey $key $path -}}
{{- end -}}
{{- $sorted := list -}}
{{- range keys $byKey | sortAlpha -}}
{{- $sorted = append $sorted (get $byKey .) -}}
{{- end -}}
{{- toJson $sorted -}}
{{- end -}}

{{/*
Handler of Redis's probes. Compares the answer: redis-cli exits with 0 on an error reply too.
*/}}
{{- define "soc-agent.redisPing" -}}
exec:
  command: [sh, -c, 'test "$(redis-cli ping)" = PONG']
# A new process for every probe: on a busy node that takes longer than the default second.
timeoutSeconds: 5
{{- end -}}
