import * as assert from "node:assert/strict";
import { withDefaults } from "../../../config/defaults";
import { mergeValues, type Values } from "../../../config/values";
import { parseFlow } from "../../../plan/flows";
import type { KubernetesObject } from "../../../plan/objects";
import { releaseInputs } from "../../../plan/releases";
import { covers, judge, RULES } from "../../../plan/rules/judge";
import { findingText, isBroken, type Target } from "../../../plan/rules/rule";

const DIGEST = `@sha256:${"a".repeat(64)}`;

const container = {
  name: "web",
  image: `registry.example.com/web:1${DIGEST}`,
  env: [
    { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "web", key: "password" } } },
    { name: "PASSWORD_FILE", value: "/run/password" },
    { name: "URL", value: "redis://:$(PASSWORD)@redis:6379" },
    { name: "TOKEN", value: "$(PASSWORD)" },
  ],
  resources: { requests: { cpu: "10m", memory: "8Mi" }, limits: { memory: "16Mi" } },
  readinessProbe: {},
  livenessProbe: {},
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
  },
};

const metadata = { name: "web", namespace: "shop" };
const labels = { app: "web" };

const deployment = (pod: Values = {}, own: Values = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata,
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [mergeValues(container, own)], ...pod },
    },
  },
});
const policy = (spec: Values = {}) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata,
  spec: { podSelector: { matchLabels: labels }, policyTypes: ["Ingress", "Egress"], ...spec },
});
const namespace = (level?: string) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: {
    name: "shop",
    labels: { ...(level !== undefined && { "pod-security.kubernetes.io/enforce": level }) },
  },
});
const object = (kind: string, more: Values = {}, apiVersion = "v1"): KubernetesObject => ({
  apiVersion,
  kind,
  metadata,
  ...more,
});

/** Keeps every rule. */
const GOOD: Target = {
  cluster: withDefaults({ cluster: { existing: { kubeconfig: "k", context: "gke" } } }).cluster,
  kubernetesVersion: "1.34.0",
  releases: [
    { name: "web", chart: "./charts/web", maxHistory: 5, waited: true },
    { name: "observability", chart: "./charts/observability", maxHistory: 5, waited: false },
    { name: "db", chart: "db", repo: "https://example.com", version: "1.2.3", maxHistory: 5 },
  ],
  objects: [namespace("restricted"), policy(), deployment(), object("Service")],
  addOns: {},
  allowed: [],
};
/** The same, with another Deployment. */
const running = (pod: Values, own: Values = {}): Partial<Target> => ({
  objects: [namespace("restricted"), policy(), deployment(pod, own)],
});
const beside = (...more: KubernetesObject[]): Partial<Target> => ({
  objects: [...GOOD.objects, ...more],
});
const kept = (maxHistory?: number): Partial<Target> => ({
  releases: [{ name: "web", chart: "./web", ...(maxHistory !== undefined && { maxHistory }) }],
});
const env = (name: string, value: string) => running({}, { env: [{ name, value }] });
const cluster = (existing: object): Partial<Target> => ({
  cluster: withDefaults({
    cluster: { existing: { kubeconfig: "k", context: "gke", ...existing } },
  }).cluster,
});

/** By rule: what breaks it, and what is found then. */
const BROKEN: Readonly<Record<string, readonly (readonly [Partial<Target>, ...string[]])[]>> = {
  "release-pinned": [
    [
      { releases: [{ name: "db", chart: "oci://example.com/db", version: "~1.2", maxHistory: 5 }] },
      "release db has the version ~1.2",
    ],
    [
      { releases: [{ name: "db", chart: "db", repo: "https://example.com", maxHistory: 5 }] },
      "release db has no version",
    ],
  ],
  "release-waited": [
    [
      { releases: [{ name: "web", chart: "./web", maxHistory: 5, waited: false }] },
      "release web is waited for by nothing",
    ],
  ],
  "release-history": [
    [kept(), "release web keeps all revisions"],
    [kept(0), "release web keeps all revisions"],
    [kept(21), "release web keeps 21 revisions"],
  ],
  "no-plaintext-secret": [
    [env("DB_PASSWORD", "hunter2"), "Deployment shop/web has DB_PASSWORD in plain text"],
    [env("API_KEY", "x"), "Deployment shop/web has API_KEY in plain text"],
    [env("URL", "redis://:hunter2@redis"), "Deployment shop/web has a password in an address"],
    [env("A", "AKIAIOSFODNN7EXAMPLE"), "Deployment shop/web has an access key of AWS"],
    [
      beside(object("ConfigMap", { data: { token: "x" } })),
      "ConfigMap shop/web has token in plain text",
    ],
    [
      beside(object("ConfigMap", { data: { pem: "-----BEGIN RSA PRIVATE KEY-----" } })),
      "ConfigMap shop/web has a private key",
    ],
    [
      beside(object("ConfigMap", { data: { "a.yaml": `key: sk-${"a".repeat(20)}` } })),
      "ConfigMap shop/web has a key of OpenAI's",
    ],
  ],
  "no-secret-in-release": [
    [beside(object("Secret", { stringData: { a: "b" } })), "Secret shop/web has values"],
    [beside(object("Secret", { data: { a: "Yg==" } })), "Secret shop/web has values"],
  ],
  "image-fixed": [
    [running({}, { image: "redis:7-alpine" }), "Deployment shop/web runs redis:7-alpine"],
    [running({}, { image: "redis" }), "Deployment shop/web runs redis"],
    [
      { ...running({}, { image: "host:5000/redis" }), cluster: withDefaults({}).cluster },
      "Deployment shop/web runs host:5000/redis",
    ],
    [
      { ...running({}, { image: "redis:latest" }), cluster: withDefaults({}).cluster },
      "Deployment shop/web runs redis:latest",
    ],
  ],
  "no-outer-service": [
    [beside(object("Service", { spec: { type: "NodePort" } })), "Service shop/web is a NodePort"],
    [
      beside(object("Service", { spec: { type: "LoadBalancer" } })),
      "Service shop/web is a LoadBalancer",
    ],
    [
      beside(object("Service", { spec: { externalIPs: ["192.0.2.1"] } })),
      "Service shop/web has external addresses",
    ],
  ],
  "no-host-network": [
    [
      running({}, { ports: [{ containerPort: 80, hostPort: 80 }] }),
      "Deployment shop/web has port 80 of its node",
    ],
    [running({ hostNetwork: true }), "Deployment shop/web is on its node's network"],
  ],
  "login-asked": [
    [beside(object("Ingress", {}, "networking.k8s.io/v1")), "Ingress shop/web lets everybody in"],
    [
      beside(object("HTTPRoute", {}, "gateway.networking.k8s.io/v1")),
      "HTTPRoute shop/web lets everybody in",
    ],
  ],
  "namespace-level": [
    [{ objects: [namespace()] }, "Namespace shop has no Pod Security level"],
    [{ objects: [namespace("privileged")] }, "Namespace shop allows privileged pods"],
  ],
  "namespace-known": [
    [{ objects: [policy(), deployment()] }, "Deployment shop/web is in the namespace shop"],
  ],
  "pods-restricted": [
    [
      running({ volumes: [{ name: "host", hostPath: { path: "/" } }] }),
      "Deployment shop/web breaks restrictedVolumes: host",
    ],
  ],
  "policy-selects": [
    [
      { objects: [namespace("restricted"), deployment()] },
      "Deployment shop/web has no policy for ingress",
      "Deployment shop/web has no policy for egress",
    ],
    [
      {
        objects: [namespace("restricted"), policy({ policyTypes: ["Ingress"] }), deployment()],
      },
      "Deployment shop/web has no policy for egress",
    ],
  ],
  "flow-agreed": [
    [
      {
        objects: [
          namespace("restricted"),
          policy({ ingress: [{ ports: [{ port: 80 }] }] }),
          deployment(),
        ],
      },
      "NetworkPolicies allow anything -> shop/web TCP 80",
    ],
  ],
  "limits-set": [
    [
      running({}, { resources: { requests: { cpu: "10m", memory: "8Mi" }, limits: undefined } }),
      "Deployment shop/web container web has no limits.memory",
    ],
    [
      running({ initContainers: [{ ...container, name: "first", resources: undefined }] }),
      "Deployment shop/web container first has no requests.cpu",
      "Deployment shop/web container first has no requests.memory",
      "Deployment shop/web container first has no limits.memory",
    ],
  ],
  "probes-set": [
    [
      running({}, { livenessProbe: undefined }),
      "Deployment shop/web container web has no livenessProbe",
    ],
  ],
  "prod-not-on-kind": [
    [cluster({ context: "kind-dev" }), "cluster.existing has the context kind-dev"],
  ],
  "kind-allowed": [[cluster({ allowKind: true }), "cluster.existing has allowKind"]],
  "api-served": [
    [
      beside(object("CronJob", {}, "batch/v1beta1")),
      "CronJob shop/web is of batch/v1beta1, which Kubernetes 1.25 has removed; there is batch/v1",
    ],
  ],
  "api-lasting": [
    [
      { ...beside(object("CronJob", {}, "batch/v1beta1")), kubernetesVersion: "v1.24" },
      "CronJob shop/web is of batch/v1beta1, which Kubernetes 1.21 has deprecated; there is batch/v1",
    ],
    [
      { ...beside(object("Endpoints")), kubernetesVersion: "1.33.0" },
      "Endpoints shop/web is of v1, which Kubernetes 1.33 has deprecated; there is discovery.k8s.io/v1 EndpointSlice",
    ],
  ],
};

describe("the rules", () => {
  it("are all tested here, and have names of their own", () => {
    const ids = RULES.map(({ id }) => id);
    assert.deepEqual(Object.keys(BROKEN).sort(), [...ids].sort());
    assert.equal(new Set(ids).size, ids.length);
  });

  it("find nothing where all is as it should be", () => {
    assert.deepEqual(judge(GOOD), []);
    const young = { ...GOOD, ...beside(object("CronJob", {}, "batch/v1beta1")) };
    assert.deepEqual(judge({ ...young, kubernetesVersion: "1.20.0" }), []);
    const built = running({}, { image: "registry.example.com/web:sha-0123456789ab" });
    assert.deepEqual(judge({ ...GOOD, ...built }), []);
    const kind = { cluster: withDefaults({}).cluster, ...running({}, { image: "redis:7-alpine" }) };
    assert.deepEqual(judge({ ...GOOD, ...kind }), []);
    const way = object("Ingress", {}, "networking.k8s.io/v1");
    const proxy = mergeValues(deployment(), {
      spec: { template: { metadata: { labels: { ...labels, app: "soc-auth" } } } },
    }) as unknown as KubernetesObject;
    const login = { objects: [...GOOD.objects, way, proxy] };
    const asked = judge({ ...GOOD, ...login }).filter(({ rule }) => rule.id === "login-asked");
    assert.deepEqual(asked, []);
    assert.deepEqual(judge({ ...GOOD, ...beside(way), cluster: withDefaults({}).cluster }), []);
    const agreed = {
      objects: [...GOOD.objects, policy({ ingress: [{ ports: [{ port: 80 }] }] })],
    };
    const allowed = [parseFlow("anything -> shop/web TCP 80-81")];
    assert.deepEqual(judge({ ...GOOD, ...agreed, allowed }), []);
    const { allowed: _, ...unheld } = GOOD;
    assert.deepEqual(judge({ ...unheld, ...agreed }), []);
  });

  for (const [id, cases] of Object.entries(BROKEN)) {
    for (const [change, ...expected] of cases) {
      it(`${id}: ${expected[0]}`, () => {
        const found = judge({ ...GOOD, ...change });
        const own = found.filter(({ rule }) => rule.id === id);
        assert.deepEqual(
          own.map(({ at, what }) => `${at} ${what}`),
          expected,
        );
        assert.equal(isBroken(own), RULES.find((rule) => rule.id === id)?.severity === "error");
      });
    }
  }

  it("tell nobody the credential that they found", () => {
    const texts = judge({ ...GOOD, ...env("DB_PASSWORD", "hunter2") }).map(findingText);
    assert.equal(texts.length, 1);
    assert.doesNotMatch(texts.join(), /hunter2/);
    assert.match(texts.join(), /\n {2}why {2}who may read .*\n {2}fix {2}Put it into a Secret/);
  });

  it("leave out what is exempted, and no more", () => {
    const change = running({}, { readinessProbe: undefined, livenessProbe: undefined });
    const broken = { ...GOOD, ...change };
    const at = "Deployment shop/web";
    const exemption = { rule: "probes-set", at, reason: "a test" };
    assert.deepEqual(judge(broken, [exemption]), []);
    const what = "container web has no livenessProbe";
    assert.equal(judge(broken, [{ ...exemption, what }]).length, 1);
    assert.deepEqual(judge(broken, [{ ...exemption, at: "* shop/web", what: "*Probe" }]), []);
    assert.equal(judge(broken, [{ ...exemption, at: "Deployment shop/other" }]).length, 2);
    assert.equal(judge(broken, [{ ...exemption, at: "Deployment shop.web" }]).length, 2);
    assert.equal(judge(broken, [{ ...exemption, rule: "limits-set" }]).length, 2);
    assert.ok(judge(broken).every((finding) => covers(exemption, finding)));
    // What an add-on may is no leave for what is the project's own, and the other way round.
    assert.equal(judge(broken, [{ ...exemption, addOn: "traefik" }]).length, 2);
    const { objects } = broken;
    const foreign = { ...GOOD, addOns: { traefik: objects } };
    assert.equal(judge(foreign, [exemption]).length, 2);
    assert.deepEqual(judge(foreign, [{ ...exemption, addOn: "traefik" }]), []);
  });
});

describe("the releases of a configuration", () => {
  it("are the application's and those of the wanted add-ons, pinned as the catalogue has them", () => {
    const dev = releaseInputs(withDefaults({}));
    assert.deepEqual(
      dev.map(({ name }) => name),
      ["soc-agent", "ingress-nginx", "metrics-server", "observability"],
    );
    assert.deepEqual(judge({ ...GOOD, releases: dev }), []);
    const other = releaseInputs(withDefaults({ ingress: { version: ">4" } }));
    assert.equal(judge({ ...GOOD, releases: other }).length, 1);
  });
});
