/** compose.yaml runs what the chart runs: the same images, environment and limits. */
import * as assert from "node:assert/strict";
import { amount, networks, service, services } from "./support/compose";
import { render } from "./support/helm";
import { containerOf, type Container, type Manifest, ofKind, workloads } from "./support/manifest";

/** The variables of a container, from its ConfigMap too. */
function variables(container: Container, manifests: readonly Manifest[]): Record<string, unknown> {
  const maps = (container.envFrom ?? []).map(({ configMapRef }) =>
    ofKind(manifests, "ConfigMap").find(({ metadata }) => metadata.name === configMapRef?.name),
  );
  const plain = (container.env ?? []).filter(({ value }) => value !== undefined);
  return Object.assign(
    {},
    ...maps.map((map) => map?.data),
    ...plain.map(({ name, value }) => ({ [name]: value })),
  ) as Record<string, unknown>;
}

describe("compose.yaml", function () {
  this.timeout(60_000);
  let manifests: Manifest[];
  let containers: Record<string, Container>;

  before(async () => {
    manifests = await render({ values: { redis: { persistence: { enabled: true } } } });
    containers = Object.fromEntries(
      workloads(manifests).map((workload) => {
        const container = containerOf(workload);
        return [container.name, container];
      }),
    );
  });

  for (const name of ["redis", "backend", "frontend"]) {
    it(`has the chart's image and limits of ${name}`, () => {
      const container = containers[name];
      const { image, deploy } = service(name);
      const limits = container?.resources?.limits as { cpu: string; memory: string };
      assert.equal(image, container?.image);
      assert.equal(amount(deploy?.resources.limits.cpus ?? ""), amount(limits.cpu));
      assert.equal(amount(deploy?.resources.limits.memory ?? ""), amount(limits.memory));
    });
  }

  it("has the chart's environment, but for names of services and the password's file", () => {
    const chart = variables(containers["backend"] as Container, manifests);
    const { REDIS_PASSWORD_FILE, OPENAI_API_KEY, ...backend } =
      service("backend").environment ?? {};
    assert.deepEqual(backend, {
      ...chart,
      LOGS_LINK: "",
      REDIS_URL: "redis://redis:6379",
      ALLOWED_HOSTS: "backend,frontend",
    });
    assert.equal(REDIS_PASSWORD_FILE, "/run/redis/password");
    assert.equal(OPENAI_API_KEY, "${OPENAI_API_KEY:-}");
    const frontend = variables(containers["frontend"] as Container, manifests);
    assert.deepEqual(service("frontend").environment, {
      ...frontend,
      BACKEND_HOST: "backend",
      PAGES: "/etc/nginx/pages.conf",
    });
    assert.deepEqual(service("frontend").sysctls, { "net.ipv4.ip_unprivileged_port_start": "0" });
  });

  it("starts Redis as the chart does, but that the password comes from a file", () => {
    const { entrypoint = [], command } = service("redis");
    const { command: start = [], args } = containers["redis"] as Container;
    assert.deepEqual(command, args);
    assert.deepEqual(
      entrypoint.map((text) => text.replaceAll("$$", "$")),
      start.map((text) =>
        text.replace('printf %s "$REDISCLI_AUTH" | sha256sum', "sha256sum </run/redis/password"),
      ),
    );
  });

  it("gives the password to Redis and the backend only, and has none in it", () => {
    const holders = Object.entries(services)
      .filter(([, { volumes = [] }]) => volumes.some(({ source }) => source === "secret"))
      .map(([name]) => name);
    assert.deepEqual(holders, ["secret", "redis", "backend"]);
    const writers = Object.entries(services)
      .filter(([, { volumes = [] }]) =>
        volumes.some((volume) => volume.source === "secret" && volume.read_only !== true),
      )
      .map(([name]) => name);
    assert.deepEqual(writers, ["secret"]);
  });

  it("runs everything read-only, without capabilities, as no root that serves", () => {
    for (const [name, { read_only, cap_drop, security_opt, user }] of Object.entries(services)) {
      assert.equal(read_only, true, name);
      assert.deepEqual(cap_drop, ["ALL"], name);
      assert.deepEqual(security_opt, ["no-new-privileges:true"], name);
      assert.ok(name === "secret" || /^[1-9]\d*:\d+$/.test(user ?? ""), `${name} runs as ${user}`);
    }
  });

  it("publishes on the loopback interface only, and nothing of Redis", () => {
    const ports = Object.values(services).flatMap(({ ports = [] }) => ports);
    assert.ok(ports.length > 0);
    assert.deepEqual(
      ports.filter((port) => !port.startsWith("127.0.0.1:")),
      [],
    );
    assert.deepEqual(service("frontend").ports, ["127.0.0.1:${SOC_PORT:-8080}:80"]);
    assert.deepEqual(service("redis").networks, ["data"]);
    assert.equal(networks["data"]?.internal, true);
  });

  it("mounts no file of the checkout: its users could not read one, nor an engine elsewhere have it", () => {
    for (const [name, { volumes = [] }] of Object.entries(services)) {
      assert.ok(
        volumes.every(({ type }) => type === "volume"),
        name,
      );
    }
  });

  it("calls nothing healthy that it has not asked", () => {
    for (const name of ["redis", "backend", "frontend"]) {
      assert.ok(service(name).healthcheck, name);
    }
  });
});
