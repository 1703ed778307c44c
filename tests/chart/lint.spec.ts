import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { CHART, lint, template } from "./support/helm";
import { PROFILES } from "./support/profiles";

describe("chart: helm lint --strict", function () {
  this.timeout(60_000);

  for (const [profile, values] of Object.entries(PROFILES)) {
    it(`is content with ${profile} values`, async () => {
      const { code, stdout, stderr } = await lint(values);
      assert.equal(code, 0, stdout + stderr);
      assert.doesNotMatch(stdout, /\[(WARNING|ERROR)\]/);
    });
  }

  it("refuses a bad value", async () => {
    const { code, stdout } = await lint({ backend: { replicaCount: "two" } });
    assert.equal(code, 1);
    assert.match(stdout, /'\/backend\/replicaCount': got string, want integer/);
  });

  describe("on a chart with a seeded fault", () => {
    let folder: string;
    let chart: string;
    beforeEach(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "chart-"));
      chart = path.join(folder, "soc-agent");
      await cp(CHART, chart, { recursive: true });
    });
    afterEach(() => rm(folder, { recursive: true }));

    const faults = [
      ["an unclosed action", "bad.yaml", "{{ if .Values.backend }}"],
      ["an unknown helper", "bad.yaml", 'a: {{ include "soc-agent.nothing" . }}'],
      ["YAML that is none", "bad.yaml", "kind: ConfigMap\n  name: x"],
      [
        "an API that is gone",
        "bad.yaml",
        "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: x}",
      ],
    ] as const;
    for (const [title, file, text] of faults) {
      it(`refuses ${title}`, async () => {
        await writeFile(path.join(chart, "templates", file), text);
        const { code, stdout } = await lint({}, chart);
        assert.equal(code, 1);
        assert.match(stdout, /bad\.yaml/);
      });
    }
  });

  it("takes Kubernetes from 1.24 on, however a cloud calls it, and refuses what is older", async () => {
    for (const kubeVersion of ["1.24.0", "v1.24.17-eks-1-24", "v1.34.4-gke.100", "1.34.0"]) {
      const { code, stderr } = await template({ kubeVersion });
      assert.equal(code, 0, stderr);
    }
    const { code, stderr } = await template({ kubeVersion: "1.23.17" });
    assert.notEqual(code, 0);
    assert.match(
      stderr,
      /chart requires kubeVersion: >=1\.24\.0-0 .* incompatible with .* v1\.23\.17/,
    );
  });

  it("says where it comes from and who maintains it", () => {
    const metadata = parse(readFileSync(path.join(CHART, "Chart.yaml"), "utf8")) as {
      home?: string;
      sources?: string[];
      maintainers?: { name?: string }[];
    };
    for (const address of [metadata.home, ...(metadata.sources ?? [undefined])]) {
      assert.match(address ?? "", /^https:\/\/./);
    }
    assert.ok(metadata.maintainers?.[0]?.name);
  });

  it("renders with --debug, as the specification checks", async () => {
    const { code, stderr } = await template({ flags: ["--debug"] });
    assert.equal(code, 0, stderr);
  });
});
