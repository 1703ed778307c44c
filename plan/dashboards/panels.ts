/** Panels as they look in every dashboard. Only kinds that lead nowhere by themselves. */
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import { PanelBuilder as BarGaugePanel } from "@grafana/grafana-foundation-sdk/bargauge";
import {
  BarGaugeDisplayMode,
  BigValueGraphMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from "@grafana/grafana-foundation-sdk/common";
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as LogsPanel } from "@grafana/grafana-foundation-sdk/logs";
import { PanelBuilder as StatPanel } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TablePanel } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesPanel } from "@grafana/grafana-foundation-sdk/timeseries";
import { releaseVariables, source, sourceVariable } from "./sources";

type Query = Builder<Dataquery>;

/** How much of a row a panel takes, of 24. */
export const THIRD = 8;
export const HALF = 12;
export const WHOLE = 24;

/**
 * A link by its address. Never into Grafana's Explore, which a Viewer does not have.
 *
 * Grafana puts its own path before an address that begins with `/`, and opens in itself whatever is not in a
 * tab of its own. So what is beside it is reached from its base, `/grafana/`.
 *
 * @param url from there: `../` is the root of all, `d/UID` another dashboard
 */
export function linkTo(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).url(url).targetBlank(url.startsWith("../"));
}

/** Where a trace is shown; `id` may be a variable. */
export const traceUrl = (id: string) => `../jaeger/trace/${id}`;

/** Where the SOC's own dashboard shows what `query` says; without one, all threats. */
export const socUrl = (query = "") => `../${query}`;

/** Where it shows a threat. */
export const threatUrl = (id: string) => socUrl(`?threat=${id}`);

/**
 * Lines over time, of which a gap stays a gap.
 *
 * @param unit Grafana's name of it, such as `s` or `reqps`
 */
export function graph(title: string, unit: string, ...queries: Query[]): TimeSeriesPanel {
  return new TimeSeriesPanel()
    .title(title)
    .unit(unit)
    .min(0)
    .height(8)
    .span(HALF)
    .fillOpacity(8)
    .spanNulls(false)
    .targets(queries);
}

/** Figures of now, each with its course below it. */
export function stat(title: string, unit: string, ...queries: Query[]): StatPanel {
  return new StatPanel()
    .title(title)
    .unit(unit)
    .height(4)
    .span(4)
    .graphMode(BigValueGraphMode.Area)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .thresholds(levels([null, "blue"]))
    .targets(queries);
}

/** A bar for each series. */
export function bars(title: string, unit: string, ...queries: Query[]): BarGaugePanel {
  return new BarGaugePanel()
    .title(title)
    .unit(unit)
    .min(0)
    .height(8)
    .span(THIRD)
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .thresholds(levels([null, "blue"]))
    .targets(queries);
}

export function table(title: string, ...queries: Query[]): TablePanel {
  return new TablePanel().title(title).height(9).span(HALF).targets(queries);
}

export function logs(title: string, ...queries: Query[]): LogsPanel {
  return new LogsPanel()
    .title(title)
    .height(14)
    .span(WHOLE)
    .showTime(true)
    .wrapLogMessage(true)
    .enableLogDetails(true)
    .targets(queries);
}

/** Colors by value: each from its value on, the first from nothing on. */
export function levels(...steps: (readonly [number | null, string])[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps.map(([value, color]) => ({ value, color })));
}

/** The links of a table's column, by the value in it. */
export function columnLinks(title: string, url: string) {
  return [{ id: "links", value: [linkTo(title, url).build()] }];
}

/** Marks where an image first appeared that was not there within the day before. */
function deployMarks(): AnnotationQueryBuilder {
  const build = `soc_build_info{namespace="$namespace"}`;
  const now = `count by (image_tag, version) (${build})`;
  const before = `count by (image_tag, version) (last_over_time(${build}[1d] offset 2m))`;
  return new AnnotationQueryBuilder()
    .name("Deploys")
    .datasource(source("prometheus"))
    .enable(true)
    .iconColor("purple")
    .expr(`${now} unless ${before}`)
    .step("30s")
    .titleFormat("Deployed")
    .textFormat("{{image_tag}} ({{version}})")
    .tagKeys("image_tag");
}

/** What all dashboards of a release have: its choice, the time, the marks of deploys. */
export function dashboard(uid: string, title: string): DashboardBuilder {
  return [
    sourceVariable("prometheus"),
    sourceVariable("loki"),
    sourceVariable("jaeger"),
    ...releaseVariables(),
  ].reduce(
    (board, variable) => board.withVariable(variable),
    new DashboardBuilder(title)
      .uid(uid)
      .tags(["soc-agent"])
      .readonly()
      .refresh("10s")
      .time({ from: "now-1h", to: "now" })
      .timezone("browser")
      .tooltip(DashboardCursorSync.Crosshair)
      .annotation(deployMarks()),
  );
}
