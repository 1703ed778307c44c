/** What the rules in files/rules.yaml cannot know: the chart records it beside them. */
import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { CHART, renderAnew, STACK_CHART, type Values } from "../support/helm";
import { find } from "../support/manifest";

interface Rule {
  readonly record: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}

async function factsOf(application: Values): Promise<Rule[]> {
  const manifests = await renderAnew({ chart: STACK_CHART, values: { application } });
  const { data } = find(manifests, "ConfigMap", "prometheus-rules");
  const { groups } = parse(data?.["here.yaml"] ?? "") as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

describe("observability chart: facts for the rules", function () {
  this.timeout(60_000);

  it("say where the application is, and how far its autoscaler goes", async () => {
    const labels = { namespace: "prod", job: "soc-backend" };
    assert.deepEqual(await factsOf({ namespace: "prod", maxReplicas: 3 }), [
      { record: "soc:application:info", expr: "vector(1)", labels },
      { record: "soc:hpa_max_replicas", expr: "vector(3)", labels },
    ]);
  });

  it("say nothing of an autoscaler where there is none", async () => {
    const records = (await factsOf({ maxReplicas: 0 })).map(({ record }) => record);
    assert.deepEqual(records, ["soc:application:info"]);
  });

  it("are by default those of the application's chart", async () => {
    const { backend } = parse(readFileSync(path.join(CHART, "values.yaml"), "utf8")) as {
      backend: { hpa: { maxReplicas: number } };
    };
    const limit = (await factsOf({})).find(({ record }) => record === "soc:hpa_max_replicas");
    assert.equal(limit?.expr, `vector(${backend.hpa.maxReplicas})`);
  });

  it("are all that the rules ask for, and no others", async () => {
    const rules = readFileSync(path.join(STACK_CHART, "files/rules.yaml"), "utf8");
    const { groups } = parse(rules) as { groups: { rules: Partial<Rule>[] }[] };
    const own = new Set(groups.flatMap((group) => group.rules.map(({ record }) => record)));
    const expressions = groups.flatMap((group) => group.rules.map(({ expr = "" }) => expr));
    const asked = expressions.flatMap((expr) => expr.match(/\bsoc:[a-z_:0-9]+/g) ?? []);
    const foreign = new Set(asked.filter((name) => !own.has(name)));
    const told = (await factsOf({})).map(({ record }) => record);
    assert.deepEqual([...foreign].sort(), told.sort());
  });
});
