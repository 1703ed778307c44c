/**
 * The wait for a release, on a real cluster: what can never become ready ends it, and what is slow does not.
 * Each release is of a chart of its own objects, in namespaces of their own.
 */
import * as assert from "node:assert/strict";
import * as path from "node:path";
import { ROOT } from "../../config/project";
import type { Values } from "../../config/values";
import { awaitRelease } from "../../cluster/wait/wait";
import { must } from "../../machine/run";
import type { Project } from "../support/project";
import {
  BUSY,
  FULL,
  GUARDED,
  HOPELESS,
  NAMESPACE,
  registry,
  SLOW,
  type Objects,
} from "./support/hopeless";
import { liveStack } from "./support/liveStack";
import { kubectl, KUBECONFIG } from "./support/stack";

/** Releases that are awaited at a time: each wait asks the cluster every second. */
const AT_ONCE = 6;

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
  const NAMESPACES = [NAMESPACE, FULL, GUARDED];

  const apply = (objects: readonly Values[]) =>
    must("kubectl", ["--kubeconfig", project.path(KUBECONFIG), "apply", "-f", "-"], {
      input: JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
    });

  /** Installs a release and waits for it. */
  async function outcome(name: string, objects: Objects, timeout: number): Promise<Outcome> {
    await must(
      "helm",
      [
        ...["install", name, path.join(ROOT, "tests/fixtures/anyObjects"), "--values=-"],
        ...["--namespace", NAMESPACE, "--kubeconfig", project.path(KUBECONFIG)],
      ],
      { input: JSON.stringify({ objects: objects(image, name) }) },
    );
    const began = Date.now();
    const target = { kubeconfigFile: project.path(KUBECONFIG) };
    const said = await awaitRelease(
      target,
      { namespace: NAMESPACE, name },
      { timeout, nodes: 3 },
    ).then(
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
    await must("kubectl", [...of, "delete", "namespaces", ...NAMESPACES, "--timeout=120s"]);
  });

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

  it("goes on for what is slow, and for a registry that is busy until time is up", async () => {
    const [busy, ...others] = await slow;
    assert.match(busy?.said ?? "", /^Release busy was not ready after 30 s: /);
    assert.deepEqual(
      others.map(({ said }) => said),
      Object.keys(SLOW).map(() => "ready"),
    );
  });
});
