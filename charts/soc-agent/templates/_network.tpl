{{/*
Peers of a NetworkPolicy from which users' requests come: the pods of the ingress controller's (or the
Gateway's) namespace, and whatever addresses are named besides. Empty if there are none.
*/}}
{{- define "soc-agent.entryPeers" -}}
{{- $entry := .Values.networkPolicy.ingressController -}}
{{- with $entry.namespace }}
{{ include "soc-agent.namespacePeer" . }}
{{- end }}
{{- range $entry.cidrs }}
- ipBlock:
    cidr: {{ . | quote }}
{{- end }}
{{- end -}}

{{/*
Peer "all pods of the namespace of this name". Kubernetes itself sets the label.
*/}}
{{- define "soc-agent.namespacePeer" -}}
- namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ . }}
{{- end -}}

{{/*
Peer "the pods of this component". Takes (dict "context" $ "component" "backend").
*/}}
{{- define "soc-agent.componentPeer" -}}
- podSelector:
    matchLabels:
      {{- include "soc-agent.selectorLabels" . | nindent 6 }}
{{- end -}}

{{/*
Egress rule for name resolution. Namespace and pods are one peer, not two: else it would open all pods
of the one and all namesakes of the other.
*/}}
{{- define "soc-agent.dnsRule" -}}
{{- $dns := .Values.networkPolicy.dns -}}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ $dns.namespace }}
      podSelector:
        matchLabels:
          {{- toYaml $dns.podLabels | nindent 10 }}
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end -}}

{{/*
Ingress rule that opens a port to everyone when its Service is reachable from outside the cluster: who
asks for a NodePort or a LoadBalancer means that. Takes (dict "type" "NodePort" "port" 8000).
*/}}
{{- define "soc-agent.publicRule" -}}
{{- if ne .type "ClusterIP" -}}
- ports:
    - port: {{ .port }}
      protocol: TCP
{{- end -}}
{{- end -}}

{{/*
Addresses that no pod has business with, though they are outside of every private range or are let
through with one: what clouds serve credentials and metadata on. AWS, GCP and Azure: 169.254.169.254
(link-local as a whole), AWS on IPv6: fd00:ec2::254, Azure's host: 168.63.129.16, Alibaba: 100.100.100.200.
*/}}
{{- define "soc-agent.metadataV4" -}}
[169.254.0.0/16, 168.63.129.16/32, 100.100.100.200/32]
{{- end -}}
{{- define "soc-agent.metadataV6" -}}
["fe80::/10", "fd00:ec2::254/128"]
{{- end -}}

{{/*
Port in an OTLP endpoint's URL; 4317, OTLP over gRPC, if it names none. Empty without an endpoint.
*/}}
{{- define "soc-agent.otlpPort" -}}
{{- with tpl (default "" .Values.backend.env.OTEL_EXPORTER_OTLP_ENDPOINT) . -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" (urlParse .).host) | default "4317" -}}
{{- end -}}
{{- end -}}

{{/*
Port of a Redis that is not the chart's own. Empty if there is none.
*/}}
{{- define "soc-agent.otherRedisPort" -}}
{{- $url := include "soc-agent.redisUrl" . -}}
{{- if and $url (ne (include "soc-agent.usesOwnRedis" .) "true") -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" (urlParse $url).host) | default "6379" -}}
{{- end -}}
{{- end -}}
