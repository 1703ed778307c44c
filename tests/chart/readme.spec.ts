import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { CHART } from "./support/helm";
import { documentedValues, withValuesTables } from "../../cli/chartDocs";

const readme = readFileSync(path.join(CHART, "README.md"), "utf8");
const values = readFileSync(path.join(CHART, "values.yaml"), "utf8");
const schema = readFileSync(path.join(CHART, "values.schema.json"), "utf8");

describe("chart: README.md", () => {
  it("has every section, in this order", () => {
    assert.match(readme, /^# SOC Agent System Helm Chart\n/);
    assert.deepEqual(
      readme.match(/^## .*$/gm),
      [
        "Prerequisites",
        "Quick Start",
        "Configuration",
        "Production Deployment",
        "Upgrading",
        "Uninstalling",
        "Architecture",
        "Design notes",
      ].map((title) => `## ${title}`),
    );
  });

  it("shows the commands", () => {
    for (const command of [
      "npm run up",
      "helm install soc-agent ./charts/soc-agent",
      "helm install soc-agent ./charts/soc-agent -f charts/soc-agent/values-production.yaml",
      "helm upgrade soc-agent ./charts/soc-agent",
      "helm uninstall soc-agent",
    ]) {
      assert.ok(readme.split("\n").includes(command), command);
    }
  });

  it("has the tables that values.yaml and its schema make (else run writeReadmeTable.ts)", () => {
    assert.equal(readme, withValuesTables(readme, values, schema));
    assert.match(readme, /^\| `writablePaths` \| .+ \|$/m);
  });
});

describe("chart: values.yaml", () => {
  const documented = documentedValues(values);

  it("has leaves to document", () => {
    assert.ok(documented.length > 50);
  });

  for (const { key, description } of documented) {
    it(`documents ${key} in a sentence, and so does the README`, () => {
      assert.match(description, /^[^|]+\.$/);
      assert.ok(readme.includes(`| \`${key}\` |`));
    });
  }
});

describe("chart: the table of values", () => {
  it("takes the comment above each key, and of it what comes after the dashes", () => {
    const text = [
      "# Head of the file.",
      "",
      "# -- First.",
      "a: 1",
      "b:",
      "  # Aside.",
      "  # -- Of two",
      "  # lines.",
      "  c: []",
      "  d: {}",
      "  # -- Text.",
      '  e: "x"',
      '  f: ""',
    ].join("\n");
    assert.deepEqual(documentedValues(text), [
      { key: "a", default: "1", description: "First." },
      { key: "b.c", default: "[]", description: "Of two lines." },
      { key: "b.d", default: "{}", description: "" },
      { key: "b.e", default: "x", description: "Text." },
      { key: "b.f", default: '""', description: "" },
    ]);
  });

  it("is not written into a README without its place", () => {
    const empty = JSON.stringify({ definitions: {} });
    assert.throws(() => withValuesTables("# Title", "a: 1", empty), /no 'values: begin'/);
    const half = "<!-- values: begin -->\n<!-- values: end -->";
    const parts = JSON.stringify({ definitions: { pods: {} } });
    assert.throws(() => withValuesTables(half, "a: 1", parts), /no 'parts: begin'/);
  });
});
