{{/*
The part that a path of ingress.hosts leads to from outside: with a login the proxy, which hands on to the part that
the path names. Takes (dict "context" $ "part" "frontend").
*/}}
{{- define "soc-agent.entryPart" -}}
{{- ternary "auth" .part .context.Values.auth.enabled -}}
{{- end -}}

{{/*
Paths of all hosts whose requests the backend answers, as a JSON list of {path, pathType}.
*/}}
{{- define "soc-agent.backendPaths" -}}
{{- $paths := list -}}
{{- range .Values.ingress.hosts -}}
{{- range include "soc-agent.sortedPaths" .paths | fromJsonArray -}}
{{- if eq .backend "backend" -}}
{{- $paths = append $paths (pick . "path" "pathType") -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $paths | uniq | toJson -}}
{{- end -}}

{{/*
Where the provider sends the browser back to: to the one host, if there is one by name.
*/}}
{{- define "soc-agent.redirectUrl" -}}
{{- $given := .Values.auth.oidc.redirectUrl -}}
{{- $hosts := .Values.ingress.hosts -}}
{{- if $given -}}
{{- $given -}}
{{- else if eq (len $hosts) 1 -}}
{{- $host := (first $hosts).host -}}
{{- if and $host (not (hasPrefix "*" $host)) -}}
{{- $scheme := include "soc-agent.tls" . | fromJsonArray | empty | ternary "http" "https" -}}
{{- printf "%s://%s/oauth2/callback" $scheme $host -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
Values of the roles' claim of which the provider must give a user one before pages are shown, as a JSON list; empty
where everybody it knows may read.
*/}}
{{- define "soc-agent.allowedGroups" -}}
{{- $roles := .Values.auth.roles -}}
{{- $groups := concat $roles.reader $roles.analyst | uniq -}}
{{- has "*" $groups | ternary list $groups | toJson -}}
{{- end -}}

{{/*
Arguments of oauth2-proxy, as a JSON list (https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview).
*/}}
{{- define "soc-agent.authArgs" -}}
{{- $auth := .Values.auth -}}
{{- $oidc := $auth.oidc -}}
{{- $full := include "soc-agent.fullname" . -}}
{{- $redirect := include "soc-agent.redirectUrl" . -}}
{{- $backend := printf "http://%s-backend:%d" $full (int .Values.backend.service.port) -}}
{{- $args := list "--provider=oidc" (printf "--oidc-issuer-url=%s" $oidc.issuer) (printf "--client-id=%s" $oidc.clientId) -}}
{{- $args = append $args (printf "--scope=%s" $oidc.scope) -}}
{{- $args = append $args (printf "--redirect-url=%s" $redirect) -}}
{{- $args = append $args (printf "--oidc-groups-claim=%s" $auth.rolesClaim) -}}
{{- range include "soc-agent.allowedGroups" . | fromJsonArray -}}
{{- $args = append $args (printf "--allowed-group=%s" .) -}}
{{- end -}}
{{- /* Who somebody is, the backend reads in the token: here a name will do that every provider gives. */ -}}
{{- $args = concat $args (list "--oidc-email-claim=sub" "--email-domain=*" "--code-challenge-method=S256" "--insecure-oidc-skip-nonce=false") -}}
{{- if include "soc-agent.oidcCaSecret" . -}}
{{- $args = concat $args (list "--provider-ca-file=/etc/oidc-ca/ca.crt" "--use-system-trust-store=true") -}}
{{- end -}}
{{- $args = concat $args (list "--http-address=:4180" "--ping-path=/oauth2/ping" "--ready-path=/oauth2/ready" "--skip-provider-button=true" "--request-logging=false") -}}
{{- $secure := hasPrefix "https:" $redirect -}}
{{- /* A page of a neighbouring name cannot set a cookie with this prefix (RFC 6265bis, section 4.1.3). */ -}}
{{- $args = append $args (printf "--cookie-name=%ssoc_login" (ternary "__Host-" "" $secure)) -}}
{{- $args = append $args (printf "--cookie-secure=%t" $secure) -}}
{{- $args = concat $args (list "--cookie-samesite=lax" (printf "--cookie-refresh=%s" $auth.session.refresh) (printf "--cookie-expire=%s" $auth.session.expire)) -}}
{{- /* The token of who is signed in; one that a machine sends itself stays. Of neither the backend believes a name. */ -}}
{{- $args = concat $args (list "--pass-authorization-header=true" "--skip-auth-strip-headers=false" "--pass-user-headers=false" "--pass-basic-auth=false") -}}
{{- range include "soc-agent.backendPaths" . | fromJsonArray -}}
{{- $plain := trimSuffix "/" .path -}}
{{- $exact := eq .pathType "Exact" -}}
{{- /* The backend itself judges, and tells a program what is missing instead of sending it to a page. */ -}}
{{- $args = append $args (printf "--skip-auth-route=^%s%s" (regexQuoteMeta $plain) (ternary "$" "(/|$)" $exact)) -}}
{{- $args = append $args (printf "--upstream=%s%s" $backend $plain) -}}
{{- if not $exact -}}
{{- $args = append $args (printf "--upstream=%s%s/" $backend $plain) -}}
{{- end -}}
{{- end -}}
{{- /* Else who signs out would be sent to the provider, and come back signed in. */ -}}
{{- $args = append $args `--skip-auth-route=^/signed-out\.html$` -}}
{{- range $auth.upstreams -}}
{{- $args = append $args (printf "--upstream=%s" .) -}}
{{- end -}}
{{- append $args (printf "--upstream=http://%s-frontend:%d/" $full (int .Values.frontend.service.port)) | toJson -}}
{{- end -}}

{{/*
Names of the Secrets that oauth2-proxy reads as it starts, as a JSON list.
*/}}
{{- define "soc-agent.authSecrets" -}}
{{- $auth := .Values.auth -}}
{{- list $auth.oidc.existingSecret $auth.session.existingSecret (include "soc-agent.oidcCaSecret" .) | compact | toJson -}}
{{- end -}}

{{/*
The chart's own pod template of the login's proxy.
*/}}
{{- define "soc-agent.authPod" -}}
{{- $part := dict "context" . "component" "auth" -}}
{{- $oidc := .Values.auth.oidc -}}
{{- $session := .Values.auth.session -}}
metadata:
  labels:
    {{- include "soc-agent.podLabels" $part | nindent 4 }}
  annotations:
    checksum/secret: {{ include "soc-agent.secretsChecksum" (dict "context" . "names" (include "soc-agent.authSecrets" . | fromJsonArray)) | quote }}
spec:
  {{- include "soc-agent.podDefaults" $part | nindent 2 }}
  {{- include "soc-agent.spread" $part | nindent 2 }}
  terminationGracePeriodSeconds: {{ include "soc-agent.gracePeriod" $part }}
  containers:
    - name: auth
      image: {{ include "soc-agent.image" (dict "context" . "image" .Values.auth.image) | quote }}
      imagePullPolicy: {{ .Values.auth.image.pullPolicy | quote }}
      args:
        {{- include "soc-agent.authArgs" . | fromJsonArray | toYaml | nindent 8 }}
      ports:
        - name: http
          containerPort: 4180
          protocol: TCP
      env:
        - name: OAUTH2_PROXY_CLIENT_SECRET
          valueFrom:
            secretKeyRef:
              name: {{ $oidc.existingSecret | quote }}
              key: {{ $oidc.secretKey | quote }}
              optional: false
        - name: OAUTH2_PROXY_COOKIE_SECRET
          valueFrom:
            secretKeyRef:
              name: {{ $session.existingSecret | quote }}
              key: {{ $session.secretKey | quote }}
              optional: false
      # It first asks the provider what it offers, and ends where that does not answer: the kubelet tries again.
      startupProbe:
        {{- include "soc-agent.probe" (dict "context" . "component" "auth" "kind" "startup" "port" 4180) | nindent 8 }}
      livenessProbe:
        {{- include "soc-agent.probe" (dict "context" . "component" "auth" "kind" "liveness" "port" 4180) | nindent 8 }}
      readinessProbe:
        {{- include "soc-agent.probe" (dict "context" . "component" "auth" "kind" "readiness" "port" 4180) | nindent 8 }}
      {{- if semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version }}
      {{- include "soc-agent.preStop" $part | nindent 6 }}
      {{- end }}
      resources:
        {{- include "soc-agent.resources" .Values.auth.resources | nindent 8 }}
      securityContext:
        {{- include "soc-agent.containerSecurityContext" $part | nindent 8 }}
      {{- if include "soc-agent.oidcCaSecret" . }}
      volumeMounts:
        {{- include "soc-agent.caMount" "oidc-ca" | nindent 8 }}
  volumes:
    {{- include "soc-agent.oidcCaVolume" . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/*
Secret with the certificate authority of the login's provider. Empty: the public ones, or no login.
*/}}
{{- define "soc-agent.oidcCaSecret" -}}
{{- if .Values.auth.enabled -}}
{{- .Values.auth.oidc.caSecret -}}
{{- end -}}
{{- end -}}

{{/*
It as a volume, for the two that ask the provider.
*/}}
{{- define "soc-agent.oidcCaVolume" -}}
{{- include "soc-agent.caVolume" (dict "name" "oidc-ca" "secret" (include "soc-agent.oidcCaSecret" .) "key" .Values.auth.oidc.caKey) -}}
{{- end -}}

{{/*
What the backend's environment has of the login, as a JSON object.
*/}}
{{- define "soc-agent.authEnv" -}}
{{- $auth := .Values.auth -}}
{{- $env := dict -}}
{{- if $auth.enabled -}}
{{- $env = dict "AUTH_ISSUER" $auth.oidc.issuer "AUTH_AUDIENCE" (default $auth.oidc.clientId $auth.oidc.audience) "AUTH_ROLES_CLAIM" $auth.rolesClaim -}}
{{- range $variable, $role := dict "AUTH_READERS" "reader" "AUTH_ANALYSTS" "analyst" "AUTH_INGESTERS" "ingest" -}}
{{- $_ := set $env $variable (get $auth.roles $role | join ",") -}}
{{- end -}}
{{- if include "soc-agent.tokenSecrets" . | fromJsonArray -}}
{{- $_ := set $env "AUTH_TOKENS_DIR" "/etc/soc-agent/tokens" -}}
{{- end -}}
{{- if include "soc-agent.oidcCaSecret" . -}}
{{- $_ := set $env "NODE_EXTRA_CA_CERTS" "/etc/oidc-ca/ca.crt" -}}
{{- end -}}
{{- end -}}
{{- toJson $env -}}
{{- end -}}

{{/*
Names of the Secrets with machine tokens, as a JSON list.
*/}}
{{- define "soc-agent.tokenSecrets" -}}
{{- $tokens := .Values.auth.tokens -}}
{{- $names := list -}}
{{- if .Values.auth.enabled -}}
{{- $names = prepend $tokens.extraSecrets $tokens.existingSecret | compact -}}
{{- end -}}
{{- toJson $names -}}
{{- end -}}

{{/*
Egress rule to the provider of the login. A policy knows no host names: without auth.oidc.cidrs, its port is open
wherever it may be.
*/}}
{{- define "soc-agent.oidcRule" -}}
- to:
    {{- include "soc-agent.anywhere" (dict "cidrs" .Values.auth.oidc.cidrs) | nindent 4 }}
  ports:
    - port: {{ include "soc-agent.urlPort" .Values.auth.oidc.issuer | default "443" }}
      protocol: TCP
{{- end -}}

{{/*
What is wrong with the values about the login, as a JSON list.
*/}}
{{- define "soc-agent.authProblems" -}}
{{- $problems := list -}}
{{- $auth := .Values.auth -}}
{{- range $name, $value := .Values.backend.env -}}
{{- if and (hasPrefix "AUTH_" $name) (include "soc-agent.text" $value) -}}
{{- $problems = append $problems (printf "backend.env.%s is set, and the login is configured under auth, which sets the proxy and the backend alike. Leave it out, and see auth in values.yaml." $name) -}}
{{- end -}}
{{- end -}}
{{- if $auth.enabled -}}
{{- range $key, $need := dict "oidc.issuer" (list $auth.oidc.issuer "the address of the OpenID Connect provider, such as https://login.example.com/realms/soc") "oidc.clientId" (list $auth.oidc.clientId "the id that the provider knows this application by") "oidc.existingSecret" (list $auth.oidc.existingSecret "the Secret with the client's secret") "session.existingSecret" (list $auth.session.existingSecret "a Secret with 32 random bytes in base64url under cookie-secret") -}}
{{- if not (first $need) -}}
{{- $problems = append $problems (printf "auth.enabled is true, but auth.%s is empty. Set it: %s." $key (last $need)) -}}
{{- end -}}
{{- end -}}
{{- $redirect := include "soc-agent.redirectUrl" . -}}
{{- if not $redirect -}}
{{- $problems = append $problems "auth.enabled is true, but ingress.hosts does not say which one host the provider sends browsers back to. Set auth.oidc.redirectUrl, such as https://soc.example.com/oauth2/callback." -}}
{{- else if not (regexMatch "^(https://|http://(localhost|[^/]+\\.localhost|127\\.[0-9.]+|\\[::1\\])[:/])" $redirect) -}}
{{- $problems = append $problems (printf "auth.enabled is true, but browsers come back over %s, and sessions would cross the network in clear text. Set ingress.tls, or auth.oidc.redirectUrl to an https one where something else ends TLS." $redirect) -}}
{{- end -}}
{{- if gt (len .Values.ingress.hosts) 1 -}}
{{- $problems = append $problems "auth.enabled is true, but ingress.hosts has several hosts, and the provider sends browsers back to one. Leave one of them." -}}
{{- end -}}
{{- if and $auth.oidc.caSecret (include "soc-agent.text" (get .Values.backend.env "NODE_EXTRA_CA_CERTS" | default "")) -}}
{{- $problems = append $problems "auth.oidc.caSecret and backend.env.NODE_EXTRA_CA_CERTS both name certificate authorities, and the backend reads one file. Put all of them into the Secret, and leave NODE_EXTRA_CA_CERTS out." -}}
{{- end -}}
{{- range $host := .Values.ingress.hosts -}}
{{- $paths := include "soc-agent.sortedPaths" $host.paths | fromJsonArray -}}
{{- if not (has "/" (include "soc-agent.pluck" (list $paths "path") | fromJsonArray)) -}}
{{- $problems = append $problems (printf "ingress.hosts has %q without the path /, below which the login's proxy has its own pages. Add {path: /, pathType: Prefix, backend: frontend}." $host.host) -}}
{{- end -}}
{{- range $paths -}}
{{- if and (eq .path "/") (eq .backend "backend") -}}
{{- $problems = append $problems (printf "ingress.hosts has / of %q for the backend, and behind a login that is the dashboard's. Give the backend its own paths, such as /api." $host.host) -}}
{{- end -}}
{{- if hasPrefix "/oauth2" .path -}}
{{- $problems = append $problems (printf "ingress.hosts has %s, below which the login's proxy has its own pages. Leave it out." .path) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
