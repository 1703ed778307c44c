{{/*
Labels that select a part's pods. Takes (dict "context" $ "part" "jaeger").
*/}}
{{- define "observability.selector" -}}
app.kubernetes.io/name: {{ .part | quote }}
app.kubernetes.io/instance: {{ .context.Release.Name | quote }}
{{- end -}}

{{/*
Name, namespace and labels of an object. Takes (dict "context" $ "part" "jaeger"), and "name" and "namespace"
where they are not the part's and the release's.
*/}}
{{- define "observability.metadata" -}}
name: {{ default .part .name | quote }}
namespace: {{ default .context.Release.Namespace .namespace | quote }}
labels:
  {{- include "observability.labels" . | nindent 2 }}
{{- end -}}

{{/*
Labels of an object. Takes (dict "context" $ "part" "jaeger").
*/}}
{{- define "observability.labels" -}}
{{ include "observability.selector" . }}
app.kubernetes.io/part-of: soc-agent-system
app.kubernetes.io/managed-by: {{ .context.Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .context.Chart.Name .context.Chart.Version | replace "+" "_" | quote }}
{{- end -}}

{{/*
Reference of a part's image. global.imageRegistry stands before it in place of its own registry. Takes
(dict "context" $ "image" "jaeger").
*/}}
{{- define "observability.image" -}}
{{- $image := get .context.Values.images .image -}}
{{- $name := list (default $image.registry .context.Values.global.imageRegistry) $image.repository | compact | join "/" -}}
{{- with $image.tag }}{{ $name = printf "%s:%s" $name . }}{{ end -}}
{{- with $image.digest }}{{ $name = printf "%s@%s" $name . }}{{ end -}}
image: {{ $name | quote }}
imagePullPolicy: {{ $image.pullPolicy }}
{{- end -}}

{{/*
What the pods of all parts have in common. Takes (dict "context" $ "part" "jaeger" "user" 10001), "group" where that
is another number, and "token" for a part that asks the API server.
*/}}
{{- define "observability.pod" -}}
{{- if .token }}
serviceAccountName: {{ .part }}
{{- end }}
automountServiceAccountToken: {{ default false .token }}
enableServiceLinks: false
{{- with .context.Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ kindIs "map" . | ternary . (dict "name" .) | dig "name" "" | quote }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .user }}
  runAsGroup: {{ ternary .group .user (hasKey . "group") }}
  fsGroup: {{ ternary .group .user (hasKey . "group") }}
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{/*
What every container may do: nothing but its work.
*/}}
{{- define "observability.container" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/*
Annotation by which a pod is replaced when its configuration changes. Takes the configuration's text.
*/}}
{{- define "observability.checksum" -}}
checksum/config: {{ sha256sum . }}
{{- end -}}

{{/*
The claim of a part's volume, in a StatefulSet. Takes the part's values and the volume's name.
*/}}
{{- define "observability.claims" -}}
{{- with .persistence }}
{{- if .enabled }}
volumeClaimTemplates:
  - metadata:
      name: data
    spec:
      accessModes: [ReadWriteOnce]
      {{- with .storageClassName }}
      storageClassName: {{ . | quote }}
      {{- end }}
      resources:
        requests:
          storage: {{ .size | quote }}
{{- end }}
{{- end }}
{{- end -}}
