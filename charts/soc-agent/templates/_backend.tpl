{{/*
Data of the backend's ConfigMap: every pair of backend.env that is not empty, as a template filled in.
*/}}
{{- define "soc-agent.backendEnv" -}}
{{- $data := dict -}}
{{- range $name, $value := .Values.backend.env -}}
{{- with include "soc-agent.text" $value -}}
{{- $_ := set $data $name (tpl . $) -}}
{{- end -}}
{{- end -}}
{{- if or (hasKey $data "REDIS_URL") .Values.redis.external.enabled -}}
{{- $_ := set $data "REDIS_URL" (include "soc-agent.redisUrl" .) -}}
{{- end -}}
{{- if include "soc-agent.redisUrlSecret" . -}}
{{- $_ := unset $data "REDIS_URL" -}}
{{- end -}}
{{- range $name, $link := dict "TRACE_LINK" "trace" "LOGS_LINK" "logs" -}}
{{- with get (default dict ($.Values.observability).links) $link -}}
{{- $_ := set $data $name . -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := include "soc-agent.authEnv" . | fromJson -}}
{{- $_ := set $data $name $value -}}
{{- end -}}
{{- $_ := set $data "ALLOWED_HOSTS" (include "soc-agent.allowedHosts" (dict "context" . "more" (get $data "ALLOWED_HOSTS"))) -}}
{{- toYaml $data -}}
{{- end -}}

{{/*
Names that the backend answers to: its own and the frontend's, which hands on what it was asked by, those of
ingress.hosts, and more. Takes (dict "context" $ "more" "a.example.com,b.example.com").
*/}}
{{- define "soc-agent.allowedHosts" -}}
{{- $hosts := list -}}
{{- $namespace := include "soc-agent.namespace" .context -}}
{{- range $part := list "backend" "frontend" -}}
{{- $short := printf "%s-%s" (include "soc-agent.fullname" $.context) $part -}}
{{- range $domain := list "" (printf ".%s" $namespace) (printf ".%s.svc" $namespace) (printf ".%s.svc.cluster.local" $namespace) -}}
{{- $hosts = append $hosts (printf "%s%s" $short $domain) -}}
{{- end -}}
{{- end -}}
{{- range .context.Values.ingress.hosts -}}
{{- $hosts = append $hosts (default "*" .host) -}}
{{- end -}}
{{- append $hosts .more | compact | uniq | join "," -}}
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
{{- $inUrl := eq $.Values.backend.redisPasswordIn "url" -}}
{{- $env = append $env (dict "name" (ternary "REDIS_URL_PASSWORD" "REDIS_PASSWORD" $inUrl) "valueFrom" (dict "secretKeyRef" (dict "name" .name "key" .key "optional" false))) -}}
{{- if $inUrl -}}
{{- $env = append $env (dict "name" "REDIS_URL" "value" (include "soc-agent.redisUrlWithPassword" $)) -}}
{{- end -}}
{{- end -}}
{{- with include "soc-agent.redisUrlSecret" . | default "{}" | fromJson -}}
{{- $env = append $env (dict "name" "REDIS_URL" "valueFrom" (dict "secretKeyRef" (dict "name" .name "key" .key "optional" false))) -}}
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
{{- $url := include "soc-agent.redisUrlSecret" . | default "{}" | fromJson -}}
{{- list .Values.openai.existingSecret (get $redis "name") (get $url "name") (include "soc-agent.redisCaSecret" .) (include "soc-agent.oidcCaSecret" .) | compact | toJson -}}
{{- end -}}

{{/*
Changes whenever one of these Secrets does, so that pods which read it are replaced. Of a Secret made
elsewhere only the version counts: a hash of a weak password in an annotation would give it away. A password
that is made in the cluster is made once, and its Secret is there before and after that. Takes
(dict "context" $ "names" (list "...")).
*/}}
{{- define "soc-agent.secretsChecksum" -}}
{{- $made := include "soc-agent.madeRedisSecret" .context -}}
{{- $versions := list -}}
{{- range .names -}}
{{- if eq . $made -}}
{{- $versions = append $versions (include "soc-agent.keptRedisPassword" $.context | default $made) -}}
{{- else -}}
{{- $live := lookup "v1" "Secret" (include "soc-agent.namespace" $.context) . -}}
{{- $versions = append $versions (printf "%s %s" . (dig "metadata" "resourceVersion" "" $live)) -}}
{{- end -}}
{{- end -}}
{{- join "\n" $versions | sha256sum -}}
{{- end -}}

{{/*
The chart's own pod template of the backend.
*/}}
{{- define "soc-agent.backendPod" -}}
{{- $part := dict "context" . "component" "backend" -}}
{{- $secrets := include "soc-agent.backendSecrets" . | fromJsonArray -}}
{{- $ca := include "soc-agent.redisCaSecret" . -}}
{{- $oidcCa := include "soc-agent.oidcCaSecret" . -}}
{{- $tokens := include "soc-agent.tokenSecrets" . | fromJsonArray -}}
metadata:
  labels:
    {{- include "soc-agent.podLabels" $part | nindent 4 }}
  annotations:
    # A container reads its environment once: a changed ConfigMap or Secret needs new pods.
    checksum/config: {{ include "soc-agent.backendEnv" . | sha256sum | quote }}
    {{- with include "soc-agent.scrapeAnnotations" . }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with $secrets }}
    checksum/secret: {{ include "soc-agent.secretsChecksum" (dict "context" $ "names" .) | quote }}
    {{- end }}
spec:
  {{- include "soc-agent.podDefaults" $part | nindent 2 }}
  {{- include "soc-agent.spread" $part | nindent 2 }}
  # After preStop the backend takes up to 10 s to finish its requests and to close its WebSockets.
  terminationGracePeriodSeconds: {{ include "soc-agent.gracePeriod" $part }}
  containers:
    - name: backend
      image: {{ include "soc-agent.image" (dict "context" . "image" .Values.backend.image) | quote }}
      imagePullPolicy: {{ .Values.backend.image.pullPolicy | quote }}
      ports:
        - name: http
          containerPort: 8000
          protocol: TCP
      envFrom:
        - configMapRef:
            name: "{{ include "soc-agent.fullname" . }}-backend-config"
      {{- with include "soc-agent.backendSecretEnv" . | fromJsonArray }}
      # A missing key stops the pod and says so; it does not silently go without.
      env:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      # Holds the other two back while the process starts. It begins when readiness would, so
      # that its first success asks readiness at once and not only at the next period.
      startupProbe:
        {{- include "soc-agent.probe" (dict "context" . "component" "backend" "kind" "startup" "port" 8000) | nindent 8 }}
      # Restarts a process that hangs. Never depends on Redis: a restart would not bring it back.
      livenessProbe:
        {{- include "soc-agent.probe" (dict "context" . "component" "backend" "kind" "liveness" "port" 8000) | nindent 8 }}
      # Takes a pod that cannot reach Redis out of the Service.
      readinessProbe:
        {{- include "soc-agent.probe" (dict "context" . "component" "backend" "kind" "readiness" "port" 8000) | nindent 8 }}
      {{- include "soc-agent.preStop" $part | nindent 6 }}
      resources:
        {{- include "soc-agent.resources" .Values.backend.resources | nindent 8 }}
      securityContext:
        {{- include "soc-agent.containerSecurityContext" $part | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- if $ca }}
        {{- include "soc-agent.caMount" "redis-ca" | nindent 8 }}
        {{- end }}
        {{- if $oidcCa }}
        {{- include "soc-agent.caMount" "oidc-ca" | nindent 8 }}
        {{- end }}
        {{- if $tokens }}
        - name: tokens
          mountPath: /etc/soc-agent/tokens
          readOnly: true
        {{- end }}
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: 64Mi
    {{- with $ca }}
    {{- include "soc-agent.caVolume" (dict "name" "redis-ca" "secret" . "key" $.Values.redis.external.caKey) | nindent 4 }}
    {{- end }}
    {{- if $oidcCa }}
    {{- include "soc-agent.oidcCaVolume" . | nindent 4 }}
    {{- end }}
    {{- with $tokens }}
    # Read again while the backend runs, so that a new token takes no restart.
    - name: tokens
      projected:
        defaultMode: 288
        sources:
          {{- range . }}
          - secret:
              name: {{ . | quote }}
          {{- end }}
    {{- end }}
{{- end -}}
