/**
 * The upgrade from what the chart rendered before, with data, by each Helm: nothing is lost, and no pods are replaced
 * but the backend's, which read one variable more.
 */
import * as assert from "node:assert/strict";
import * as path from "node:path";
import type { core } from "@pulumi/kubernetes/types/input";
import { ROOT } from "../../config/project";
import { mergeValues, type Values } from "../../config/values";
import { run } from "../../machine/run";
import { askNewestBackend } from "../support/askPod";
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

/** What an upgrade must leave alone: other parts' pods by their UID, the threats, and Redis's password. */
interface Kept {
  readonly pods: readonly string[];
  /** The backend's environment and pod template, but for the variable that came later. */
  readonly environment: Readonly<Record<string, string>>;
  readonly template: core.v1.PodTemplateSpec;
  readonly threats: readonly string[];
  readonly password: string;
}

/** The backend's Deployment, as far as it is looked at. */
interface Backend {
  readonly spec: {
    readonly template: core.v1.PodTemplateSpec & {
      readonly metadata: { readonly annotations: Record<string, string> };
    };
  };
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

    /** One of the backend's objects. */
    const backend = async <T>(kind: string, suffix = ""): Promise<T> => {
      const name = `${RELEASE}-soc-agent-backend${suffix}`;
      const object = await kubectl(project, "get", kind, name, "--namespace", namespace, "-o=json");
      return JSON.parse(object) as T;
    };

    const kept = async (): Promise<Kept> => {
      const others = ["--namespace", namespace, "--selector=app in (soc-frontend,redis)"];
      const pods = await objects<Pod>(project, "pods", ...others);
      const environment = await backend<{ data: Record<string, string> }>("configmap", "-config");
      delete environment.data["ALLOWED_HOSTS"];
      const { spec } = await backend<Backend>("deployment");
      delete spec.template.metadata.annotations["checksum/config"];
      const threats = await askNewestBackend(project, KUBECONFIG, "/api/threats", namespace);
      const secret = ["get", "secret", `${RELEASE}-soc-agent-redis`, "--namespace", namespace];
      return {
        pods: pods.map(({ metadata }) => `${metadata.name} ${metadata.uid}`).sort(),
        environment: environment.data,
        template: spec.template,
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

    it("begins with pods and their data", () => {
      assert.equal(start.pods.length, 2);
      assert.equal(start.threats.length, 3);
      assert.notEqual(start.password, "");
    });

    it("keeps the pods of Redis and the dashboard, every threat and the password", async () => {
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
