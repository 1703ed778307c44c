import * as assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { startApiServer } from "./support/apiServer";
import { render, renderAnew, template, type Values, VERSION } from "./support/helm";
import {
  containerOf,
  type Deployment,
  find,
  inventory,
  type Manifest,
  ofKind,
} from "./support/manifest";

async function redisWith(redis: Values = {}): Promise<Deployment> {
  return find(await render({ values: { redis } }), "Deployment", "soc-agent-redis");
}

/** The argument that follows a flag. */
async function argument(flag: string, redis: Values = {}): Promise<string | undefined> {
  const { args = [] } = containerOf(await redisWith(redis));
  assert.ok(args.includes(flag), flag);
  return args[args.indexOf(flag) + 1];
}

describe("chart: redis-deployment.yaml", function () {
  this.timeout(60_000);

  it("is one pod of the specified container", async () => {
    const deployment = await redisWith();
    const container = containerOf(deployment);

    assert.equal(deployment.apiVersion, "apps/v1");
    assert.equal(deployment.spec.replicas, 1);
    assert.equal(container.name, "redis");
    assert.equal(container.image, "redis:7-alpine");
    assert.equal(container.imagePullPolicy, "IfNotPresent");
    assert.deepEqual(container.ports, [{ name: "redis", containerPort: 6379, protocol: "TCP" }]);
    assert.deepEqual(container.resources, {
      requests: { cpu: "50m", memory: "128Mi", "ephemeral-storage": "64Mi" },
      limits: { cpu: "200m", memory: "256Mi", "ephemeral-storage": "256Mi" },
    });
  });

  it("takes the image from values", async () => {
    const image = { repository: "valkey/valkey", tag: "9", pullPolicy: "Always" };
    const container = containerOf(await redisWith({ image }));
    assert.equal(container.image, "valkey/valkey:9");
    assert.equal(container.imagePullPolicy, "Always");
  });

  it("never lets two run side by side", async () => {
    assert.deepEqual((await redisWith()).spec.strategy, { type: "Recreate" });
  });

  it("owns its files as 10001 and can write to /data alone", async () => {
    const deployment = await redisWith();
    const { securityContext } = deployment.spec.template.spec;
    assert.equal(securityContext?.runAsUser, 10001);
    assert.equal(securityContext?.fsGroup, 10001);
    assert.equal(securityContext?.fsGroupChangePolicy, "OnRootMismatch");
    assert.deepEqual(containerOf(deployment).volumeMounts, [{ name: "data", mountPath: "/data" }]);
  });

  it("keeps nothing on disk by default", async () => {
    assert.equal(await argument("--save"), "");
    assert.equal(await argument("--appendonly"), "no");
    assert.deepEqual((await redisWith()).spec.template.spec.volumes, [
      { name: "data", emptyDir: { sizeLimit: "64Mi" } },
    ]);
  });

  it("is absent with persistence, which needs a StatefulSet", async () => {
    const manifests = await render({ values: { redis: { persistence: { enabled: true } } } });
    assert.deepEqual(
      ofKind(manifests, "Deployment").map(({ metadata }) => metadata.name),
      ["soc-agent-backend", "soc-agent-frontend"],
    );
  });

  const limits = [
    ["256Mi", 192 * 2 ** 20],
    ["100Mi", 75 * 2 ** 20],
    ["1Mi", 768 * 2 ** 10],
    ["1Gi", 768 * 2 ** 20],
    ["3Gi", 2304 * 2 ** 20],
  ] as const;
  for (const [memory, bytes] of limits) {
    it(`keeps to three quarters of a limit of ${memory}`, async () => {
      const maxmemory = await argument("--maxmemory", {
        resources: { requests: { memory: "1Mi" }, limits: { memory } },
      });
      // Redis's own units: kb is 1024 bytes.
      const [, count, unit = ""] = /^(\d+)(kb|mb)$/.exec(maxmemory ?? "") ?? [];
      assert.equal(Number(count) * (unit === "kb" ? 2 ** 10 : 2 ** 20), bytes);
    });
  }

  it("refuses writes rather than drop threats when it is full", async () => {
    assert.equal(await argument("--maxmemory-policy"), "volatile-lru");
  });

  describe("its probes", () => {
    const run = promisify(execFile);
    let folder: string;
    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "redis-cli-"));
    });
    after(() => rm(folder, { recursive: true }));

    const probes = async () => containerOf(await redisWith());

    it("have time for a busy node", async () => {
      const { livenessProbe, readinessProbe, startupProbe } = await probes();
      assert.deepEqual(startupProbe?.exec, readinessProbe?.exec);
      for (const probe of [livenessProbe, readinessProbe, startupProbe]) {
        assert.ok((probe?.timeoutSeconds ?? 1) >= 5);
      }
    });

    // What redis-cli prints, its exit code, and whether Redis then counts as ready and as alive.
    const answers = [
      ["PONG", "PONG", 0, true, true],
      ["an error", "NOAUTH Authentication required.", 0, false, true],
      ["too many clients", "ERR max number of clients reached", 0, false, true],
      ["a Redis that loads", "LOADING Redis is loading the dataset in memory", 0, false, true],
      ["no answer", "Could not connect to Redis: Connection refused", 1, false, false],
    ] as const;
    for (const [title, answer, exit, ready, alive] of answers) {
      it(`take ${title} for ${ready ? "ready" : "not ready"} and ${alive ? "alive" : "dead"}`, async () => {
        // Stands for the real redis-cli, whose exit code tells only whether it could connect.
        const cli = `#!/bin/sh\n[ "$*" = ping ] && echo '${answer}'; exit ${exit}\n`;
        await writeFile(path.join(folder, "redis-cli"), cli, { mode: 0o755 });
        const succeeds = ([command = "", ...args]: readonly string[] = []) =>
          run(command, args, {
            env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
          }).then(
            () => true,
            () => false,
          );

        const { livenessProbe, readinessProbe } = await probes();
        assert.equal(await succeeds(readinessProbe?.exec?.command), ready);
        assert.equal(await succeeds(livenessProbe?.exec?.command), alive);
      });
    }
  });
});

describe("chart: redis-service.yaml", function () {
  this.timeout(60_000);

  it("leads port 6379 to the container's, under the name in REDIS_URL", async () => {
    const manifests = await render({ release: "demo" });
    const { metadata, spec } = find(manifests, "Service", "demo-soc-agent-redis");

    assert.equal(spec.type, "ClusterIP");
    assert.deepEqual(spec.ports, [
      { name: "redis", port: 6379, targetPort: 6379, protocol: "TCP" },
    ]);
    const { data } = find(manifests, "ConfigMap", "demo-soc-agent-backend-config");
    assert.equal(data["REDIS_URL"], `redis://${metadata.name}:6379`);
  });

  it("takes type and port from values", async () => {
    const values = {
      redis: { service: { type: "NodePort", port: 6380 } },
      backend: { env: { REDIS_URL: 'redis://{{ include "soc-agent.fullname" . }}-redis:6380' } },
    };
    const { spec } = find(await render({ values }), "Service", "soc-agent-redis");
    assert.equal(spec.type, "NodePort");
    assert.deepEqual(spec.ports, [
      { name: "redis", port: 6380, targetPort: 6379, protocol: "TCP" },
    ]);
  });
});

describe("chart: redis-statefulset.yaml", function () {
  this.timeout(60_000);

  const persistent = (persistence: Values = {}, rest: Values = {}) =>
    render({
      values: {
        redis: {
          auth: { existingSecret: "redis" },
          persistence: { enabled: true, ...persistence },
          ...rest,
        },
      },
    });
  const setOf = async (persistence: Values = {}) =>
    find(await persistent(persistence), "StatefulSet", "soc-agent-redis");

  it("is one pod, the same as without persistence but for its volume and its append-only file", async () => {
    const { spec } = await setOf();
    const plain = await redisWith({ auth: { existingSecret: "redis" } });
    const { volumes, ...pod } = plain.spec.template.spec;
    const text = JSON.stringify({ ...plain.spec.template, spec: pod });

    assert.equal(spec.replicas, 1);
    assert.deepEqual(spec.selector, plain.spec.selector);
    assert.equal(volumes?.length, 1);
    assert.deepEqual(
      spec.template,
      JSON.parse(text.replace('"--appendonly","no"', '"--appendonly","yes"')),
    );
    assert.equal(await argument("--appendfsync"), "everysec");
    assert.equal(await argument("--dir"), "/data");
  });

  it("claims a volume of the cluster's default class, under labels that no upgrade changes", async () => {
    const [claim, ...others] = (await setOf()).spec.volumeClaimTemplates;
    assert.deepEqual(others, []);
    assert.equal(claim?.metadata.name, "data");
    assert.deepEqual(claim?.spec, {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
    });
    assert.ok(!JSON.stringify(claim?.metadata.labels).includes(VERSION));
  });

  it("takes size and class from values", async () => {
    const { spec } = await setOf({ size: "5Gi", storageClass: "fast" });
    const [claim] = spec.volumeClaimTemplates;
    assert.equal(claim?.spec.storageClassName, "fast");
    assert.equal(claim?.spec.resources.requests.storage, "5Gi");
  });

  it("has a governing Service without an address, and the one that clients know", async () => {
    const manifests = await persistent();
    const { spec } = find(manifests, "StatefulSet", "soc-agent-redis");
    const governing = find(manifests, "Service", spec.serviceName);
    assert.equal(governing.spec.clusterIP, "None");
    assert.deepEqual(governing.spec.selector, spec.selector.matchLabels);
    assert.deepEqual(
      find(manifests, "Service", "soc-agent-redis").spec.selector,
      spec.selector.matchLabels,
    );
  });

  it("is absent without persistence, and so is its Service", async () => {
    const names = inventory(await render());
    assert.ok(!names.some((name) => /StatefulSet|headless/.test(name)));
  });
});

describe("chart: redis-secret.yaml", function () {
  this.timeout(60_000);

  const key = "redis-password";
  const decoded = (manifests: readonly Manifest[]) =>
    Buffer.from(find(manifests, "Secret", "soc-agent-redis").data[key] ?? "", "base64").toString();

  it("holds a long random password, another one for every release", async () => {
    const [one, two] = [decoded(await renderAnew()), decoded(await renderAnew())];
    assert.match(one, /^[A-Za-z0-9]{32}$/);
    assert.notEqual(one, two);
  });

  it("keeps the password that is there, so that an upgrade changes nothing", async () => {
    const api = await startApiServer([
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { namespace: "soc", name: "soc-agent-redis", resourceVersion: "7" },
        data: { [key]: Buffer.from("as it was").toString("base64") },
      },
    ]);
    try {
      const flags = ["--namespace=soc", "--dry-run=server", "--kube-apiserver", api.url];
      const [one, two] = [await render({ flags }), await render({ flags })];
      assert.equal(decoded(one), "as it was");
      assert.deepEqual(two, one);
    } finally {
      await api.close();
    }
  });

  it("is where Redis and the backend take the password from, and the password is nowhere else", async () => {
    const { stdout } = await template();
    const encoded = new RegExp(`${key}: ([A-Za-z0-9+/=]+)\n`).exec(stdout)?.[1] ?? "";
    const password = Buffer.from(encoded, "base64").toString();
    assert.equal(password.length, 32);
    assert.equal(stdout.split(encoded).length, 2);
    assert.ok(!stdout.includes(password));

    const { env } = containerOf(await redisWith());
    assert.deepEqual(env, [
      {
        name: "REDISCLI_AUTH",
        valueFrom: { secretKeyRef: { name: "soc-agent-redis", key, optional: false } },
      },
    ]);
  });

  it("gives Redis's pod and the backend's the same checksum's worth of password", async () => {
    const manifests = await render();
    const sum = (name: string) =>
      find(manifests, "Deployment", name).spec.template.metadata.annotations?.["checksum/secret"];
    assert.match(sum("soc-agent-redis") ?? "", /^[0-9a-f]{64}$/);
    assert.equal(sum("soc-agent-redis"), sum("soc-agent-backend"));
  });

  it("is absent where another Secret is named", async () => {
    const auth = { existingSecret: "mine", secretKey: "password" };
    const manifests = await render({ values: { redis: { auth } } });
    assert.deepEqual(ofKind(manifests, "Secret"), []);
    const { env } = containerOf(find(manifests, "Deployment", "soc-agent-redis"));
    assert.deepEqual(env?.[0]?.valueFrom?.secretKeyRef, {
      name: "mine",
      key: "password",
      optional: false,
    });
  });

  it("is absent without auth, and Redis then asks for nothing", async () => {
    const manifests = await render({ values: { redis: { auth: { enabled: false } } } });
    assert.deepEqual(ofKind(manifests, "Secret"), []);
    const redis = find(manifests, "Deployment", "soc-agent-redis");
    assert.equal(containerOf(redis).env, undefined);
    assert.deepEqual(containerOf(redis).command, ["redis-server"]);
    assert.equal(redis.spec.template.metadata.annotations, undefined);
  });
});

describe("chart: redis.enabled=false", function () {
  this.timeout(60_000);

  it("leaves nothing of Redis, not even the claim", async () => {
    const values = {
      redis: { enabled: false, persistence: { enabled: true } },
      backend: { env: { REDIS_URL: "redis://cache.example.com:6379" } },
    };
    const names = inventory(await render({ values }));
    assert.deepEqual(
      names.filter((name) => name.includes("redis")),
      [],
    );
  });
});
