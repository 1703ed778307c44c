/** `npm run values -- prod`, as a platform team without Pulumi uses it. */
import * as assert from "node:assert/strict";
import { parse } from "yaml";
import { must } from "../../machine/run";
import { valuesFile } from "../../cli/values";
import { render, type Values } from "./support/helm";
import { containerOf, find, type Manifest, ofKind } from "./support/manifest";
import { PRODUCTION, PRODUCTION_FILE } from "./support/profiles";
import { ROOT } from "../../config/project";

const printed = (stack: string) =>
  must("npm", ["run", "--silent", "values", "--", stack], {
    cwd: ROOT,
    // Nothing but files may be asked: no Docker, no cluster, no state.
    env: { ...process.env, DOCKER_HOST: "unix:///nonexistent", KUBECONFIG: "/dev/null" },
  });

describe("npm run values -- prod", function () {
  this.timeout("3m");
  let file: Values;
  let manifests: Manifest[];

  before(async () => {
    file = parse(await printed("prod")) as Values;
    manifests = await render({ values: file });
  });

  it("prints the specification's production values", () => {
    const { backend, ingress } = file as Record<string, Record<string, unknown>>;
    const { image, ...rest } = backend as { image: Values };
    assert.deepEqual(rest, {
      replicaCount: 4,
      resources: {
        requests: { cpu: "500m", memory: "1Gi" },
        limits: { cpu: 2, memory: "2Gi" },
      },
      hpa: { minReplicas: 4, maxReplicas: 20, targetCPUUtilizationPercentage: 60 },
      env: { LOG_LEVEL: "WARNING" },
    });
    assert.equal(image["repository"], "gcr.io/my-project/soc-backend");
    assert.equal(image["pullPolicy"], "Always");
    assert.deepEqual(ingress?.["annotations"], {
      "cert-manager.io/cluster-issuer": "letsencrypt-prod",
    });
    assert.deepEqual(ingress?.["tls"], {
      enabled: true,
      secretName: "soc-agent-tls",
      hosts: ["soc.example.com"],
    });
  });

  it("is a values file that helm takes: four replicas, always pulled, by content tag", () => {
    const deployment = find(manifests, "Deployment", "soc-agent-backend");
    assert.equal(deployment.spec.replicas, 4);
    const { image = "", imagePullPolicy, resources } = containerOf(deployment);
    assert.match(image, /^gcr\.io\/my-project\/soc-backend:sha-[0-9a-f]{12}$/);
    assert.equal(imagePullPolicy, "Always");
    assert.equal(resources?.requests?.["cpu"], "500m");
    assert.equal(resources?.limits?.["memory"], "2Gi");
    const { spec: hpa } = find(manifests, "HorizontalPodAutoscaler", "soc-agent-backend");
    assert.equal(hpa.maxReplicas, 20);
    const { spec: ingress } = find(manifests, "Ingress", "soc-agent");
    assert.deepEqual(ingress.tls, [{ secretName: "soc-agent-tls", hosts: ["soc.example.com"] }]);
    assert.equal(ingress.rules[0]?.host, "soc.example.com");
  });

  it("is, without its tags, the chart's values-production.yaml", () => {
    const untagged = JSON.stringify(file).replaceAll(/,"tag":"sha-[0-9a-f]{12}"/g, "");
    assert.notEqual(untagged, JSON.stringify(file));
    assert.deepEqual(PRODUCTION, JSON.parse(untagged));
  });

  it("prints another stack's as well", () => {
    const { backend } = parse(valuesFile("dev")) as { backend: { image: Values } };
    assert.equal(backend.image["pullPolicy"], "Never");
  });

  it("refuses a stack without a file", () => {
    assert.throws(() => valuesFile("staging"), /there is no Pulumi\.staging\.yaml; there are: dev/);
  });
});

describe("chart: values-production.yaml", function () {
  this.timeout(60_000);

  it("renders four replicas that are always pulled, as the specification checks", async () => {
    const manifests = await render({ flags: ["--values", PRODUCTION_FILE] });
    const deployment = find(manifests, "Deployment", "soc-agent-backend");
    const { image, imagePullPolicy, resources } = containerOf(deployment);
    assert.equal(deployment.spec.replicas, 4);
    assert.equal(image, "gcr.io/my-project/soc-backend:latest");
    assert.equal(imagePullPolicy, "Always");
    assert.deepEqual(
      [resources?.requests?.["cpu"], resources?.limits?.["memory"]],
      ["500m", "2Gi"],
    );
    const frontend = containerOf(find(manifests, "Deployment", "soc-agent-frontend"));
    assert.equal(frontend.imagePullPolicy, "Always");
    // What is read here is what the HPA keeps in a cluster.
    const { spec: hpa } = find(manifests, "HorizontalPodAutoscaler", "soc-agent-backend");
    assert.equal(hpa.minReplicas, 4);
  });

  it("loses nothing and goes on serving when a node goes", async () => {
    const manifests = await render({ flags: ["--values", PRODUCTION_FILE] });
    assert.equal(find(manifests, "Deployment", "soc-agent-frontend").spec.replicas, 2);
    const { spec: redis } = find(manifests, "StatefulSet", "soc-agent-redis");
    assert.equal(redis.volumeClaimTemplates.length, 1);
  });

  it("keeps threats in memory by one line", async () => {
    const line = ["--set", "redis.persistence.enabled=false"];
    const manifests = await render({ flags: ["--values", PRODUCTION_FILE, ...line] });
    assert.deepEqual(ofKind(manifests, "StatefulSet"), []);
    assert.ok(find(manifests, "Deployment", "soc-agent-redis"));
  });
});
