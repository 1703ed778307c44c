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
Peers that hand users' requests to frontend and backend: with a login only its proxy, else those that they come from.
*/}}
{{- define "soc-agent.doorPeers" -}}
{{- if .Values.auth.enabled -}}
{{- include "soc-agent.componentPeer" (dict "context" . "component" "auth") -}}
{{- else -}}
{{- include "soc-agent.entryPeers" . -}}
{{- end -}}
{{- end -}}

{{/*
Peer "all pods of the namespace of this name". Kubernetes itself sets the label.
*/}}
{{- define "soc-agent.namespacePeer" -}}
- namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ . | quote }}
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
Egress rules for name resolution: the DNS pods on the ports that they listen on, and addresses on port 53
alone, for clouds serve more than names on them. Namespace and pods are one peer, not two: else it would
open all pods of the one and all namesakes of the other.
*/}}
{{- define "soc-agent.dnsRules" -}}
{{- $dns := .Values.networkPolicy.dns -}}
- to:
    {{- range prepend $dns.peers $dns }}
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ .namespace | quote }}
      podSelector:
        matchLabels:
          {{- include "soc-agent.filled" .podLabels | nindent 10 }}
    {{- end }}
  ports:
    {{- range $dns.ports }}
    {{- include "soc-agent.dnsPort" . | nindent 4 }}
    {{- end }}
{{- with $dns.cidrs }}
- to:
    {{- range . }}
    - ipBlock:
        cidr: {{ . | quote }}
    {{- end }}
  ports:
    {{- include "soc-agent.dnsPort" 53 | nindent 4 }}
{{- end }}
{{- end -}}

{{/*
A port that names are asked for on, over either protocol.
*/}}
{{- define "soc-agent.dnsPort" -}}
- port: {{ . }}
  protocol: UDP
- port: {{ . }}
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
Peers "wherever it may be", or only these address ranges. Takes (dict "cidrs" list).
*/}}
{{- define "soc-agent.anywhere" -}}
{{- range .cidrs }}
- ipBlock:
    cidr: {{ . | quote }}
{{- else -}}
- namespaceSelector: {}
- ipBlock:
    cidr: 0.0.0.0/0
    except: {{ include "soc-agent.metadataV4" . }}
- ipBlock:
    cidr: "::/0"
    except: {{ include "soc-agent.metadataV6" . }}
{{- end -}}
{{- end -}}

{{/*
Port of a Redis that is not the chart's own. Empty if there is none.
*/}}
{{- define "soc-agent.otherRedisPort" -}}
{{- $url := include "soc-agent.redisUrl" . -}}
{{- if include "soc-agent.redisUrlSecret" . -}}
{{- int .Values.redis.external.port -}}
{{- else if and $url (ne (include "soc-agent.usesOwnRedis" .) "true") -}}
{{- include "soc-agent.urlPort" $url | default "6379" -}}
{{- end -}}
{{- end -}}

{{/*
Port that a URL names. Empty if it names none. Takes the URL.
*/}}
{{- define "soc-agent.urlPort" -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" (urlParse .).host) -}}
{{- end -}}

{{/*
Ingress rules of a part that serves pages: for its callers, and for `helm test`. Empty if nobody may ask it. Takes
(dict "context" $ "component" "frontend" "peers" "...").
*/}}
{{- define "soc-agent.pageRules" -}}
{{- $values := .context.Values -}}
{{- $port := include "soc-agent.containerPort" . -}}
{{- $from := list (trim .peers) -}}
{{- if $values.helmTest.enabled -}}
{{- $from = append $from (include "soc-agent.componentPeer" (dict "context" .context "component" "test")) -}}
{{- end -}}
{{- with compact $from -}}
- from:
    {{- join "\n" . | nindent 4 }}
  ports:
    - port: {{ $port }}
      protocol: TCP
{{ end -}}
{{- with include "soc-agent.publicRule" (dict "type" (get $values .component).service.type "port" $port) }}
{{- . }}
{{ end -}}
{{- with (get $values.networkPolicy .component).ingress }}
{{- toYaml . }}
{{- end -}}
{{- end -}}
