import * as assert from "node:assert/strict";
import { render, type Values } from "./support/helm";
import { containerOf, type Deployment, find } from "./support/manifest";

async function frontendWith(frontend: Values = {}, release = "soc-agent"): Promise<Deployment> {
  const manifests = await render({ release, values: { frontend } });
  return find(manifests, "Deployment", `${release}-frontend`);
}

describe("chart: frontend-deployment.yaml", function () {
  this.timeout(60_000);

  it("is an apps/v1 Deployment of the specified container", async () => {
    const deployment = await frontendWith();
    const container = containerOf(deployment);

    assert.equal(deployment.apiVersion, "apps/v1");
    assert.equal(deployment.spec.replicas, 1);
    assert.equal(container.name, "frontend");
    assert.equal(container.image, "soc-frontend:latest");
    assert.equal(container.imagePullPolicy, "Never");
    assert.deepEqual(container.ports, [{ name: "http", containerPort: 80, protocol: "TCP" }]);
    assert.deepEqual(container.resources, {
      requests: { cpu: "50m", memory: "64Mi", "ephemeral-storage": "128Mi" },
      limits: { cpu: "200m", memory: "128Mi", "ephemeral-storage": "256Mi" },
    });
    assert.deepEqual(container.livenessProbe?.httpGet, { path: "/", port: 80 });
    assert.deepEqual(container.readinessProbe?.httpGet, { path: "/index.html", port: 80 });
    assert.deepEqual(container.startupProbe?.httpGet, { path: "/", port: 80 });
    // Every second, since readiness is asked as soon as it succeeds.
    assert.equal(container.startupProbe?.periodSeconds, 1);
  });

  it("takes replicas, image and resources from values", async () => {
    const deployment = await frontendWith({
      replicaCount: 3,
      image: { repository: "registry.example.com/web", tag: "1.2", pullPolicy: "Always" },
      resources: { limits: { memory: "256Mi", "ephemeral-storage": "1Gi" } },
    });
    const container = containerOf(deployment);

    assert.equal(deployment.spec.replicas, 3);
    assert.equal(container.image, "registry.example.com/web:1.2");
    assert.equal(container.imagePullPolicy, "Always");
    assert.deepEqual(container.resources?.limits, {
      cpu: "200m",
      memory: "256Mi",
      "ephemeral-storage": "1Gi",
    });
  });

  it("tells nginx where the backend is", async () => {
    const { env } = containerOf(await frontendWith({}, "demo-soc-agent"));
    assert.deepEqual(env, [
      { name: "BACKEND_HOST", value: "demo-soc-agent-backend" },
      { name: "BACKEND_PORT", value: "8000" },
    ]);
  });

  it("opens port 80 without root or capabilities, and can write to /tmp alone", async () => {
    const deployment = await frontendWith();
    const { securityContext, volumes } = deployment.spec.template.spec;

    assert.equal(securityContext?.runAsUser, 10001);
    assert.equal(securityContext?.runAsGroup, 10001);
    assert.deepEqual(securityContext?.sysctls, [
      { name: "net.ipv4.ip_unprivileged_port_start", value: "0" },
    ]);
    assert.deepEqual(containerOf(deployment).securityContext?.capabilities, { drop: ["ALL"] });
    assert.deepEqual(containerOf(deployment).volumeMounts, [{ name: "tmp", mountPath: "/tmp" }]);
    assert.deepEqual(volumes, [{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }]);
  });
});

describe("chart: frontend-service.yaml", function () {
  this.timeout(60_000);

  it("leads port 80 to the container's", async () => {
    const { spec } = find(await render(), "Service", "soc-agent-frontend");
    assert.equal(spec.type, "ClusterIP");
    assert.deepEqual(spec.ports, [{ name: "http", port: 80, targetPort: 80, protocol: "TCP" }]);
  });

  it("takes type and port from values, and the Ingress follows", async () => {
    const values = { frontend: { service: { type: "LoadBalancer", port: 8080 } } };
    const manifests = await render({ values });

    const { spec } = find(manifests, "Service", "soc-agent-frontend");
    assert.equal(spec.type, "LoadBalancer");
    assert.deepEqual(spec.ports, [{ name: "http", port: 8080, targetPort: 80, protocol: "TCP" }]);
    const [rule] = find(manifests, "Ingress", "soc-agent").spec.rules;
    assert.equal(rule?.http?.paths.at(-1)?.backend.service?.port?.number, 8080);
  });
});
