{{/*
Paths of a host that names none: those of values.yaml. They are here too because Helm replaces lists as a
whole, so that "--set ingress.hosts[0].host=x" takes them away.
*/}}
{{- define "soc-agent.defaultPaths" -}}
- { path: /, pathType: Prefix, backend: frontend }
- { path: /api, pathType: Prefix, backend: backend }
- { path: /ws, pathType: Prefix, backend: backend }
- { path: /health, pathType: Exact, backend: backend }
{{- end -}}

{{/*
Paths of one host as a JSON list, the most specific first: a controller that matches in the order
given would answer /api with the frontend's "/". Exact goes before Prefix; equals keep their order.
*/}}
{{- define "soc-agent.sortedPaths" -}}
{{- $byKey := dict -}}
{{- range $i, $path := default (include "soc-agent.defaultPaths" . | fromYamlArray) . -}}
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
Match of an HTTPRoute for one path. "/api/*", as some controllers have it, is what a Gateway calls the prefix
"/api"; with the star it would match nothing.
*/}}
{{- define "soc-agent.gatewayMatch" -}}
{{- $free := eq .pathType "ImplementationSpecific" -}}
type: {{ ternary "Exact" "PathPrefix" (eq .pathType "Exact") }}
value: {{ ternary (trimSuffix "/*" .path | default "/") .path $free | quote }}
{{- end -}}

{{/*
TLS entries of the Ingress as a JSON list, from either form of ingress.tls. An entry without a Secret gets
the name of one where cert-manager is told to fill it.
*/}}
{{- define "soc-agent.tls" -}}
{{- $tls := .Values.ingress.tls -}}
{{- if kindIs "map" $tls -}}
{{- $tls = ternary (list (omit $tls "enabled")) list (default false $tls.enabled) -}}
{{- end -}}
{{- $entries := list -}}
{{- range $i, $entry := $tls -}}
{{- if and (not $entry.secretName) (include "soc-agent.certManager" $) -}}
{{- $suffix := ternary (printf "-%d" (add1 $i)) "" (gt $i 0) -}}
{{- $entry = merge (dict "secretName" (printf "%s-tls%s" (include "soc-agent.fullname" $) $suffix)) $entry -}}
{{- end -}}
{{- $entries = append $entries $entry -}}
{{- end -}}
{{- toJson $entries -}}
{{- end -}}

{{/*
"true" if an annotation of the Ingress tells cert-manager to make its certificate.
*/}}
{{- define "soc-agent.certManager" -}}
{{- range $key, $_ := .Values.ingress.annotations -}}
{{- if has $key (list "cert-manager.io/issuer" "cert-manager.io/cluster-issuer" "kubernetes.io/tls-acme") -}}
true
{{- end -}}
{{- end -}}
{{- end -}}
