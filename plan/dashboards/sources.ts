/** What dashboards ask: the data sources, by variables, and queries of them. */
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder as LokiQuery } from "@grafana/grafana-foundation-sdk/loki";
import { DataqueryBuilder as PrometheusQuery } from "@grafana/grafana-foundation-sdk/prometheus";

/** The kinds of data sources. The variable by which one is chosen, and its uid in our own stack, are called alike. */
export type SourceType = "prometheus" | "loki" | "jaeger";

/** The data source of a type that is chosen: another Grafana has others than ours. */
export const source = (type: SourceType) => ({ type, uid: `\${${type}}` });

/** Whose figures are looked at: those of one release of the application's chart. */
export const OURS = `namespace="$namespace",job="$job"`;

/** The log lines of the application's containers. */
export const OUR_LINES = `k8s_namespace_name="$namespace"`;

/** The chart's default of `OTEL_SERVICE_NAME`. */
const SERVICE = "soc-agent-system";

/** A choice of a data source. */
export function sourceVariable(type: SourceType): DatasourceVariableBuilder {
  const label = `${type[0]?.toUpperCase()}${type.slice(1)}`;
  return new DatasourceVariableBuilder(type)
    .label(label)
    .type(type)
    .current({ text: label, value: type });
}

/** The choices of a release, by its namespace and the job of its backend. */
export function releaseVariables(): QueryVariableBuilder[] {
  const choice = (name: string, label: string, query: string) =>
    new QueryVariableBuilder(name)
      .label(label)
      .datasource(source("prometheus"))
      .query(query)
      .refresh(VariableRefresh.OnTimeRangeChanged);
  return [
    choice("namespace", "Namespace", "label_values(soc_threats_requiring_review, namespace)"),
    choice("job", "Job", `label_values(soc_threats_requiring_review{namespace="$namespace"}, job)`),
  ];
}

/**
 * A query of Prometheus over the shown time.
 *
 * @param legend what a series is called, with labels as `{{label}}`
 */
export function metric(expr: string, legend: string): PrometheusQuery {
  return new PrometheusQuery()
    .datasource(source("prometheus"))
    .expr(expr)
    .legendFormat(legend)
    .range();
}

/** The same with exemplars, for a histogram's quantiles: each is a threat or a request, and leads to its trace. */
export function traced(expr: string, legend: string): PrometheusQuery {
  return metric(expr, legend).exemplar(true);
}

/** A query of Prometheus for one figure, at the end of the shown time. */
export function figure(expr: string, legend: string): PrometheusQuery {
  return new PrometheusQuery()
    .datasource(source("prometheus"))
    .expr(expr)
    .legendFormat(legend)
    .instant();
}

/** Lines of Loki, or figures of them over the shown time. */
export function lines(expr: string): LokiQuery {
  return new LokiQuery().datasource(source("loki")).expr(expr).queryType("range");
}

/** Figures of Loki's lines, at the end of the shown time. */
export function lineFigures(expr: string): LokiQuery {
  return new LokiQuery().datasource(source("loki")).expr(expr).queryType("instant");
}

/** The newest traces of Jaeger, of one operation. */
export function traces(operation: string): Builder<Dataquery> {
  return {
    build: () => ({
      datasource: source("jaeger"),
      queryType: "search",
      service: SERVICE,
      operation,
      limit: 20,
      _implementsDataqueryVariant: () => undefined,
    }),
  };
}

/** A quantile of a histogram over its pods, besides by `labels`. */
export function quantile(q: number, histogram: string, ...labels: string[]): string {
  const by = ["le", ...labels].join(", ");
  return `histogram_quantile(${q}, sum by (${by}) (rate(${histogram}[$__rate_interval])))`;
}
