/** The dashboard of the platform: what the application runs on, and what this stack itself costs. */
import { type DashboardBuilder, RowBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard, graph, levels, linkTo, stat, THIRD, WHOLE } from "./panels";
import { metric, OURS, quantile, traced } from "./sources";

/** What users ask for: neither probes nor scrapes. */
const REQUESTS = `${OURS},handler!~"/ready|/health|/metrics"`;

/** Containers of the application, and of this stack. */
const OUR_CONTAINERS = `namespace="$namespace",container!=""`;
const STACK = `namespace=~"monitoring(-agents)?",container!=""`;

const rate = (series: string) => `rate(${series}[$__rate_interval])`;

function requests(board: DashboardBuilder): DashboardBuilder {
  return board
    .withRow(new RowBuilder("Requests"))
    .withPanel(
      graph(
        "Requests",
        "reqps",
        metric(`sum by (status) (${rate(`http_requests_total{${REQUESTS}}`)})`, "{{status}}"),
      ).span(THIRD),
    )
    .withPanel(
      graph(
        "Time of a request, p95",
        "s",
        traced(
          quantile(0.95, `http_request_duration_seconds_bucket{${REQUESTS}}`, "method", "handler"),
          "{{method}} {{handler}}",
        ),
      )
        .description("Each diamond is a request; it leads to its trace.")
        .span(THIRD),
    )
    .withPanel(
      graph(
        "Failed requests",
        "percentunit",
        metric(`soc:http_errors:ratio_rate5m{${OURS}}`, "5 minutes"),
        metric(`soc:http_errors:ratio_rate1h{${OURS}}`, "1 hour"),
        metric(`soc:http_errors:ratio_rate6h{${OURS}}`, "6 hours"),
      )
        .description("0.1 % are allowed.")
        .span(THIRD),
    );
}

function pods(board: DashboardBuilder): DashboardBuilder {
  const cpu = `sum by (pod) (${rate(`container_cpu_usage_seconds_total{${OUR_CONTAINERS}}`)})`;
  const memory = `sum by (pod) (container_memory_working_set_bytes{${OUR_CONTAINERS}})`;
  const starts = `sum by (pod) (changes(container_start_time_seconds{${OUR_CONTAINERS}}[$__rate_interval]))`;
  return board
    .withRow(new RowBuilder("Pods"))
    .withPanel(graph("CPU", "cores", metric(cpu, "{{pod}}")).span(THIRD))
    .withPanel(graph("Memory", "bytes", metric(memory, "{{pod}}")).span(THIRD))
    .withPanel(graph("Restarts of containers", "short", metric(starts, "{{pod}}")).span(THIRD))
    .withPanel(
      graph(
        "Pods of the backend",
        "short",
        metric(`count(up{${OURS}} == 1)`, "answer"),
        metric(`soc:hpa_max_replicas{${OURS}}`, "the most that the autoscaler makes"),
      ).span(THIRD),
    )
    .withPanel(
      graph(
        "Delay of the event loop, p99",
        "s",
        metric(`nodejs_eventloop_lag_p99_seconds{${OURS}}`, "{{pod}}"),
      ).span(THIRD),
    )
    .withPanel(
      graph("Heap in use", "bytes", metric(`nodejs_heap_size_used_bytes{${OURS}}`, "{{pod}}")).span(
        THIRD,
      ),
    );
}

function redisAndSockets(board: DashboardBuilder): DashboardBuilder {
  const commands = `soc_redis_command_duration_seconds_bucket{${OURS}}`;
  const dropped = `sum by (reason) (${rate(`soc_websocket_dropped_clients_total{${OURS}}`)})`;
  return board
    .withRow(new RowBuilder("Redis and WebSockets"))
    .withPanel(
      graph("Redis is connected", "bool_on_off", metric(`soc_redis_up{${OURS}}`, "{{pod}}"))
        .max(1)
        .span(THIRD),
    )
    .withPanel(
      graph(
        "Time of Redis's commands, p95",
        "s",
        metric(quantile(0.95, commands, "command"), "{{command}}"),
      ).span(THIRD),
    )
    .withPanel(
      graph(
        "Connections to Redis made anew",
        "cpm",
        metric(`60 * ${rate(`soc_redis_reconnects_total{${OURS}}`)}`, "{{pod}}"),
      ).span(THIRD),
    )
    .withPanel(
      graph(
        "WebSocket clients",
        "short",
        metric(`soc_active_websocket_connections{${OURS}}`, "{{pod}}"),
      ).span(THIRD),
    )
    .withPanel(
      graph(
        "Time until a pod's last client has a threat, p95",
        "s",
        traced(
          quantile(0.95, `soc_websocket_fanout_lag_seconds_bucket{${OURS}}`, "pod"),
          "{{pod}}",
        ),
      ).span(THIRD),
    )
    .withPanel(
      graph("Clients dropped", "cpm", metric(`60 * ${dropped}`, "{{reason}}")).span(THIRD),
    );
}

/** Of each collector its own series: `collector.instance.id` tells them apart, and they are added up. */
function spans(board: DashboardBuilder): DashboardBuilder {
  const calls = rate("traces_span_metrics_calls_total");
  const durations = "traces_span_metrics_duration_milliseconds_bucket";
  return board
    .withRow(new RowBuilder("Spans"))
    .withPanel(graph("Spans", "ops", metric(`sum by (span_name) (${calls})`, "{{span_name}}")))
    .withPanel(
      graph(
        "Time of spans, p95",
        "ms",
        metric(quantile(0.95, durations, "span_name"), "{{span_name}}"),
      ),
    );
}

function stack(board: DashboardBuilder): DashboardBuilder {
  const collector = (what: string) =>
    `sum(rate({job="otel-collector",__name__=~"otelcol_receiver_accepted_${what}(_total)?"}[$__rate_interval]))`;
  return board
    .withRow(new RowBuilder("This observability stack"))
    .withPanel(
      stat(
        "What it costs",
        "short",
        metric(`sum(${rate(`container_cpu_usage_seconds_total{${STACK}}`)})`, "CPU"),
        metric(`sum(container_memory_working_set_bytes{${STACK}})`, "Memory"),
        metric(`sum(prometheus_tsdb_head_series{job="prometheus"})`, "Series"),
        metric(`sum(${rate(`loki_distributor_lines_received_total{job="loki"}`)})`, "Log lines"),
      )
        .span(WHOLE)
        .overrideByName("CPU", [{ id: "unit", value: "cores" }])
        .overrideByName("Memory", [{ id: "unit", value: "bytes" }])
        .overrideByName("Log lines", [{ id: "unit", value: "cps" }]),
    )
    .withPanel(
      graph(
        "CPU of its parts",
        "cores",
        metric(
          `sum by (container) (${rate(`container_cpu_usage_seconds_total{${STACK}}`)})`,
          "{{container}}",
        ),
      ).span(THIRD),
    )
    .withPanel(
      graph(
        "Memory of its parts",
        "bytes",
        metric(
          `sum by (container) (container_memory_working_set_bytes{${STACK}})`,
          "{{container}}",
        ),
      ).span(THIRD),
    )
    .withPanel(
      graph(
        "Taken in by the collectors",
        "cps",
        metric(collector("spans"), "spans"),
        metric(collector("log_records"), "log records"),
      ).span(THIRD),
    )
    .withPanel(
      graph("Parts that answer", "short", metric(`sum by (job) (up)`, "{{job}}")).span(THIRD),
    )
    .withPanel(
      graph(
        "Time of a scrape",
        "s",
        metric(`max by (job) (scrape_duration_seconds)`, "{{job}}"),
      ).span(THIRD),
    )
    .withPanel(
      graph(
        "Waiting to be sent by the collectors",
        "short",
        metric(
          `sum by (exporter) ({job="otel-collector",__name__=~"otelcol_exporter_queue_size"})`,
          "{{exporter}}",
        ),
      ).span(THIRD),
    );
}

/** The dashboard of the platform. */
export function platformDashboard(): DashboardBuilder {
  const board = dashboard("soc-platform", "SOC: platform")
    .description("What the application runs on, and what this observability stack itself costs.")
    .link(linkTo("Threats", "d/soc"));
  const figures = board
    .withPanel(
      stat("Pods of the backend", "short", metric(`count(up{${OURS}} == 1)`, "answer")).span(6),
    )
    .withPanel(
      stat(
        "Failed requests",
        "percentunit",
        metric(`soc:http_errors:ratio_rate5m{${OURS}}`, "failed"),
      )
        .thresholds(levels([null, "green"], [0.001, "orange"], [0.05, "red"]))
        .span(6),
    )
    .withPanel(
      stat(
        "Pods with Redis",
        "percentunit",
        metric(`avg(soc_redis_up{${OURS}})`, "pods with Redis"),
      )
        .thresholds(levels([null, "red"], [1, "green"]))
        .span(6),
    )
    .withPanel(
      stat("Parts that do not answer", "short", metric(`sum(1 - up)`, "do not answer"))
        .thresholds(levels([null, "green"], [1, "red"]))
        .span(6),
    );
  return stack(spans(redisAndSockets(pods(requests(figures)))));
}
