{{/*
Redis URL of the backend: redis.external's, or backend.env.REDIS_URL with its template filled in. Empty
means "no Redis", which the backend answers by keeping threats in memory: so it is also when the URL
names the chart's own Redis and that one is switched off. It never holds a password.
*/}}
{{- define "soc-agent.redisUrl" -}}
{{- $external := .Values.redis.external -}}
{{- if $external.enabled -}}
{{- $user := ternary (printf "%s@" $external.username) "" (ne $external.username "") -}}
{{- printf "%s://%s%s:%d" (ternary "rediss" "redis" $external.tls) $user $external.host (int $external.port) -}}
{{- else -}}
{{- $url := tpl (default "" .Values.backend.env.REDIS_URL) . -}}
{{- if or .Values.redis.enabled (ne (include "soc-agent.isOwnRedis" (dict "context" . "url" $url)) "true") -}}
{{- $url -}}
{{- end -}}
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
"true" if the backend uses the chart's own Redis.
*/}}
{{- define "soc-agent.usesOwnRedis" -}}
{{- if and .Values.redis.enabled (not .Values.redis.external.enabled) -}}
{{- include "soc-agent.isOwnRedis" (dict "context" . "url" (include "soc-agent.redisUrl" .)) -}}
{{- end -}}
{{- end -}}

{{/*
Name of the Secret with the password of the chart's own Redis. Empty: it asks for none.
*/}}
{{- define "soc-agent.ownRedisSecret" -}}
{{- if and .Values.redis.enabled .Values.redis.auth.enabled -}}
{{- default (printf "%s-redis" (include "soc-agent.fullname" .)) .Values.redis.auth.existingSecret -}}
{{- end -}}
{{- end -}}

{{/*
Secret and key of the password that the backend sends, as a JSON object {name, key}. Empty: none. The
password of the chart's own Redis is never sent to another one.
*/}}
{{- define "soc-agent.backendRedisSecret" -}}
{{- $redis := .Values.redis -}}
{{- if $redis.external.enabled -}}
{{- with $redis.external.existingSecret -}}
{{- toJson (dict "name" . "key" $redis.external.secretKey) -}}
{{- end -}}
{{- else if eq (include "soc-agent.usesOwnRedis" .) "true" -}}
{{- with include "soc-agent.ownRedisSecret" . -}}
{{- toJson (dict "name" . "key" $redis.auth.secretKey) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
Password of the chart's own Redis in base64: the live one, else a new one. Made once in a rendering, since
the Secret and the checksum of the pods must have the same.
*/}}
{{- define "soc-agent.redisPassword" -}}
{{- $auth := .Values.redis.auth -}}
{{- if not (hasKey $auth "made") -}}
{{- $live := lookup "v1" "Secret" .Release.Namespace (include "soc-agent.ownRedisSecret" .) -}}
{{- $_ := set $auth "made" (dig "data" $auth.secretKey (randAlphaNum 32 | b64enc) $live) -}}
{{- end -}}
{{- $auth.made -}}
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
Handler of Redis's startup and readiness probes. Compares the answer: redis-cli exits with 0 on an error
reply too. It takes the password from REDISCLI_AUTH, so that none stands in a command line.
*/}}
{{- define "soc-agent.redisPing" -}}
exec:
  command: [sh, -c, 'test "$(redis-cli ping)" = PONG']
# A new process for every probe: on a busy node that takes longer than the default second.
timeoutSeconds: 5
{{- end -}}

{{/*
Pod template of Redis, the same in a Deployment (nothing is kept) and in a StatefulSet (persistence).
*/}}
{{- define "soc-agent.redisPod" -}}
{{- $part := dict "context" . "component" "redis" -}}
{{- $secret := include "soc-agent.ownRedisSecret" . -}}
metadata:
  labels:
    {{- include "soc-agent.podLabels" $part | nindent 4 }}
  {{- with $secret }}
  annotations:
    # Redis reads its password once, at its start: a changed one needs a new pod.
    checksum/secret: {{ include "soc-agent.secretsChecksum" (dict "context" $ "names" (list .)) }}
  {{- end }}
spec:
  {{- include "soc-agent.podDefaults" $part | nindent 2 }}
  # Redis ends at once on SIGTERM, and has this long to write its append-only file out.
  terminationGracePeriodSeconds: 30
  containers:
    - name: redis
      image: "{{ .Values.redis.image.repository }}:{{ .Values.redis.image.tag }}"
      imagePullPolicy: {{ .Values.redis.image.pullPolicy }}
      {{- if $secret }}
      # Redis gets a hash of the password, by its standard input: so it stands in no command line, and
      # may have any character in it. What administrates a Redis is nobody's business over the network.
      command:
        - sh
        - -c
        - |
          umask 077
          hash=$(printf %s "$REDISCLI_AUTH" | sha256sum)
          exec redis-server - "$@" <<END
          user default on #${hash%% *} ~* &* +@all -@admin
          END
        - redis-server
      {{- else }}
      command: [redis-server]
      {{- end }}
      args:
        # The backend's pods come in over the network.
        - --protected-mode
        - "no"
        # No snapshots: what must survive is in the append-only file.
        - --save
        - ""
        - --appendonly
        - {{ ternary "yes" "no" .Values.redis.persistence.enabled | quote }}
        # At most the last second of writes is lost when the node dies.
        - --appendfsync
        - everysec
        - --dir
        - /data
        # Full, Redis gives up caches (keys with a time to live) and else refuses writes. It
        # never drops a threat in silence, and is never killed for its memory.
        - --maxmemory
        - {{ include "soc-agent.redisMaxmemory" . }}
        - --maxmemory-policy
        - volatile-lru
      {{- with $secret }}
      env:
        # The name under which redis-cli looks for it.
        - name: REDISCLI_AUTH
          valueFrom:
            secretKeyRef:
              name: {{ . }}
              key: {{ $.Values.redis.auth.secretKey }}
              optional: false
      {{- end }}
      ports:
        - name: redis
          containerPort: 6379
          protocol: TCP
      # While Redis reads its append-only file it answers LOADING, for up to five minutes here.
      startupProbe:
        {{- include "soc-agent.redisPing" . | nindent 8 }}
        periodSeconds: 1
        failureThreshold: 300
      # Restarts a Redis that does not answer. An error is an answer, and redis-cli then exits with 0: to
      # restart would not help against too many clients, and would lose what is not on disk.
      livenessProbe:
        exec:
          command: [redis-cli, ping]
        timeoutSeconds: 5
        periodSeconds: 30
      # Takes a Redis that gives errors out of the Service, so that clients fail at once.
      readinessProbe:
        {{- include "soc-agent.redisPing" . | nindent 8 }}
        periodSeconds: 10
      resources:
        {{- toYaml .Values.redis.resources | nindent 8 }}
      securityContext:
        {{- include "soc-agent.containerSecurityContext" . | nindent 8 }}
      volumeMounts:
        - name: data
          mountPath: /data
  {{- if not .Values.redis.persistence.enabled }}
  volumes:
    - name: data
      emptyDir:
        sizeLimit: 64Mi
  {{- end }}
{{- end -}}
