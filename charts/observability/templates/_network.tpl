{{/*
Peer "pods of a part of this release". Takes (dict "context" $ "part" "jaeger"), and "namespace" where they are
in another one than the policy.
*/}}
{{- define "observability.peer" -}}
- podSelector:
    matchLabels:
      {{- include "observability.selector" . | nindent 6 }}
  {{- with .namespace }}
  namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ . | quote }}
  {{- end }}
{{- end -}}

{{/*
Peer "all pods of a namespace". Takes its name.
*/}}
{{- define "observability.namespacePeer" -}}
- namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ . | quote }}
{{- end -}}

{{/*
Peer "whoever brings people's requests to the pages".
*/}}
{{- define "observability.entryPeer" -}}
{{- include "observability.namespacePeer" .Values.networkPolicy.ingressNamespace }}
{{- with .Values.networkPolicy.ingressPodLabels }}
  podSelector:
    matchLabels:
      {{- toYaml . | nindent 6 }}
{{- end }}
{{- end -}}

{{/*
Ports of a rule. Takes a list of numbers.
*/}}
{{- define "observability.ports" -}}
ports:
  {{- range . }}
  - port: {{ . }}
    protocol: TCP
  {{- end }}
{{- end -}}

{{/*
Egress rules for name resolution: the DNS pods on the ports that they listen on, and addresses on port 53 alone.
*/}}
{{- define "observability.dns" -}}
{{- $dns := .Values.networkPolicy.dns -}}
{{- with $dns.peers }}
- to:
    {{- range . }}
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ .namespace | quote }}
      podSelector:
        matchLabels:
          {{- toYaml .podLabels | nindent 10 }}
    {{- end }}
  ports:
    {{- range $dns.ports }}
    - port: {{ . }}
      protocol: UDP
    - port: {{ . }}
      protocol: TCP
    {{- end }}
{{- end }}
{{- with $dns.cidrs }}
- to:
    {{- range . }}
    - ipBlock:
        cidr: {{ . | quote }}
    {{- end }}
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end }}
{{- end -}}

{{/*
Egress rule to the API server, of which a policy knows neither pods nor, before the cluster is there, addresses.
*/}}
{{- define "observability.apiServer" -}}
- {{ include "observability.ports" .Values.networkPolicy.apiServerPorts | nindent 2 | trim }}
{{- end -}}
