/** Images that are built elsewhere, brought into nodes that cannot pull them. */
import * as assert from "node:assert/strict";
import * as path from "node:path";
import { nodesOf } from "../../cluster/nodeImages";
import { loadPodImages } from "../../cluster/podImages";
import { awaitRelease } from "../../cluster/wait/wait";
import { ROOT } from "../../config/project";
import type { Values } from "../../config/values";
import { stackFiles } from "../../machine/files";
import { must } from "../../machine/run";
import { ROLES, type Role } from "../../plan/podImages";
import type { Project } from "../support/project";
import { liveStack } from "./support/liveStack";
import { CLUSTER, kubectl, KUBECONFIG, STACK } from "./support/stack";

const NAME = "by-digest";
/** No registry has this name, so that nobody can pull from it (RFC 2606). */
const REPOSITORY = "pod-images.invalid/probe";

describe("an image that pods name by its digest", function () {
  this.timeout("5m");
  let project: Project;
  let image = "";

  before(async () => {
    ({ project } = await liveStack());
    const format = "jsonpath={.spec.template.spec.containers[0].image}";
    const frontend = await kubectl(project, "get", "deploy", "soc-agent-frontend", "-o", format);
    await must("docker", ["tag", frontend, `${REPOSITORY}:1`]);
    const id = await must("docker", ["image", "inspect", `${REPOSITORY}:1`, "--format={{.Id}}"]);
    image = `${REPOSITORY}:1@${id.trim()}`;
  });
  after(async () => {
    await kubectl(project, "delete", "namespace", NAME, "--ignore-not-found", "--timeout=60s");
    await must("docker", ["rmi", "--no-prune", `${REPOSITORY}:1`]);
  });

  /** A pod for a node of a role. */
  const deployment = (role: Role): Values => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: role },
    spec: {
      selector: { matchLabels: { role } },
      template: {
        metadata: { labels: { role } },
        spec: {
          terminationGracePeriodSeconds: 0,
          ...(role === "control-plane" && {
            nodeSelector: { "ingress-ready": "true" },
            tolerations: [{ operator: "Exists" }],
          }),
          containers: [
            {
              name: "main",
              image,
              imagePullPolicy: "IfNotPresent",
              command: ["sh", "-c", "sleep 1000"],
            },
          ],
        },
      },
    },
  });

  it("is found by the kubelet of each node that may run it, under that name, and nothing is pulled", async () => {
    const chart = path.join(ROOT, "tests/fixtures/anyObjects");
    const values = { objects: ROLES.map(deployment) };
    const files = stackFiles(STACK);
    const said: string[] = [];
    const load = () =>
      loadPodImages({
        cluster: {
          name: CLUSTER,
          identity: project.read(files.identity).trim(),
          identityFile: project.path(files.identity),
          makerFile: project.path(files.maker),
        },
        images: [],
        releases: [{ name: NAME, namespace: NAME, source: { chart }, values }],
        say: (text) => said.push(text),
      });
    await load();
    assert.equal(said.filter((text) => text.startsWith(`Loading ${image} into`)).length, 2);

    const where = ["--namespace", NAME, "--kubeconfig", project.path(KUBECONFIG)];
    await must("helm", ["install", NAME, chart, "--create-namespace", "--values=-", ...where], {
      input: JSON.stringify(values),
    });
    const target = { kubeconfigFile: project.path(KUBECONFIG) };
    await awaitRelease(target, { name: NAME, namespace: NAME }, { timeout: 60, nodes: 3 });

    said.length = 0;
    await load();
    assert.deepEqual(said, ["Every node has every image"]);
    for (const { present } of (
      await Promise.all(ROLES.map((role) => nodesOf(CLUSTER, role)))
    ).flat()) {
      assert.deepEqual(
        [...present].filter((name) => name.includes("soc-agent.invalid")),
        [],
      );
    }
  });
});
