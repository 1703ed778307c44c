import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { ROOT } from "../../../config/project";
import { dashboardFiles, dashboardQueries } from "../../e2e/support/dashboardQueries";

/** What our panels are; nothing that another Grafana may lack. */
const PANELS = ["bargauge", "logs", "row", "stat", "table", "text", "timeseries"];

/** Where links may lead: Jaeger, the SOC's own dashboard, another of these dashboards. */
const LINKS =
  /^(\.\.\/jaeger\/trace\/\$\{[\w.]+\}|\.\.\/(\?(threat|severity|type)=\$\{[\w.]+\}|\?review=1)?|d\/(soc|soc-platform|soc-trace-logs))$/;

/** Histograms whose figures were told with the trace that they are of. */
const TRACED =
  /(soc_threat_processing_duration|soc_agent_duration|http_request_duration|soc_websocket_fanout_lag)_seconds_bucket/;

/** Every value of every object within one, with its key. */
function entriesWithin(node: unknown): [string, unknown][] {
  return node !== null && typeof node === "object"
    ? Object.entries(node).flatMap(([key, value]): [string, unknown][] => [
        [key, value],
        ...entriesWithin(value),
      ])
    : [];
}

describe("the dashboards", () => {
  const files = dashboardFiles();
  const all = files.flatMap(entriesWithin);
  const valuesOf = (key: string) => all.filter(([name]) => name === key).map(([, value]) => value);
  const queries = dashboardQueries();

  it("are those that links name", () => {
    assert.deepEqual(files.map(({ uid }) => uid).sort(), ["soc", "soc-platform", "soc-trace-logs"]);
    for (const { uid, panels } of files) {
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, uid);
      assert.ok(panels.every(({ id }) => id > 0));
    }
  });

  it("have panels of kinds that every Grafana draws", () => {
    for (const { uid, panels } of files) {
      for (const { type, title } of panels) {
        assert.ok(PANELS.includes(type), `${uid}: ${title} is a ${type}`);
      }
    }
  });

  it("lead an anonymous Viewer only where it may go", () => {
    const urls = valuesOf("url").map(String);
    assert.ok(urls.length > 10, "hardly any links were looked at");
    urls.forEach((url) => assert.match(url, LINKS));
    assert.deepEqual(valuesOf("internal"), [], "a link to a data source opens Explore");
    assert.ok(!JSON.stringify(files).includes("/explore"));
    // What is beside Grafana needs a tab of its own: its pages would look for it within themselves.
    for (const link of all.map(([, value]) => value as { url?: unknown; targetBlank?: unknown })) {
      if (typeof link?.url === "string") {
        assert.equal(link.targetBlank, link.url.startsWith("../"), link.url);
      }
    }
  });

  it("lead from an exemplar and from a log line to the trace's own page", () => {
    const file = path.join(ROOT, "charts/observability/files/grafana/datasources.yaml");
    const { datasources } = parse(fs.readFileSync(file, "utf8")) as {
      datasources: { jsonData?: Record<string, { url: string; datasourceUid?: string }[]> }[];
    };
    const links = datasources.flatMap(({ jsonData = {} }) => [
      ...(jsonData["exemplarTraceIdDestinations"] ?? []),
      ...(jsonData["derivedFields"] ?? []),
    ]);
    assert.equal(links.length, 2);
    for (const { url, datasourceUid } of links) {
      // Two dollars, since Grafana reads the file with its environment filled in.
      assert.equal(url, "../jaeger/trace/$${__value.raw}");
      assert.equal(datasourceUid, undefined, "a link to a data source opens Explore");
    }
  });

  it("leave gaps as gaps", () => {
    for (const { panel, expr } of queries) {
      assert.doesNotMatch(expr, /\bor\s+(on\s*\(\)\s*)?vector\s*\(/, panel);
    }
    valuesOf("spanNulls").forEach((value) => assert.equal(value, false));
    assert.ok(valuesOf("spanNulls").length > 10);
    assert.deepEqual(valuesOf("insertNulls"), []);
    assert.deepEqual(valuesOf("nullPointMode"), []);
  });

  it("tell the figure of all pods once, and add up the collectors", () => {
    const review = queries.filter(({ expr }) => expr.includes("soc_threats_requiring_review"));
    assert.ok(review.length > 0);
    review.forEach(({ expr }) => assert.match(expr, /^max\(soc_threats_requiring_review\{/));
    const spans = queries.filter(({ expr }) => expr.includes("traces_span_metrics"));
    assert.ok(spans.length > 0);
    for (const { expr } of spans) {
      assert.match(expr, /\bsum by \([\w, ]*span_name\) \(rate\(/);
      assert.doesNotMatch(expr, /collector_instance_id/);
    }
  });

  it("have exemplars where the backend tells of them", () => {
    const graphs = files.flatMap(({ panels }) =>
      panels.filter(({ type }) => type === "timeseries"),
    );
    const told = graphs.flatMap(({ targets = [] }) => targets);
    for (const { expr = "", exemplar } of told) {
      assert.equal(exemplar === true, TRACED.test(expr), expr);
    }
    assert.ok(queries.filter(({ exemplars }) => exemplars).length >= 6);
  });

  it("mark deploys in each", () => {
    for (const { uid, annotations } of files) {
      assert.deepEqual(
        annotations.list.map(({ name }) => name),
        ["Deploys"],
        uid,
      );
    }
  });

  it("ask for what the rules record by its name there", () => {
    const rules = fs.readFileSync(path.join(ROOT, "charts/observability/files/rules.yaml"), "utf8");
    const recorded = queries.flatMap(({ expr }) => expr.match(/\bsoc:[\w:]+/g) ?? []);
    assert.ok(recorded.length > 0);
    recorded.forEach((name) => assert.ok(rules.includes(name), name));
  });
});
