import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { CHART, chartDigest, splitRef, valuesProblems } from "../../../components/chart";
import type { Values } from "../../../config";

describe("valuesProblems", () => {
  it("accepts the chart's own defaults", () => assert.deepEqual(valuesProblems({}), []));

  const refused: [string, Values, RegExp][] = [
    [
      "an unknown value",
      { backend: { replicas: 3 } },
      /^soc-agent:values\.backend\.replicas: is not a value of the chart\. Did you mean "replicaCount"\?/,
    ],
    [
      "a wrong type",
      { backend: { replicaCount: "two" } },
      /replicaCount: must be integer, got "two"/,
    ],
    [
      "a value that is none of the allowed",
      { redis: { image: { pullPolicy: "Sometimes" } } },
      /pullPolicy: must be .*: "Always", "IfNotPresent", "Never", got "Sometimes"/,
    ],
  ];
  for (const [title, values, message] of refused) {
    it(`refuses ${title}`, () => assert.match(valuesProblems(values).join("\n"), message));
  }

  it("reports every problem at once", () => {
    const values = { backend: { replicaCount: "two" }, frontend: { replicaCount: "one" } };
    assert.equal(valuesProblems(values).length, 2);
  });
});

describe("splitRef", () => {
  const digest = `sha256:${"0".repeat(64)}`;
  const cases: [string, string, string][] = [
    ["soc-backend:1.0", "soc-backend", "1.0"],
    ["localhost:5001/soc/api", "localhost:5001/soc/api", "latest"],
    ["localhost:5001/soc/api:2", "localhost:5001/soc/api", "2"],
    [`ghcr.io/acme/api@${digest}`, "ghcr.io/acme/api", `latest@${digest}`],
    [`ghcr.io/acme/api:2@${digest}`, "ghcr.io/acme/api", `2@${digest}`],
  ];
  for (const [ref, repository, tag] of cases) {
    it(`splits ${ref.slice(0, 40)}`, () => assert.deepEqual(splitRef(ref), { repository, tag }));
  }
});

describe("chartDigest", () => {
  let copy: string;
  beforeEach(() => {
    copy = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "soc-chart-")), "chart");
    fs.cpSync(CHART, copy, { recursive: true });
  });
  afterEach(() => fs.rmSync(path.dirname(copy), { recursive: true }));

  it("is the same wherever the chart is", () =>
    assert.equal(chartDigest(copy), chartDigest(CHART)));

  for (const file of [
    "templates/ingress.yaml",
    "files/test.mjs",
    "values.yaml",
    "Chart.yaml",
    "values.schema.json",
  ]) {
    it(`changes with ${file}`, () => {
      fs.appendFileSync(path.join(copy, file), "\n");
      assert.notEqual(chartDigest(copy), chartDigest(CHART));
    });
  }

  it("does not change with the documentation", () => {
    fs.appendFileSync(path.join(copy, "README.md"), "\n");
    assert.equal(chartDigest(copy), chartDigest(CHART));
  });
});
