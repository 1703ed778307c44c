/** Every query of the generated dashboards, as Grafana would ask it of its data source. */
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT } from "../../../config/project";
import type { SourceType } from "../../../plan/dashboards/sources";

const FOLDER = path.join(ROOT, "charts/observability/files/dashboards");

/** A query, its variables replaced. */
export interface DashboardQuery {
  /** The dashboard's uid. */
  readonly dashboard: string;
  /** The panel's title, or what else of the dashboard asks. */
  readonly panel: string;
  /** The data source's uid in the stack's own Grafana. */
  readonly source: SourceType;
  /** In PromQL or LogQL; of Jaeger the service and operation as a query string. */
  readonly expr: string;
  /** Asked for one moment, and not for a range of time. */
  readonly instant: boolean;
  readonly exemplars: boolean;
}

/** The part of a query, a panel, a mark and a dashboard that is read. */
interface Target {
  readonly datasource: { readonly uid: string };
  readonly expr?: string;
  readonly service?: string;
  readonly operation?: string;
  readonly instant?: boolean;
  readonly queryType?: string;
  readonly exemplar?: boolean;
}

/** A panel as it stands in a dashboard's file. */
export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title?: string;
  readonly targets?: readonly Target[];
}

/** A dashboard's file. */
export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly PanelJson[];
  readonly annotations: { readonly list: readonly (Target & { readonly name: string })[] };
}

/** The generated dashboards. */
export function dashboardFiles(): DashboardJson[] {
  return fs
    .readdirSync(FOLDER)
    .map((file) => JSON.parse(fs.readFileSync(path.join(FOLDER, file), "utf8")) as DashboardJson);
}

/** What Grafana's variables are in the stack, at a range of some minutes. */
const VARIABLES: Readonly<Record<string, string>> = {
  prometheus: "prometheus",
  loki: "loki",
  jaeger: "jaeger",
  namespace: "soc-agent",
  job: "soc-backend",
  trace_id: "",
  threat_id: "",
  pod: "",
  __rate_interval: "1m",
  __range: "15m",
};

/**
 * Every query of every dashboard: those of panels, and those that mark deploys.
 *
 * @param variables other values of the dashboards' variables. Defaults to those of the dev stack, nothing filtered
 * @throws where a query has a variable that is not known
 */
export function dashboardQueries(
  variables: Readonly<Record<string, string>> = {},
): DashboardQuery[] {
  const values = { ...VARIABLES, ...variables };
  const replaced = (text: string) =>
    text.replace(/\$\{?(\w+)\}?/g, (_, name: string) => {
      const value = values[name];
      if (value === undefined) {
        throw new Error(`nothing is known of the variable ${name} in: ${text}`);
      }
      return value;
    });
  const query = (dashboard: string, panel: string, target: Target): DashboardQuery => ({
    dashboard,
    panel,
    source: replaced(target.datasource.uid) as SourceType,
    expr: replaced(
      target.expr ?? `service=${target.service ?? ""}&operation=${target.operation ?? ""}`,
    ),
    instant: target.instant === true || target.queryType === "instant",
    exemplars: target.exemplar === true,
  });
  return dashboardFiles().flatMap(({ uid, panels, annotations }) => [
    ...panels.flatMap(({ title = "", targets = [] }) =>
      targets.map((target) => query(uid, title, target)),
    ),
    ...annotations.list.map((mark) => query(uid, mark.name, mark)),
  ]);
}

/** A time in milliseconds since 1970, from and to which is asked. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Where to ask it.
 *
 * @returns path and query string below a data source's own address, or below Grafana's
 *   `/api/datasources/proxy/uid/UID`
 */
export function requestOf({ source, expr, instant }: DashboardQuery, { from, to }: Range): string {
  const unit = { prometheus: 1e-3, loki: 1e6, jaeger: 1e3 }[source];
  const at = (time: number) =>
    source === "prometheus" ? String(time * unit) : `${BigInt(time) * BigInt(unit)}`;
  if (source === "jaeger") {
    return `/api/traces?${expr}&start=${at(from)}&end=${at(to)}&limit=20`;
  }
  const base = source === "loki" ? "/loki/api/v1" : "/api/v1";
  const times: Record<string, string> = instant
    ? { time: at(to) }
    : { start: at(from), end: at(to), step: "15" };
  return `${base}/${instant ? "query" : "query_range"}?${new URLSearchParams({ query: expr, ...times }).toString()}`;
}

/** How much an answer tells: figures that are numbers, log lines or traces. */
export function amountOf({ source }: DashboardQuery, answer: string): number {
  if (source === "jaeger") {
    return (JSON.parse(answer) as { data: readonly unknown[] }).data.length;
  }
  const { data } = JSON.parse(answer) as {
    data: { resultType: string; result: { value?: Sample; values?: Sample[] }[] };
  };
  const samples = data.result.flatMap(({ value, values = [] }) => (value ? [value] : values));
  return data.resultType === "streams"
    ? samples.length
    : samples.filter(([, figure]) => Number.isFinite(Number(figure))).length;
}

/** A time and what was then. */
type Sample = readonly [time: number | string, value: string];
