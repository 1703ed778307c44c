{{/*
What every pod has in common. Takes (dict "context" $ "component" "backend").
*/}}
{{- define "soc-agent.podDefaults" -}}
serviceAccountName: {{ include "soc-agent.serviceAccountName" . }}
# No pod talks to the Kubernetes API.
automountServiceAccountToken: false
# Else a Service called "redis" would put REDIS_PORT=tcp://... into every container.
enableServiceLinks: false
{{- with .context.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .context.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .context.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .context.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
# Numbers, because the kubelet cannot tell whether a user given by name is root.
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  # A volume that already belongs to the group is not walked file by file at every start.
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
  {{- if eq .component "frontend" }}
  # Lets nginx open port 80 without being root and without a capability.
  sysctls:
    - name: net.ipv4.ip_unprivileged_port_start
      value: "0"
  {{- end }}
{{- end -}}

{{/*
Security context of every container, as Pod Security "restricted" asks, and a read-only root.
*/}}
{{- define "soc-agent.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/*
Where the pods of a component go: rather to different nodes, and evenly over nodes and zones. None of
it is a condition, so that a small cluster runs them all. Takes (dict "context" $ "component" "backend").
*/}}
{{- define "soc-agent.spread" -}}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "soc-agent.selectorLabels" . | nindent 14 }}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "soc-agent.selectorLabels" $ | nindent 8 }}
    {{- if semverCompare ">=1.27-0" $.context.Capabilities.KubeVersion.Version }}
    # Counts the pods of one revision: else a rollout would weigh the old ones that are about to go.
    matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
{{- end -}}

{{/*
How a Deployment replaces its pods. Takes the component's `rollout` values.
*/}}
{{- define "soc-agent.rollout" -}}
minReadySeconds: {{ .minReadySeconds }}
# Without progress for so long the rollout counts as failed; the old pods go on serving.
progressDeadlineSeconds: 300
strategy:
  type: RollingUpdate
  rollingUpdate:
    # A pod goes only when its successor is ready.
    maxUnavailable: 0
    maxSurge: {{ .maxSurge }}
{{- end -}}

{{/*
Time that a pod has to end: the wait before SIGTERM and what the process needs after it. Takes the
component's `rollout` values.
*/}}
{{- define "soc-agent.gracePeriod" -}}
{{- add .preStopSeconds .drainSeconds -}}
{{- end -}}

{{/*
Wait before SIGTERM. Endpoints are withdrawn at the same time as a pod is stopped, not before, so
for some seconds new requests still come in. The kubelet sleeps by itself from Kubernetes 1.30 on.
Takes (dict "context" $ "component" "backend").
*/}}
{{- define "soc-agent.preStop" -}}
{{- $seconds := (get .context.Values .component).rollout.preStopSeconds -}}
{{- if $seconds -}}
lifecycle:
  preStop:
    {{- if semverCompare ">=1.30-0" .context.Capabilities.KubeVersion.Version }}
    sleep:
      seconds: {{ $seconds }}
    {{- else }}
    exec:
      command: [sleep, {{ $seconds | toString | quote }}]
    {{- end }}
{{- end -}}
{{- end -}}

{{/*
Spec of a PodDisruptionBudget. One pod may always go: a drain is slowed, never blocked, not by a
single pod and not by pods that are broken anyway (Kubernetes 1.27). Takes (dict "context" $
"component" "backend").
*/}}
{{- define "soc-agent.disruptionBudget" -}}
maxUnavailable: 1
{{- if semverCompare ">=1.27-0" .context.Capabilities.KubeVersion.Version }}
unhealthyPodEvictionPolicy: AlwaysAllow
{{- end }}
selector:
  matchLabels:
    {{- include "soc-agent.selectorLabels" . | nindent 4 }}
{{- end -}}
