/** Working with a stack that is up: `npm run dev`, and add-ons that come and go. Tests build on each other. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import type { core } from "@pulumi/kubernetes/types/input";
import { withDefaults } from "../../config/defaults";
import { mergeValues, type Values } from "../../config/values";
import type { Seen } from "../../machine/kubernetes";
import { must } from "../../machine/run";
import type { Project, Started } from "../support/project";
import { goOnWithHelm4 } from "../support/helms";
import { until } from "../support/until";
import { askNewestBackend } from "../support/askPod";
import { serveChart } from "./support/chartRepository";
import { releaseStatuses } from "./support/faults";
import { liveStack } from "./support/liveStack";
import { Client } from "./support/podClients";
import { standInTraefik } from "./support/standInTraefik";
import {
  CLUSTER,
  KUBECONFIG,
  STACK,
  URL,
  ask,
  kubectl,
  objects,
  stackConfig,
  up,
  upWithoutChanges,
  type Pod,
} from "./support/stack";

/** A file of the backend, and the text in it that is served as the status on /. */
const SOURCE = "backend/src/routes/health.ts";
const STATUS = '"running"';

/** The backend's first file, and what keeps it from starting. */
const MAIN = "backend/src/main.ts";
const CRASH = 'throw new Error("not today");\n';

/** Where a Deployment says how often its pods were replaced, and by which image. */
const REVISION = "{.metadata.annotations.deployment\\.kubernetes\\.io/revision}";
const IMAGE = "{.spec.template.spec.containers[0].image}";

describe("working with the dev stack on a real cluster", function () {
  this.timeout("10m");
  this.bail(true);
  let project: Project;

  before(async () => {
    ({ project } = await liveStack());
  });

  const deployment = (part: string, path: string) =>
    kubectl(project, "get", "deployment", `soc-agent-${part}`, "-o", `jsonpath=${path}`);

  describe("npm run dev", () => {
    let dev: Started;
    let running = false;
    /** How much of its output was looked at. */
    let seen = 0;

    /** Waits until it prints something new that fits, and returns all that it printed since the last time. */
    const says = async (what: RegExp, seconds: number): Promise<string> => {
      const found = await until(`${what} in the output of npm run dev`, seconds, async () => {
        const text = dev.output().slice(seen);
        return what.test(text) ? text : undefined;
      }).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${dev.output().slice(-8000)}`);
      });
      seen += found.length;
      return found;
    };
    /** What the backend serves on /. */
    const status = async () => {
      const root = await askNewestBackend(project, KUBECONFIG, "/");
      return (JSON.parse(root) as { status: string }).status;
    };

    /** How often the backend's pods were replaced. */
    const revision = async () => Number(await deployment("backend", REVISION));

    before(() => {
      dev = project.start("npm", ["run", "dev", "--", "--stack", STACK]);
      running = true;
      void dev.ended.then(() => (running = false));
    });
    // A run that is at work ends cleanly first, or its lock would be in the way of what comes next.
    after(async () => {
      if (running) {
        process.kill(-dev.pid, "SIGINT");
        await dev.ended;
      }
    });

    it("brings the system up and watches it", async () => {
      await says(/Watching backend \(backend\), frontend \(frontend\), chart/, 280);
      assert.equal(await status(), "running");
    });

    // The first edit: specs before this one made Secrets again, whose versions come into the pod templates with it.
    it("applies an edit of a template", async () => {
      const template = "charts/soc-agent/templates/backend-configmap.yaml";
      project.edit(template, "metadata:", 'metadata:\n  annotations: { edited: "yes" }');
      const said = await says(/chart changed[^]*served after/, 90);
      assert.match(said, /chart changed: templates\/backend-configmap\.yaml/);
      assert.doesNotMatch(said, /build/);
      const path = "jsonpath={.metadata.annotations.edited}";
      assert.equal(
        await kubectl(project, "get", "configmap", "soc-agent-backend-config", "-o", path),
        "yes",
      );
    });

    it("serves a changed line of the backend", async () => {
      const before = await revision();
      project.edit(SOURCE, STATUS, '"edited"');
      const said = await says(/served after [\d.]+ s/, 90);
      // Before Pulumi has been asked.
      assert.doesNotMatch(said, /recorded/);
      assert.equal(await status(), "edited");
      const all = said + (await says(/recorded after [\d.]+ s/, 60));
      console.log(all);
      assert.match(all, /backend changed: src\/routes\/health\.ts/);
      // Once each, though Pulumi comes after what was done ahead of it.
      for (const work of ["build backend", "load into nodes", "roll out"]) {
        assert.equal(all.match(new RegExp(`${work} +\\d`, "g"))?.length, 1, work);
      }
      assert.equal(await revision(), before + 1, "pods were replaced again for Pulumi");
    });

    it("shows an error of syntax and goes on serving what it served", async () => {
      project.edit(SOURCE, '"edited"', '"edited');
      const said = await says(/Waiting for the next change/, 90);
      assert.match(said, /build backend +failed/);
      assert.match(said, /Unterminated string literal[^]*src\/routes\/health\.ts:\d+/);
      assert.doesNotMatch(said, /served after/);
      assert.equal(await status(), "edited");
    });

    it("serves it again once it is mended", async () => {
      project.edit(SOURCE, '"edited', '"mended"');
      await says(/served after/, 90);
      assert.equal(await status(), "mended");
    });

    it("says why new pods do not start, and gives up on them for the next change", async () => {
      project.edit(MAIN, "", CRASH);
      const said = await says(/Waiting for the next change/, 90);
      assert.match(said, /new pods do not start[^]*not today[^]*Look further/);
      assert.doesNotMatch(said, /served after/);
      assert.equal(await status(), "mended");

      project.edit(MAIN, CRASH, "");
      project.edit(SOURCE, '"mended"', '"recovered"');
      await says(/served after/, 120);
      assert.equal(await status(), "recovered");
      await says(/recorded after/, 60);
    });

    it("ends with Ctrl-C, without an error, and takes back what was never applied", async () => {
      const image = await deployment("backend", IMAGE);
      project.edit(MAIN, "", CRASH);
      await says(/Waiting for the next change/, 90);
      assert.notEqual(await deployment("backend", IMAGE), image);

      process.kill(-dev.pid, "SIGINT");
      const { code, output } = await dev.ended;
      // npm ends itself by the signal, or with the program's own code.
      assert.ok(code === 0 || code === null, output.slice(-2000));
      assert.doesNotMatch(output, /npm err/i);
      assert.doesNotMatch(output, /Warning: Possible EventTarget memory leak/);
      assert.match(output, /Taking back the image of backend/);
      assert.match(output, /Stopped watching\. The system keeps running/);
      assert.equal(await deployment("backend", IMAGE), image);
      project.edit(MAIN, CRASH, "");
      await upWithoutChanges(project);
      assert.equal(await status(), "recovered");
    });

    it("may be killed between serving and applying a change: npm run up takes it back", async () => {
      const image = await deployment("frontend", IMAGE);
      await kubectl(
        project,
        "set",
        "image",
        "deployment/soc-agent-frontend",
        "frontend=soc-frontend:x",
      );
      await upWithoutChanges(project);
      assert.notEqual(await deployment("frontend", IMAGE), image);

      const said = await project.must("npm", ["run", "up", "--", "--stack", STACK]);
      assert.match(said, /Taking back an image of frontend that was not applied/);
      assert.equal(await deployment("frontend", IMAGE), image);
    });
  });

  describe("add-ons", () => {
    /** What differs from the dev stack's defaults. */
    let config = stackConfig();

    const configure = (more: Values) => {
      config = mergeValues(config, more);
      project.configure(STACK, config);
    };
    const kubeconfig = () => ["--kubeconfig", project.path(`.kube/${STACK}.yaml`)];
    const releases = async () => Object.keys(await releaseStatuses(project)).sort();
    const namespaces = async () =>
      (await objects<Seen<core.v1.Namespace>>(project, "namespaces")).map(
        ({ metadata }) => metadata.name,
      );

    it("start with ingress-nginx and metrics-server", async () => {
      assert.deepEqual(await releases(), ["ingress-nginx", "metrics-server", "soc-agent"]);
    });

    it("go on with Helm 4 first on the PATH, for all that follows", async function () {
      await goOnWithHelm4(this, project);
    });

    it("switch to Traefik: the old controller goes first, the new one answers on its ports", async () => {
      const ownChart = process.env["SOC_LAB_INGRESS_NGINX_CHART"];
      if (ownChart) {
        standInTraefik(ownChart, project.path("traefik-chart"));
      }
      const chart = ownChart && { chart: "./traefik-chart" };
      configure({ ingress: { controller: "traefik", ...chart } });

      const { changed } = await up(project);
      // It asks through the new controller, on the old one's port.
      assert.ok(
        changed.includes("command:local:Command soc-agent-smoke"),
        `nothing asked the new controller: ${changed.join(", ")}`,
      );
      assert.deepEqual(await releases(), ["metrics-server", "soc-agent", "traefik"]);
      assert.ok(!(await namespaces()).includes("ingress-nginx"), "its namespace is left behind");
      const classes = await kubectl(project, "get", "ingressclasses", "-o", "name");
      assert.equal(classes.trim(), "ingressclass.networking.k8s.io/traefik");
      const [pod] = await objects<Pod>(project, "pods", "-n", "traefik");
      assert.equal(pod?.spec.nodeName, `${CLUSTER}-control-plane`);
      assert.equal((await ask<{ status: string }>("/health")).status, "healthy");
    });

    it("let a WebSocket through the new controller", async () => {
      // It is connected once it has its snapshot.
      (await Client.connect(URL)).close();
    });

    it("leave nothing to do once they are switched", async () => {
      await upWithoutChanges(project);
    });

    it("come from a repository, which is asked for a chart once", async () => {
      const { metricsServer } = withDefaults(config);
      fs.mkdirSync(project.path("repository"));
      const repository = await serveChart(metricsServer.source, project.path("repository"));
      const { source } = repository;
      try {
        configure({ metricsServer: source });
        await up(project);
        const file = `/${source.chart}-${source.version}.tgz`;
        assert.deepEqual(repository.asked, ["/index.yaml", file]);
      } finally {
        repository.close();
      }
      await upWithoutChanges(project);
    });

    it("go when they are switched off, with what they registered at the API server", async () => {
      configure({ metricsServer: { install: false } });
      await up(project);
      assert.deepEqual(await releases(), ["soc-agent", "traefik"]);
      assert.ok((await namespaces()).includes("kube-system"));
      const service = ["get", "apiservice", "v1beta1.metrics.k8s.io", "--ignore-not-found"];
      assert.equal(await kubectl(project, ...service), "");
      await upWithoutChanges(project);
    });

    it("leave a release alone that somebody else made under an add-on's name", async () => {
      await must("helm", ["create", project.path("foreign")]);
      const foreign = ["metrics-server", project.path("foreign"), "--namespace", "kube-system"];
      await must("helm", ["install", ...foreign, ...kubeconfig()]);
      try {
        configure({ ingress: { install: false } });
        await up(project);
        assert.deepEqual(await releases(), ["metrics-server", "soc-agent"]);
      } finally {
        // The next spec of the stack installs the add-on itself.
        const gone = ["uninstall", "metrics-server", "--namespace", "kube-system", "--wait"];
        await must("helm", [...gone, ...kubeconfig()]);
      }
    });
  });
});
