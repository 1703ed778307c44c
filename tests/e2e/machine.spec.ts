/**
 * What a machine does to a cluster, versions that do not work, and clusters that change: one `npm run up`
 * ends each, or says what to do. Tests build on each other.
 */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { DEFAULT_NODE_IMAGE } from "../../config/defaults";
import { must, run } from "../../machine/run";
import type { Project } from "../support/project";
import { Registry } from "../support/registry";
import {
  addressOf,
  assertWhole,
  configure,
  failuresDuring,
  inNode,
  mend,
  npmUp,
  restartDocker,
  serve,
  served,
  waitingReasons,
} from "./support/faults";
import {
  CLUSTER,
  destroy,
  discard,
  freshProject,
  HTTP_PORT,
  kubectl,
  nodeContainers,
  stackConfig,
  mustUp,
  up,
  upWithoutChanges,
} from "./support/stack";

const MAIN = "backend/src/main.ts";
/** Another name for the cluster. */
const OTHER = `${CLUSTER}-2`;
/** The node image under another name. */
const OTHER_IMAGE = "soc-node-test:other";
/** And another port. */
const OTHER_PORT = HTTP_PORT + 2;
/** An image that the engine has. */
const PULLED = "redis:7-alpine";
/** A mirror that does not answer (RFC 6761). */
const NOWHERE = "http://mirror.invalid";
/** A network of its own for the nodes, with addresses of one family, all of which a start can change. */
const NETWORK = `${CLUSTER}-machine`;

describe("npm run up, on a machine that changes", function () {
  this.timeout("10m");
  this.bail(true);
  let project: Project;

  before(async () => {
    project = await freshProject("installed", { KIND_EXPERIMENTAL_DOCKER_NETWORK: NETWORK });
    // A killed run may have left one.
    await run("docker", ["network", "rm", NETWORK]);
    await must("docker", ["network", "create", NETWORK]);
  });

  after(async () => {
    // Where a test failed, its cluster would be in the way of the next spec.
    await must("kind", ["delete", "cluster", "--name", OTHER]);
    await discard(project);
    await run("docker", ["image", "rm", "--force", OTHER_IMAGE]);
    await must("docker", ["network", "rm", NETWORK]);
  });

  it("comes up", async () => {
    await mend(project);
    await assertWhole(project);
  });

  describe("after the machine's faults", () => {
    it("starts nodes that were stopped, although the control-plane's address is taken", async () => {
      const node = `${CLUSTER}-control-plane`;
      const nodes = await nodeContainers();
      const before = await addressOf(node);
      const image = (await must("docker", ["inspect", "--format", "{{.Image}}", node])).trim();
      await must("docker", ["stop", "--time", "2", ...nodes]);
      // The engine gives the lowest addresses that are free, which were the nodes'.
      const squatters = nodes.map((name) => `${name}-squatter`);
      for (const name of squatters) {
        const there = ["--network", NETWORK, "--entrypoint", "sleep"];
        await must("docker", ["run", "-d", "--rm", "--name", name, ...there, image, "600"]);
      }
      try {
        assert.match(await mend(project), /mending {2}Starting stopped nodes/);
        assert.notEqual(await addressOf(node), before, "the address did not change");
      } finally {
        await must("docker", ["rm", "--force", ...squatters]);
      }
      await assertWhole(project);
    });

    it("comes back after the Docker engine was restarted", async () => {
      const started = () =>
        must("docker", ["inspect", "--format", "{{.State.StartedAt}}", `${CLUSTER}-worker`]);
      const before = await started();
      await restartDocker();
      await mend(project);
      assert.notEqual(await started(), before, "the nodes were not restarted");
      await assertWhole(project);
    });

    it("says which node has no room for an image, while the old version serves", async () => {
      const store = "/var/lib/containerd/io.containerd.content.v1.content/ingest";
      await inNode("worker", "mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", store);
      serve(project, "running-full");
      const failed = await npmUp(project);
      assert.notEqual(failed.code, 0);
      assert.match(failed.output, /no space left on device/);
      assert.match(failed.output, new RegExp(`import on ${CLUSTER}-worker failed`));
      assert.notEqual(await served(project), "running-full");
      // The versions below are loaded there, and at their end this one.
      await inNode("worker", "umount", store);
    });
  });

  describe("with a version that does not work", () => {
    /** Brings a bad version up in vain, and holds that the old one was served all the while. */
    async function failsWhileServing(...expected: RegExp[]): Promise<void> {
      let output = "";
      const failures = await failuresDuring(async () => {
        const result = await npmUp(project);
        assert.notEqual(result.code, 0);
        output = result.output;
      });
      for (const pattern of expected) {
        assert.match(output, pattern);
      }
      assert.match(output, /describe pod|Nothing was changed|template/);
      assert.equal(failures, 0, "the old version did not serve all the while");
    }
    const quick = { timeout: 25 };

    it("names the pod that crashes, why, and its last words, and the image that does not exist", async () => {
      configure(project, {
        ...quick,
        images: { frontend: { ref: "localhost:1/soc-frontend:absent" } },
      });
      project.write(MAIN, `throw new Error("broken on purpose");\n${project.read(MAIN)}`);
      await failsWhileServing(
        /Not ready in namespace soc-agent: \d of \d pods/,
        /soc-agent-backend-\S+: container backend: .*last exit code 1/,
        /broken on purpose/,
        /ErrImagePull|ImagePullBackOff/,
        /localhost:1\/soc-frontend:absent/,
        /kubectl --kubeconfig=\.kube\/e2e\.yaml --namespace=soc-agent describe pod soc-agent-backend-/,
      );
      project.edit(MAIN, 'throw new Error("broken on purpose");\n', "");
    });

    it("names the probe that fails", async () => {
      const readiness = { path: "/nowhere" };
      configure(project, { ...quick, values: { backend: { probes: { readiness } } } });
      await failsWhileServing(
        /container backend: running, but not ready/,
        /Readiness probe failed/,
      );
    });

    it("names the line of a template that is broken", async () => {
      configure(project, quick);
      const template = "charts/soc-agent/templates/backend-service.yaml";
      const before = project.read(template);
      project.write(template, `${before}\n{{ fail "broken on purpose" }}\n`);
      await failsWhileServing(/backend-service\.yaml.*broken on purpose/s);
      project.write(template, before);
    });

    it("goes on from there, with the version that had no room", async () => {
      configure(project);
      await mend(project);
      assert.equal(await served(project), "running-full");
      await assertWhole(project);
      assert.deepEqual(await waitingReasons(project), []);
    });
  });

  describe("with another cluster", () => {
    const other = {
      cluster: {
        kind: { name: OTHER, httpPort: OTHER_PORT, workers: 1, nodeImage: OTHER_IMAGE },
      },
    };
    let registry: Registry;
    before(async () => (registry = await Registry.start("open")));
    after(() => registry?.stop());

    it("makes it again when a worker was removed", async () => {
      await must("docker", ["rm", "--force", `${CLUSTER}-worker2`]);
      assert.match(await mend(project), /Nodes of the Kind cluster are gone: \S+-worker2/);
      await assertWhole(project);
    });

    it("makes it again with another name, port, node image and number of workers", async () => {
      const { cluster } = stackConfig() as { cluster: { kind: { nodeImage?: string } } };
      const image = cluster.kind.nodeImage ?? DEFAULT_NODE_IMAGE;
      await must("docker", ["tag", image, OTHER_IMAGE]);
      // With any mirror, others come without another cluster.
      configure(project, {
        ...other,
        registryMirrors: { "mirrored.test": { mirrors: [NOWHERE] } },
      });
      await mustUp(project);
      assert.deepEqual(await nodeContainers(), []);
      const format = "{{.Config.Image}}";
      const used = await must("docker", ["inspect", "--format", format, `${OTHER}-worker`]);
      assert.equal(used.trim(), OTHER_IMAGE);
      const health = await fetch(`http://localhost:${OTHER_PORT}/health`);
      assert.equal(health.status, 200);
      await assertWhole(project, { cluster: OTHER, workers: 1 });
      await upWithoutChanges(project);
    });

    it("pulls by the mirrors that its nodes are told, which change as they run", async () => {
      await must("docker", ["tag", PULLED, `${registry.name}/probe:1`]);
      await must("docker", ["push", "--quiet", `${registry.name}/probe:1`]);
      // With an authority of its own, as registries of companies have one.
      const mirrors = [await registry.openFor(NETWORK, "https")];
      fs.copyFileSync(registry.ca, project.path("mirror.crt"));
      const mirrored = { mirrors, ca: "mirror.crt" };
      configure(project, { ...other, registryMirrors: { "mirrored.test": mirrored } });
      const { changed } = await up(project);
      assert.deepEqual(changed, ["command:local:Command kind-registry-mirrors"]);
      // Nobody has such a name but the mirror, which has the image under it.
      const pod = ["probe", "--image=mirrored.test/probe:1", "--image-pull-policy=Always"];
      await kubectl(project, "run", "--namespace=default", ...pod, "--", "sleep", "600");
      const ready = ["--for=condition=Ready", "pod/probe", "--timeout=60s"];
      await kubectl(project, "wait", "--namespace=default", ...ready);
    });
  });

  describe("at the end", () => {
    it("leaves nothing behind in the end", async () => {
      await destroy(project);
      assert.deepEqual(await nodeContainers(OTHER), []);
      assert.deepEqual(fs.readdirSync(project.path(".kube")), []);
    });
  });
});
