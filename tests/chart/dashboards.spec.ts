import * as assert from "node:assert/strict";
import { render, type Values } from "./support/helm";
import { find, inventory } from "./support/manifest";

const URL = "https://soc.example.com";

/** Values with the dashboards. */
const having = (dashboards: Values = {}, values: Values = {}): Values => ({
  metrics: { dashboards: { enabled: true, url: URL, ...dashboards } },
  ...values,
});

describe("chart: dashboards for another Grafana", function () {
  this.timeout(60_000);

  const texts = async (values: Values) => {
    const { data } = find(await render({ values }), "ConfigMap", "soc-agent-dashboards");
    return data ?? {};
  };

  it("are not there by default", async () => {
    assert.ok(!inventory(await render()).includes("ConfigMap soc-agent-dashboards"));
  });

  it("are JSON, where and by what label a sidecar looks for them", async () => {
    const values = having({ namespace: "grafana", labels: { team: "soc" } });
    const { metadata, data } = find(await render({ values }), "ConfigMap", "soc-agent-dashboards");
    assert.equal(metadata.namespace, "grafana");
    assert.equal(metadata.labels["grafana_dashboard"], "1");
    assert.equal(metadata.labels["team"], "soc");
    const files = Object.entries(data ?? {});
    assert.deepEqual(
      files.map(([file, text]) => [file, (JSON.parse(text) as { uid: string }).uid]),
      ["soc-platform", "soc-trace-logs", "soc"].map((uid) => [`${uid}.json`, uid]),
    );
    // A ConfigMap takes one MiB.
    assert.ok(JSON.stringify(data).length < 500_000);
  });

  it("lead to whole addresses, and traces to where they are shown", async () => {
    const trace = "https://jaeger.example.com/trace/{trace_id}?x=1";
    const named = await texts(having({}, { observability: { links: { trace } } }));
    const all = Object.values(named).join("");
    assert.doesNotMatch(all, /"\.\.\//);
    assert.match(all, /"url": "https:\/\/soc\.example\.com\/\?threat=\$\{threat_id\}"/);
    assert.match(all, /"https:\/\/jaeger\.example\.com\/trace\/\$\{trace_id\}\?x=1"/);

    const none = Object.values(await texts(having())).join("");
    assert.doesNotMatch(none, /\/jaeger\/trace|"\.\.\//);
    const own = await texts(having({}, { observability: { links: { trace: "/t/{trace_id}" } } }));
    assert.match(Object.values(own).join(""), /"https:\/\/soc\.example\.com\/t\/\$\{trace_id\}"/);
  });
});
