{{/*
Rules that no schema can state, because they span several values. All broken ones are told at
once, each with what to do.
*/}}
{{- define "soc-agent.validate" -}}
{{- include "soc-agent.validateVersion" . -}}
{{- $problems := list -}}
{{- range list "redisProblems" "backendProblems" "authProblems" "telemetryProblems" "routeProblems" "resourceProblems" "podProblems" "objectProblems" "scalingProblems" "metricsProblems" "otherProblems" -}}
{{- $problems = concat $problems (include (printf "soc-agent.%s" .) $ | fromJsonArray) -}}
{{- end -}}
{{- if $problems -}}
{{- fail (printf "these values do not go together:\n  - %s" (join "\n  - " $problems)) -}}
{{- end -}}
{{- end -}}

{{/*
Refuses the values of another version of the chart: "helm upgrade --reuse-values" hands an old release's
defaults on in place of this chart's, so that what is new has none. The schema lets them pass, or it would
complain of each key instead. The version of Chart.yaml does not tell: whoever packages the chart may change it.
*/}}
{{- define "soc-agent.validateVersion" -}}
{{- $known := "1.0.0" -}}
{{- if ne (toString .Values.chartVersion) $known -}}
{{- $from := ternary (printf "chart version %v" .Values.chartVersion) "an older chart" (not (empty .Values.chartVersion)) -}}
{{- fail (printf "these values are those of %s, and what is new in %s has no default among them. Upgrade with --reset-then-reuse-values instead of --reuse-values:\n  helm upgrade %s <chart> --namespace %s --reset-then-reuse-values\nIf chartVersion stands in a values file of yours, take it out." $from $known .Release.Name .Release.Namespace) -}}
{{- end -}}
{{- end -}}

{{/*
What is wrong with the values about Redis, as a JSON list. None of it repeats a URL with a password.
*/}}
{{- define "soc-agent.redisProblems" -}}
{{- $problems := list -}}
{{- $backend := .Values.backend -}}
{{- $redis := .Values.redis -}}
{{- $external := $redis.external -}}
{{- if and (not (include "soc-agent.hasRedis" .)) (or $backend.hpa.enabled (eq (toString $backend.replicas) "external") (gt (int $backend.replicaCount) 1)) -}}
{{- $problems = append $problems "several backend pods need a Redis that they share, else each keeps threats of its own (split brain). Set redis.enabled=true, or redis.external.enabled=true and redis.external.host, or backend.env.REDIS_URL to another Redis, or run a single pod: backend.replicaCount=1, backend.hpa.enabled=false and backend.replicas empty." -}}
{{- end -}}
{{- if and $external.enabled $redis.enabled -}}
{{- $problems = append $problems "redis.enabled and redis.external.enabled are both true, and the backend can use only one of them. Set redis.enabled=false to use the external one, or redis.external.enabled=false." -}}
{{- end -}}
{{- if and $external.enabled (ne (default "standalone" $external.mode) "standalone") -}}
{{- $problems = append $problems (printf "redis.external.mode is %s, which the backend cannot talk to: its transactions span keys, and it asks one address. Set redis.external.mode=standalone, and redis.external.host to an address that leads to the primary: the managed service's primary endpoint with cluster mode disabled, or a proxy in front of Sentinel such as HAProxy." $external.mode) -}}
{{- end -}}
{{- if and $external.enabled $external.urlSecret -}}
{{- range $key := list "host" "username" "existingSecret" "database" -}}
{{- if get $external $key -}}
{{- $problems = append $problems (printf "redis.external.urlSecret and redis.external.%s are both set, and the URL in the Secret has all of it. Leave %s empty, or urlSecret." $key $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $external.enabled (not $external.host) (not $external.urlSecret) -}}
{{- $problems = append $problems "redis.external.enabled is true, but redis.external.host is empty. Set it to the host name of the managed Redis, or redis.external.urlSecret to a Secret with its URL." -}}
{{- end -}}
{{- if and $external.enabled $external.caSecret (not $external.tls) -}}
{{- $problems = append $problems "redis.external.caSecret is set, but redis.external.tls is false, so no certificate is ever checked. Set redis.external.tls=true, or leave caSecret empty." -}}
{{- end -}}
{{- if and $external.enabled $external.username (not $external.existingSecret) -}}
{{- $problems = append $problems "redis.external.username is set without a password. Put the password into a Secret and its name into redis.external.existingSecret, or leave username empty." -}}
{{- end -}}
{{- $given := tpl (default "" $backend.env.REDIS_URL) . -}}
{{- $own := eq (include "soc-agent.isOwnRedis" (dict "context" . "url" $given)) "true" -}}
{{- if and $external.enabled $given (not $own) -}}
{{- $problems = append $problems "backend.env.REDIS_URL and redis.external both name a Redis. Leave REDIS_URL as it is by default, or set redis.external.enabled=false." -}}
{{- end -}}
{{- if (urlParse $given).userinfo -}}
{{- $problems = append $problems "backend.env.REDIS_URL has a user or a password in it, readable by everyone who may read ConfigMaps. Use redis.external, with the password in a Secret that redis.external.existingSecret names." -}}
{{- end -}}
{{- if and $redis.enabled $own (not $external.enabled) -}}
{{- $port := printf "%d" (int $redis.service.port) -}}
{{- if not (hasSuffix (printf ":%s" $port) (urlParse $given).host) -}}
{{- $problems = append $problems (printf "backend.env.REDIS_URL is %q, but redis.service.port is %s. Give both the same port." $given $port) -}}
{{- end -}}
{{- end -}}
{{- if and $redis.auth.existingSecret (not $redis.auth.enabled) -}}
{{- $problems = append $problems "redis.auth.existingSecret is set, but redis.auth.enabled is false, so Redis would ask for no password. Set redis.auth.enabled=true, or leave existingSecret empty." -}}
{{- end -}}
{{- if eq $backend.redisPasswordIn "none" -}}
{{- range $key, $secret := dict "redis.auth.existingSecret" $redis.auth.existingSecret "redis.external.existingSecret" (and $external.enabled $external.existingSecret) -}}
{{- if $secret -}}
{{- $problems = append $problems (printf "%s is set, but backend.redisPasswordIn is none, so nobody would send that password. Set backend.redisPasswordIn=variable or url, or leave existingSecret empty." $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $redis.enabled $redis.persistence.enabled (not $redis.persistence.existingClaim) (not $redis.persistence.size) -}}
{{- $problems = append $problems "redis.persistence.enabled is true, but redis.persistence.size is empty. Set the size of the volume, such as 1Gi." -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/*
Variables that are secrets, each with the value that names its Secret, as a JSON object.
*/}}
{{- define "soc-agent.secretHomes" -}}
{{- dict "OPENAI_API_KEY" "openai.existingSecret" "REDIS_PASSWORD" "redis.auth.existingSecret (or redis.external.existingSecret)" | toJson -}}
{{- end -}}

{{/*
What is wrong with the backend's values, as a JSON list. It never repeats a secret.
*/}}
{{- define "soc-agent.backendProblems" -}}
{{- $problems := list -}}
{{- $backend := .Values.backend -}}
{{- range $name, $home := include "soc-agent.secretHomes" . | fromJson -}}
{{- if hasKey $backend.env $name -}}
{{- $problems = append $problems (printf "backend.env.%s would be readable by everyone who may read ConfigMaps. Put it into a Secret and the Secret's name into %s." $name $home) -}}
{{- end -}}
{{- end -}}
{{- if hasKey $backend.env "PORT" -}}
{{- $port := include "soc-agent.text" $backend.env.PORT -}}
{{- if not (has $port (list "" "8000")) -}}
{{- $problems = append $problems (printf "backend.env.PORT is %s, but probes and Services ask the container on port 8000. Leave it out; the port that others see is backend.service.port." $port) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/*
What is wrong with the values about the way in, as a JSON list.
*/}}
{{- define "soc-agent.routeProblems" -}}
{{- $problems := list -}}
{{- $ingress := .Values.ingress -}}
{{- $gateway := .Values.gateway -}}
{{- if and $ingress.enabled $gateway.enabled -}}
{{- $problems = append $problems "ingress.enabled and gateway.enabled are both true, and each host would be routed twice. Set ingress.enabled=false to use the Gateway API, or gateway.enabled=false." -}}
{{- end -}}
{{- if and $gateway.enabled (not $gateway.parentRefs) -}}
{{- $problems = append $problems "gateway.enabled is true, but gateway.parentRefs is empty, so no Gateway would take the routes. Name one, such as [{name: my-gateway, namespace: infra}]." -}}
{{- end -}}
{{- if $ingress.enabled -}}
{{- range include "soc-agent.tls" . | fromJsonArray -}}
{{- if not .secretName -}}
{{- $problems = append $problems "ingress.tls has an entry without secretName, and no annotation asks cert-manager for a certificate. Name the Secret with the certificate in secretName, or set an issuer in ingress.annotations: cert-manager.io/cluster-issuer." -}}
{{- end -}}
{{- if not .hosts -}}
{{- $problems = append $problems "ingress.tls has an entry without hosts. Name the hosts that the certificate is for in hosts." -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if or $ingress.enabled $gateway.enabled -}}
{{- $seen := dict -}}
{{- range $host := $ingress.hosts -}}
{{- range $host.paths -}}
{{- $plain := regexReplaceAll "/?[*()|$^\\[?{\\\\].*$" .path "" | default "/" -}}
{{- $match := dict "type" .pathType "value" .path -}}
{{- if $gateway.enabled -}}
{{- $match = include "soc-agent.gatewayMatch" . | fromYaml -}}
{{- end -}}
{{- if and (ne .pathType "ImplementationSpecific") (contains "*" .path) -}}
{{- $problems = append $problems (printf "ingress.hosts has %s (%s), which matches nothing: in such a path a * is only itself. Write %s with pathType Prefix." .path .pathType $plain) -}}
{{- else if and $gateway.enabled (eq .pathType "ImplementationSpecific") (regexMatch "[*()|$^\\[?{\\\\]" $match.value) -}}
{{- $problems = append $problems (printf "ingress.hosts has %s, a pattern, which a Gateway would take for the path itself. Write %s with pathType Prefix." .path $plain) -}}
{{- end -}}
{{- $route := printf "%s%s (%s)" $host.host $match.value $match.type -}}
{{- if hasKey $seen $route -}}
{{- $problems = append $problems (printf "ingress.hosts has %s twice, and which one answers is anyone's guess. Remove one." $route) -}}
{{- end -}}
{{- $_ := set $seen $route true -}}
{{- end -}}
{{- end -}}
{{- if and .Values.networkPolicy.enabled (not (include "soc-agent.entryPeers" .)) -}}
{{- $problems = append $problems "networkPolicy.ingressController names nobody, so its policies would refuse every request that comes in. Set its namespace or its cidrs, or networkPolicy.enabled=false." -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/*
Requests above their limits, as a JSON list: Kubernetes refuses them only at the Deployment, when Helm has
changed the rest already.
*/}}
{{- define "soc-agent.resourceProblems" -}}
{{- $problems := list -}}
{{- range $part := list "backend" "frontend" "redis" "auth" -}}
{{- $resources := (get $.Values $part).resources -}}
{{- range $name, $request := $resources.requests -}}
{{- $limit := get $resources.limits $name -}}
{{- if and $limit (gt (include "soc-agent.quantity" $request | float64) (include "soc-agent.quantity" $limit | float64)) -}}
{{- $problems = append $problems (printf "%s.resources.requests.%s is %v, more than its limit, which is %v. Lower the request or raise the limit." $part $name $request $limit) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/*
A quantity of Kubernetes as a plain number: 500m is 0.5, 1Ki is 1024.
*/}}
{{- define "soc-agent.quantity" -}}
{{- $text := toString . -}}
{{- $unit := regexFind "[A-Za-z]+$" $text -}}
{{- $factors := dict "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 -}}
{{- mulf (trimSuffix $unit $text | float64) (get $factors $unit | default 1.0) -}}
{{- end -}}

{{/*
What else is wrong, as a JSON list.
*/}}
{{- define "soc-agent.otherProblems" -}}
{{- $problems := list -}}
{{- $account := .Values.serviceAccount -}}
{{- if and $account.create $account.name -}}
{{- $problems = append $problems (printf "serviceAccount.name is %q, an existing account, but serviceAccount.create is true. Set create=false to use it, or leave name empty." $account.name) -}}
{{- end -}}
{{- range prepend .Values.networkPolicy.dns.peers .Values.networkPolicy.dns -}}
{{- if not (include "soc-agent.filled" .podLabels | fromYaml) -}}
{{- $problems = append $problems (printf "networkPolicy.dns has no label for the DNS pods in %s, which would be all of its pods. Name theirs in podLabels." .namespace) -}}
{{- end -}}
{{- end -}}
{{- range $key, $value := dict "nameOverride" (include "soc-agent.name" .) "fullnameOverride" (include "soc-agent.fullname" .) -}}
{{- /* All charts of a release share .Release, and nothing else. */ -}}
{{- $taken := printf "soc-agent %s %s" $key $value -}}
{{- with get $.Release $taken -}}
{{- $problems = append $problems (printf "%s and %s, both charts of this release, have the name %q and would mix their objects. Set %s.%s." . $.Chart.Name $value $.Chart.Name $key) -}}
{{- end -}}
{{- $_ := set $.Release $taken $.Chart.Name -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
