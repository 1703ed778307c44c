{{/*
Reference of an image. global.imageRegistry stands before every one, in place of the registry that it has
by itself: who sets it has a mirror of all images. Takes (dict "context" $ "image" $image), the image
being a part's values or a whole reference.
*/}}
{{- define "soc-agent.image" -}}
{{- $image := .image -}}
{{- if kindIs "string" $image -}}
{{- $image = dict "name" $image -}}
{{- else -}}
{{- $name := printf "%s:%s" $image.repository $image.tag -}}
{{- with $image.digest -}}
{{- $name = printf "%s@%s" (regexReplaceAll "@.*$" $name "") . -}}
{{- end -}}
{{- $image = dict "name" $name "registry" $image.registry -}}
{{- end -}}
{{- list (default $image.registry (.context.Values.global).imageRegistry) $image.name | compact | join "/" -}}
{{- end -}}

{{/*
Secrets for pulling images, global.imagePullSecrets and imagePullSecrets, as a JSON list [{name}].
*/}}
{{- define "soc-agent.imagePullSecrets" -}}
{{- $secrets := list -}}
{{- range concat (default list (.Values.global).imagePullSecrets) (default list .Values.imagePullSecrets) -}}
{{- $secrets = append $secrets (kindIs "map" . | ternary . (dict "name" .)) -}}
{{- end -}}
{{- $secrets | uniq | toJson -}}
{{- end -}}
