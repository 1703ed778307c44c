{{/*
Redis URL of the backend: redis.external's, or backend.env.REDIS_URL with its template filled in. Empty
means "no Redis", which the backend answers by keeping threats in memory: so it is also when the URL
names the chart's own Redis and that one is switched off. It never holds a password, and is empty too where
a Secret has the whole URL (soc-agent.redisUrlSecret).
*/}}
{{- define "soc-agent.redisUrl" -}}
{{- $external := .Values.redis.external -}}
{{- if $external.enabled -}}
{{- if not $external.urlSecret -}}
{{- $user := $external.username | urlquery | replace "+" "%20" -}}
{{- $host := trimAll "[]" $external.host -}}
{{- $url := printf "%s://%s%s:%d" (ternary "rediss" "redis" $external.tls) (ternary "" (printf "%s@" $user) (empty $user)) (ternary (printf "[%s]" $host) $host (contains ":" $host)) (int $external.port) -}}
{{- printf "%s%s" $url (ternary (printf "/%d" (int $external.database)) "" (gt (int $external.database) 0)) -}}
{{- end -}}
{{- else -}}
{{- $url := tpl (default "" .Values.backend.env.REDIS_URL) . -}}
{{- if or .Values.redis.enabled (ne (include "soc-agent.isOwnRedis" (dict "context" . "url" $url)) "true") -}}
{{- $url -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
Secret and key of the whole URL of an external Redis, as a JSON object {name, key}. Empty: the values have it.
*/}}
{{- define "soc-agent.redisUrlSecret" -}}
{{- $external := .Values.redis.external -}}
{{- if and $external.enabled $external.urlSecret -}}
{{- toJson (dict "name" $external.urlSecret "key" $external.urlKey) -}}
{{- end -}}
{{- end -}}

{{/*
"true" if there is a Redis that the backend pods share.
*/}}
{{- define "soc-agent.hasRedis" -}}
{{- if or (include "soc-agent.redisUrl" .) (include "soc-agent.redisUrlSecret" .) -}}
true
{{- end -}}
{{- end -}}

{{/*
The URL with the password in it, for a backend that reads no other variable. The kubelet fills it in from
REDIS_URL_PASSWORD, so that it stands in no manifest. Not from REDIS_PASSWORD: whoever knows that puts it
into the URL by himself. It overrules the ConfigMap's REDIS_URL.
*/}}
{{- define "soc-agent.redisUrlWithPassword" -}}
{{- regexReplaceAll "^([a-z]+://)(?:([^/@]*)@)?" (include "soc-agent.redisUrl" .) "${1}${2}:$$(REDIS_URL_PASSWORD)@" -}}
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
{{- if and .Values.redis.enabled .Values.redis.auth.enabled (ne .Values.backend.redisPasswordIn "none") -}}
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
Name of the Secret whose password is made in the cluster. Empty: another one is named, or none is asked for.
*/}}
{{- define "soc-agent.madeRedisSecret" -}}
{{- if not .Values.redis.auth.existingSecret -}}
{{- include "soc-agent.ownRedisSecret" . -}}
{{- end -}}
{{- end -}}

{{/*
Annotation of a Secret whose password is not part of the release.
*/}}
{{- define "soc-agent.passwordMark" -}}
soc-agent/password
{{- end -}}

{{/*
That Secret as it is in the cluster, as JSON. Empty without one, or without a cluster.
*/}}
{{- define "soc-agent.liveRedisSecret" -}}
{{- lookup "v1" "Secret" (include "soc-agent.namespace" .) (include "soc-agent.madeRedisSecret" .) | toJson -}}
{{- end -}}

{{/*
Password in base64 that an older chart has rendered into this release. It stays in the release: Helm removes
what the last revision had and the next one has not, and so would a rollback.
*/}}
{{- define "soc-agent.keptRedisPassword" -}}
{{- if include "soc-agent.madeRedisSecret" . -}}
{{- $live := include "soc-agent.liveRedisSecret" . | fromJson -}}
{{- if not (hasKey (dig "metadata" "annotations" dict $live) (include "soc-agent.passwordMark" .)) -}}
{{- dig "data" .Values.redis.auth.secretKey "" $live -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
"true" if a Job makes the password.
*/}}
{{- define "soc-agent.makesRedisPassword" -}}
{{- if and (include "soc-agent.madeRedisSecret" .) (not (include "soc-agent.keptRedisPassword" .)) -}}
true
{{- end -}}
{{- end -}}

{{/*
What makes the Job run once more though it has run: an upgrade that finds no password.
*/}}
{{- define "soc-agent.redisPasswordRun" -}}
{{- $live := include "soc-agent.liveRedisSecret" . | fromJson -}}
{{- if and .Release.IsUpgrade (not (dig "data" .Values.redis.auth.secretKey "" $live)) -}}
{{- .Release.Revision -}}
{{- end -}}
{{- end -}}

{{/*
Spec of the Job that makes the password. Its pod alone has a token for the Kubernetes API.
*/}}
{{- define "soc-agent.redisPasswordJob" -}}
{{- $part := dict "context" . "component" "redis-password" "as" "backend" -}}
{{- $api := "/var/run/secrets/kubernetes.io/serviceaccount" -}}
backoffLimit: 10
template:
  metadata:
    labels:
      {{- include "soc-agent.podLabels" $part | nindent 6 }}
      # A mesh's proxy would outlive what the Job is for, and breaks Pod Security "restricted".
      sidecar.istio.io/inject: "false"
    annotations:
      linkerd.io/inject: disabled
  spec:
    {{- include "soc-agent.podDefaults" $part | nindent 4 }}
    restartPolicy: OnFailure
    terminationGracePeriodSeconds: 0
    containers:
      - name: redis-password
        # The backend's own image has what it takes, Node.js, and is on the nodes already.
        image: {{ include "soc-agent.image" (dict "context" . "image" (default .Values.backend.image .Values.redis.auth.image)) | quote }}
        imagePullPolicy: {{ .Values.backend.image.pullPolicy | quote }}
        command: [node, --input-type=module, --eval]
        args:
          - |
            {{- .Files.Get "files/redisPassword.mjs" | nindent 12 }}
        env:
          - name: NAMESPACE
            value: {{ include "soc-agent.namespace" . | quote }}
          - name: SECRET
            value: {{ include "soc-agent.madeRedisSecret" . | quote }}
          - name: KEY
            value: {{ .Values.redis.auth.secretKey | quote }}
          - name: TOKEN_FILE
            value: {{ $api }}/token
          - name: NODE_EXTRA_CA_CERTS
            value: {{ $api }}/ca.crt
        terminationMessagePolicy: FallbackToLogsOnError
        resources:
          requests: { cpu: 50m, memory: 64Mi, ephemeral-storage: 16Mi }
          limits: { cpu: 500m, memory: 128Mi, ephemeral-storage: 64Mi }
        securityContext:
          {{- include "soc-agent.containerSecurityContext" $part | nindent 10 }}
        volumeMounts:
          - name: api
            mountPath: {{ $api }}
            readOnly: true
    volumes:
      - name: api
        projected:
          sources:
            - serviceAccountToken:
                path: token
                expirationSeconds: 600
            - configMap:
                name: kube-root-ca.crt
                items:
                  - key: ca.crt
                    path: ca.crt
{{- end -}}

{{/*
Redis's own memory limit: three quarters of the container's, the rest is for buffers and for the
copy that a rewrite of the append-only file needs. 768 = 3/4 of 1024, in the next smaller unit: so that a
whole number of Gi keeps the words that it always had, and Redis goes on running.
*/}}
{{- define "soc-agent.redisMaxmemory" -}}
{{- $limit := .Values.redis.resources.limits.memory -}}
{{- if regexMatch "^[0-9]+Gi$" $limit -}}
{{- printf "%dmb" (mul 768 (regexFind "^[0-9]+" $limit)) -}}
{{- else -}}
{{- printf "%dkb" (mulf (include "soc-agent.quantity" $limit | float64) 0.75 0.0009765625 | int64) -}}
{{- end -}}
{{- end -}}

{{/*
Handler of Redis's startup and readiness probes. Compares the answer: redis-cli exits with 0 on an error
reply too. It takes the password from REDISCLI_AUTH, so that none stands in a command line.
*/}}
{{- define "soc-agent.redisPing" -}}
exec:
  command: [sh, -c, 'test "$(redis-cli ping)" = PONG']
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
    checksum/secret: {{ include "soc-agent.secretsChecksum" (dict "context" $ "names" (list .)) | quote }}
  {{- end }}
spec:
  {{- include "soc-agent.podDefaults" $part | nindent 2 }}
  # Redis ends at once on SIGTERM, and has this long to write its append-only file out.
  terminationGracePeriodSeconds: 30
  containers:
    - name: redis
      image: {{ include "soc-agent.image" (dict "context" . "image" .Values.redis.image) | quote }}
      imagePullPolicy: {{ .Values.redis.image.pullPolicy | quote }}
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
        - {{ include "soc-agent.redisMaxmemory" . | quote }}
        - --maxmemory-policy
        - volatile-lru
        {{- range .Values.redis.extraArgs }}
        - {{ include "soc-agent.text" . | quote }}
        {{- end }}
      {{- with $secret }}
      env:
        # The name under which redis-cli looks for it.
        - name: REDISCLI_AUTH
          valueFrom:
            secretKeyRef:
              name: {{ . | quote }}
              key: {{ $.Values.redis.auth.secretKey | quote }}
              optional: false
      {{- end }}
      ports:
        - name: redis
          containerPort: 6379
          protocol: TCP
      # While Redis reads its append-only file it answers LOADING, for up to five minutes here.
      startupProbe:
        {{- include "soc-agent.probe" (dict "context" . "component" "redis" "kind" "startup" "handler" (include "soc-agent.redisPing" .)) | nindent 8 }}
      # Restarts a Redis that does not answer. An error is an answer, and redis-cli then exits with 0: to
      # restart would not help against too many clients, and would lose what is not on disk.
      livenessProbe:
        {{- include "soc-agent.probe" (dict "context" . "component" "redis" "kind" "liveness" "handler" "exec: { command: [redis-cli, ping] }") | nindent 8 }}
      # Takes a Redis that gives errors out of the Service, so that clients fail at once.
      readinessProbe:
        {{- include "soc-agent.probe" (dict "context" . "component" "redis" "kind" "readiness" "handler" (include "soc-agent.redisPing" .)) | nindent 8 }}
      resources:
        {{- include "soc-agent.resources" .Values.redis.resources | nindent 8 }}
      securityContext:
        {{- include "soc-agent.containerSecurityContext" $part | nindent 8 }}
      volumeMounts:
        - name: data
          mountPath: /data
  {{- $claim := .Values.redis.persistence.existingClaim }}
  {{- if or $claim (not .Values.redis.persistence.enabled) }}
  volumes:
    - name: data
      {{- if and $claim .Values.redis.persistence.enabled }}
      persistentVolumeClaim:
        claimName: {{ $claim | quote }}
      {{- else }}
      emptyDir:
        sizeLimit: 64Mi
      {{- end }}
  {{- end }}
{{- end -}}
