{{/*
Where the backend sends its traces, lower case and with its template filled in. Empty: nowhere.
*/}}
{{- define "soc-agent.otlpUrl" -}}
{{- get (include "soc-agent.backendEnv" . | fromYaml) "OTEL_EXPORTER_OTLP_ENDPOINT" | default "" | lower -}}
{{- end -}}

{{/*
Namespaces whose pods take traces, besides the application's own, as a JSON list.
*/}}
{{- define "soc-agent.collectorNamespaces" -}}
{{- $monitoring := .Values.networkPolicy.monitoring -}}
{{- list $monitoring.namespace $monitoring.agentsNamespace | compact | toJson -}}
{{- end -}}

{{/*
What the address of the collector says, as a JSON object: `host`; `port`, 4317 (OTLP over gRPC) if it names
none; and at most one of `namespace` (of a Service beyond those whose pods take traces anyway), `cidr` (it is
an address) and `outside` (a host name that is none of the cluster's). A name of two parts may be either: it
is taken for a Service, with `guess`. Empty without an address.
*/}}
{{- define "soc-agent.otlp" -}}
{{- $otlp := dict -}}
{{- with include "soc-agent.otlpUrl" . -}}
{{- $authority := regexReplaceAll "^https?://([^/]*).*$" . "${1}" -}}
{{- $host := regexReplaceAll ":[0-9]+$" $authority "" | trimAll "[]" | trimSuffix "." -}}
{{- $otlp = dict "host" $host "port" (regexFind ":[0-9]+$" $authority | trimPrefix ":" | default "4317") -}}
{{- if contains ":" $host -}}
{{- $_ := set $otlp "cidr" (printf "%s/128" $host) -}}
{{- else if regexMatch "^[0-9.]+$" $host -}}
{{- $_ := set $otlp "cidr" (printf "%s/32" $host) -}}
{{- else if contains "." $host -}}
{{- $namespace := regexReplaceAll "^.*?[^.]+\\.([^.]+)\\.svc(\\..*)?$" $host "${1}" -}}
{{- $guess := regexMatch "^[^.]+\\.[^.]+$" $host -}}
{{- if $guess -}}
{{- $namespace = regexFind "[^.]+$" $host -}}
{{- end -}}
{{- if eq $namespace $host -}}
{{- $_ := set $otlp "outside" true -}}
{{- else if not (has $namespace (prepend (include "soc-agent.collectorNamespaces" $ | fromJsonArray) (include "soc-agent.namespace" $))) -}}
{{- $_ := set $otlp "namespace" $namespace -}}
{{- $_ := set $otlp "guess" $guess -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $otlp -}}
{{- end -}}

{{/*
"true" if a rule of networkPolicy.backend.egress, or the one for the model provider, opens this port. Takes
(dict "context" $ "port" "4317").
*/}}
{{- define "soc-agent.egressNames" -}}
{{- $found := and (eq .port "443") (not (empty .context.Values.openai.existingSecret)) -}}
{{- range .context.Values.networkPolicy.backend.egress -}}
{{- $found = or $found (not .ports) -}}
{{- range .ports -}}
{{- $found = or $found (not .port) (hasKey . "endPort") (eq (toString .port) $.port) -}}
{{- end -}}
{{- end -}}
{{- $found -}}
{{- end -}}

{{/*
What to say about traces that the backend's policy lets out to nowhere, or perhaps to the wrong place.
*/}}
{{- define "soc-agent.tracesNote" -}}
{{- $otlp := include "soc-agent.otlp" . | fromJson -}}
{{- if and .Values.networkPolicy.enabled $otlp (ne (include "soc-agent.egressNames" (dict "context" . "port" $otlp.port)) "true") -}}
{{- $value := printf "networkPolicy.backend.egress to its addresses:\n  [{to: [{ipBlock: {cidr: <address>/32}}], ports: [{port: %s, protocol: TCP}]}]" $otlp.port -}}
{{- if $otlp.outside -}}
WARNING: backend.env.OTEL_EXPORTER_OTLP_ENDPOINT: {{ $otlp.host }} is outside of the cluster, and the backend's NetworkPolicy does not let traces out to it. Set {{ $value }}
{{- else if $otlp.guess -}}
NOTE: backend.env.OTEL_EXPORTER_OTLP_ENDPOINT: the backend's NetworkPolicy takes {{ $otlp.host }} for the Service {{ regexFind "^[^.]+" $otlp.host }} in the namespace {{ $otlp.namespace }}. If it is a host outside of the cluster, set {{ $value }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
What is wrong with what the backend is told about its log and its traces, as a JSON list: it would not start.
*/}}
{{- define "soc-agent.telemetryProblems" -}}
{{- $problems := list -}}
{{- $levels := list "DEBUG" "INFO" "WARNING" "ERROR" "CRITICAL" "WARN" "FATAL" "NOTSET" -}}
{{- with get (include "soc-agent.backendEnv" . | fromYaml) "LOG_LEVEL" -}}
{{- if not (has (upper .) $levels) -}}
{{- $problems = append $problems (printf "backend.env.LOG_LEVEL is %q, which is no level, and the backend would not start. Set one of DEBUG, INFO, WARNING, ERROR and CRITICAL." .) -}}
{{- end -}}
{{- end -}}
{{- with include "soc-agent.otlpUrl" . -}}
{{- $port := (include "soc-agent.otlp" $ | fromJson).port | atoi -}}
{{- if regexMatch "^[^/]*(//)?[^/]*@" . -}}
{{- $problems = append $problems "backend.env.OTEL_EXPORTER_OTLP_ENDPOINT has a user or a password in it, readable by everyone who may read ConfigMaps. Leave both out." -}}
{{- else if or (not (regexMatch "^https?://(\\[[0-9a-f:.]+\\]|[a-z0-9]([a-z0-9._-]*[a-z0-9.])?)(:[0-9]{1,5})?(/\\S*)?$" .)) (lt $port 1) (gt $port 65535) -}}
{{- $problems = append $problems (printf "backend.env.OTEL_EXPORTER_OTLP_ENDPOINT is %q, which is no address that traces can go to. Set a URL such as http://otel-collector:4317, or leave it empty." .) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
