{{/*
Folders that a component may write to (`writablePaths`), as a JSON object: `volumes`, `mounts`, and `seeds`, the
init container that fills them with what the image has there. Takes (dict "paths" list "container" map), of
which paths may be nil and the container is the one that writes.
*/}}
{{- define "soc-agent.writable" -}}
{{- $volumes := list -}}
{{- $mounts := list -}}
{{- $places := list -}}
{{- $args := list -}}
{{- range $index, $given := .paths -}}
{{- $entry := ternary (dict "path" $given) $given (kindIs "string" $given) -}}
{{- $name := printf "writable-%d" $index -}}
{{- $volumes = append $volumes (dict "name" $name "emptyDir" (pick $entry "sizeLimit")) -}}
{{- $mounts = append $mounts (dict "name" $name "mountPath" $entry.path) -}}
{{- if ne (toString $entry.seed) "false" -}}
{{- $place := printf "/writable/%d" $index -}}
{{- $places = append $places (dict "name" $name "mountPath" $place) -}}
{{- $args = append $args (printf "%s=%s" $place $entry.path) -}}
{{- end -}}
{{- end -}}
{{- $seeds := list -}}
{{- if $places -}}
{{- $seed := pick .container "image" "imagePullPolicy" "resources" "securityContext" -}}
{{- $script := include "soc-agent.seedScript" . -}}
{{- $seeds = append $seeds (merge (dict "name" "seed" "command" (concat (list "sh" "-c" $script "seed") $args) "volumeMounts" $places) $seed) -}}
{{- end -}}
{{- dict "volumes" $volumes "mounts" $mounts "seeds" $seeds | toJson -}}
{{- end -}}

{{/*
Copies what is in a folder of the image into a volume, for each argument <volume>=<folder>. Entry by entry, since
the volume itself belongs to root; with -f, since a container may start again over what it has copied before. An
image may have made its files read-only, for root writes to them all the same.
*/}}
{{- define "soc-agent.seedScript" -}}
set -e
for pair; do
  volume=${pair%%=*}
  folder=${pair#*=}
  if [ -f "$folder" ]; then
    echo "writablePaths: $folder is a file; name the folder that it is in" >&2
    exit 1
  fi
  for entry in "$folder"/* "$folder"/.[!.]* "$folder"/..?*; do
    if [ -e "$entry" ] || [ -L "$entry" ]; then
      cp -af "$entry" "$volume/"
      [ -L "$entry" ] || chmod -R u+w "$volume/${entry##*/}"
    fi
  done
done
{{- end -}}
