import * as assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { render, type Values } from "./support/helm";
import { containerOf, type Deployment, find, inventory, ofKind } from "./support/manifest";

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
      requests: { cpu: "50m", memory: "128Mi" },
      limits: { cpu: "200m", memory: "256Mi" },
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

  it("runs as the image's own user and can write to /data alone", async () => {
    const deployment = await redisWith();
    const { securityContext } = deployment.spec.template.spec;
    assert.equal(securityContext?.runAsUser, 999);
    assert.equal(securityContext?.runAsGroup, 1000);
    assert.equal(securityContext?.fsGroup, 1000);
    assert.deepEqual(containerOf(deployment).volumeMounts, [{ name: "data", mountPath: "/data" }]);
  });

  it("keeps nothing on disk by default", async () => {
    assert.equal(await argument("--save"), "");
    assert.equal(await argument("--appendonly"), "no");
    assert.deepEqual((await redisWith()).spec.template.spec.volumes, [
      { name: "data", emptyDir: {} },
    ]);
  });

  it("keeps an append-only file on a volume with persistence", async () => {
    const persistence = { enabled: true };
    assert.equal(await argument("--appendonly", { persistence }), "yes");
    assert.deepEqual((await redisWith({ persistence })).spec.template.spec.volumes, [
      { name: "data", persistentVolumeClaim: { claimName: "soc-agent-redis" } },
    ]);
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
      const maxmemory = await argument("--maxmemory", { resources: { limits: { memory } } });
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

    it("are the same command, each with time for a busy node", async () => {
      const { livenessProbe, readinessProbe, startupProbe } = containerOf(await redisWith());
      assert.deepEqual(readinessProbe?.exec, livenessProbe?.exec);
      assert.deepEqual(startupProbe?.exec, livenessProbe?.exec);
      for (const probe of [livenessProbe, readinessProbe, startupProbe]) {
        assert.ok((probe?.timeoutSeconds ?? 1) >= 5);
      }
    });

    const answers = [
      ["succeed on PONG", "PONG", true],
      [
        "fail on an error, on which redis-cli exits with 0",
        "NOAUTH Authentication required.",
        false,
      ],
      ["fail while Redis loads", "LOADING Redis is loading the dataset in memory", false],
      ["fail on no answer", "", false],
    ] as const;
    for (const [title, answer, succeeds] of answers) {
      it(title, async () => {
        const { livenessProbe } = containerOf(await redisWith());
        const [command = "", ...args] = livenessProbe?.exec?.command ?? [];
        // Stands for the real redis-cli and, like it, exits with 0 whatever the answer is.
        const cli = `#!/bin/sh\n[ "$*" = ping ] && echo '${answer}'\n`;
        await writeFile(path.join(folder, "redis-cli"), cli, { mode: 0o755 });

        const PATH = `${folder}:${process.env.PATH}`;
        const outcome = run(command, args, { env: { ...process.env, PATH } }).then(
          () => true,
          () => false,
        );
        assert.equal(await outcome, succeeds);
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

describe("chart: redis-pvc.yaml", function () {
  this.timeout(60_000);

  const claimWith = async (persistence: Values) =>
    find(
      await render({ values: { redis: { persistence: { enabled: true, ...persistence } } } }),
      "PersistentVolumeClaim",
      "soc-agent-redis",
    );

  it("claims a volume of the cluster's default class, and outlives the release", async () => {
    const claim = await claimWith({});
    assert.deepEqual(claim.spec, {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
    });
    assert.equal(claim.metadata.annotations?.["helm.sh/resource-policy"], "keep");
  });

  it("takes size and class from values", async () => {
    const { spec } = await claimWith({ size: "5Gi", storageClass: "fast" });
    assert.equal(spec.storageClassName, "fast");
    assert.equal(spec.resources.requests.storage, "5Gi");
  });

  it("is absent without persistence", async () => {
    assert.deepEqual(ofKind(await render(), "PersistentVolumeClaim"), []);
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
