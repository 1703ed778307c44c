import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { CHART, overlay, splitRef } from "../../../plan/chart";
import { valuesProblems } from "../../../plan/chartSchema";
import { chartDigest, ownDigest } from "../../../plan/chartDigest";
import type { Values } from "../../../config/values";

describe("valuesProblems", () => {
  it("accepts the chart's own defaults", () => assert.deepEqual(valuesProblems({}), []));

  const refused: [string, Values, RegExp][] = [
    [
      "an unknown value",
      { backend: { replicaCounts: 3 } },
      /^soc-agent:values\.backend\.replicaCounts: is not a value of the chart\. Did you mean "replicaCount"\?/,
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

  it("takes a null for Helm's word for no default, where the chart can do without", () => {
    const backend = { resources: { limits: { cpu: null } }, env: { LOG_LEVEL: null } };
    assert.deepEqual(valuesProblems({ backend, ingress: { className: null } }), []);
    assert.match(
      valuesProblems({ backend: { hpa: { maxReplicas: null } } }).join("\n"),
      /^soc-agent:values\.backend\.hpa: must have required property 'maxReplicas', got /,
    );
  });

  it("reports every problem at once", () => {
    const values = { backend: { replicaCount: "two" }, frontend: { replicaCount: "one" } };
    assert.equal(valuesProblems(values).length, 2);
  });
});

describe("overlay", () => {
  it("lays values over each other, the last on top, and leaves out what is not wanted", () => {
    const values = overlay(
      { ingress: { className: "nginx", hosts: [{ host: "a" }, { host: "b" }] } },
      false,
      { ingress: { hosts: [{ host: "c" }] } },
      undefined,
    );
    assert.deepEqual(values, { ingress: { className: "nginx", hosts: [{ host: "c" }] } });
  });

  it("takes, when it is compiled, only values that the chart has", () => {
    // @ts-expect-error: the value is called replicaCount.
    overlay({ backend: { replicaCounts: 3 } });
    // @ts-expect-error: so it is in a layer that may be left out.
    overlay(CHART === "" && { backend: { replicaCounts: 3 } });
    // @ts-expect-error: it is a number.
    overlay({ backend: { replicaCount: "two" } });
    // @ts-expect-error: it is none of the allowed ones.
    overlay({ redis: { image: { pullPolicy: "Sometimes" } } });
    // @ts-expect-error: a host has no such key.
    overlay({ ingress: { hosts: [{ hostname: "a" }] } });
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

describe("ownDigest", () => {
  const own = { chart: CHART };

  it("is that of a chart in the project", () => {
    assert.equal(ownDigest(own, own), `chart ${chartDigest(CHART)}`);
  });

  it("is none of another's folder, nor of a chart in a repository", () => {
    assert.equal(ownDigest(own, { chart: "/another/folder" }), undefined);
    const remote = { chart: CHART, repo: "https://charts.example.com" };
    assert.equal(ownDigest(remote, own), undefined);
  });
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
    "files/test.sh",
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
