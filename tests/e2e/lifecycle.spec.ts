/** The main job on a real cluster, from nothing to a dashboard and back to nothing. Tests build on each other. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import type { autoscaling, core } from "@pulumi/kubernetes/types/input";
import type { Seen } from "../../machine/kubernetes";
import { lines, must } from "../../machine/run";
import { askFromPod, askNewestBackend } from "../support/askPod";
import type { Project } from "../support/project";
import { until } from "../support/until";
import { Client, type Threat } from "./support/podClients";
import {
  CLUSTER,
  HTTP_PORT,
  HTTPS_PORT,
  KUBECONFIG,
  STACK,
  URL,
  ask,
  destroy,
  discard,
  DOWN,
  freshProject,
  kubectl,
  networkEndpoints,
  nodeContainers,
  objects,
  tryUp,
  up,
  upWithoutChanges,
  type Pod,
} from "./support/stack";

/** A key that must be found nowhere but where it belongs. */
const CANARY = "sk-canary-7f3a9c";

describe("the dev stack on a real cluster", function () {
  this.timeout("10m");
  this.bail(true);
  let project: Project;
  let firstUp: string;

  before(async () => {
    project = await freshProject("missing");
  });

  after(() => discard(project));

  it("comes up from nothing with npm run up, and ends with how to reach it", async () => {
    // What a user with a key for the model provider does first.
    await project.must("pulumi", ["stack", "select", "--create", "--stack", STACK]);
    const secret = ["config", "set", "--secret", "openaiApiKey", CANARY, "--stack", STACK];
    await project.must("pulumi", secret);

    firstUp = await project.must("npm", ["run", "up", "--", "--stack", STACK]);
    for (const expected of [URL, `${URL}/api/threats`, `curl ${URL}/health`, "get hpa -w"]) {
      assert.ok(firstUp.includes(expected), `${expected} is not in:\n${firstUp.slice(-2000)}`);
    }
  });

  it("makes a control-plane that takes the ingress and two workers, with ports on loopback", async () => {
    const nodes = await objects<Seen<core.v1.Node>>(project, "nodes");
    assert.deepEqual(
      nodes.map(({ metadata: { name, labels } }) => [name, labels?.["ingress-ready"]]).sort(),
      [
        [`${CLUSTER}-control-plane`, "true"],
        [`${CLUSTER}-worker`, undefined],
        [`${CLUSTER}-worker2`, undefined],
      ],
    );
    const ports = lines(await must("docker", ["port", `${CLUSTER}-control-plane`])).sort();
    assert.ok(ports.includes(`80/tcp -> 127.0.0.1:${HTTP_PORT}`), ports.join());
    assert.ok(ports.includes(`443/tcp -> 127.0.0.1:${HTTPS_PORT}`), ports.join());
    assert.ok(
      ports.every((port) => port.includes("127.0.0.1:")),
      ports.join(),
    );
  });

  it("writes its kubeconfig for the owner alone, and leaves the user's as it was", () => {
    const { mode } = fs.statSync(project.path(`.kube/${STACK}.yaml`));
    assert.equal(mode & 0o777, 0o600);
    const own = `${process.env["HOME"]}/.kube/config`;
    assert.ok(!fs.existsSync(own) || !fs.readFileSync(own, "utf8").includes(`kind-${CLUSTER}`));
  });

  it("has every pod ready, the ingress on the control-plane, two backends behind one Redis", async () => {
    const pods = await objects<Pod>(project, "pods", "--all-namespaces");
    const notReady = pods.filter(
      ({ status }) => !status.conditions?.some((c) => c.type === "Ready" && c.status === "True"),
    );
    assert.deepEqual(
      notReady.map(({ metadata }) => metadata.name),
      [],
    );
    const nodesOf = (namespace: string, prefix: string) =>
      pods
        .filter(
          ({ metadata }) =>
            metadata.namespace === namespace && metadata.name.startsWith(`soc-agent-${prefix}`),
        )
        .map(({ spec }) => spec.nodeName);
    assert.equal(new Set(nodesOf("soc-agent", "backend")).size, 2, "backends share a node");
    assert.equal(nodesOf("soc-agent", "redis").length, 1);
    const [ingress] = pods.filter(({ metadata }) => metadata.namespace === "ingress-nginx");
    assert.equal(ingress?.spec.nodeName, `${CLUSTER}-control-plane`);
  });

  it("answers /health through the ingress with the backend's JSON", async () => {
    const health = await ask<Record<string, unknown>>("/health");
    assert.equal(health["status"], "healthy");
    assert.equal(health["version"], "2.0");
    assert.equal((await ask<Record<string, unknown>>("/ready"))["status"], "ready");
  });

  it("sends a triggered threat to a WebSocket client through the ingress", async () => {
    const client = await Client.connect(URL);
    try {
      const threat = await ask<Threat>("/api/threats/trigger", { threat_type: "bot_traffic" });
      assert.equal(threat.signal.threat_type, "bot_traffic");
      const event = await until("the event", 10, async () => client.threat(threat.id));
      assert.deepEqual(event, threat);
    } finally {
      client.close();
    }
  });

  it("shows every backend pod every threat", async () => {
    const threat = await ask<Threat>("/api/threats/trigger", { threat_type: "geo_anomaly" });
    const pods = await objects<Pod>(project, "pods", "-l", "app=soc-backend");
    assert.equal(pods.length, 2);
    for (const { metadata } of pods) {
      const url = `http://127.0.0.1:8000/api/threats/${threat.id}`;
      const pod = { kubeconfig: KUBECONFIG, pod: metadata.name, url };
      assert.deepEqual(JSON.parse(await askFromPod(project, pod)), threat);
    }
  });

  it("logs nothing but JSON", async () => {
    const log = lines(
      await kubectl(project, "logs", "-l", "app=soc-backend", "--tail=-1", "--prefix=false"),
    );
    assert.ok(log.length > 0, "no log lines");
    for (const line of log) {
      assert.equal(typeof JSON.parse(line), "object", line);
    }
  });

  it("keeps the model provider's key in its Secret and nowhere else", async () => {
    const inBackend = ["deploy/soc-agent-backend", "--", "printenv", "OPENAI_API_KEY"];
    assert.equal((await kubectl(project, "exec", ...inBackend)).trim(), CANARY);
    const helm = ["--kubeconfig", project.path(`.kube/${STACK}.yaml`), "--namespace", "soc-agent"];
    const places = {
      "the state": await project.must("pulumi", ["stack", "export", "--stack", STACK]),
      "the stack file": project.read(`Pulumi.${STACK}.yaml`),
      "the output of up": firstUp,
      "Helm's storage": await must("helm", ["get", "all", "soc-agent", ...helm]),
      "objects other than Secrets": await kubectl(
        project,
        "get",
        "all,configmaps,events,ingresses",
        "-o",
        "yaml",
      ),
      "the logs": await kubectl(project, "logs", "-l", "app=soc-backend", "--tail=-1"),
    };
    for (const [place, text] of Object.entries(places)) {
      assert.ok(text.length > 0 && !text.includes(CANARY), `the key is in ${place}`);
    }
  });

  it("gives the HPA a real CPU figure", async () => {
    const figure = await until("the HPA's figure", 120, async () => {
      const [hpa] = await objects<Seen<autoscaling.v2.HorizontalPodAutoscaler>>(project, "hpa");
      return hpa?.status?.currentMetrics?.[0]?.resource?.current.averageUtilization;
    });
    assert.ok(figure >= 0, String(figure));
  });

  it("replaces the ingress controller's pod although both need the node's ports", async () => {
    const where = ["--namespace", "ingress-nginx", "deploy/ingress-nginx-controller"];
    await kubectl(project, "rollout", "restart", ...where);
    await kubectl(project, "rollout", "status", "--timeout=90s", ...where);
    await until("an answer through the new pod", 30, () => ask("/health"));
  });

  it("up again changes nothing", async () => {
    const output = await upWithoutChanges(project);
    assert.match(output, /\d+ unchanged/);
  });

  it("a preview without Docker changes nothing either, and says what it could not check", async () => {
    const blind = ["DOCKER_HOST=unix:///nonexistent/docker.sock", "pulumi", "preview"];
    const output = await project.must("env", [...blind, "--stack", STACK]);
    assert.match(output, /Not checked in this preview: the Kind cluster, and images/);
    assert.match(output, /Resources:\n\s+- 3 to delete\n\s+\d+ unchanged/);
  });

  it("a template edit without a version bump changes only the Release", async () => {
    project.edit(
      "charts/soc-agent/templates/backend-configmap.yaml",
      "\ndata:",
      "\n# edited\ndata:",
    );
    const { changed } = await up(project);
    assert.deepEqual(changed, [
      "command:local:Command soc-agent-ready",
      "command:local:Command soc-agent-smoke",
      "kubernetes:helm.sh/v3:Release soc-agent-release",
    ]);
  });

  it("serves a one-line backend edit after up", async () => {
    project.edit("backend/src/routes/health.ts", '"running"', '"running-edited"');
    const { changed } = await up(project);
    assert.deepEqual(changed, [
      "command:local:Command image-load-nodes",
      "command:local:Command soc-agent-ready",
      "command:local:Command soc-agent-smoke",
      "docker:index:Image images-backend",
      "kubernetes:helm.sh/v3:Release soc-agent-release",
    ]);
    await until("the edit", 30, async () => {
      const { status } = JSON.parse(await askNewestBackend(project, KUBECONFIG, "/"));
      return status === "running-edited" ? status : undefined;
    });
  });

  it("does not call a cluster up whose nodes are stopped, and says how to start them", async () => {
    await must("docker", ["stop", "--time", "1", `${CLUSTER}-worker`]);
    const { code, output } = await tryUp(project);
    assert.notEqual(code, 0);
    assert.match(
      output,
      new RegExp(
        `nodes of the Kind cluster are stopped: ${CLUSTER}-worker\\. npm run up starts them\\. By hand: docker start ${CLUSTER}-worker`,
      ),
    );
  });

  it("refuses a foreign cluster of the same name, and leaves it untouched by up and destroy", async () => {
    await must("kind", ["delete", "cluster", "--name", CLUSTER]);
    const image = process.env["SOC_LAB_NODE_IMAGE"];
    const kubeconfig = project.path("foreign.yaml");
    await must("kind", [
      "create",
      "cluster",
      "--name",
      CLUSTER,
      "--kubeconfig",
      kubeconfig,
      ...(image ? ["--image", image] : []),
    ]);
    const inspect = () =>
      must("docker", [
        "inspect",
        "--format",
        "{{.Id}} {{.State.StartedAt}}",
        `${CLUSTER}-control-plane`,
      ]);
    const before = await inspect();

    const { code, output } = await tryUp(project);
    assert.notEqual(code, 0);
    assert.ok(
      output.includes(
        `named ${CLUSTER} exists and was not made by this stack (${CLUSTER}-control-plane): it is left alone`,
      ),
    );
    assert.ok(output.includes(`kind delete cluster --name ${CLUSTER}`));
    assert.match(output, /\d+ unchanged|1 errored/);
    assert.equal(await inspect(), before);

    await must("kubectl", ["--kubeconfig", kubeconfig, "get", "--raw", "/readyz"]);
    await must("kind", ["delete", "cluster", "--name", CLUSTER, "--kubeconfig", kubeconfig]);
  });

  it("repairs everything after the cluster was deleted by hand", async () => {
    assert.deepEqual(await nodeContainers(), []);
    await up(project);
    assert.equal((await ask<Record<string, unknown>>("/health"))["status"], "healthy");
    assert.equal((await nodeContainers()).length, 3);
    await upWithoutChanges(project);
  });

  it("npm run down leaves no container, network endpoint or kubeconfig", async () => {
    await project.must("npm", DOWN);
    assert.deepEqual(await nodeContainers(), []);
    assert.deepEqual(await networkEndpoints(), []);
    assert.deepEqual(fs.readdirSync(project.path(".kube")), []);
  });

  it("destroys twice", async () => {
    await destroy(project);
    await project.must("npm", DOWN);
  });
});
