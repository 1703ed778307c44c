/** The dashboard that "Logs" opens: the lines of a trace, of a threat or of a pod. */
import {
  type DashboardBuilder,
  TextBoxVariableBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard, linkTo, logs, threatUrl, traceUrl } from "./panels";
import { lines, OUR_LINES } from "./sources";

/** What narrows the lines; each matches from its beginning, so that nothing in it means all. */
const FILTERS = [
  ["trace_id", "Trace", "trace_id"],
  ["threat_id", "Threat", "threat_id"],
  ["pod", "Pod", "k8s_pod_name"],
] as const;

/** The dashboard of a trace's log lines. */
export function traceLogsDashboard(): DashboardBuilder {
  const filters = FILTERS.map(([name, , label]) => `| ${label}=~"$${name}.*"`).join(" ");
  const board = FILTERS.reduce(
    (made, [name, label]) =>
      made.withVariable(new TextBoxVariableBuilder(name).label(label).defaultValue("")),
    dashboard("soc-trace-logs", "SOC: log lines"),
  );
  return board
    .description("Log lines of one trace, one threat or one pod; of all where none is named.")
    .link(linkTo("Threats", "d/soc"))
    .withPanel(
      logs("Log lines", lines(`{${OUR_LINES}} ${filters}`).maxLines(1000)).links([
        linkTo("Open the trace", traceUrl("${trace_id}")),
        linkTo("Open the threat", threatUrl("${threat_id}")),
      ]),
    );
}
