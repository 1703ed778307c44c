{{/*
Service of a component, on the port that its container listens on. Takes (dict "context" $ "component"
"backend").
*/}}
{{- define "soc-agent.service" -}}
{{- $service := (get .context.Values .component).service -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "soc-agent.metadata" (merge (pick $service "labels" "annotations") .) | nindent 2 }}
spec:
  type: {{ $service.type | quote }}
  {{- /* As the API has them, and in its order of words. */ -}}
  {{- range $key := list "clusterIP" "ipFamilyPolicy" "ipFamilies" "loadBalancerClass" "loadBalancerIP" "loadBalancerSourceRanges" "allocateLoadBalancerNodePorts" "externalTrafficPolicy" "internalTrafficPolicy" "sessionAffinity" }}
  {{- $value := get $service $key }}
  {{- if not (or (has $value (list nil "")) (and (kindIs "slice" $value) (empty $value))) }}
  {{- toYaml (dict $key $value) | nindent 2 }}
  {{- end }}
  {{- end }}
  ports:
    - name: {{ ternary "redis" "http" (eq .component "redis") }}
      port: {{ int $service.port }}
      targetPort: {{ include "soc-agent.containerPort" . }}
      protocol: TCP
      {{- with $service.nodePort }}
      nodePort: {{ int . }}
      {{- end }}
    {{- if eq .component "redis" }}
    {{- with include "soc-agent.redisExporter" .context }}
    - name: metrics
      port: {{ . }}
      targetPort: {{ . }}
      protocol: TCP
    {{- end }}
    {{- end }}
  selector:
    {{- include "soc-agent.selectorLabels" . | nindent 4 }}
{{- end -}}

{{/*
Port that a component's container listens on. Takes (dict "component" "backend").
*/}}
{{- define "soc-agent.containerPort" -}}
{{- get (dict "backend" 8000 "frontend" 80 "redis" 6379 "auth" 4180) .component -}}
{{- end -}}

{{/*
ServiceAccount of a component. Takes (dict "context" $ "component" "backend").
*/}}
{{- define "soc-agent.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- $account := dig "serviceAccount" dict (get .context.Values .component | default dict) }}
  {{- include "soc-agent.metadata" (merge (pick $account "annotations") .) | nindent 2 }}
automountServiceAccountToken: false
{{- end -}}

{{/*
What is wrong with the Services, and with labels and annotations, as a JSON list.
*/}}
{{- define "soc-agent.objectProblems" -}}
{{- $problems := list -}}
{{- $maps := dict "commonLabels" .Values.commonLabels "ingress.labels" .Values.ingress.labels "gateway.labels" .Values.gateway.labels -}}
{{- range $name, $monitor := default dict .Values.metrics -}}
{{- if kindIs "map" $monitor -}}
{{- /* They have no part's labels, of which `release` is one. */ -}}
{{- $_ := set $maps (printf "metrics.%s.labels" $name) (omit (default dict $monitor.labels) "app" "release") -}}
{{- end -}}
{{- end -}}
{{- range $part := list "backend" "frontend" "redis" "auth" -}}
{{- $values := get $.Values $part -}}
{{- $service := $values.service -}}
{{- $_ := set $maps (printf "%s.service.labels" $part) $service.labels -}}
{{- range $key, $types := include "soc-agent.serviceFields" . | fromYaml -}}
{{- $given := get $service $key -}}
{{- if and $given (not (has $service.type $types)) -}}
{{- $problems = append $problems (printf "%s.service.%s is %v, but %s.service.type is %s, which has none. Leave it out, or set the type to %s." $part $key $given $part $service.type (join " or " $types)) -}}
{{- end -}}
{{- end -}}
{{- if and (not $.Values.serviceAccount.create) (dig "serviceAccount" "annotations" "" $values) -}}
{{- $problems = append $problems (printf "%s.serviceAccount.annotations is set, but serviceAccount.create is false, so there is no account to put them on. Annotate the existing one, or set create=true." $part) -}}
{{- end -}}
{{- end -}}
{{- $own := include "soc-agent.podLabels" (dict "context" . "component" "backend") | fromYaml | keys -}}
{{- $own = concat $own (list "app.kubernetes.io/version" "app.kubernetes.io/managed-by" "helm.sh/chart") -}}
{{- range $where, $labels := $maps -}}
{{- range $key, $value := $labels -}}
{{- if has $key $own -}}
{{- $problems = append $problems (printf "%s.%s is %v, but this label is the chart's own. Leave it out, or use another key." $where $key $value) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $key, $value := .Values.commonAnnotations -}}
{{- if hasPrefix "helm.sh/hook" $key -}}
{{- $problems = append $problems (printf "commonAnnotations.%s is %v, which would make a hook of every object, and no release of them. Leave it out." $key $value) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/*
Fields of a Service that the API refuses, or gives no meaning, under other types than these.
*/}}
{{- define "soc-agent.serviceFields" -}}
nodePort: [NodePort, LoadBalancer]
externalTrafficPolicy: [NodePort, LoadBalancer]
loadBalancerClass: [LoadBalancer]
loadBalancerIP: [LoadBalancer]
loadBalancerSourceRanges: [LoadBalancer]
{{- end -}}
