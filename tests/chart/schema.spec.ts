import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { CHART, refusal, render, type Values } from "./support/helm";

/** A values file in which one dotted path is set. */
function setting(dotted: string, value: unknown): Values {
  return dotted
    .split(".")
    .reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Values;
}

const prefix = (
  host: string,
  paths: unknown = [{ path: "/", pathType: "Prefix", backend: "frontend" }],
) => setting("ingress.hosts", [{ host, paths }]);
const onPath = (path: Values) =>
  prefix("localhost", [{ path: "/", pathType: "Prefix", backend: "frontend", ...path }]);

/** Values that the schema refuses: where, and why. */
const BAD_VALUES: readonly (readonly [string, Values, RegExp])[] = [
  ["an unknown block", { bakend: {} }, /additional properties 'bakend' not allowed/],
  ["an unknown key", setting("backend.replicas", 3), /'\/backend': .* 'replicas' not allowed/],
  ["an unknown key deep down", setting("redis.image.digest", "x"), /'\/redis\/image': .* 'digest'/],
  [
    "a count that is text",
    setting("backend.replicaCount", "2"),
    /'\/backend\/replicaCount': got string, want integer/,
  ],
  [
    "no backend pod",
    setting("backend.replicaCount", 0),
    /'\/backend\/replicaCount': minimum: got 0, want 1/,
  ],
  [
    "half a pod",
    setting("frontend.replicaCount", 1.5),
    /'\/frontend\/replicaCount': got number, want integer/,
  ],
  [
    "a key that was removed",
    setting("backend.hpa.maxReplicas", null),
    /'\/backend\/hpa': missing property 'maxReplicas'/,
  ],
  [
    "a target of 0 %",
    setting("backend.hpa.targetCPUUtilizationPercentage", 0),
    /targetCPUUtilizationPercentage': minimum/,
  ],
  [
    "a flag that is text",
    setting("redis.enabled", "false"),
    /'\/redis\/enabled': got string, want boolean/,
  ],
  [
    "a tag with a space",
    setting("backend.image.tag", "la test"),
    /'\/backend\/image\/tag': 'la test' does not match/,
  ],
  [
    "a tag that is a number",
    setting("frontend.image.tag", 2),
    /'\/frontend\/image\/tag': got number, want string/,
  ],
  ["an empty tag", setting("redis.image.tag", ""), /'\/redis\/image\/tag': '' does not match/],
  [
    "a tag with a short digest",
    setting("backend.image.tag", "1@sha256:abc"),
    /'\/backend\/image\/tag'/,
  ],
  [
    "a repository with its tag",
    setting("backend.image.repository", "soc-backend:1"),
    /'\/backend\/image\/repository'/,
  ],
  [
    "a repository in capitals",
    setting("backend.image.repository", "SOC/Backend"),
    /'\/backend\/image\/repository'/,
  ],
  [
    "a pull policy of no such name",
    setting("backend.image.pullPolicy", "Sometimes"),
    /pullPolicy': value must be one of 'Always', 'IfNotPresent', 'Never'/,
  ],
  [
    "a Service type of no such name",
    setting("frontend.service.type", "Public"),
    /'\/frontend\/service\/type': value must be one of/,
  ],
  [
    "a port out of range",
    setting("backend.service.port", 65536),
    /'\/backend\/service\/port': maximum: got 65,536, want 65,535/,
  ],
  [
    "memory without a unit",
    setting("backend.resources.limits.memory", "512"),
    /'\/backend\/resources\/limits\/memory': '512' does not match/,
  ],
  [
    "memory as a number",
    setting("backend.resources.limits.memory", 536870912),
    /limits\/memory': got number, want string/,
  ],
  [
    "memory in a unit of no such name",
    setting("frontend.resources.requests.memory", "64MB"),
    /'\/frontend\/resources\/requests\/memory'/,
  ],
  [
    "CPU in words",
    setting("backend.resources.requests.cpu", "half"),
    /'\/backend\/resources\/requests\/cpu'/,
  ],
  [
    "no CPU at all",
    setting("backend.resources.requests.cpu", 0),
    /'\/backend\/resources\/requests\/cpu': exclusiveMinimum/,
  ],
  [
    "no CPU request, which the HPA needs",
    setting("backend.resources.requests.cpu", null),
    /requests': missing property 'cpu'/,
  ],
  [
    "no memory limit",
    setting("redis.resources.limits.memory", null),
    /limits': missing property 'memory'/,
  ],
  [
    "a memory limit of Redis's that maxmemory cannot follow",
    setting("redis.resources.limits.memory", "1.5Gi"),
    /'\/redis\/resources\/limits\/memory'/,
  ],
  [
    "a resource of no such name",
    setting("backend.resources.limits.gpu", "1"),
    /additional properties 'gpu' not allowed/,
  ],
  [
    "a variable that is a number",
    setting("backend.env.PORT", 8000),
    /'\/backend\/env\/PORT': got number, want string/,
  ],
  [
    "a variable of no such shape",
    setting("backend.env.LOG-LEVEL", "INFO"),
    /'LOG-LEVEL' does not match/,
  ],
  [
    "a Redis URL of another kind",
    setting("backend.env.REDIS_URL", "http://redis:6379"),
    /'\/backend\/env\/REDIS_URL'/,
  ],
  [
    "a probe path without a slash",
    setting("backend.probes.liveness.path", "health"),
    /'\/backend\/probes\/liveness\/path'/,
  ],
  [
    "a probe before its time",
    setting("backend.probes.readiness.initialDelaySeconds", -1),
    /initialDelaySeconds': minimum: got -1, want 0/,
  ],
  [
    "a probe without a pause",
    setting("backend.probes.liveness.periodSeconds", 0),
    /periodSeconds': minimum: got 0, want 1/,
  ],
  [
    "a host with a port",
    prefix("localhost:8080"),
    /'\/ingress\/hosts\/0\/host': 'localhost:8080' does not match/,
  ],
  ["a host with a scheme", prefix("https://soc.example.com"), /'\/ingress\/hosts\/0\/host'/],
  ["no host at all", setting("ingress.hosts", []), /'\/ingress\/hosts': minItems: got 0, want 1/],
  [
    "a host without paths",
    prefix("localhost", []),
    /'\/ingress\/hosts\/0\/paths': minItems: got 0, want 1/,
  ],
  ["a path without a slash", onPath({ path: "api" }), /paths\/0\/path': 'api' does not match/],
  [
    "a path type of no such name",
    onPath({ pathType: "prefix" }),
    /pathType': value must be one of 'Prefix', 'Exact'/,
  ],
  [
    "a path to no such part",
    onPath({ backend: "redis" }),
    /paths\/0\/backend': value must be one of 'frontend', 'backend'/,
  ],
  [
    "an annotation that is a number",
    setting("ingress.annotations.timeout", 60),
    /'\/ingress\/annotations\/timeout': got number, want string/,
  ],
  [
    "TLS that is a flag",
    setting("ingress.tls", true),
    /'\/ingress\/tls': got boolean, want array or object/,
  ],
  [
    "a TLS block that does not say whether",
    setting("ingress.tls", { secretName: "a" }),
    /'\/ingress\/tls': missing property 'enabled'/,
  ],
  [
    "a TLS entry with an unknown key",
    setting("ingress.tls", [{ secret: "a" }]),
    /'\/ingress\/tls\/0': .* 'secret' not allowed/,
  ],
  [
    "a volume of a size of no such unit",
    setting("redis.persistence.size", "1 GB"),
    /'\/redis\/persistence\/size'/,
  ],
  [
    "an external Redis with a port in its host",
    setting("redis.external.host", "cache:6379"),
    /'\/redis\/external\/host'/,
  ],
  [
    "an external Redis by its URL",
    setting("redis.external.host", "rediss://cache"),
    /'\/redis\/external\/host'/,
  ],
  [
    "a password beside its Secret's name",
    setting("redis.external.password", "x"),
    /'\/redis\/external': additional properties 'password' not allowed/,
  ],
  [
    "a password of the own Redis in values",
    setting("redis.auth.password", "x"),
    /'\/redis\/auth': additional properties 'password' not allowed/,
  ],
  [
    "an address where a range belongs",
    setting("redis.external.cidrs", ["10.0.0.1"]),
    /'\/redis\/external\/cidrs\/0': '10\.0\.0\.1' does not match/,
  ],
  [
    "too little time for running requests",
    setting("backend.rollout.drainSeconds", 5),
    /'\/backend\/rollout\/drainSeconds': minimum: got 5, want 15/,
  ],
  [
    "a wait in words",
    setting("frontend.rollout.preStopSeconds", "10s"),
    /'\/frontend\/rollout\/preStopSeconds': got string, want integer/,
  ],
  [
    "a Gateway by its bare name",
    setting("gateway.parentRefs", ["shared"]),
    /'\/gateway\/parentRefs\/0': got string, want object/,
  ],
  [
    "a timeout without a unit",
    setting("gateway.requestTimeout", "3600"),
    /'\/gateway\/requestTimeout': '3600' does not match/,
  ],
  [
    "a DNS without labels",
    setting("networkPolicy.dns.podLabels", { "k8s-app": null }),
    /'\/networkPolicy\/dns\/podLabels': minProperties/,
  ],
  [
    "an unknown key of the policies",
    setting("networkPolicy.ingress", []),
    /'\/networkPolicy': additional properties 'ingress' not allowed/,
  ],
  [
    "an image without a tag",
    setting("helmTest.image", "node"),
    /'\/helmTest\/image': 'node' does not match/,
  ],
  [
    "the key itself where a Secret's name belongs",
    setting("openai.existingSecret", "sk-ABC_123"),
    /'\/openai\/existingSecret'/,
  ],
  [
    "a key beside the Secret's name",
    setting("openai.apiKey", "sk-1"),
    /'\/openai': additional properties 'apiKey' not allowed/,
  ],
  ["a name in capitals", { fullnameOverride: "SOC" }, /'\/fullnameOverride'/],
  [
    "a pull secret by its bare name",
    { imagePullSecrets: ["registry"] },
    /'\/imagePullSecrets\/0': got string, want object/,
  ],
];

const NO_REDIS =
  /several backend pods need a Redis .* Set redis\.enabled=true, or .* or backend\.env\.REDIS_URL to another Redis, or run a single pod/;

/** Values that are good one by one but not together, and what the chart says to do. */
const BAD_TOGETHER: readonly (readonly [string, Values, RegExp])[] = [
  ["an HPA without a Redis", { redis: { enabled: false }, backend: { replicaCount: 1 } }, NO_REDIS],
  [
    "two pods without a Redis",
    { redis: { enabled: false }, backend: { hpa: { enabled: false } } },
    NO_REDIS,
  ],
  ["several pods that are told of no Redis", setting("backend.env.REDIS_URL", ""), NO_REDIS],
  ["several pods that are told nothing", setting("backend.env.REDIS_URL", null), NO_REDIS],
  [
    "a Redis on another port than the backend is told",
    setting("redis.service.port", 6380),
    /REDIS_URL is "redis:\/\/soc-agent-redis:6379", but redis\.service\.port is 6380\. Give both/,
  ],
  [
    "a secret in a ConfigMap",
    setting("backend.env.OPENAI_API_KEY", "sk-canary"),
    /Put it into a Secret and the Secret's name into openai\.existingSecret/,
  ],
  [
    "fewest pods above most",
    setting("backend.hpa.minReplicas", 9),
    /minReplicas is 9, more than backend\.hpa\.maxReplicas, which is 8/,
  ],
  [
    "a TLS block without a Secret",
    setting("ingress.tls", { enabled: true, hosts: ["soc.example.com"] }),
    /ingress\.tls has an entry without secretName, and no annotation asks cert-manager .* Name the Secret .* or set an issuer/,
  ],
  [
    "a TLS block without hosts",
    setting("ingress.tls", { enabled: true, secretName: "a" }),
    /ingress\.tls has an entry without hosts/,
  ],
  [
    "a TLS entry without a Secret",
    setting("ingress.tls", [{ hosts: ["soc.example.com"] }]),
    /ingress\.tls has an entry without secretName/,
  ],
  [
    "a TLS entry with an empty list of hosts",
    setting("ingress.tls", [{ secretName: "a", hosts: [] }]),
    /ingress\.tls has an entry without hosts/,
  ],
  [
    "its own and an external Redis",
    { redis: { external: { enabled: true, host: "cache" } } },
    /redis\.enabled and redis\.external\.enabled are both true.* Set redis\.enabled=false to use the external one/,
  ],
  [
    "an external Redis without a host",
    { redis: { enabled: false, external: { enabled: true } } },
    /redis\.external\.enabled is true, but redis\.external\.host is empty\. Set it/,
  ],
  [
    "an authority for a connection without TLS",
    {
      redis: { enabled: false, external: { enabled: true, host: "c", tls: false, caSecret: "ca" } },
    },
    /caSecret is set, but redis\.external\.tls is false.* Set redis\.external\.tls=true/,
  ],
  [
    "a user without a password",
    { redis: { enabled: false, external: { enabled: true, host: "c", username: "soc" } } },
    /redis\.external\.username is set without a password\. Put the password into a Secret/,
  ],
  [
    "an external Redis and another one",
    {
      redis: { enabled: false, external: { enabled: true, host: "c" } },
      backend: { env: { REDIS_URL: "redis://other:6379" } },
    },
    /backend\.env\.REDIS_URL and redis\.external both name a Redis\. Leave REDIS_URL/,
  ],
  [
    "a password in a URL",
    {
      redis: { enabled: false },
      backend: { env: { REDIS_URL: "rediss://:canary@cache.example.com:6380" } },
    },
    /REDIS_URL has a user or a password in it.* Use redis\.external/,
  ],
  [
    "a password among the variables",
    setting("backend.env.REDIS_PASSWORD", "canary"),
    /backend\.env\.REDIS_PASSWORD would be readable .* into redis\.auth\.existingSecret/,
  ],
  [
    "a Secret for a Redis that asks for no password",
    { redis: { auth: { enabled: false, existingSecret: "mine" } } },
    /redis\.auth\.existingSecret is set, but redis\.auth\.enabled is false.* Set redis\.auth\.enabled=true/,
  ],
  [
    "persistence without a size",
    { redis: { persistence: { enabled: true, size: "" } } },
    /redis\.persistence\.enabled is true, but redis\.persistence\.size is empty\. Set the size/,
  ],
  [
    "persistence whose size was removed",
    { redis: { persistence: { enabled: true, size: null } } },
    /redis\.persistence\.size is empty\. Set the size of the volume, such as 1Gi/,
  ],
  [
    "more pods on the first install than the HPA allows",
    setting("backend.replicaCount", 9),
    /backend\.replicaCount is 9, more than backend\.hpa\.maxReplicas, which is 8.* Lower the one/,
  ],
  [
    "a port that nothing asks",
    setting("backend.env.PORT", "9000"),
    /backend\.env\.PORT is 9000, but probes and Services ask .* 8000\. Leave it out/,
  ],
  [
    "an Ingress and a Gateway",
    setting("gateway", { enabled: true, parentRefs: [{ name: "shared" }] }),
    /ingress\.enabled and gateway\.enabled are both true.* Set ingress\.enabled=false/,
  ],
  [
    "routes to no Gateway",
    { ingress: { enabled: false }, gateway: { enabled: true } },
    /gateway\.parentRefs is empty, so no Gateway would take the routes\. Name one/,
  ],
  [
    "the same path twice",
    prefix("localhost", [
      { path: "/", pathType: "Prefix", backend: "frontend" },
      { path: "/", pathType: "Prefix", backend: "backend" },
    ]),
    /ingress\.hosts has localhost\/ \(Prefix\) twice.* Remove one/,
  ],
  [
    "policies that let no request in",
    setting("networkPolicy.ingressController.namespace", ""),
    /networkPolicy\.ingressController names nobody.* Set its namespace or its cidrs/,
  ],
  [
    "a CPU request above its limit",
    setting("backend.resources.requests.cpu", 0.6),
    /backend\.resources\.requests\.cpu is 0\.6, more than its limit, which is 500m\. Lower/,
  ],
  [
    "a memory request above its limit",
    setting("redis.resources.requests.memory", "1Gi"),
    /redis\.resources\.requests\.memory is 1Gi, more than its limit, which is 256Mi\. Lower/,
  ],
  [
    "an account that is to be made and exists",
    setting("serviceAccount.name", "mine"),
    /serviceAccount\.name is "mine", an existing account, but serviceAccount\.create is true\. Set create=false/,
  ],
];

/** Values at the edge of what is refused, which are good. */
const GOOD: readonly (readonly [string, Values])[] = [
  ["CPU as a number", setting("backend.resources.limits.cpu", 2)],
  ["CPU as a fraction", setting("backend.resources.limits.cpu", "0.5")],
  ["no CPU limit", setting("backend.resources.limits.cpu", null)],
  ["a target above 100 %", setting("backend.hpa.targetCPUUtilizationPercentage", 150)],
  ["as many pods at least as at most", setting("backend.hpa.minReplicas", 8)],
  [
    "requests as high as their limits, in other units",
    {
      backend: { resources: { requests: { cpu: "0.5", memory: "524288Ki" } } },
      redis: { resources: { requests: { memory: "256Mi" } } },
    },
  ],
  ["no size without persistence", setting("redis.persistence.size", "")],
  [
    "TLS whose Secret cert-manager makes",
    {
      ingress: {
        annotations: { "cert-manager.io/cluster-issuer": "letsencrypt" },
        tls: [{ hosts: ["localhost"] }],
      },
    },
  ],
  [
    "no way in where there is none to be",
    {
      ingress: { enabled: false },
      networkPolicy: { ingressController: { namespace: "" } },
    },
  ],
  ["the port that is asked", setting("backend.env.PORT", "8000")],
  ["a registry with a port", setting("backend.image.repository", "localhost:5001/soc-backend")],
  ["values that a parent chart passes to all", { global: { region: "eu" } }],
  [
    "two pods and another Redis",
    {
      redis: { enabled: false },
      backend: { env: { REDIS_URL: "rediss://cache.example.com:6380" } },
    },
  ],
  [
    "a Redis whose name only begins as the chart's own does",
    {
      redis: { enabled: false },
      backend: { env: { REDIS_URL: "redis://soc-agent-redis-ha:6379" } },
    },
  ],
];

describe("chart: values.schema.json", function () {
  this.timeout(60_000);

  for (const [title, values, message] of BAD_VALUES) {
    it(`refuses ${title}`, async () => {
      assert.match(await refusal(values), message);
    });
  }

  it("reports every bad value at once", async () => {
    const message = await refusal({ backend: { replicaCount: 0, image: { tag: "" } }, nope: 1 });
    assert.match(message, /replicaCount/);
    assert.match(message, /image\/tag/);
    assert.match(message, /nope/);
  });

  it("has the blocks of values.yaml and no others, except global", () => {
    const read = (file: string) => readFileSync(path.join(CHART, file), "utf8");
    const schema = JSON.parse(read("values.schema.json")) as Values;
    const known = schema["properties"] as Values;
    const { global: _, ...ours } = known;
    const keys = Object.keys(parse(read("values.yaml")) as Values);
    assert.deepEqual(Object.keys(ours).sort(), keys.sort());
  });
});

describe("chart: values that do not go together", function () {
  this.timeout(60_000);

  for (const [title, values, message] of BAD_TOGETHER) {
    it(`refuses ${title}`, async () => {
      assert.match(await refusal(values), message);
    });
  }

  it("reports every broken rule at once", async () => {
    const message = await refusal({
      redis: { service: { port: 6380 } },
      backend: { hpa: { minReplicas: 9 }, resources: { requests: { cpu: 1 } } },
      ingress: { tls: [{ hosts: [] }] },
      serviceAccount: { name: "mine" },
    });
    assert.equal(message.match(/^ {2}- /gm)?.length, 6);
  });

  for (const [title, values, message] of BAD_TOGETHER.filter(([, values]) =>
    JSON.stringify(values).includes("canary"),
  )) {
    it(`never repeats it when it refuses ${title}`, async () => {
      const text = await refusal(values);
      assert.match(text, message);
      assert.doesNotMatch(text, /canary/);
    });
  }

  for (const [title, values] of GOOD) {
    it(`accepts ${title}`, async () => {
      await render({ values });
    });
  }
});
