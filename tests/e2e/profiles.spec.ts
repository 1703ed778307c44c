/** What every profile renders, before a real API server: it knows more than any schema, and what warns. */
import * as assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { template, type HelmOptions } from "../chart/support/helm";
import { PROFILES } from "../chart/support/profiles";
import { withUmbrella } from "../chart/support/umbrella";
import { lines } from "../../machine/run";
import type { Project } from "../support/project";
import { liveStack } from "./support/liveStack";
import { kubectl } from "./support/stack";

const NAMESPACE = "profiles";
/** Folder of the definitions of kinds that are not Kubernetes' own. */
const { SOC_LAB_CRDS } = process.env;

interface Served {
  readonly apiVersion: string;
  readonly kind: string;
}

describe("the chart's profiles, before a real API server", function () {
  this.timeout("5m");
  let project: Project;
  /** API versions that the server has. */
  let known: ReadonlySet<string>;

  before(async () => {
    ({ project } = await liveStack());
    const warning = "pod-security.kubernetes.io/warn=restricted";
    await kubectl(project, "create", "namespace", NAMESPACE);
    await kubectl(project, "label", "namespace", NAMESPACE, warning);
    if (SOC_LAB_CRDS !== undefined) {
      // Not by the client: what it keeps of them is too large for an annotation.
      await kubectl(project, "apply", "--server-side", "--recursive", "-f", SOC_LAB_CRDS);
      await kubectl(project, "wait", "--for=condition=Established", "crd", "--all");
    }
    known = new Set(lines(await kubectl(project, "api-versions")));
  });
  after(async () => {
    // Nobody waits for them: where a namespace goes at the same time, a definition may take minutes.
    const gone = ["delete", "--ignore-not-found", "--wait=false"];
    await kubectl(project, ...gone, "namespace", NAMESPACE);
    if (SOC_LAB_CRDS !== undefined) {
      await kubectl(project, ...gone, "--recursive", "-f", SOC_LAB_CRDS);
    }
  });

  for (const [profile, values] of Object.entries(PROFILES)) {
    it(`takes ${profile} values without a warning`, async function () {
      await accepted(this, { values });
    });
  }

  it("takes a chart that has this one twice without a warning", async function () {
    const twice = { dependencies: [{ alias: "blue" }, { alias: "green" }] };
    await withUmbrella(twice, (chart) => accepted(this, { chart }));
  });

  /** Fails unless the server would take all that is rendered, in a namespace that warns of Pod Security. */
  async function accepted(test: Mocha.Context, options: HelmOptions): Promise<void> {
    // helm test's pod is made when its account is there, which a dry run never makes.
    const flags = ["--namespace", NAMESPACE, "--skip-tests"];
    const { code, stdout, stderr } = await template({ ...options, flags });
    assert.equal(code, 0, stderr);
    const objects = parseAllDocuments(stdout).map((one) => one.toJS() as Served | null);
    const missing = objects.find((one) => one && !known.has(one.apiVersion));
    if (missing && SOC_LAB_CRDS === undefined) {
      console.log(
        `NOT RUN: the cluster has no ${missing.kind}; its definition goes to SOC_LAB_CRDS`,
      );
      test.skip();
    }
    project.write("profile.yaml", stdout);
    const apply = ["apply", "--dry-run=server", "--validate=strict", "-f", "profile.yaml"];
    const output = await kubectl(project, ...apply);
    assert.equal(lines(output).length, objects.filter((one) => one !== null).length);
    assert.doesNotMatch(output, /warning/i);
  }
});
