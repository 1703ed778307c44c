/**
 * The wait for a release, on a real cluster: what can never become ready ends it, and what is slow does not.
 * Each release is of a chart of its own objects, in namespaces of their own.
 */
import * as assert from "node:assert/strict";
import * as path from "node:path";
import { ROOT } from "../../config/project";
import type { Values } from "../../config/values";
import { awaitRelease, type WaitOptions } from "../../cluster/wait/wait";
import { must } from "../../machine/run";
import type { Project } from "../support/project";
import { until } from "../support/until";
import { denial, HOPELESS } from "./support/hopeless";
import { BUSY, READY, slowStarts } from "./support/slowStarts";
import {
  deployment,
  FOREVER,
  FULL,
  GUARDED,
  NAMESPACE,
  registry,
  runs,
  type Objects,
} from "./support/workloads";
import { inNode } from "./support/faults";
import { liveStack } from "./support/liveStack";
import { CLUSTER, kubectl, KUBECONFIG, objects, type Pod } from "./support/stack";

/** Releases that are awaited at a time: each wait asks the cluster every second. */
const AT_ONCE = 9;

/** Slow starts that are waited for. */
const SERIES = Number(process.env["E2E_SLOW_STARTS"] ?? 5);
const SLOW = slowStarts(SERIES);

/** What a wait ended with, and after how many seconds. */
interface Outcome {
  readonly said: string;
  readonly seconds: number;
}

describe("waiting for a release", function () {
  this.timeout("10m");
  let project: Project;
  let image = "";
  /** What takes its time, beside all others. */
  let slow: Promise<Outcome[]>;
  /** A first install that is removed, beside a release that is rolled back. */
  let removed: Promise<void>;
  const NAMESPACES = [NAMESPACE, FULL, GUARDED];

  const apply = (objects: readonly Values[]) =>
    must("kubectl", ["--kubeconfig", project.path(KUBECONFIG), "apply", "-f", "-"], {
      input: JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
    });

  const helm = (args: readonly string[], input = "") =>
    must("helm", [...args, "--namespace", NAMESPACE, "--kubeconfig", project.path(KUBECONFIG)], {
      input,
    });
  /** Installs or upgrades a release. */
  const make = (name: string, objects: Objects) =>
    helm(
      [
        ...["upgrade", "--install", name, path.join(ROOT, "tests/fixtures/anyObjects")],
        "--values=-",
      ],
      JSON.stringify({ objects: objects(image, name) }),
    );
  const awaits = (name: string, options: WaitOptions) =>
    awaitRelease(
      { kubeconfigFile: project.path(KUBECONFIG) },
      { namespace: NAMESPACE, name },
      options,
    );

  /** Installs a release and waits for it. */
  async function outcome(name: string, objects: Objects, timeout: number): Promise<Outcome> {
    await make(name, objects);
    const began = Date.now();
    const said = await awaits(name, { timeout, nodes: 3 }).then(
      () => "ready",
      (error: Error) => error.message,
    );
    return { said, seconds: (Date.now() - began) / 1000 };
  }

  before(async () => {
    ({ project } = await liveStack());
    const format = "jsonpath={.spec.template.spec.containers[0].image}";
    image = await kubectl(project, "get", "deploy", "soc-agent-backend", "-o", format);
    const namespace = (name: string, labels: Values = {}) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels },
    });
    await apply([
      namespace(NAMESPACE),
      namespace(FULL),
      namespace(GUARDED, { "pod-security.kubernetes.io/enforce": "restricted" }),
    ]);
    await apply([
      ...denial,
      {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "none", namespace: FULL },
        spec: { hard: { pods: "0" } },
      },
    ]);
    assert.equal((await outcome("registry", registry, 60)).said, "ready");
    slow = Promise.all([
      outcome("busy", BUSY, 30),
      ...Object.entries(SLOW).map(([name, objects]) => outcome(name, objects, 150)),
    ]);
    // It is awaited by the last test, until which a failure of it is nobody's.
    slow.catch(() => undefined);
  });

  after(async () => {
    const of = ["--kubeconfig", project.path(KUBECONFIG)];
    const policies = denial.map(({ kind }) => `${String(kind)}/${NAMESPACE}`);
    await must("kubectl", [...of, "delete", ...policies]);
    await must("kubectl", [...of, "delete", "namespaces", ...NAMESPACES, "--timeout=120s"]);
  });

  const hopeless = (name: string): Objects => {
    const [objects] = HOPELESS[name] ?? [];
    assert.ok(objects, `nothing hopeless is called ${name}`);
    return objects;
  };
  async function removes(): Promise<void> {
    const options = { timeout: 60, nodes: 3, revision: 1, rollback: true };
    await make("gone", hopeless("key"));
    await assert.rejects(
      awaits("gone", options),
      /can never become ready:[^]*\nIt was its first revision, and is removed again\. /,
    );
    await assert.rejects(
      awaits("gone", options),
      /^Error: Release gone is not in namespace hopeless: npm run up installs it again$/,
    );
  }
  const names = Object.keys(HOPELESS);
  for (let first = 0; first < names.length; first += AT_ONCE) {
    const some = names.slice(first, first + AT_ONCE);
    it(`ends for good with ${some.join(", ")}`, async () => {
      const outcomes = await Promise.all(
        some.map(async (name) => {
          const [objects = registry, expected = /^$/] = HOPELESS[name] ?? [];
          return { name, expected, ...(await outcome(name, objects, 120)) };
        }),
      );
      console.log(
        `      ${outcomes.map(({ name, seconds }) => `${name} ${seconds.toFixed(1)} s`).join(", ")}`,
      );
      for (const { name, said, expected } of outcomes) {
        assert.match(said, new RegExp(`^Release ${name} can never become ready:`), said);
        assert.match(said, expected);
      }
    });
  }

  it("rolls a release back that cannot become ready, and waits for no other revision than its own", async () => {
    removed = removes();
    // It is awaited by the next test, until which a failure of it is nobody's.
    removed.catch(() => undefined);
    const options = { timeout: 60, nodes: 3, rollback: true };
    const objects =
      (wanted: Objects): Objects =>
      (image) =>
        wanted(image, "back");
    await make("back", objects(READY));
    await awaits("back", { ...options, revision: 1 });
    await make("back", objects(hopeless("secret")));
    await assert.rejects(awaits("back", { ...options, revision: 2 }), (error: Error) => {
      assert.match(
        error.message,
        /^Release back can never become ready:\n.*secret "absent" not found/,
      );
      assert.match(error.message, /^Not ready in namespace hopeless: [^]*\bback-\w+-\w+\b/m);
      assert.match(error.message, /^Rolled back to revision 1, which is ready\. /m);
      return true;
    });
    const [last] = JSON.parse(await helm(["history", "back", "--max=1", "--output=json"]));
    assert.deepEqual(
      [last.revision, last.status, last.description],
      [3, "deployed", "Rollback to 1"],
    );
    await assert.rejects(
      awaits("back", { ...options, revision: 2 }),
      /^Error: Release back is at revision 3 \(Rollback to 1\), and Pulumi has made 2: npm run up /,
    );
  });

  it("removes a first install that cannot become ready, where it is to be rolled back", () =>
    removed);

  it("goes on for what is slow, and for a registry that is busy until time is up", async () => {
    const [busy, ...others] = await slow;
    assert.match(busy?.said ?? "", /^Release busy was not ready after 30 s: /);
    assert.deepEqual(
      others.map(({ said }) => said),
      Object.keys(SLOW).map(() => "ready"),
    );
  });

  it("goes on for a node that joins late, without which no pod fits", async () => {
    const node = `${CLUSTER}-worker2`;
    const there: Objects = (_, name) =>
      deployment(runs(FOREVER), {
        nodeSelector: { "kubernetes.io/hostname": node },
      })(image, name);
    const unscheduled = async () => {
      const pods = await objects<Pod>(project, "pods", "-n", NAMESPACE, "-l", "app=late");
      const since = pods[0]?.status?.conditions?.find(({ reason }) => reason === "Unschedulable");
      const seconds = (Date.now() - Date.parse(since?.lastTransitionTime ?? "")) / 1000;
      // For as long as would be certain if all nodes were there.
      return seconds > 15 ? true : undefined;
    };
    await inNode("worker2", "systemctl", "stop", "kubelet");
    let late: Promise<Outcome>;
    try {
      await kubectl(project, "delete", "node", node);
      late = outcome("late", there, 120);
      await until("the scheduler to have found no node for a while", 60, unscheduled);
    } finally {
      await inNode("worker2", "systemctl", "start", "kubelet");
    }
    assert.equal((await late).said, "ready");
  });
});
