import * as assert from "node:assert/strict";
import type { LiveObject } from "./support/apiServer";
import { dryInstall } from "./support/dryInstall";
import { render, type Values } from "./support/helm";
import { type Container, containerOf, type Deployment, find, ofKind } from "./support/manifest";
import { EXTERNAL_REDIS } from "./support/profiles";

async function deploymentWith(backend: Values = {}, rest: Values = {}): Promise<Deployment> {
  const manifests = await render({ values: { ...rest, backend } });
  return find(manifests, "Deployment", "soc-agent-backend");
}

async function containerWith(backend: Values = {}, rest: Values = {}): Promise<Container> {
  return containerOf(await deploymentWith(backend, rest));
}

async function envWith(values: Values): Promise<Readonly<Record<string, string>>> {
  return find(await render({ values }), "ConfigMap", "soc-agent-backend-config").data;
}

describe("chart: backend-deployment.yaml", function () {
  this.timeout(60_000);

  it("is an apps/v1 Deployment of the specified container", async () => {
    const deployment = await deploymentWith();
    const container = containerOf(deployment);

    assert.equal(deployment.apiVersion, "apps/v1");
    assert.equal(deployment.spec.replicas, 2);
    assert.equal(container.name, "backend");
    assert.equal(container.image, "soc-backend:latest");
    assert.equal(container.imagePullPolicy, "Never");
    assert.deepEqual(container.ports, [{ name: "http", containerPort: 8000, protocol: "TCP" }]);
    assert.deepEqual(container.envFrom, [{ configMapRef: { name: "soc-agent-backend-config" } }]);
    assert.deepEqual(container.resources, {
      requests: { cpu: "100m", memory: "256Mi", "ephemeral-storage": "128Mi" },
      limits: { cpu: "500m", memory: "512Mi", "ephemeral-storage": "256Mi" },
    });
  });

  it("takes the image from values, also with a digest", async () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const container = await containerWith({
      image: { repository: "localhost:5001/soc/api", tag: `2.0.0@${digest}`, pullPolicy: "Always" },
    });

    assert.equal(container.image, `localhost:5001/soc/api:2.0.0@${digest}`);
    assert.equal(container.imagePullPolicy, "Always");
  });

  it("probes as specified", async () => {
    const { livenessProbe, readinessProbe, startupProbe } = await containerWith();

    assert.deepEqual(livenessProbe, {
      httpGet: { path: "/health", port: 8000 },
      initialDelaySeconds: 10,
      periodSeconds: 30,
      timeoutSeconds: 3,
    });
    assert.deepEqual(readinessProbe, {
      httpGet: { path: "/ready", port: 8000 },
      initialDelaySeconds: 5,
      periodSeconds: 10,
      timeoutSeconds: 3,
    });
    assert.deepEqual(startupProbe, {
      httpGet: { path: "/health", port: 8000 },
      initialDelaySeconds: 5,
      periodSeconds: 1,
      timeoutSeconds: 3,
      failureThreshold: 60,
    });
  });

  it("takes paths and times of the probes from values", async () => {
    const container = await containerWith({
      probes: {
        liveness: { path: "/live", initialDelaySeconds: 1, periodSeconds: 2 },
        readiness: { path: "/up", initialDelaySeconds: 3, periodSeconds: 4 },
      },
    });

    assert.equal(container.livenessProbe?.httpGet?.path, "/live");
    assert.equal(container.livenessProbe?.initialDelaySeconds, 1);
    assert.equal(container.livenessProbe?.periodSeconds, 2);
    assert.equal(container.readinessProbe?.httpGet?.path, "/up");
    assert.equal(container.readinessProbe?.initialDelaySeconds, 3);
    assert.equal(container.readinessProbe?.periodSeconds, 4);
    assert.equal(container.startupProbe?.httpGet?.path, "/live");
    assert.equal(container.startupProbe?.initialDelaySeconds, 3);
  });

  it("prefers to spread its pods over the nodes", async () => {
    const { template } = (await deploymentWith()).spec;
    const terms =
      template.spec.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution;

    assert.deepEqual(terms, [
      {
        weight: 100,
        podAffinityTerm: {
          topologyKey: "kubernetes.io/hostname",
          labelSelector: { matchLabels: { app: "soc-backend", release: "soc-agent" } },
        },
      },
    ]);
  });

  it("runs as 10001 and can write to /tmp alone", async () => {
    const deployment = await deploymentWith();
    const { securityContext, volumes } = deployment.spec.template.spec;

    assert.equal(securityContext?.runAsUser, 10001);
    assert.equal(securityContext?.runAsGroup, 10001);
    assert.deepEqual(containerOf(deployment).volumeMounts, [{ name: "tmp", mountPath: "/tmp" }]);
    assert.deepEqual(volumes, [{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }]);
  });

  describe("secrets", () => {
    const refs = async (rest: Values, backend: Values = {}) =>
      Object.fromEntries(
        ((await containerWith(backend, rest)).env ?? []).map(({ name, value, valueFrom }) => [
          name,
          valueFrom?.secretKeyRef ?? value,
        ]),
      );
    const ref = (name: string, key: string) => ({ name, key, optional: false });
    const plain: Values = { redis: { auth: { enabled: false } } };

    it("are none where there is nothing to know", async () => {
      assert.deepEqual(await refs(plain), {});
    });

    it("are OpenAI's key from an existing Secret, without which it does not start", async () => {
      assert.deepEqual(await refs({ ...plain, openai: { existingSecret: "openai" } }), {
        OPENAI_API_KEY: ref("openai", "OPENAI_API_KEY"),
      });
      const openai = { existingSecret: "ai", secretKey: "token" };
      assert.deepEqual(await refs({ ...plain, openai }), { OPENAI_API_KEY: ref("ai", "token") });
    });

    it("are the password of the chart's own Redis", async () => {
      assert.deepEqual(await refs({}), {
        REDIS_PASSWORD: ref("soc-agent-redis", "redis-password"),
      });
      const auth = { existingSecret: "mine", secretKey: "password" };
      assert.deepEqual(await refs({ redis: { auth } }), {
        REDIS_PASSWORD: ref("mine", "password"),
      });
    });

    it("are the password and the certificate authority of an external Redis", async () => {
      assert.deepEqual(await refs(EXTERNAL_REDIS), {
        REDIS_PASSWORD: ref("cache", "redis-password"),
        REDIS_CA_FILE: "/etc/redis-ca/ca.crt",
      });
      const container = await containerWith({}, EXTERNAL_REDIS);
      assert.deepEqual(container.volumeMounts?.at(-1), {
        name: "redis-ca",
        mountPath: "/etc/redis-ca",
        readOnly: true,
      });
      const { volumes } = (await deploymentWith({}, EXTERNAL_REDIS)).spec.template.spec;
      assert.deepEqual(volumes?.at(-1), {
        name: "redis-ca",
        secret: {
          secretName: "cache-ca",
          // 0440.
          defaultMode: 288,
          items: [{ key: "ca.crt", path: "ca.crt" }],
        },
      });
    });

    it("are the URL with the password in it, for a backend that reads nothing else", async () => {
      const inUrl = (values: Values) => refs(values, { redisPasswordIn: "url" });
      assert.deepEqual(await inUrl({}), {
        REDIS_URL_PASSWORD: ref("soc-agent-redis", "redis-password"),
        REDIS_URL: "redis://:$(REDIS_URL_PASSWORD)@soc-agent-redis:6379",
      });
      assert.deepEqual(await inUrl(EXTERNAL_REDIS), {
        REDIS_URL_PASSWORD: ref("cache", "redis-password"),
        REDIS_URL: "rediss://soc:$(REDIS_URL_PASSWORD)@cache.example.com:6380",
        REDIS_CA_FILE: "/etc/redis-ca/ca.crt",
      });
      assert.deepEqual(await inUrl(plain), {});
    });

    it("are no password for a backend that knows of none", async () => {
      const backend = { redisPasswordIn: "none" };
      assert.deepEqual(await refs({}, backend), {});
      const manifests = await render({ values: { backend } });
      assert.deepEqual(ofKind(manifests, "Secret"), []);
      const redis = containerOf(find(manifests, "Deployment", "soc-agent-redis"));
      assert.deepEqual(redis.command, ["redis-server"]);
    });

    it("stand in no ConfigMap, whatever form they have", async () => {
      const values: Values = { backend: { redisPasswordIn: "url" } };
      const { data } = find(await render({ values }), "ConfigMap", "soc-agent-backend-config");
      assert.equal(data["REDIS_URL"], "redis://soc-agent-redis:6379");
    });

    it("are none for another Redis: the password of the chart's own is not sent there", async () => {
      const env = { REDIS_URL: "redis://cache.example.com:6379" };
      assert.equal((await containerWith({ env }, {})).env, undefined);
    });
  });

  it("rolls its pods when a variable changes, and only then", async () => {
    const checksum = async (backend: Values) =>
      (await deploymentWith(backend)).spec.template.metadata.annotations?.["checksum/config"];
    const original = await checksum({});

    assert.match(original ?? "", /^[0-9a-f]{64}$/);
    assert.notEqual(await checksum({ env: { LOG_LEVEL: "DEBUG" } }), original);
    assert.notEqual(await checksum({ env: { EXTRA: "1" } }), original);
    assert.equal(await checksum({ hpa: { maxReplicas: 9 } }), original);
  });

  describe("rolls its pods when a Secret that they read", () => {
    const checksum = async (live: readonly LiveObject[], values: Values) => {
      const { manifests } = await dryInstall(values, { live });
      return find(manifests, "Deployment", "soc-agent-backend").spec.template.metadata
        .annotations?.["checksum/secret"];
    };
    const secret = (name: string, resourceVersion: string, data: Values = {}): LiveObject => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace: "soc", name, resourceVersion },
      data,
    });

    it("was made elsewhere has a new version, and not for any other", async () => {
      const values = {
        openai: { existingSecret: "openai" },
        redis: { auth: { existingSecret: "redis" } },
      };
      const first = await checksum([secret("openai", "1"), secret("redis", "2")], values);
      const same = [secret("openai", "1"), secret("redis", "2"), secret("other", "3")];
      assert.match(first ?? "", /^[0-9a-f]{64}$/);
      assert.equal(await checksum(same, values), first);
      assert.notEqual(await checksum([secret("openai", "9"), secret("redis", "2")], values), first);
      assert.notEqual(await checksum([secret("openai", "1"), secret("redis", "9")], values), first);
    });

    it("the chart made has another password, whatever its version", async () => {
      const redis = (version: string, password: string) => [
        secret("soc-agent-redis", version, { "redis-password": password }),
      ];
      const first = await checksum(redis("1", "Zmlyc3Q="), {});
      assert.equal(await checksum(redis("2", "Zmlyc3Q="), {}), first);
      assert.notEqual(await checksum(redis("2", "b3RoZXI="), {}), first);
    });
  });
});

describe("chart: backend-service.yaml", function () {
  this.timeout(60_000);

  it("leads port 8000 to the container's", async () => {
    const { spec } = find(await render(), "Service", "soc-agent-backend");
    assert.equal(spec.type, "ClusterIP");
    assert.deepEqual(spec.ports, [{ name: "http", port: 8000, targetPort: 8000, protocol: "TCP" }]);
  });

  it("takes type and port from values, and all who call it follow", async () => {
    const values = { backend: { service: { type: "NodePort", port: 9000 } } };
    const manifests = await render({ values });

    const { spec } = find(manifests, "Service", "soc-agent-backend");
    assert.equal(spec.type, "NodePort");
    assert.deepEqual(spec.ports, [{ name: "http", port: 9000, targetPort: 8000, protocol: "TCP" }]);
    const frontend = containerOf(find(manifests, "Deployment", "soc-agent-frontend"));
    assert.equal(frontend.env?.find(({ name }) => name === "BACKEND_PORT")?.value, "9000");
    const [rule] = find(manifests, "Ingress", "soc-agent").spec.rules;
    assert.equal(rule?.http?.paths[0]?.backend.service?.port?.number, 9000);
  });
});

describe("chart: backend-hpa.yaml", function () {
  this.timeout(60_000);

  it("scales the backend's Deployment by CPU", async () => {
    const manifests = await render({ release: "demo" });
    const hpa = find(manifests, "HorizontalPodAutoscaler", "demo-soc-agent-backend");

    assert.equal(hpa.apiVersion, "autoscaling/v2");
    assert.deepEqual(hpa.spec, {
      scaleTargetRef: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        name: find(manifests, "Deployment", "demo-soc-agent-backend").metadata.name,
      },
      minReplicas: 2,
      maxReplicas: 8,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } },
        },
      ],
    });
  });

  it("is absent when it is switched off", async () => {
    const manifests = await render({ values: { backend: { hpa: { enabled: false } } } });
    assert.deepEqual(ofKind(manifests, "HorizontalPodAutoscaler"), []);
  });
});

describe("chart: backend-configmap.yaml", function () {
  this.timeout(60_000);

  it("has exactly the pairs of backend.env, with the names that the backend answers to", async () => {
    const services = ["soc-agent-backend", "soc-agent-frontend"].flatMap((name) =>
      ["", ".default", ".default.svc", ".default.svc.cluster.local"].map((end) => name + end),
    );
    assert.deepEqual(await envWith({}), {
      ALLOWED_HOSTS: [...services, "localhost"].join(","),
      REDIS_URL: "redis://soc-agent-redis:6379",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-collector:4317",
      OTEL_SERVICE_NAME: "soc-agent-system",
      LOG_LEVEL: "INFO",
    });
  });

  it("lets the backend answer to the hosts of Ingress and Gateway and to more, and to any for an empty one", async () => {
    const names = async (hosts: readonly string[], more = "") => {
      const env = { ALLOWED_HOSTS: more };
      const ingress = { hosts: hosts.map((host) => ({ host })) };
      const { ALLOWED_HOSTS } = await envWith({ backend: { env }, ingress });
      return ALLOWED_HOSTS?.split(",").filter((name) => !name.startsWith("soc-agent-"));
    };
    assert.deepEqual(await names(["soc.example.com", "*.example.org"], "a.test,b.test"), [
      "soc.example.com",
      "*.example.org",
      "a.test",
      "b.test",
    ]);
    assert.deepEqual(await names(["soc.example.com", ""]), ["soc.example.com", "*"]);
  });

  it("takes further pairs and fills templates in, without changing a character of the rest", async () => {
    const awkward = "on: yes # 'no' \"1\"\nnext: line \\ {";
    const env = await envWith({
      backend: { env: { COUNT: "007", AWKWARD: awkward, WHERE: "{{ .Release.Namespace }}" } },
    });

    assert.equal(env["COUNT"], "007");
    assert.equal(env["AWKWARD"], awkward);
    assert.equal(env["WHERE"], "default");
    assert.equal(env["LOG_LEVEL"], "INFO");
  });

  it("has the links that values name, and no variable for others", async () => {
    const trace = "https://jaeger.example.com/trace/{trace_id}";
    const env = await envWith({ observability: { links: { trace, logs: "" } } });
    assert.equal(env["TRACE_LINK"], trace);
    assert.ok(!("LOGS_LINK" in env));
  });

  it("takes numbers and booleans, and writes them as they were written", async () => {
    const written = { COUNT: 1_000_000, LONG: 12_345_678_901, PART: 0.25, ON: true, OFF: false };
    const texts = Object.fromEntries(
      Object.entries(written).map(([name, value]) => [name, String(value)]),
    );
    const flags = Object.entries(texts).flatMap(([name, text]) => [
      "--set",
      `backend.env.${name}=${text}`,
    ]);
    const env = await envWith({ backend: { env: written } });
    assert.deepEqual({ ...env, ...texts }, env);
    const { data } = find(await render({ flags }), "ConfigMap", "soc-agent-backend-config");
    assert.deepEqual({ ...data, ...texts }, data);
  });

  it("leaves out a pair that is set to null", async () => {
    assert.ok(!("LOG_LEVEL" in (await envWith({ backend: { env: { LOG_LEVEL: null } } }))));
  });

  it("names another Redis, when there is one", async () => {
    const env = await envWith({
      redis: { enabled: false },
      backend: { env: { REDIS_URL: "rediss://{{ .Release.Name }}.cache.example.com:6380/1" } },
    });
    assert.equal(env["REDIS_URL"], "rediss://soc-agent.cache.example.com:6380/1");
  });

  it("names an external Redis, over TLS unless that is switched off", async () => {
    const url = async (external: Values) => {
      const redis = { enabled: false, external: { enabled: true, host: "cache", ...external } };
      return (await envWith({ redis }))["REDIS_URL"];
    };
    assert.equal(await url({}), "rediss://cache:6379");
    assert.equal(await url({ tls: false, port: 6380 }), "redis://cache:6380");
    const user = { username: "soc", existingSecret: "cache" };
    assert.equal(await url(user), "rediss://soc@cache:6379");
  });

  it("names no Redis to a single pod when the chart's own is off", async () => {
    for (const host of ["soc-agent-redis", "soc-agent-redis.default.svc.cluster.local"]) {
      const env = await envWith({
        redis: { enabled: false },
        backend: {
          replicaCount: 1,
          hpa: { enabled: false },
          env: { REDIS_URL: `redis://${host}:6379` },
        },
      });
      assert.equal(env["REDIS_URL"], "");
    }
  });
});
