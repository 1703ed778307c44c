{{/*
HorizontalPodAutoscaler of a component. Takes (dict "context" $ "component" "backend").
*/}}
{{- define "soc-agent.autoscaler" -}}
{{- $hpa := (get .context.Values .component).hpa -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "soc-agent.metadata" . | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: "{{ include "soc-agent.fullname" .context }}-{{ .component }}"
  minReplicas: {{ int $hpa.minReplicas }}
  maxReplicas: {{ int $hpa.maxReplicas }}
  metrics:
    {{- range $resource, $percent := dict "cpu" $hpa.targetCPUUtilizationPercentage "memory" $hpa.targetMemoryUtilizationPercentage }}
    {{- with $percent }}
    - type: Resource
      resource:
        name: {{ $resource }}
        target:
          type: Utilization
          averageUtilization: {{ int . }}
    {{- end }}
    {{- end }}
    {{- with $hpa.metrics }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $hpa.behavior }}
  behavior:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/*
What is wrong with the autoscalers and the disruption budgets, as a JSON list.
*/}}
{{- define "soc-agent.scalingProblems" -}}
{{- $problems := list -}}
{{- range $part := list "backend" "frontend" "redis" "auth" -}}
{{- $values := get $.Values $part -}}
{{- $hpa := default dict $values.hpa -}}
{{- if $hpa.enabled -}}
{{- if gt (int $hpa.minReplicas) (int $hpa.maxReplicas) -}}
{{- $problems = append $problems (printf "%s.hpa.minReplicas is %d, more than %s.hpa.maxReplicas, which is %d. Lower the one or raise the other." $part (int $hpa.minReplicas) $part (int $hpa.maxReplicas)) -}}
{{- else if gt (int $values.replicaCount) (int $hpa.maxReplicas) -}}
{{- $problems = append $problems (printf "%s.replicaCount is %d, more than %s.hpa.maxReplicas, which is %d: the HPA would stop pods right after the install. Lower the one or raise the other." $part (int $values.replicaCount) $part (int $hpa.maxReplicas)) -}}
{{- end -}}
{{- if not (or $hpa.targetCPUUtilizationPercentage $hpa.targetMemoryUtilizationPercentage $hpa.metrics) -}}
{{- $problems = append $problems (printf "%s.hpa.enabled is true, but it has nothing to scale by. Set %s.hpa.targetCPUUtilizationPercentage, targetMemoryUtilizationPercentage or metrics." $part $part) -}}
{{- end -}}
{{- end -}}
{{- $pdb := default dict $values.pdb -}}
{{- if and (include "soc-agent.given" $pdb.minAvailable) (include "soc-agent.given" $pdb.maxUnavailable) -}}
{{- $problems = append $problems (printf "%s.pdb.minAvailable is %v and %s.pdb.maxUnavailable is %v, and a budget has only one of them. Leave one empty." $part $pdb.minAvailable $part $pdb.maxUnavailable) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
