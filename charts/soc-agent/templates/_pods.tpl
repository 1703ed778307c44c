{{/*
Pod template of a component: the chart's own, with the values that every part takes for its pods. One that they
do not change is printed as it is written, with its comments. Takes (dict "context" $ "component" "backend").
*/}}
{{- define "soc-agent.pod" -}}
{{- $text := include (printf "soc-agent.%sPod" .component) .context -}}
{{- $pod := fromYaml $text -}}
{{- $own := toJson $pod -}}
{{- $values := get .context.Values .component -}}
{{- $metadata := $pod.metadata -}}
{{- range $key, $added := dict "labels" $values.podLabels "annotations" $values.podAnnotations -}}
{{- with $added -}}
{{- $_ := set $metadata $key (merge (get $metadata $key | default dict) (include "soc-agent.texts" . | fromYaml)) -}}
{{- end -}}
{{- end -}}
{{- $spec := $pod.spec -}}
{{- $container := first $spec.containers -}}
{{- $writable := include "soc-agent.writable" (dict "paths" $values.writablePaths "container" $container) | fromYaml -}}
{{- range $values.extraEnv -}}
{{- $texts := pick . "value" | include "soc-agent.texts" | fromYaml -}}
{{- include "soc-agent.append" (list $container "env" (list (merge $texts .))) -}}
{{- end -}}
{{- /* Of two sources with the same name the last one counts: the chart's own. */ -}}
{{- with $values.envFrom -}}
{{- $_ := set $container "envFrom" (concat . ($container.envFrom | default list)) -}}
{{- end -}}
{{- include "soc-agent.append" (list $container "volumeMounts" $writable.mounts $values.extraVolumeMounts) -}}
{{- include "soc-agent.append" (list $spec "volumes" $writable.volumes $values.extraVolumes) -}}
{{- include "soc-agent.append" (list $spec "initContainers" $writable.seeds $values.initContainers) -}}
{{- include "soc-agent.append" (list $spec "containers" $values.extraContainers) -}}
{{- with $values.affinity -}}
{{- $_ := set $spec "affinity" . -}}
{{- end -}}
{{- with $values.topologySpreadConstraints -}}
{{- $_ := set $spec "topologySpreadConstraints" list -}}
{{- range . -}}
{{- $constraint := . -}}
{{- if not (hasKey . "labelSelector") -}}
{{- $constraint = merge (dict "labelSelector" (dict "matchLabels" (include "soc-agent.selectorLabels" $ | fromYaml))) . -}}
{{- end -}}
{{- include "soc-agent.append" (list $spec "topologySpreadConstraints" (list $constraint)) -}}
{{- end -}}
{{- end -}}
{{- if eq (toJson $pod) $own -}}{{- $text -}}{{- else -}}{{- toYaml $pod -}}{{- end -}}
{{- end -}}

{{/*
Deployment of a component whose pods may be many. Takes (dict "context" $ "component" "backend").
*/}}
{{- define "soc-agent.deployment" -}}
{{- $scale := include "soc-agent.replicas" . | fromJson -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "soc-agent.metadata" (merge (pick $scale "annotations") .) | nindent 2 }}
spec:
  {{- if hasKey $scale "replicas" }}
  replicas: {{ int $scale.replicas }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "soc-agent.workloadSelector" (merge (dict "kind" "Deployment") .) | nindent 6 }}
  {{- include "soc-agent.rollout" . | nindent 2 }}
  template:
    {{- include "soc-agent.pod" . | nindent 4 }}
{{- end -}}

{{/*
Puts lists at the end of a list that a map may have. Takes (list map key list...), of which any list may be nil.
*/}}
{{- define "soc-agent.append" -}}
{{- $map := index . 0 -}}
{{- $key := index . 1 -}}
{{- range slice . 2 -}}
{{- with . -}}
{{- $_ := set $map $key (concat (get $map $key | default list) .) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
What every pod has in common. Takes (dict "context" $ "component" "backend"); a pod that has another part's image runs
as that part does, with its name beside it: "as" "backend".
*/}}
{{- define "soc-agent.podDefaults" -}}
serviceAccountName: {{ include "soc-agent.serviceAccountName" . | quote }}
# No pod talks to the Kubernetes API.
automountServiceAccountToken: false
# Else a Service called "redis" would put REDIS_PORT=tcp://... into every container.
enableServiceLinks: false
{{- with include "soc-agent.imagePullSecrets" .context | fromJsonArray }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- /* A part's own in place of the chart-wide one. */ -}}
{{- $values := get .context.Values (default .component .as) -}}
{{- range $key := list "priorityClassName" "runtimeClassName" "tolerations" "hostAliases" "dnsPolicy" "dnsConfig" }}
{{- with get $values $key | default (get $.context.Values $key) }}
{{ dict $key . | toYaml }}
{{- end }}
{{- end }}
{{- with $values.nodeSelector | default .context.Values.nodeSelector }}
nodeSelector:
  {{- include "soc-agent.texts" . | nindent 2 }}
{{- end }}
{{- if .context.Values.securityContext.enabled }}
# Numbers, because the kubelet cannot tell whether a user given by name is root.
{{- end }}
securityContext:
  {{- include "soc-agent.over" (dict "text" (include "soc-agent.podSecurityContext" .) "own" $values.podSecurityContext) | nindent 2 }}
{{- end -}}

{{/*
Security context of a component's pods, as Pod Security "restricted" asks. Takes (dict "context" $ "component"
"backend").
*/}}
{{- define "soc-agent.podSecurityContext" -}}
runAsNonRoot: true
{{- if .context.Values.securityContext.enabled }}
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
{{- end }}
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
Security context of a component's container, as Pod Security "restricted" asks, with a read-only root, under the
component's own values. Takes what "soc-agent.podDefaults" does.
*/}}
{{- define "soc-agent.containerSecurityContext" -}}
{{- $safe := "allowPrivilegeEscalation: false\nreadOnlyRootFilesystem: true\ncapabilities:\n  drop: [ALL]" -}}
{{- include "soc-agent.over" (dict "text" $safe "own" (get .context.Values (default .component .as)).securityContext) -}}
{{- end -}}

{{/*
YAML with a user's map over it, or just as it is written if there is none. Takes (dict "text" "..." "own" map).
*/}}
{{- define "soc-agent.over" -}}
{{- if .own -}}
{{- mergeOverwrite (fromYaml .text) (deepCopy .own) | toYaml -}}
{{- else -}}
{{- .text -}}
{{- end -}}
{{- end -}}

{{/*
What a container reserves and what it may use at most. Takes a component's `resources` values.
*/}}
{{- define "soc-agent.resources" -}}
limits:
  {{- include "soc-agent.filled" .limits | nindent 2 }}
requests:
  {{- include "soc-agent.filled" .requests | nindent 2 }}
{{- end -}}

{{/*
Where the pods of a component go: rather to different nodes, and evenly over nodes and zones. None of
it is a condition, so that a small cluster runs them all. The pods of another alias in the same release are
preferred against too: one label more here would be another pod template, and roll every pod that runs.
Takes (dict "context" $ "component" "backend").
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
              {{- include "soc-agent.releaseLabels" . | nindent 14 }}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "soc-agent.releaseLabels" $ | nindent 8 }}
    {{- if semverCompare ">=1.27-0" $.context.Capabilities.KubeVersion.Version }}
    # Counts the pods of one revision: else a rollout would weigh the old ones that are about to go.
    matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
{{- end -}}

{{/*
How a Deployment replaces its pods. Takes (dict "context" $ "component" "backend").
*/}}
{{- define "soc-agent.rollout" -}}
{{- $values := get .context.Values .component -}}
{{- include "soc-agent.history" . -}}
minReadySeconds: {{ int $values.rollout.minReadySeconds }}
# Without progress for so long the rollout counts as failed; the old pods go on serving.
progressDeadlineSeconds: 300
strategy:
  {{- with $values.strategy }}
  {{- toYaml . | nindent 2 }}
  {{- else }}
  type: RollingUpdate
  rollingUpdate:
    # A pod goes only when its successor is ready.
    maxUnavailable: 0
    maxSurge: {{ toJson $values.rollout.maxSurge }}
  {{- end }}
{{- end -}}

{{/*
How many revisions a workload keeps to go back to. Takes (dict "context" $ "component" "backend").
*/}}
{{- define "soc-agent.history" -}}
{{- $limit := (get .context.Values .component).revisionHistoryLimit -}}
{{- if not (kindIs "invalid" $limit) -}}
revisionHistoryLimit: {{ int $limit }}
{{ end -}}
{{- end -}}

{{/*
A certificate authority from a Secret, as a volume, and where a container has it: /etc/<name>/ca.crt. The one takes
(dict "name" "redis-ca" "secret" "..." "key" "ca.crt"), the other the name.
*/}}
{{- define "soc-agent.caVolume" -}}
- name: {{ .name }}
  secret:
    secretName: {{ .secret | quote }}
    # 0440, in a form that YAML 1.1 and 1.2 read the same.
    defaultMode: 288
    items:
      - key: {{ .key | quote }}
        path: ca.crt
{{- end -}}
{{- define "soc-agent.caMount" -}}
- name: {{ . }}
  mountPath: /etc/{{ . }}
  readOnly: true
{{- end -}}

{{/*
Time that a pod has to end: the wait before SIGTERM and what the process needs after it. Takes (dict
"context" $ "component" "backend").
*/}}
{{- define "soc-agent.gracePeriod" -}}
{{- $rollout := (get .context.Values .component).rollout -}}
{{- add $rollout.preStopSeconds $rollout.drainSeconds -}}
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
      seconds: {{ int $seconds }}
    {{- else }}
    exec:
      command: [sleep, {{ int $seconds | quote }}]
    {{- end }}
{{- end -}}
{{- end -}}

{{/*
A probe: what it asks, and its figures. The startup probe asks as liveness does, from when readiness would, unless it
says otherwise. Takes (dict "context" $ "component" "backend" "kind" "startup") and "port" or, instead, "handler".
*/}}
{{- define "soc-agent.probe" -}}
{{- $probes := (get .context.Values .component).probes -}}
{{- /* For Redis it is a new process each time: on a busy node that takes longer. */ -}}
{{- $probe := dict "timeoutSeconds" (ternary 5 3 (eq .component "redis")) -}}
{{- if eq .kind "startup" -}}
{{- $probe = merge $probe (pick $probes.liveness "path") (pick $probes.readiness "initialDelaySeconds") -}}
{{- end -}}
{{- $probe = mergeOverwrite $probe (get $probes .kind) -}}
{{- with .handler -}}
{{- . -}}
{{- else -}}
httpGet:
  path: {{ $probe.path | quote }}
  port: {{ .port }}
{{- end -}}
{{- range $figure := list "initialDelaySeconds" "periodSeconds" "timeoutSeconds" "failureThreshold" "successThreshold" }}
{{- with get $probe . }}
{{ $figure }}: {{ int . }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
PodDisruptionBudget of a component. By default one pod may always go: a drain is slowed, never blocked, not
by a single pod and not by pods that are broken anyway (Kubernetes 1.27). Takes (dict "context" $
"component" "backend").
*/}}
{{- define "soc-agent.disruptionBudget" -}}
{{- $pdb := (get .context.Values .component).pdb -}}
{{- if $pdb.enabled -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "soc-agent.metadata" . | nindent 2 }}
spec:
  {{- if include "soc-agent.given" $pdb.minAvailable }}
  minAvailable: {{ include "soc-agent.text" $pdb.minAvailable }}
  {{- else if include "soc-agent.given" $pdb.maxUnavailable }}
  maxUnavailable: {{ include "soc-agent.text" $pdb.maxUnavailable }}
  {{- else }}
  maxUnavailable: 1
  {{- end }}
  {{- if semverCompare ">=1.27-0" .context.Capabilities.KubeVersion.Version }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  {{- end }}
  selector:
    matchLabels:
      {{- include "soc-agent.selectorLabels" . | nindent 6 }}
{{- end -}}
{{- end -}}

{{/*
"true" if a number or a percentage is given: 0 is a number too.
*/}}
{{- define "soc-agent.given" -}}
{{- if not (has . (list nil "")) -}}true{{- end -}}
{{- end -}}
