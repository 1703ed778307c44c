/** Values of other versions of the chart: handed on by `--reuse-values`, or in a file. */
import * as assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { mergeValues } from "../../config/values";
import { chartDefaults } from "../../plan/chart";
import { CHART, render, template, VERSION, type Values } from "./support/helm";
import { inventory } from "./support/manifest";

const older = async (name: string) =>
  parse(await readFile(path.join(__dirname, `support/olderValues/${name}.yaml`), "utf8")) as Values;

/** Renders as `--reuse-values` does: an old release's defaults stand in place of the chart's own. */
async function reusing(values: Values, given: Values = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "chart-"));
  try {
    const chart = path.join(folder, "soc-agent");
    await cp(CHART, chart, { recursive: true });
    await writeFile(path.join(chart, "values.yaml"), JSON.stringify(values));
    return await template({ chart, values: given });
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("chart: values of another version", function () {
  this.timeout(60_000);
  const current = chartDefaults(CHART) as Values;

  const cases: readonly (readonly [string, () => Promise<Values>])[] = [
    ["the first chart", () => older("first")],
    ["the last chart without a version among its values", () => older("beforeVersions")],
    ["another version", () => Promise.resolve({ ...current, chartVersion: "0.9.0" })],
    ["a chart that had none of today's", () => Promise.resolve({})],
  ];
  for (const [title, valuesOf] of cases) {
    it(`are refused in one sentence with the line that works, those of ${title}`, async () => {
      const { code, stderr } = await reusing(await valuesOf());
      assert.notEqual(code, 0);
      assert.match(
        stderr,
        /^Error: .*those of (an older chart|chart version 0\.9\.0), and .* 1\.0\.0 /,
      );
      assert.match(stderr, /\n {2}helm upgrade soc-agent <chart> .* --reset-then-reuse-values\n/);
      assert.doesNotMatch(stderr, /missing propert|not allowed|nil pointer/);
    });
  }

  it("are the chart's own if they are of this version, with what is given and without what a null takes", async () => {
    const { code, stdout } = await reusing(current, { ingress: { className: null } });
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /ingressClassName/);
  });

  for (const name of ["first", "beforeVersions"]) {
    it(`are taken from a file, which leaves what is new its defaults: ${name}`, async () => {
      const values = await older(name);
      const made = await render({ values });
      assert.deepEqual(
        inventory(made),
        inventory(await render({ values: mergeValues(current, values) })),
      );
    });
  }

  it("are told by the version that the chart has", () => {
    assert.equal(current["chartVersion"], VERSION);
  });
});
