{{/*
What is wrong with what the parts take for their pods, as a JSON list: names that the chart has already, which would
take the chart's place in silence or be refused when Helm has changed the rest; and what starts no pod.
*/}}
{{- define "soc-agent.podProblems" -}}
{{- $problems := list -}}
{{- $parts := list "backend" "frontend" -}}
{{- if .Values.redis.enabled -}}
{{- $parts = prepend $parts "redis" -}}
{{- end -}}
{{- if .Values.auth.enabled -}}
{{- $parts = append $parts "auth" -}}
{{- end -}}
{{- range $part := $parts -}}
{{- $args := dict "context" $ "component" $part "pod" (include (printf "soc-agent.%sPod" $part) $ | fromYaml) -}}
{{- range $define := list "nameProblems" "envProblems" "mountProblems" "probeProblems" "strategyProblems" -}}
{{- $problems = concat $problems (include (printf "soc-agent.%s" $define) $args | fromJsonArray) -}}
{{- end -}}
{{- end -}}
{{- $hpa := .Values.backend.hpa -}}
{{- range .Values.backend.extraContainers -}}
{{- if and $hpa.enabled (not (dig "resources" "requests" "cpu" "" .)) -}}
{{- $problems = append $problems (printf "backend.extraContainers has %s without resources.requests.cpu, and the HPA then learns no use of CPU from its pods. Set it, or backend.hpa.enabled=false." .name) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/*
What of a list is in it twice or among what there is already, as a JSON list. Takes (dict "has" list "added" list).
*/}}
{{- define "soc-agent.repeated" -}}
{{- $seen := .has -}}
{{- $repeated := list -}}
{{- range .added -}}
{{- if has . $seen -}}
{{- $repeated = append $repeated . -}}
{{- end -}}
{{- $seen = append $seen . -}}
{{- end -}}
{{- toJson $repeated -}}
{{- end -}}

{{/*
A field of each map in a list that may be nil, as a JSON list. Takes (list list "name").
*/}}
{{- define "soc-agent.pluck" -}}
{{- $found := list -}}
{{- $key := index . 1 -}}
{{- range index . 0 -}}
{{- $found = append $found (get . $key) -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{/*
Labels, annotations and containers that the chart has already. Each of these takes (dict "context" $ "component"
"backend" "pod" $pod), with the chart's own pod template, and makes a JSON list.
*/}}
{{- define "soc-agent.nameProblems" -}}
{{- $problems := list -}}
{{- $values := get .context.Values .component -}}
{{- range $key, $own := dict "podLabels" .pod.metadata.labels "podAnnotations" .pod.metadata.annotations -}}
{{- range $name, $_ := get $values $key | default dict -}}
{{- if hasKey ($own | default dict) $name -}}
{{- $problems = append $problems (printf "%s.%s has %s, which the chart sets itself: pods are found, or replaced, by it. Leave it out." $.component $key $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $containers := concat (default list $values.initContainers) (default list $values.extraContainers) -}}
{{- $added := include "soc-agent.pluck" (list $containers "name") | fromJsonArray -}}
{{- range include "soc-agent.repeated" (dict "has" (list .component "seed") "added" $added) | fromJsonArray -}}
{{- $problems = append $problems (printf "%s.initContainers and .extraContainers have %s, a container that there is already. Give it another name." $.component .) -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/*
Variables that the chart sets already, of which Kubernetes would take one without a word, and secrets in clear text.
*/}}
{{- define "soc-agent.envProblems" -}}
{{- $problems := list -}}
{{- $values := get .context.Values .component -}}
{{- $own := include "soc-agent.pluck" (list (first .pod.spec.containers).env "name") | fromJsonArray -}}
{{- $pairs := ternary (include "soc-agent.backendEnv" .context | fromYaml) dict (eq .component "backend") -}}
{{- $secrets := include "soc-agent.secretHomes" .context | fromJson -}}
{{- $added := include "soc-agent.pluck" (list $values.extraEnv "name") | fromJsonArray -}}
{{- range include "soc-agent.repeated" (dict "has" (concat $own (keys $pairs)) "added" $added) | fromJsonArray -}}
{{- if hasKey $pairs . -}}
{{- $problems = append $problems (printf "backend.extraEnv has %s, which backend.env has too, and Kubernetes would take the one from extraEnv. Set it in one of them; backend.env.%s=null takes it away there." . .) -}}
{{- else -}}
{{- $problems = append $problems (printf "%s.extraEnv has %s, a variable that there is already. Leave it out." $.component .) -}}
{{- end -}}
{{- end -}}
{{- range $values.extraEnv -}}
{{- if and (hasKey . "value") (hasKey $secrets .name) -}}
{{- $problems = append $problems (printf "%s.extraEnv.%s would be readable by everyone who may read Deployments. Put it into a Secret and the Secret's name into %s." $.component .name (get $secrets .name)) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/*
Volumes and places of theirs that there are already, and mounts of volumes that are not there.
*/}}
{{- define "soc-agent.mountProblems" -}}
{{- $problems := list -}}
{{- $values := get .context.Values .component -}}
{{- $container := first .pod.spec.containers -}}
{{- $writable := include "soc-agent.writable" (dict "paths" $values.writablePaths "container" $container) | fromJson -}}
{{- /* A claim's volume is in no list of volumes. */ -}}
{{- $own := concat (default list $container.volumeMounts) $writable.mounts -}}
{{- $names := include "soc-agent.pluck" (list $own "name") | fromJsonArray -}}
{{- $added := include "soc-agent.pluck" (list $values.extraVolumes "name") | fromJsonArray -}}
{{- range include "soc-agent.repeated" (dict "has" $names "added" $added) | fromJsonArray -}}
{{- $problems = append $problems (printf "%s.extraVolumes has %s, a volume that there is already. Give it another name." $.component .) -}}
{{- end -}}
{{- range $values.extraVolumeMounts -}}
{{- if not (has .name (concat $names $added)) -}}
{{- $problems = append $problems (printf "%s.extraVolumeMounts has %s, and there is no volume of that name. Add it to %s.extraVolumes." $.component .name $.component) -}}
{{- end -}}
{{- end -}}
{{- $paths := include "soc-agent.pluck" (list (concat $writable.mounts (default list $values.extraVolumeMounts)) "mountPath") | fromJsonArray -}}
{{- $places := include "soc-agent.pluck" (list $container.volumeMounts "mountPath") | fromJsonArray -}}
{{- range include "soc-agent.repeated" (dict "has" $places "added" $paths) | fromJsonArray -}}
{{- $problems = append $problems (printf "%s.writablePaths and .extraVolumeMounts have %s, where there is a volume already. Leave it out." $.component .) -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/*
Figures of probes that Kubernetes refuses, and name servers that nobody is.
*/}}
{{- define "soc-agent.probeProblems" -}}
{{- $problems := list -}}
{{- $values := get .context.Values .component -}}
{{- range $kind := list "startup" "liveness" -}}
{{- $threshold := (get $values.probes $kind).successThreshold | default 1 | int -}}
{{- if ne $threshold 1 -}}
{{- $problems = append $problems (printf "%s.probes.%s.successThreshold is %d, and only readiness may have more than 1. Leave it out." $.component $kind $threshold) -}}
{{- end -}}
{{- end -}}
{{- if and (eq (default "" $values.dnsPolicy) "None") (not (default dict $values.dnsConfig).nameservers) -}}
{{- $problems = append $problems (printf "%s.dnsPolicy is None, but %s.dnsConfig.nameservers is empty, so that it could resolve no name. Name one." .component .component) -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/*
Ways to replace pods that the part's workload does not know, or that would lose half of the threats.
*/}}
{{- define "soc-agent.strategyProblems" -}}
{{- $problems := list -}}
{{- $redis := .context.Values.redis -}}
{{- $type := ((get .context.Values .component).strategy | default dict).type -}}
{{- if eq .component "redis" -}}
{{- if and $redis.strategy (not $redis.persistence.enabled) (ne (default "" $type) "Recreate") -}}
{{- $problems = append $problems (printf "redis.strategy.type is %q: old and new would run side by side, each with half of the threats. Set Recreate, or leave redis.strategy empty." (default "" $type)) -}}
{{- else if and $redis.strategy $redis.persistence.enabled (not (has $type (list "RollingUpdate" "OnDelete"))) -}}
{{- $problems = append $problems (printf "redis.strategy.type is %q, and with redis.persistence Redis is a StatefulSet. Set RollingUpdate or OnDelete, or leave redis.strategy empty." (default "" $type)) -}}
{{- end -}}
{{- else if and $type (not (has $type (list "RollingUpdate" "Recreate"))) -}}
{{- $problems = append $problems (printf "%s.strategy.type is %q, which a Deployment does not know. Set RollingUpdate or Recreate." .component $type) -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
