/** The upgrade from what the chart rendered before, with data, by each Helm: nothing is lost, no pod restarts. */
import * as assert from "node:assert/strict";
import * as path from "node:path";
import { ROOT } from "../../config/project";
import { mergeValues, type Values } from "../../config/values";
import { run } from "../../machine/run";
import { askFromPod } from "../support/askPod";
import type { Project } from "../support/project";
import { liveStack } from "./support/liveStack";
import { KUBECONFIG, kubectl, objects, type Pod } from "./support/stack";
import { QUICK } from "./support/valueSets";

/** A chart of the same name, whose templates are what this one rendered. */
const BEFORE = path.join(ROOT, "tests/fixtures/chartBefore");
const RELEASE = "before";
const BACKEND = `deploy/${RELEASE}-soc-agent-backend`;
/** Each Helm's program, and Redis as it has it: on a volume or in memory. */
const HELMS = [
  ["helm", false],
  ["helm4", true],
] as const;

/** What an upgrade must leave alone: the pods by their UID, the threats, and Redis's password. */
interface Kept {
  readonly pods: readonly string[];
  readonly threats: readonly string[];
  readonly password: string;
}

for (const [program, persistence] of HELMS) {
  describe(`an upgrade by ${program}, on a real cluster`, function () {
    this.timeout("10m");
    const namespace = `upgraded-by-${program}`;
    let project: Project;
    let values: Values;
    let start: Kept;

    /** Runs Helm. What it says on either stream comes back. */
    const helm = (...args: string[]) =>
      project.must(program, [...args, "--kubeconfig", KUBECONFIG, "--namespace", namespace]);
    const waiting = ["--wait", "--timeout=120s"];

    const kept = async (): Promise<Kept> => {
      const pods = await objects<Pod>(project, "pods", "--namespace", namespace);
      const at = { kubeconfig: KUBECONFIG, pod: BACKEND, namespace };
      const threats = await askFromPod(project, {
        ...at,
        url: "http://127.0.0.1:8000/api/threats",
      });
      const secret = ["get", "secret", `${RELEASE}-soc-agent-redis`, "--namespace", namespace];
      return {
        pods: pods.map(({ metadata }) => `${metadata.name} ${metadata.uid}`).sort(),
        threats: (JSON.parse(threats) as { id: string }[]).map(({ id }) => id),
        password: await kubectl(project, ...secret, "-o", "jsonpath={.data.redis-password}"),
      };
    };

    before(async function () {
      const { ok } = await run(program, ["version"]);
      if (!ok) {
        console.log(`NOT RUN: upgrades by ${program}, which is not on the PATH`);
        this.skip();
      }
      ({ project } = await liveStack());
      const flags = ["--kubeconfig", KUBECONFIG, "--namespace=soc-agent", "--output=json"];
      const installed = await project.must("helm", ["get", "values", "soc-agent", ...flags]);
      const { backend, frontend } = JSON.parse(installed) as Record<
        "backend" | "frontend",
        { image: Values }
      >;
      values = [
        { backend: { image: backend.image }, frontend: { image: frontend.image } },
        { redis: { persistence: { enabled: persistence } } },
      ].reduce<Values>(mergeValues, QUICK);
      project.write(`${program}.json`, JSON.stringify(values));
      const install = ["install", RELEASE, BEFORE, "--create-namespace"];
      await helm(...install, `--values=${program}.json`, ...waiting);
      const trigger = `for (let i = 0; i < 3; i += 1) {
        await fetch("http://127.0.0.1:8000/api/threats/trigger", { method: "POST",
          headers: { "content-type": "application/json" }, body: "{}" });
      }`;
      const node = ["--", "node", "--input-type=module", "--eval", trigger];
      await kubectl(project, "exec", BACKEND, "--namespace", namespace, ...node);
      start = await kept();
    });
    after(async function () {
      if (project) {
        await kubectl(
          project,
          "delete",
          "namespace",
          namespace,
          "--ignore-not-found",
          "--wait=false",
        );
      }
    });

    it("begins with three pods and their data", () => {
      assert.equal(start.pods.length, 3);
      assert.equal(start.threats.length, 3);
      assert.notEqual(start.password, "");
    });

    it("keeps every pod, every threat and the password", async () => {
      const chart = ["upgrade", RELEASE, "./charts/soc-agent", `--values=${program}.json`];
      assert.match(await helm(...chart, ...waiting), /STATUS: deployed/);
      assert.deepEqual(await kept(), start);
    });

    it("keeps them when it is taken back, and made again", async () => {
      await helm("rollback", RELEASE, "1", ...waiting);
      assert.deepEqual(await kept(), start);
      const chart = ["upgrade", RELEASE, "./charts/soc-agent", `--values=${program}.json`];
      await helm(...chart, ...waiting);
      assert.deepEqual(await kept(), start);
    });
  });
}
