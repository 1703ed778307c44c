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
Data of the backend's ConfigMap: every pair of backend.env, as a template filled in.
*/}}
{{- define "soc-agent.backendEnv" -}}
{{- $data := dict -}}
{{- range $name, $value := .Values.backend.env -}}
{{- $_ := set $data $name (tpl $value $) -}}
{{- end -}}
{{- if or (hasKey $data "REDIS_URL") .Values.redis.external.enabled -}}
{{- $_ := set $data "REDIS_URL" (include "soc-agent.redisUrl" .) -}}
{{- end -}}
{{- toYaml $data -}}
{{- end -}}

{{/*
What the backend gets besides its ConfigMap, as a JSON list of environment variables: secrets by
reference, and where the certificate authority of an external Redis is mounted.
*/}}
{{- define "soc-agent.backendSecretEnv" -}}
{{- $env := list -}}
{{- with .Values.openai.existingSecret -}}
{{- $env = append $env (dict "name" "OPENAI_API_KEY" "valueFrom" (dict "secretKeyRef" (dict "name" . "key" $.Values.openai.secretKey "optional" false))) -}}
{{- end -}}
{{- with include "soc-agent.backendRedisSecret" . | default "{}" | fromJson -}}
{{- $env = append $env (dict "name" "REDIS_PASSWORD" "valueFrom" (dict "secretKeyRef" (dict "name" .name "key" .key "optional" false))) -}}
{{- end -}}
{{- if include "soc-agent.redisCaSecret" . -}}
{{- $env = append $env (dict "name" "REDIS_CA_FILE" "value" "/etc/redis-ca/ca.crt") -}}
{{- end -}}
{{- toJson $env -}}
{{- end -}}

{{/*
Secret with the certificate authority of an external Redis. Empty: the public ones.
*/}}
{{- define "soc-agent.redisCaSecret" -}}
{{- if .Values.redis.external.enabled -}}
{{- .Values.redis.external.caSecret -}}
{{- end -}}
{{- end -}}

{{/*
Names of all Secrets that the backend reads, as a JSON list.
*/}}
{{- define "soc-agent.backendSecrets" -}}
{{- $redis := include "soc-agent.backendRedisSecret" . | default "{}" | fromJson -}}
{{- list .Values.openai.existingSecret (get $redis "name") (include "soc-agent.redisCaSecret" .) | compact | toJson -}}
{{- end -}}

{{/*
Changes whenever one of these Secrets does, so that pods which read it are replaced. Of a Secret made
elsewhere only the version counts: a hash of a weak password in an annotation would give it away. Takes
(dict "context" $ "names" (list "...")).
*/}}
{{- define "soc-agent.secretsChecksum" -}}
{{- $own := include "soc-agent.ownRedisSecret" .context -}}
{{- $made := ternary "" $own (ne .context.Values.redis.auth.existingSecret "") -}}
{{- $versions := list -}}
{{- range .names -}}
{{- if eq . $made -}}
{{- $versions = append $versions (include "soc-agent.redisPassword" $.context) -}}
{{- else -}}
{{- $live := lookup "v1" "Secret" $.context.Release.Namespace . -}}
{{- $versions = append $versions (printf "%s %s" . (dig "metadata" "resourceVersion" "" $live)) -}}
{{- end -}}
{{- end -}}
{{- join "\n" $versions | sha256sum -}}
{{- end -}}
