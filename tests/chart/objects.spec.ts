import * as assert from "node:assert/strict";
import { mergeValues } from "../../config/values";
import { startApiServer, type LiveObject } from "./support/apiServer";
import { render, renderAnew, type Values } from "./support/helm";
import { find, inventory, ofKind, pods, workloads } from "./support/manifest";
import { PROFILES } from "./support/profiles";

const PARTS = ["backend", "frontend", "redis"] as const;

/** The same values for each of the parts. */
const forParts = (values: Values): Values =>
  Object.fromEntries(PARTS.map((part) => [part, values]));

describe("chart: labels and annotations of all objects", function () {
  this.timeout(60_000);

  const COMMON: Values = {
    commonLabels: { team: "soc", "cost.example.com/center": 4711 },
    commonAnnotations: { "example.com/contact": "soc@example.com", "example.com/paged": true },
  };

  for (const [profile, values] of Object.entries(PROFILES)) {
    it(`are on every object with ${profile} values, and restart no pod`, async () => {
      const manifests = await render({ values: mergeValues(values, COMMON) });

      for (const { kind, metadata } of manifests) {
        const what = `${kind} ${metadata.name}`;
        const { labels, annotations = {} } = metadata;
        assert.equal(labels["team"], "soc", what);
        assert.equal(labels["cost.example.com/center"], "4711", what);
        assert.equal((annotations as Values)["example.com/contact"], "soc@example.com", what);
        assert.equal((annotations as Values)["example.com/paged"], "true", what);
      }
      for (const { metadata, spec } of workloads(manifests)) {
        assert.doesNotMatch(JSON.stringify(spec), /"team"|example\.com\/contact/, metadata.name);
      }
      const selectors = [
        ...ofKind(manifests, "Service").map(({ spec }) => spec.selector),
        ...ofKind(manifests, "NetworkPolicy").map(({ spec }) => spec),
        ...ofKind(manifests, "PodDisruptionBudget").map(({ spec }) => spec.selector),
      ];
      assert.doesNotMatch(JSON.stringify(selectors), /"team"/);
    });
  }

  it("leave an object's own ones as they are", async () => {
    const values = {
      commonAnnotations: { "example.com/timeout": "60" },
      commonLabels: { team: "soc", "app.kubernetes.io/part-of": "platform" },
      ingress: { annotations: { "example.com/timeout": "5" }, labels: { team: "edge" } },
    };
    const manifests = await render({ values });
    const { metadata } = find(manifests, "Ingress", "soc-agent");
    assert.deepEqual(metadata.annotations, { "example.com/timeout": "5" });
    assert.equal(metadata.labels["team"], "edge");
    const test = find(manifests, "Pod", "soc-agent-test").metadata;
    assert.equal((test.annotations as Values)["helm.sh/hook"], "test");
    for (const { metadata } of manifests) {
      assert.equal(metadata.labels["app.kubernetes.io/part-of"], "platform", metadata.name);
    }
  });

  it("has labels of an HTTPRoute's own", async () => {
    const gateway = { gateway: { labels: { "external-dns": "public" } } };
    const values = mergeValues(PROFILES["gateway"] ?? {}, gateway);
    const { metadata } = find(await render({ values }), "HTTPRoute", "soc-agent");
    assert.equal(metadata.labels["external-dns"], "public");
  });
});

/** Service values, and what they add to the specification of a Service where that is not the same. */
const SERVICES: readonly (readonly [string, Values, Values?])[] = [
  ["nothing by default", {}],
  ["an address", { clusterIP: "10.96.0.50" }],
  ["both IP families", { ipFamilyPolicy: "PreferDualStack", ipFamilies: ["IPv6", "IPv4"] }],
  [
    "a load balancer",
    {
      type: "LoadBalancer",
      loadBalancerClass: "service.k8s.aws/nlb",
      loadBalancerIP: "192.0.2.10",
      loadBalancerSourceRanges: ["203.0.113.0/24"],
      allocateLoadBalancerNodePorts: false,
      externalTrafficPolicy: "Local",
    },
  ],
  [
    "traffic that stays where it is",
    { internalTrafficPolicy: "Local", sessionAffinity: "ClientIP" },
  ],
  [
    "nothing for what is empty",
    { clusterIP: "", ipFamilyPolicy: "", ipFamilies: [], sessionAffinity: "" },
    {},
  ],
];

describe("chart: Services and ServiceAccounts", function () {
  this.timeout(60_000);

  for (const [title, service, added = service] of SERVICES) {
    it(`gives every part's Service ${title}`, async () => {
      const [before, after] = [await render(), await render({ values: forParts({ service }) })];
      for (const part of PARTS) {
        const { spec } = find(after, "Service", `soc-agent-${part}`);
        assert.deepEqual(spec, { ...find(before, "Service", `soc-agent-${part}`).spec, ...added });
      }
    });
  }

  it("takes labels, annotations and a port on the nodes", async () => {
    const service = { type: "NodePort", nodePort: 30080, labels: { a: 1 }, annotations: { b: 2 } };
    const manifests = await render({ values: { frontend: { service } } });
    const { metadata, spec } = find(manifests, "Service", "soc-agent-frontend");
    assert.equal(metadata.labels["a"], "1");
    assert.deepEqual(metadata.annotations, { b: "2" });
    assert.equal((spec.ports as Values[])[0]?.["nodePort"], 30080);
    assert.equal(find(manifests, "Service", "soc-agent-backend").metadata.annotations, undefined);
  });

  it("annotates each part's account by itself", async () => {
    const annotations = { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/soc" };
    const manifests = await render({ values: { backend: { serviceAccount: { annotations } } } });
    const of = (part: string) => find(manifests, "ServiceAccount", `soc-agent-${part}`).metadata;
    assert.deepEqual(of("backend").annotations, annotations);
    assert.equal(of("frontend").annotations, undefined);
  });
});

describe("chart: namespaceOverride", function () {
  this.timeout(60_000);

  for (const [profile, values] of Object.entries(PROFILES)) {
    it(`moves every object with ${profile} values`, async () => {
      const moved = mergeValues(values, { namespaceOverride: "security" });
      for (const { kind, metadata } of await render({ values: moved })) {
        assert.equal(metadata.namespace, "security", `${kind} ${metadata.name}`);
      }
    });
  }

  it("is where Secrets are looked for", async () => {
    const secret = (namespace: string, resourceVersion: string): LiveObject => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace, name: "openai", resourceVersion },
    });
    const checksum = async (...live: LiveObject[]) => {
      const server = await startApiServer(live);
      try {
        const flags = [
          "--dry-run=server",
          "--disable-openapi-validation",
          "--kube-apiserver",
          server.url,
        ];
        const values = {
          namespaceOverride: "security",
          openai: { existingSecret: "openai" },
          redis: { auth: { enabled: false } },
        };
        const { spec } = find(await render({ values, flags }), "Deployment", "soc-agent-backend");
        const { annotations = {} } = spec.template.metadata as Values;
        return (annotations as Values)["checksum/secret"];
      } finally {
        await server.close();
      }
    };
    const there = await checksum(secret("security", "1"));
    assert.equal(await checksum(secret("security", "1"), secret("default", "7")), there);
    assert.notEqual(await checksum(secret("security", "2")), there);
  });
});

describe("chart: extraObjects", function () {
  this.timeout(60_000);

  const manifest = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: '{{ include "soc-agent.fullname" . }}-extra', labels: {} },
    data: { release: "{{ .Release.Name }}" },
  };
  const text = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: first
  labels: {}
{{- if .Values.redis.enabled }}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: second, labels: {} }
{{- end }}
`;

  it("adds manifests and texts, as templates", async () => {
    const before = inventory(await render());
    const after = await renderAnew({ values: { extraObjects: [manifest, text] } });
    const added = inventory(after).filter((object) => !before.includes(object));
    assert.deepEqual(added, ["ConfigMap first", "ConfigMap second", "ConfigMap soc-agent-extra"]);
    assert.deepEqual(find(after, "ConfigMap", "soc-agent-extra").data, { release: "soc-agent" });
    assert.equal(pods(after).length, pods(await render()).length);
  });
});
