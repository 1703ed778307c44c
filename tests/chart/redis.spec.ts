import * as assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { startApiServer, type LiveObject } from "./support/apiServer";
import { render, template, type Values, VERSION } from "./support/helm";
import {
  containerOf,
  type Deployment,
  find,
  inventory,
  type Manifest,
  ofKind,
  pods,
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
    ["1.5Gi", 1152 * 2 ** 20],
    ["512M", 375_000 * 2 ** 10],
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

  it("keeps the words for a limit that it always had, so that no upgrade restarts it", async () => {
    for (const [memory, words] of [
      ["256Mi", "196608kb"],
      ["1Gi", "768mb"],
    ] as const) {
      const resources = { requests: { memory: "1Mi" }, limits: { memory } };
      assert.equal(await argument("--maxmemory", { resources }), words);
    }
  });

  it("takes further arguments, after its own", async () => {
    const { args = [] } = containerOf(await redisWith({ extraArgs: ["--maxclients", 5000] }));
    assert.deepEqual(args.slice(-3), ["volatile-lru", "--maxclients", "5000"]);
  });

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
    assert.equal(claim?.metadata?.name, "data");
    assert.deepEqual(claim?.spec, {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
    });
    assert.ok(!JSON.stringify(claim?.metadata?.labels).includes(VERSION));
  });

  it("takes size and class from values", async () => {
    const { spec } = await setOf({ size: "5Gi", storageClass: "fast" });
    const [claim] = spec.volumeClaimTemplates;
    assert.equal(claim?.spec?.storageClassName, "fast");
    assert.equal(claim?.spec?.resources?.requests?.["storage"], "5Gi");
  });

  it("takes access modes from values, or a claim that exists", async () => {
    const [claim] = (await setOf({ accessModes: ["ReadWriteOncePod"] })).spec.volumeClaimTemplates;
    assert.deepEqual(claim?.spec?.accessModes, ["ReadWriteOncePod"]);
    const { spec } = find(
      await persistent({ existingClaim: "mine", size: "" }),
      "StatefulSet",
      "soc-agent-redis",
    );
    assert.equal(spec.volumeClaimTemplates, undefined);
    assert.deepEqual(spec.template.spec.volumes, [
      { name: "data", persistentVolumeClaim: { claimName: "mine" } },
    ]);
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
  const sum = (manifests: readonly Manifest[], part: string) =>
    find(manifests, "Deployment", `soc-agent-${part}`).spec.template.metadata.annotations?.[
      "checksum/secret"
    ];
  const jobOf = (manifests: readonly Manifest[]) => ofKind(manifests, "Job")[0]?.metadata.name;

  /** What an upgrade renders where the release's Secret is this in the cluster. */
  const upgraded = async (secret: Partial<LiveObject>, values: Values = {}) => {
    const metadata = { namespace: "soc", name: "soc-agent-redis", resourceVersion: "7" };
    const api = await startApiServer([
      {
        apiVersion: "v1",
        kind: "Secret",
        ...secret,
        metadata: { ...metadata, ...secret.metadata },
      },
    ]);
    try {
      const live = [
        "--dry-run=server",
        "--disable-openapi-validation",
        "--kube-apiserver",
        api.url,
      ];
      return await render({ values, flags: ["--namespace=soc", "--is-upgrade", ...live] });
    } finally {
      await api.close();
    }
  };
  const data = { [key]: Buffer.from("as it was").toString("base64") };
  const annotations = { "soc-agent/password": "made-in-cluster" };
  const MADE = { data, metadata: { namespace: "soc", name: "soc-agent-redis", annotations } };

  it("is rendered the same each time, without a password", async () => {
    const [one, two] = [await template(), await template()];
    assert.equal(one.stdout, two.stdout);
    const secret = find(await render(), "Secret", "soc-agent-redis");
    assert.equal(secret.data, undefined);
    assert.deepEqual(secret.metadata.annotations, annotations);
  });

  it("keeps a password that an older chart has made in the release, for a rollback would remove it", async () => {
    const manifests = await upgraded({ data });
    const secret = find(manifests, "Secret", "soc-agent-redis");
    assert.deepEqual(secret.data, data);
    assert.equal(secret.metadata.annotations, undefined);
    // Nothing makes one, and no pod is replaced: this is what the older chart has rendered.
    assert.deepEqual(
      inventory(manifests).filter((name) => /password|Job|Role/.test(name)),
      [],
    );
    const before = createHash("sha256")
      .update(data[key] ?? "")
      .digest("hex");
    assert.deepEqual([sum(manifests, "redis"), sum(manifests, "backend")], [before, before]);
  });

  it("never takes a password into the release that was made in the cluster", async () => {
    const plain = await render({ flags: ["--namespace=soc"] });
    const after = await upgraded(MADE);
    for (const kind of ["Secret", "Job", "Role", "RoleBinding"] as const) {
      assert.deepEqual(ofKind(after, kind), ofKind(plain, kind));
    }
    for (const part of ["redis", "backend"]) {
      assert.equal(sum(after, part), sum(plain, part));
    }
  });

  it("makes a password again where it is gone", async () => {
    const plain = jobOf(await render({ flags: ["--namespace=soc"] }));
    const gone = await upgraded({ ...MADE, data: {} });
    assert.notEqual(jobOf(gone), plain);
    assert.equal(find(gone, "Secret", "soc-agent-redis").data, undefined);
  });

  it("makes one under another key, and has the pods replaced that read it", async () => {
    const manifests = await upgraded({ data }, { redis: { auth: { secretKey: "other" } } });
    assert.equal(find(manifests, "Secret", "soc-agent-redis").data, undefined);
    assert.ok(jobOf(manifests));
    const before = createHash("sha256")
      .update(data[key] ?? "")
      .digest("hex");
    assert.notEqual(sum(manifests, "redis"), before);
  });

  it("is where Redis and the backend take the password from", async () => {
    const { env } = containerOf(await redisWith());
    assert.deepEqual(env, [
      {
        name: "REDISCLI_AUTH",
        valueFrom: { secretKeyRef: { name: "soc-agent-redis", key, optional: false } },
      },
    ]);
  });

  it("gives Redis's pod and the backend's the same checksum", async () => {
    const manifests = await render();
    assert.match(sum(manifests, "redis") ?? "", /^[0-9a-f]{64}$/);
    assert.equal(sum(manifests, "redis"), sum(manifests, "backend"));
  });

  it("is absent where another Secret is named", async () => {
    const auth = { existingSecret: "mine", secretKey: "password" };
    const manifests = await render({ values: { redis: { auth } } });
    assert.deepEqual(ofKind(manifests, "Secret"), []);
    assert.deepEqual(
      inventory(manifests).filter((name) => /password/.test(name)),
      [],
    );
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
    assert.deepEqual(
      inventory(manifests).filter((name) => /password/.test(name)),
      [],
    );
    const redis = find(manifests, "Deployment", "soc-agent-redis");
    assert.equal(containerOf(redis).env, undefined);
    assert.deepEqual(containerOf(redis).command, ["redis-server"]);
    assert.equal(redis.spec.template.metadata.annotations, undefined);
  });
});

describe("chart: redis-password-job.yaml", function () {
  this.timeout(60_000);

  const key = "redis-password";
  const jobWith = async (values: Values = {}) => {
    const [job, ...others] = ofKind(await render({ values }), "Job");
    assert.ok(job && others.length === 0);
    return job;
  };

  it("may get and patch the one Secret, and nothing else", async () => {
    const manifests = await render();
    const [{ metadata, rules } = assert.fail(), ...roles] = ofKind(manifests, "Role");
    const [binding = assert.fail(), ...bindings] = ofKind(manifests, "RoleBinding");
    assert.deepEqual([...roles, ...bindings], []);
    assert.deepEqual(rules, [
      {
        apiGroups: [""],
        resources: ["secrets"],
        resourceNames: ["soc-agent-redis"],
        verbs: ["get", "patch"],
      },
    ]);
    assert.deepEqual([binding.roleRef.kind, binding.roleRef.name], ["Role", metadata.name]);
    const { serviceAccountName } = (await jobWith()).spec.template.spec;
    assert.deepEqual(binding.subjects, [
      { kind: "ServiceAccount", name: serviceAccountName, namespace: "default" },
    ]);
    assert.ok(find(manifests, "ServiceAccount", serviceAccountName ?? ""));
    const others = pods(manifests).filter(
      ({ spec }) => spec.serviceAccountName === serviceAccountName,
    );
    assert.equal(others.length, 1);
  });

  it("has a name of its own for all that it may run, within a DNS label", async () => {
    const other = { backend: { image: { tag: "2" } } };
    const names = [await jobWith(), await jobWith(other)].map(({ metadata }) => metadata.name);
    assert.notEqual(names[0], names[1]);
    for (const release of ["r".repeat(53), "soc-agent"]) {
      const [job] = ofKind(await render({ release }), "Job");
      assert.match(job?.metadata.name ?? "", /^[a-z][a-z0-9-]{0,53}-[0-9a-f]{8}$/);
    }
  });

  it("runs in the backend's image, or in another one", async () => {
    const image = { repository: "registry.example.com/soc", tag: "1", pullPolicy: "Always" };
    const of = async (values: Values) => containerOf(await jobWith(values));
    const own = await of({ backend: { image } });
    assert.deepEqual([own.image, own.imagePullPolicy], ["registry.example.com/soc:1", "Always"]);
    const other = await of({ redis: { auth: { image: "node:24-slim" } } });
    assert.equal(other.image, "node:24-slim");
  });

  it("takes the ports of the API server from values", async () => {
    const values = { networkPolicy: { apiServer: { ports: [7443] } } };
    const { spec } = find(await render({ values }), "NetworkPolicy", "soc-agent-redis-password");
    assert.deepEqual(spec.egress, [{ ports: [{ port: 7443, protocol: "TCP" }] }]);
  });

  describe("what it runs", () => {
    const URL = "/api/v1/namespaces/default/secrets/soc-agent-redis";
    let token: string;
    before(async () => {
      token = path.join(await mkdtemp(path.join(tmpdir(), "token-")), "token");
      await writeFile(token, "canary");
    });
    after(() => rm(path.dirname(token), { recursive: true }));

    /** Runs the Job's own command against an API server that has this Secret, and first refuses so often. */
    const run = async (secret: Record<string, unknown>, refused = 0, patience = 20_000) => {
      let left = refused;
      const asked: string[] = [];
      const answer = async (request: IncomingMessage, response: ServerResponse) => {
        assert.equal(request.headers.authorization, "Bearer canary");
        asked.push(`${request.method} ${request.url}`);
        const chunks = (await request.toArray()) as Buffer[];
        if (left > 0) {
          left -= 1;
          response.writeHead(403).end("no rights yet");
          return;
        }
        if (request.method === "PATCH") {
          assert.equal(request.headers["content-type"], "application/merge-patch+json");
          Object.assign(secret, JSON.parse(Buffer.concat(chunks).toString()));
        }
        response.end(JSON.stringify(secret));
      };
      const server = createServer((request, response) => void answer(request, response));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const { command = [], args = [], env = [] } = containerOf(await jobWith());
      const [program = "", ...flags] = command;
      const script = args.map((text) =>
        text.replace("https://", "http://").replace("60_000", String(patience)),
      );
      const own = Object.fromEntries(env.map(({ name, value = "" }) => [name, value]));
      const { NODE_EXTRA_CA_CERTS: _, ...rest } = own;
      const api = { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: String(port) };
      const child = spawn(program, [...flags, ...script], {
        env: { ...process.env, ...rest, ...api, TOKEN_FILE: token },
      });
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
      const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
      server.closeAllConnections();
      server.close();
      return { code, output, asked };
    };
    const empty = () => ({ metadata: { resourceVersion: "7" } });

    it("makes a long random password, another one each time, which it never prints", async () => {
      const made: string[] = [];
      for (const secret of [empty(), empty()] as Record<string, unknown>[]) {
        const { code, output, asked } = await run(secret);
        assert.equal(code, 0, output);
        assert.deepEqual(asked, [`GET ${URL}`, `PATCH ${URL}`]);
        const encoded = (secret["data"] as Values)[key] as string;
        const password = Buffer.from(encoded, "base64").toString();
        assert.match(password, /^[A-Za-z0-9_-]{32}$/);
        assert.ok(!output.includes(password) && !output.includes(encoded));
        // The version, so that of two that run at a time one is refused; and nobody empties it later.
        assert.deepEqual([secret["metadata"], secret["immutable"]], [empty().metadata, true]);
        made.push(password);
      }
      assert.notEqual(made[0], made[1]);
    });

    it("leaves a password that is there", async () => {
      const secret = { ...empty(), data: { [key]: "YXMgaXQgd2Fz" } };
      const { code, output, asked } = await run(secret);
      assert.equal(code, 0, output);
      assert.deepEqual(asked, [`GET ${URL}`]);
      assert.equal(secret.data[key], "YXMgaXQgd2Fz");
    });

    it("tries again until it may", async () => {
      const secret: Record<string, unknown> = empty();
      const { code, output } = await run(secret, 2);
      assert.equal(code, 0, output);
      assert.ok(secret["data"]);
    });

    it("fails, and says why, when it never may", async () => {
      const { code, output } = await run(empty(), Infinity, 100);
      assert.equal(code, 1);
      assert.match(output, /GET http.*soc-agent-redis answered 403: no rights yet/);
    });
  });
});

describe("chart: redis.external", function () {
  this.timeout(60_000);

  const externally = (external: Values) =>
    render({ values: { redis: { enabled: false, external: { enabled: true, ...external } } } });
  const urlOf = async (external: Values) =>
    find(await externally(external), "ConfigMap", "soc-agent-backend-config").data["REDIS_URL"];

  const urls = [
    ["a host", { host: "cache" }, "rediss://cache:6379"],
    ["a database", { host: "cache", database: 2 }, "rediss://cache:6379/2"],
    ["an IPv6 address", { host: "2001:db8::1", port: 6380 }, "rediss://[2001:db8::1]:6380"],
    ["one in brackets", { host: "[::1]", tls: false }, "redis://[::1]:6379"],
    [
      "a user with what a URL would take for its own",
      { host: "cache", username: "a@b:c/d", existingSecret: "s" },
      "rediss://a%40b%3Ac%2Fd@cache:6379",
    ],
  ] as const;
  for (const [title, external, url] of urls) {
    it(`names ${title} in the URL`, async () => {
      assert.equal(await urlOf(external), url);
    });
  }

  it("takes the whole URL from a Secret, which replaces the pods when it changes", async () => {
    const manifests = await externally({ urlSecret: "cache", port: 6380 });
    const { data } = find(manifests, "ConfigMap", "soc-agent-backend-config");
    assert.equal(data["REDIS_URL"], undefined);
    const backend = find(manifests, "Deployment", "soc-agent-backend");
    assert.deepEqual(containerOf(backend).env, [
      {
        name: "REDIS_URL",
        valueFrom: { secretKeyRef: { name: "cache", key: "redis-url", optional: false } },
      },
    ]);
    assert.ok(backend.spec.template.metadata.annotations?.["checksum/secret"]);
    const { spec } = find(manifests, "NetworkPolicy", "soc-agent-backend");
    assert.ok(JSON.stringify(spec.egress).includes('"port":6380'));
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
