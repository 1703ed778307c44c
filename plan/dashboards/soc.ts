/** The dashboard of the SOC: which threats there are, how fast they come, and what waits for a person. */
import { StackingMode, StackingConfigBuilder } from "@grafana/grafana-foundation-sdk/common";
import { type DashboardBuilder, RowBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import {
  bars,
  columnLinks,
  dashboard,
  graph,
  HALF,
  levels,
  linkTo,
  socUrl,
  stat,
  table,
  THIRD,
  threatUrl,
  traceUrl,
} from "./panels";
import { figure, lineFigures, metric, OUR_LINES, OURS, quantile, traced, traces } from "./sources";

const SEVERITY_COLORS = { CRITICAL: "dark-red", HIGH: "red", MEDIUM: "orange", LOW: "blue" };

const PROCESSING = `soc_threat_processing_duration_seconds_bucket{${OURS},phase="total"}`;
const LAG = `soc_websocket_fanout_lag_seconds_bucket{${OURS}}`;

/** What each pod tells for all pods: their sum would be a multiple of it. */
const REVIEW = `max(soc_threats_requiring_review{${OURS}})`;

function bySeverity() {
  const rate = `sum by (severity) (rate(soc_threats_processed_total{${OURS}}[$__rate_interval]))`;
  return Object.entries(SEVERITY_COLORS).reduce(
    (panel, [severity, fixedColor]) =>
      panel.overrideByName(severity, [{ id: "color", value: { mode: "fixed", fixedColor } }]),
    graph("Threats by severity", "cpm", metric(`60 * ${rate}`, "{{severity}}"))
      .description("Threats analysed and stored in a minute.")
      .stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
      .dataLinks([linkTo("These threats", socUrl("?severity=${__field.labels.severity}"))]),
  );
}

/** Tokens and cost are 0 without a model, and cost is told only where the tokens' prices are configured. */
function model(board: DashboardBuilder): DashboardBuilder {
  const tokens = `sum by (agent_name, gen_ai_token_type) (rate(gen_ai_client_token_usage_total{${OURS}}[$__rate_interval]))`;
  const cost = `sum by (agent_name) (increase(soc_model_cost_usd_total{${OURS}}[$__range]))`;
  const costByType = `sum by (threat_type) (increase(soc_model_cost_usd_total{${OURS}}[$__range]))`;
  return board
    .withRow(new RowBuilder("Language model"))
    .withPanel(
      graph(
        "Tokens by agent",
        "short",
        metric(`60 * ${tokens}`, "{{agent_name}} {{gen_ai_token_type}}"),
      )
        .description("Tokens read (input) and written (output) in a minute. None without a model.")
        .span(THIRD),
    )
    .withPanel(
      bars("Cost by agent", "currencyUSD", figure(cost, "{{agent_name}}")).description(
        "Of the shown time, by the configured prices of tokens.",
      ),
    )
    .withPanel(
      bars("Cost by threat type", "currencyUSD", figure(costByType, "{{threat_type}}")).description(
        "Of the shown time, by the configured prices of tokens.",
      ),
    );
}

function figures(board: DashboardBuilder): DashboardBuilder {
  const rate = `sum(rate(soc_threats_processed_total{${OURS}}[$__rate_interval]))`;
  return board
    .withPanel(
      stat("Threats in a minute", "short", metric(`60 * ${rate}`, "threats"))
        .decimals(1)
        .dataLinks([linkTo("All threats", socUrl())]),
    )
    .withPanel(
      stat("Waiting for review", "short", metric(REVIEW, "threats"))
        .description("Stored threats that a person is to look at.")
        .thresholds(levels([null, "green"], [1, "orange"], [100, "red"]))
        .dataLinks([linkTo("The review queue", socUrl("?review=1"))]),
    )
    .withPanel(
      stat("Time to a threat, p95", "s", metric(quantile(0.95, PROCESSING), "p95"))
        .description("From a trigger until the threat is stored and published.")
        .thresholds(levels([null, "green"], [1, "orange"], [2.5, "red"])),
    )
    .withPanel(
      stat("Time to open dashboards, p95", "s", metric(quantile(0.95, LAG), "p95"))
        .description("From a threat's making until a pod has sent it to its last dashboard.")
        .thresholds(levels([null, "green"], [0.5, "orange"], [1, "red"])),
    )
    .withPanel(
      stat(
        "Open dashboards",
        "short",
        metric(`sum(soc_active_websocket_connections{${OURS}})`, "dashboards"),
      ),
    )
    .withPanel(
      stat(
        "Pods with Redis",
        "percentunit",
        metric(`avg(soc_redis_up{${OURS}})`, "pods with Redis"),
      )
        .description("Pods of the backend that have their connections to Redis.")
        .thresholds(levels([null, "red"], [1, "green"])),
    );
}

/** The usual time and that of the slow ones, of a histogram's buckets. */
function times(title: string, buckets: string): ReturnType<typeof graph> {
  const of = (share: number, name: string) => traced(quantile(share, buckets), name);
  return graph(title, "s", of(0.5, "p50"), of(0.95, "p95"));
}

/** The dashboard of the SOC. */
export function socDashboard(): DashboardBuilder {
  const AGENTS = `soc_agent_duration_seconds_bucket{${OURS}}`;
  const byType = `sum by (threat_type) (increase(soc_threats_processed_total{${OURS}}[$__range]))`;
  const scores = (part: string) => `sum(rate(soc_fp_score_${part}{${OURS}}[$__rate_interval]))`;
  const board = dashboard("soc", "SOC: threats")
    .description("Threats, how fast they are there, and what waits for a person.")
    .link(linkTo("SOC dashboard", socUrl()))
    .link(linkTo("Platform", "d/soc-platform"));
  const threats = figures(board)
    .withRow(new RowBuilder("Threats"))
    .withPanel(bySeverity())
    .withPanel(
      times("Time to a threat", PROCESSING).description(
        "Each diamond is a threat; it leads to its trace.",
      ),
    )
    .withPanel(
      bars("Threats by type", "short", figure(byType, "{{threat_type}}"))
        .decimals(0)
        .dataLinks([linkTo("These threats", socUrl("?type=${__field.labels.threat_type}"))]),
    )
    .withPanel(
      graph(
        "Time of each agent, p95",
        "s",
        traced(quantile(0.95, AGENTS, "agent_name"), "{{agent_name}}"),
      ).span(THIRD),
    )
    .withPanel(
      graph(
        "Mean false-positive score",
        "percentunit",
        metric(`${scores("sum")} / ${scores("count")}`, "mean score"),
      )
        .span(THIRD)
        .max(1),
    )
    .withPanel(
      table(
        "Newest threats",
        lineFigures(
          `sum by (threat_id) (count_over_time({${OUR_LINES}} | threat_id!="" [$__range]))`,
        ).legendFormat("{{threat_id}}"),
      )
        .description("Threats of which log lines tell, with the number of their lines.")
        .span(HALF)
        .withTransformation({ id: "labelsToFields", options: { mode: "columns" } })
        .withTransformation({ id: "merge", options: {} })
        .overrideByName("threat_id", columnLinks("Open the threat", threatUrl("${__value.raw}"))),
    )
    .withPanel(
      table("Newest traces", traces("analyze_threat")).overrideByName(
        "Trace ID",
        columnLinks("Open the trace", traceUrl("${__value.raw}")),
      ),
    )
    .withPanel(
      times("Time to open dashboards", LAG).description(
        "From a threat's making until a pod has sent it to its last dashboard.",
      ),
    )
    .withPanel(
      graph("Waiting for review", "short", metric(REVIEW, "threats")).dataLinks([
        linkTo("The review queue", socUrl("?review=1")),
      ]),
    );
  return model(threats);
}
