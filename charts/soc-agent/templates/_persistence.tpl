{{/*
What becomes of Redis's data on an upgrade that moves it to a volume, or off it. The rendering still sees what
the upgrade replaces. Empty where nothing moves, or no cluster is asked.
*/}}
{{- define "soc-agent.persistenceNote" -}}
{{- if .Values.redis.enabled -}}
{{- $name := printf "%s-redis" (include "soc-agent.fullname" .) -}}
{{- $part := dict "context" . "component" "redis" -}}
{{- if .Values.redis.persistence.enabled -}}
{{- if include "soc-agent.live" (merge (dict "kind" "Deployment") $part) | fromJson -}}
NOTE: Redis moved from memory to the volume claim data-{{ $name }}-0. What it held in memory is gone, this once;
what it is given from now on outlives its pod and its node. redis.persistence.enabled=false keeps it in memory.
{{- end -}}
{{- else if include "soc-agent.live" (merge (dict "kind" "StatefulSet") $part) | fromJson -}}
NOTE: Redis moved from its volume to memory and began empty. The volume claim data-{{ $name }}-0 stays with its
data, which is there again when redis.persistence.enabled is true.
{{- end -}}
{{- end -}}
{{- end -}}
