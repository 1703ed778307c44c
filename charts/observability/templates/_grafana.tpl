{{/*
The settings of Grafana: https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/
*/}}
{{- define "observability.grafanaEnv" -}}
SCRAPE_INTERVAL: {{ .Values.prometheus.scrapeInterval | quote }}
GF_SERVER_ROOT_URL: {{ trimSuffix "/" .Values.externalUrl }}/grafana/
GF_SERVER_SERVE_FROM_SUB_PATH: "true"
GF_PATHS_PROVISIONING: /etc/grafana/provisioning
GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: /etc/grafana/dashboards/soc.json
GF_LOG_MODE: console
GF_LOG_CONSOLE_FORMAT: json
GF_USERS_ALLOW_SIGN_UP: "false"
GF_AUTH_ANONYMOUS_ENABLED: {{ .Values.grafana.anonymous | quote }}
GF_AUTH_ANONYMOUS_ORG_ROLE: Viewer
{{- if .Values.grafana.existingSecret }}
GF_SECURITY_ADMIN_USER__FILE: /etc/grafana/admin/admin-user
GF_SECURITY_ADMIN_PASSWORD__FILE: /etc/grafana/admin/admin-password
{{- else }}
# Nobody knows a password, so there is no admin.
GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: "true"
{{- end }}
# Nothing is sent to anybody, and nothing is fetched.
GF_ANALYTICS_REPORTING_ENABLED: "false"
GF_ANALYTICS_CHECK_FOR_UPDATES: "false"
GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false"
GF_ANALYTICS_FEEDBACK_LINKS_ENABLED: "false"
GF_NEWS_NEWS_FEED_ENABLED: "false"
GF_SECURITY_DISABLE_GRAVATAR: "true"
GF_SNAPSHOTS_EXTERNAL_ENABLED: "false"
# The data sources that the image brings stay: Jaeger's is a plugin of its own since 13.2.
GF_PLUGINS_PREINSTALL_DISABLED: "true"
GF_PLUGINS_PREINSTALL_AUTO_UPDATE: "false"
GF_PLUGINS_PLUGIN_ADMIN_ENABLED: "false"
GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED: "true"
{{- end -}}
