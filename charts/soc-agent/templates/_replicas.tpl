{{/*
The number of pods in a Deployment, as JSON: "replicas" where the field is rendered, and "annotations" of
the Deployment. Takes (dict "context" $ "component" "backend").

An autoscaler owns the number, so a live release has no "replicas" from its first install on. A field that
one revision has and the next has not would fall to its default, 1 (Helm 3 sends null; server-side apply gives
up the only ownership). So an annotation says how a Deployment is kept, for as long as it has one:
  unset  it was made without the field, and never gets it
  live   its last revision had the field, and it goes on getting the live number
Neither changes when the autoscaler is switched off, and replicaCount counts only where there is none of them.
*/}}
{{- define "soc-agent.replicas" -}}
{{- $part := get .context.Values .component -}}
{{- $external := eq (toString $part.replicas) "external" -}}
{{- $autoscaled := or $external (default dict $part.hpa).enabled -}}
{{- $live := include "soc-agent.live" (merge (dict "kind" "Deployment") .) | fromJson -}}
{{- $kept := dig "metadata" "annotations" (include "soc-agent.replicasMark" .) "" $live -}}
{{- if and $live (not $kept) (or $autoscaled (include "soc-agent.hasLiveAutoscaler" .)) -}}
{{- $kept = "live" -}}
{{- else if and (not $live) (or $external (and $autoscaled (include "soc-agent.hasCluster" .context))) -}}
{{- $kept = "unset" -}}
{{- end -}}
{{- $result := dict -}}
{{- if eq $kept "live" -}}
{{- $_ := set $result "replicas" (dig "spec" "replicas" 1 $live | int) -}}
{{- else if not $kept -}}
{{- $_ := set $result "replicas" (int $part.replicaCount) -}}
{{- end -}}
{{- if $kept -}}
{{- $_ := set $result "annotations" (dict (include "soc-agent.replicasMark" .) $kept) -}}
{{- end -}}
{{- toJson $result -}}
{{- end -}}

{{/*
Annotation that says how the number of a Deployment's pods is kept.
*/}}
{{- define "soc-agent.replicasMark" -}}
soc-agent/replicas
{{- end -}}

{{/*
Whether a cluster is behind the rendering. Its API server names kinds, and Helm's built-in list does not. No
lookup tells: it is empty on a first install too.
*/}}
{{- define "soc-agent.hasCluster" -}}
{{- if .Capabilities.APIVersions.Has "apps/v1/Deployment" -}}true{{- end -}}
{{- end -}}

{{/*
Whether the cluster has the component's HorizontalPodAutoscaler, be it that this very upgrade removes it.
*/}}
{{- define "soc-agent.hasLiveAutoscaler" -}}
{{- $args := merge (dict "kind" "HorizontalPodAutoscaler" "apiVersion" "autoscaling/v2") . -}}
{{- if include "soc-agent.live" $args | fromJson -}}true{{- end -}}
{{- end -}}

{{/*
The number of pods that there will be, for people: an autoscaler raises a new Deployment to its minimum.
*/}}
{{- define "soc-agent.podCount" -}}
{{- $hpa := default dict (get .context.Values .component).hpa -}}
{{- $rendered := include "soc-agent.replicas" . | fromJson -}}
{{- $live := include "soc-agent.live" (merge (dict "kind" "Deployment") .) | fromJson -}}
{{- $count := get $rendered "replicas" | default (dig "spec" "replicas" 1 $live) | int -}}
{{- if $hpa.enabled -}}
{{- $count = max $count (int $hpa.minReplicas) -}}
{{- end -}}
{{- $count -}}
{{- end -}}

{{/*
What people have to know of replicaCount where it does not count. Empty where there is nothing to say.
*/}}
{{- define "soc-agent.replicasNote" -}}
{{- $part := get .context.Values .component -}}
{{- $hpa := default dict $part.hpa -}}
{{- $mark := include "soc-agent.replicasMark" . -}}
{{- $kept := dig "annotations" $mark "" (include "soc-agent.replicas" . | fromJson) -}}
{{- if $hpa.enabled -}}
{{- if gt (int $part.replicaCount) (int $hpa.minReplicas) -}}
NOTE: {{ .component }}.replicaCount ({{ int $part.replicaCount }}) has no effect: the autoscaler owns the number, which is {{ int $hpa.minReplicas }} at least.
Set {{ .component }}.hpa.minReplicas={{ int $part.replicaCount }} to have as many.
{{- end -}}
{{- else if and $kept (ne (toString $part.replicas) "external") -}}
NOTE: the {{ .component }}'s pods stay as many as its autoscaler made them, and {{ .component }}.replicaCount ({{ int $part.replicaCount }}) has no effect.
So that it counts again (where Helm 4 then reports a conflict over .spec.replicas, add --force-conflicts this once):
  kubectl annotate deployment {{ include "soc-agent.fullname" .context }}-{{ .component }} {{ $mark }}- --namespace {{ include "soc-agent.namespace" .context }}
  helm upgrade {{ .context.Release.Name }} <chart> --values <your values> --namespace {{ .context.Release.Namespace }}
{{- end -}}
{{- end -}}
