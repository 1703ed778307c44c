{{/*
The chart's own pod template of the frontend.
*/}}
{{- define "soc-agent.frontendPod" -}}
{{- $part := dict "context" . "component" "frontend" -}}
metadata:
  labels:
    {{- include "soc-agent.podLabels" $part | nindent 4 }}
spec:
  {{- include "soc-agent.podDefaults" $part | nindent 2 }}
  {{- include "soc-agent.spread" $part | nindent 2 }}
  # After preStop nginx gives open connections up to 10 s to end.
  terminationGracePeriodSeconds: {{ include "soc-agent.gracePeriod" $part }}
  containers:
    - name: frontend
      image: {{ include "soc-agent.image" (dict "context" . "image" .Values.frontend.image) | quote }}
      imagePullPolicy: {{ .Values.frontend.image.pullPolicy | quote }}
      ports:
        - name: http
          containerPort: 80
          protocol: TCP
      # Where nginx passes /api, /ws, /health and /ready on to.
      env:
        - name: BACKEND_HOST
          value: "{{ include "soc-agent.fullname" . }}-backend"
        - name: BACKEND_PORT
          value: {{ .Values.backend.service.port | quote }}
      # Its first success asks readiness at once. nginx starts in less than a second.
      startupProbe:
        {{- include "soc-agent.probe" (dict "context" . "component" "frontend" "kind" "startup" "port" 80) | nindent 8 }}
      # Restarts an nginx that hangs.
      livenessProbe:
        {{- include "soc-agent.probe" (dict "context" . "component" "frontend" "kind" "liveness" "port" 80) | nindent 8 }}
      # Takes it out of the Service sooner than it would be restarted. Asks for the page that every
      # request needs, and never for the backend: the page tells users that the backend is away.
      readinessProbe:
        {{- include "soc-agent.probe" (dict "context" . "component" "frontend" "kind" "readiness" "port" 80) | nindent 8 }}
      {{- include "soc-agent.preStop" $part | nindent 6 }}
      resources:
        {{- include "soc-agent.resources" .Values.frontend.resources | nindent 8 }}
      securityContext:
        {{- include "soc-agent.containerSecurityContext" $part | nindent 8 }}
      # nginx writes its configuration, its pid and its buffers there.
      volumeMounts:
        - name: tmp
          mountPath: /tmp
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: 64Mi
{{- end -}}
