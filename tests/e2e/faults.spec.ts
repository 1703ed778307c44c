/**
 * A lifecycle that forgives everything: each fault is made for real and proven to be there, and one
 * `npm run up` ends it. Tests build on each other.
 */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { must } from "../../machine/run";
import type { Project, Started } from "../support/project";
import { goOnWithHelm4 } from "../support/helms";
import { until } from "../support/until";
import {
  assertWhole,
  hasImage,
  inNode,
  killUpAt,
  mend,
  npmUp,
  serve,
  served,
  startUp,
  untilDown,
  untilRefused,
  waitingReasons,
} from "./support/faults";
import {
  ask,
  CLUSTER,
  destroy,
  discard,
  freshProject,
  kubectl,
  nodeContainers,
  STACK,
  upWithoutChanges,
} from "./support/stack";

describe("npm run up, from any state", function () {
  this.timeout("10m");
  this.bail(true);
  let project: Project;

  const backendImage = async () => {
    const format = "jsonpath={.spec.template.spec.containers[0].image}";
    return kubectl(project, "get", "deploy", "soc-agent-backend", "-o", format);
  };

  before(async () => {
    project = await freshProject("installed");
  });

  after(() => discard(project));

  describe("after a run that was killed", () => {
    /** The run that ends what the killed ones have begun. */
    let one: Started;

    it("leaves a cluster half made, killed with all that it has started", async () => {
      await project.must("pulumi", ["stack", "select", "--create", "--stack", STACK]);
      const started = project.start("pulumi", ["up", "--yes", "--skip-preview", "--stack", STACK]);
      await until("the node containers", 120, async () =>
        (await nodeContainers()).length === 3 ? true : undefined,
      );
      process.kill(-started.pid, "SIGKILL");
      await started.ended;
      assert.equal((await nodeContainers()).length, 3, "the fault was not there");
    });

    const first: [string, RegExp][] = [
      ["replacing a half-made cluster", /Removing what an interrupted run left/],
      ["installing the ingress controller", /Release ingress-nginx-release creating/],
      ["installing the application", /Release soc-agent-release creating/],
      ["waiting for the application", /Command soc-agent-ready creating/],
    ];
    for (const [stage, pattern] of first) {
      it(`is killed while ${stage}, after what was killed before it`, () =>
        killUpAt(project, pattern));
    }
    it("comes up", async () => {
      await mend(project);
      await assertWhole(project);
    });

    it("goes on with Helm 4 first on the PATH, for all that follows", async function () {
      await goOnWithHelm4(this, project);
    });

    const later: [string, RegExp][] = [
      ["building an image", /Image images-backend updating/],
      ["loading an image", /Command image-load-nodes updating/],
      ["upgrading the application", /Release soc-agent-release updating/],
    ];
    for (const [stage, pattern] of later) {
      it(`is killed while ${stage}, after what was killed before it`, async () => {
        serve(project, "running-again");
        await killUpAt(project, pattern);
      });
    }
    it("refuses a second run while one is at work on the change that was cut off", async () => {
      one = startUp(project);
      await one.said(/Release soc-agent-release (creating|updating)/);
      const { code, output } = await npmUp(project);
      assert.notEqual(code, 0);
      assert.match(
        output,
        /locked by process \d+.*\n.*Another run of Pulumi is at work: wait for it/,
      );
    });

    it("comes up with that change, unharmed by the second run", async () => {
      const { code, output } = await one.ended;
      assert.equal(code, 0, output);
      assert.equal((await ask<{ status: string }>("/health")).status, "healthy");
      await assertWhole(project);
      assert.equal(await served(project), "running-again");
      assert.doesNotMatch(await upWithoutChanges(project), /pending operations/);
    });
  });

  describe("after something was deleted by hand", () => {
    it("makes a deleted namespace again with all that was in it", async () => {
      await kubectl(project, "delete", "namespace", "soc-agent", "--timeout=90s");
      await untilDown();
      assert.match(await mend(project), /made again: namespace soc-agent/);
      await assertWhole(project);
    });

    it("installs a release again that was uninstalled, and the ingress controller whose namespace was deleted, and writes a kubeconfig again", async () => {
      const file = project.path(`.kube/${STACK}.yaml`);
      const where = ["--kubeconfig", file, "-n", "soc-agent"];
      await must("helm", ["uninstall", "soc-agent", "--wait", ...where]);
      await untilDown();
      await kubectl(project, "delete", "namespace", "ingress-nginx", "--timeout=90s");
      await untilRefused();
      fs.rmSync(file);
      const said = await mend(project);
      for (const release of ["soc-agent/soc-agent", "ingress-nginx/ingress-nginx"]) {
        assert.match(said, new RegExp(`made again: release ${release}`));
      }
      assert.match(said, /mending {2}Writing \.kube\/e2e\.yaml again/);
      assert.equal(fs.statSync(file).mode & 0o777, 0o600);
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

  describe("at the end", () => {
    it("destroys a stack whose cluster is already gone", async () => {
      await must("kind", ["delete", "cluster", "--name", CLUSTER]);
      await destroy(project);
      assert.deepEqual(await nodeContainers(), []);
      assert.deepEqual(fs.readdirSync(project.path(".kube")), []);
      const state = await project.must("pulumi", ["stack", "export", "--stack", STACK]);
      const { deployment } = JSON.parse(state) as { deployment: { resources?: unknown[] } };
      assert.deepEqual(deployment.resources ?? [], []);
    });
  });
});
