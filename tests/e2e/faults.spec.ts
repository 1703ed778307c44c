/**
 * A lifecycle that forgives everything: each fault is made for real and proven to be there, and one
 * `npm run up` ends it. Tests build on each other.
 */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { DEFAULT_NODE_IMAGE, mergeValues, type Values } from "../../config";
import { must } from "../../scripts/run";
import { askNewestBackend } from "../support/askPod";
import { Project } from "../support/project";
import { until } from "../support/until";
import {
  addressOf,
  assertWhole,
  failuresDuring,
  hasImage,
  inNode,
  killUpAt,
  locks,
  mend,
  releaseStatuses,
  restartDocker,
  startUp,
  untilDown,
  waitingReasons,
} from "./support/faults";
import {
  CLUSTER,
  destroy,
  HTTP_PORT,
  kubectl,
  nodeContainers,
  stackConfig,
  STACK,
  upWithoutChanges,
} from "./support/stack";

const MAIN = "backend/src/main.ts";
const STATUS = "backend/src/routes/health.ts";

describe("npm run up, from any state", function () {
  this.timeout("6m");
  this.bail(true);
  let project: Project;

  const configure = (more: Values = {}) =>
    project.configure(STACK, mergeValues(stackConfig(), more));
  const npmUp = () => project.run("npm", ["run", "up", "--", "--stack", STACK]);
  const served = async () => {
    const root = await askNewestBackend(project, `.kube/${STACK}.yaml`, "/");
    return (JSON.parse(root) as { status: string }).status;
  };
  /** Changes the line of the backend that {@link served} shows. */
  const serve = (status: string) => {
    const before = project.read(STATUS);
    const after = before.replace(/status: "running[^"]*"/, `status: "${status}"`);
    project.write(STATUS, after);
  };
  const backendImage = async () => {
    const format = "jsonpath={.spec.template.spec.containers[0].image}";
    return kubectl(project, "get", "deploy", "soc-agent-backend", "-o", format);
  };

  before(async () => {
    assert.deepEqual(await nodeContainers(), [], `a cluster named ${CLUSTER} is in the way`);
    project = await Project.copy("installed");
    configure();
  });

  after(async () => {
    if (project) {
      await project.run("pulumi", ["cancel", "--yes", "--stack", STACK]);
      await project.run("pulumi", ["destroy", "--yes", "--skip-preview", "--stack", STACK]);
      project.remove();
    }
  });

  describe("after a run that was killed", () => {
    const first: [string, RegExp][] = [
      ["creating the cluster", /Command kind-cluster creating/],
      ["installing the ingress controller", /Release ingress-nginx-release creating/],
      ["installing the application", /Release soc-agent-release creating/],
    ];
    for (const [stage, pattern] of first) {
      it(`is killed while ${stage}, after what was killed before it`, () =>
        killUpAt(project, pattern));
    }
    it("comes up", async () => {
      await mend(project);
      await assertWhole(project);
    });

    const later: [string, RegExp][] = [
      ["building an image", /Image images-backend updating/],
      ["loading an image", /Command image-load-nodes updating/],
      ["upgrading the application", /Release soc-agent-release updating/],
    ];
    for (const [stage, pattern] of later) {
      it(`is killed while ${stage}, after what was killed before it`, async () => {
        serve("running-again");
        await killUpAt(project, pattern);
      });
    }
    it("comes up with the change that was cut off", async () => {
      await mend(project);
      await assertWhole(project);
      assert.equal(await served(), "running-again");
      await upWithoutChanges(project);
    });
  });

  describe("beside another run", () => {
    it("refuses a second run while one is at work, which goes on unharmed", async () => {
      serve("running-twice");
      const one = startUp(project);
      await one.said(/Release soc-agent-release (creating|updating)/);
      const { code, output } = await npmUp();
      assert.notEqual(code, 0);
      assert.match(
        output,
        /locked by process \d+.*\n.*Another run of Pulumi is at work: wait for it/,
      );
      assert.equal((await one.ended).code, 0);
      assert.equal(await served(), "running-twice");
      assert.deepEqual(locks(project), []);
    });
  });

  describe("after something was deleted by hand", () => {
    it("writes the kubeconfig again", async () => {
      const file = project.path(`.kube/${STACK}.yaml`);
      fs.rmSync(file);
      assert.match(await mend(project), /mending {2}Writing \.kube\/e2e\.yaml again/);
      assert.equal(fs.statSync(file).mode & 0o777, 0o600);
      await assertWhole(project);
    });

    it("makes a deleted namespace again with all that was in it", async () => {
      await kubectl(project, "delete", "namespace", "soc-agent", "--timeout=90s");
      await untilDown();
      assert.match(await mend(project), /made again: namespace soc-agent/);
      await assertWhole(project);
    });

    it("installs a release again that was uninstalled", async () => {
      const where = ["--kubeconfig", project.path(`.kube/${STACK}.yaml`), "-n", "soc-agent"];
      await must("helm", ["uninstall", "soc-agent", "--wait", ...where]);
      await untilDown();
      assert.match(await mend(project), /made again: release soc-agent\/soc-agent/);
      await assertWhole(project);
    });

    it("installs the ingress controller again whose namespace was deleted", async () => {
      await kubectl(project, "delete", "namespace", "ingress-nginx", "--timeout=90s");
      await untilDown();
      await mend(project);
      await assertWhole(project);
    });

    it("loads an image again that a node has lost and Docker has pruned", async () => {
      const image = await backendImage();
      await must("docker", ["image", "rm", "--force", image]);
      for (const node of ["worker", "worker2"]) {
        const name = `docker.io/library/${image}`;
        await inNode(node, "ctr", "--namespace=k8s.io", "images", "rm", "--sync", name);
        assert.equal(await hasImage(node, image), false, "the image is still there");
      }
      await kubectl(project, "delete", "pods", "-l", "app=soc-backend", "--wait=false");
      await until("a pod without an image", 60, async () =>
        (await waitingReasons(project)).includes("ErrImageNeverPull") ? true : undefined,
      );
      assert.match(await mend(project), /mending {2}Loading images that a node has lost/);
      await until("the pods to find it", 60, async () =>
        (await waitingReasons(project)).length === 0 ? true : undefined,
      );
      assert.equal(await hasImage("worker", image), true);
      await assertWhole(project);
    });
  });

  describe("after the machine's faults", () => {
    it("starts nodes that were stopped, although the control-plane's address is taken", async () => {
      const node = `${CLUSTER}-control-plane`;
      const nodes = await nodeContainers();
      const before = await addressOf(node);
      const image = (await must("docker", ["inspect", "--format", "{{.Image}}", node])).trim();
      await must("docker", ["stop", "--time", "2", ...nodes]);
      const squatter = `${CLUSTER}-squatter`;
      const there = ["--network", "kind", "--ip", before, "--entrypoint", "sleep"];
      await must("docker", ["run", "-d", "--rm", "--name", squatter, ...there, image, "600"]);
      try {
        assert.match(await mend(project), /mending {2}Starting stopped nodes/);
        assert.notEqual(await addressOf(node), before, "the address did not change");
      } finally {
        await must("docker", ["rm", "--force", squatter]);
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
      serve("running-full");
      const failed = await npmUp();
      assert.notEqual(failed.code, 0);
      assert.match(failed.output, /no space left on device/);
      assert.match(failed.output, new RegExp(`import on ${CLUSTER}-worker failed`));
      assert.notEqual(await served(), "running-full");
      await inNode("worker", "umount", store);
      await mend(project);
      assert.equal(await served(), "running-full");
    });
  });

  describe("with a version that does not work", () => {
    /** Brings a bad version up in vain, and holds that the old one was served all the while. */
    async function failsWhileServing(...expected: RegExp[]): Promise<void> {
      let output = "";
      const failures = await failuresDuring(async () => {
        const result = await npmUp();
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

    it("names the pod that crashes, why, and its last words", async () => {
      configure(quick);
      project.write(MAIN, `throw new Error("broken on purpose");\n${project.read(MAIN)}`);
      await failsWhileServing(
        /Not ready in namespace soc-agent: \d of \d pods/,
        /soc-agent-backend-\S+: container backend: .*last exit code 1/,
        /broken on purpose/,
        /kubectl --kubeconfig=\.kube\/e2e\.yaml --namespace=soc-agent describe pod soc-agent-backend-/,
      );
      project.edit(MAIN, 'throw new Error("broken on purpose");\n', "");
    });

    it("names the probe that fails", async () => {
      const readiness = { path: "/nowhere" };
      configure({ ...quick, values: { backend: { probes: { readiness } } } });
      await failsWhileServing(
        /container backend: running, but not ready/,
        /Readiness probe failed/,
      );
    });

    it("names the image that does not exist", async () => {
      configure({ ...quick, images: { backend: { ref: "localhost:1/soc-backend:absent" } } });
      await failsWhileServing(/ErrImagePull|ImagePullBackOff/, /localhost:1\/soc-backend:absent/);
    });

    it("names the line of a template that is broken", async () => {
      configure(quick);
      const template = "charts/soc-agent/templates/backend-service.yaml";
      const before = project.read(template);
      project.write(template, `${before}\n{{ fail "broken on purpose" }}\n`);
      await failsWhileServing(/backend-service\.yaml.*broken on purpose/s);
      project.write(template, before);
    });

    it("goes on from there", async () => {
      configure();
      await mend(project);
      await assertWhole(project);
      assert.deepEqual(await waitingReasons(project), []);
    });
  });

  describe("with another cluster", () => {
    it("makes it again with another name, port and number of workers", async () => {
      const kind = { name: `${CLUSTER}-2`, httpPort: HTTP_PORT + 2, workers: 1 };
      configure({ cluster: { kind } });
      await project.must("npm", ["run", "up", "--", "--stack", STACK]);
      assert.deepEqual(await nodeContainers(), []);
      const health = await fetch(`http://localhost:${HTTP_PORT + 2}/health`);
      assert.equal(health.status, 200);
      await upWithoutChanges(project);
    });

    it("makes it again with another node image", async () => {
      const { cluster } = stackConfig() as { cluster: { kind: { nodeImage?: string } } };
      const image = cluster.kind.nodeImage ?? DEFAULT_NODE_IMAGE;
      await must("docker", ["tag", image, "soc-node-test:other"]);
      configure({ cluster: { kind: { nodeImage: "soc-node-test:other" } } });
      await mend(project);
      const format = "{{.Config.Image}}";
      const used = await must("docker", ["inspect", "--format", format, `${CLUSTER}-worker`]);
      assert.equal(used.trim(), "soc-node-test:other");
      await assertWhole(project);
      await must("docker", ["image", "rm", "--force", "soc-node-test:other"]);
    });

    it("makes it again when a worker was removed", async () => {
      await must("docker", ["rm", "--force", `${CLUSTER}-worker2`]);
      assert.match(await mend(project), /Nodes of the Kind cluster are gone: \S+-worker2/);
      await assertWhole(project);
      assert.deepEqual(Object.keys(await releaseStatuses(project)).length, 3);
    });
  });

  describe("at the end", () => {
    it("leaves nothing behind in the end", async () => {
      await destroy(project);
      assert.deepEqual(await nodeContainers(), []);
      assert.deepEqual(fs.readdirSync(project.path(".kube")), []);
    });
  });
});
