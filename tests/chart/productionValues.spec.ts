/** `npm run values -- prod`, as a platform team without Pulumi uses it. */
import * as assert from "node:assert/strict";
import * as path from "node:path";
import { parse } from "yaml";
import { must } from "../../scripts/run";
import { valuesFile } from "../../scripts/values";
import { render, type Values } from "./support/helm";
import { containerOf, find, type Manifest } from "./support/manifest";

const ROOT = path.resolve(__dirname, "../..");
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
      hpa: { maxReplicas: 20, targetCPUUtilizationPercentage: 60 },
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
    const { image, imagePullPolicy, resources } = containerOf(deployment);
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

  it("prints another stack's as well", () => {
    const { backend } = parse(valuesFile("dev")) as { backend: { image: Values } };
    assert.equal(backend.image["pullPolicy"], "Never");
  });

  it("refuses a stack without a file", () => {
    assert.throws(() => valuesFile("staging"), /there is no Pulumi\.staging\.yaml; there are: dev/);
  });
});
