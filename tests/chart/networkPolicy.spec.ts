import * as assert from "node:assert/strict";
import { render, type Values } from "./support/helm";
import {
  find,
  type Manifest,
  type NetworkPolicy,
  type NetworkPolicyPeer,
  type NetworkPolicyRule,
  ofKind,
  pods,
} from "./support/manifest";
import { EXTERNAL_REDIS, GATEWAY, PROFILES } from "./support/profiles";

/** A peer in one line: `app=redis`, `ns/ingress-nginx`, `0.0.0.0/0 but 10.0.0.0/8`. */
function describePeer({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer): string {
  if (ipBlock) {
    return [ipBlock.cidr, ...(ipBlock.except ?? []).map((one) => `but ${one}`)].join(" ");
  }
  const namespace = namespaceSelector?.matchLabels?.["kubernetes.io/metadata.name"] ?? "any";
  const { release: _, ...labels } = podSelector?.matchLabels ?? {};
  return [
    ...(namespaceSelector ? [`ns/${namespace}`] : []),
    ...(podSelector
      ? [
          Object.entries(labels)
            .map((pair) => pair.join("="))
            .join(),
        ]
      : []),
  ].join(" ");
}

/** A direction as `<peer> :<port>`, one line for each pair. */
function flows(rules: readonly NetworkPolicyRule[]): string[] {
  return rules.flatMap(({ from, to, ports = [] }) =>
    (from ?? to ?? [undefined]).flatMap((peer) => {
      const who = peer ? describePeer(peer) : "anyone";
      return ports.map(
        ({ port, protocol }) => `${who} :${port}${protocol === "UDP" ? "/UDP" : ""}`,
      );
    }),
  );
}

const policy = (manifests: readonly Manifest[], part: string): NetworkPolicy["spec"] =>
  find(manifests, "NetworkPolicy", `soc-agent-${part}`).spec;
const policyWith = async (part: string, values: Values) => policy(await render({ values }), part);

const DNS = ["ns/kube-system k8s-app=kube-dns :53/UDP", "ns/kube-system k8s-app=kube-dns :53"];
const TRACES = [" :4317", "ns/monitoring :4317"];
const INTERNET = [
  "0.0.0.0/0 but 10.0.0.0/8 but 172.16.0.0/12 but 192.168.0.0/16 but 100.64.0.0/10 " +
    "but 169.254.0.0/16 but 168.63.129.16/32 :443",
  "::/0 but fc00::/7 but fe80::/10 :443",
];

describe("chart: *-networkpolicy.yaml", function () {
  this.timeout(60_000);

  it("lets in and out by default exactly what the parts have to do with each other", async () => {
    const manifests = await render();
    const table = Object.fromEntries(
      ofKind(manifests, "NetworkPolicy").map(({ metadata, spec }) => [
        metadata.name,
        { in: flows(spec.ingress), out: flows(spec.egress) },
      ]),
    );
    assert.deepEqual(table, {
      "soc-agent-backend": {
        in: [
          "app=soc-frontend :8000",
          "ns/ingress-nginx :8000",
          "ns/monitoring :8000",
          "app=soc-test :8000",
        ],
        out: [...DNS, "app=redis :6379", ...TRACES],
      },
      "soc-agent-frontend": {
        in: ["ns/ingress-nginx :80", "app=soc-test :80"],
        out: [...DNS, "app=soc-backend :8000"],
      },
      "soc-agent-redis": { in: ["app=soc-backend :6379"], out: [] },
      "soc-agent-test": { in: [], out: [...DNS, "app=soc-backend :8000", "app=soc-frontend :80"] },
    });
  });

  for (const [profile, values] of Object.entries(PROFILES)) {
    it(`selects, in both directions, pods which exist, and every pod once, with ${profile} values`, async () => {
      const manifests = await render({ release: "demo", values });
      const policies = ofKind(manifests, "NetworkPolicy");
      if (profile === "minimal") {
        assert.deepEqual(policies, []);
        return;
      }
      const selected = policies.flatMap(({ metadata, spec }) => {
        assert.deepEqual(spec.policyTypes, ["Ingress", "Egress"], metadata.name);
        const found = pods(manifests).filter(({ labels }) =>
          Object.entries(spec.podSelector.matchLabels).every(
            ([key, value]) => labels[key] === value,
          ),
        );
        assert.equal(found.length, 1, metadata.name);
        return found.map(({ name }) => name);
      });
      assert.deepEqual(
        selected.sort(),
        pods(manifests)
          .map(({ name }) => name)
          .sort(),
      );
      // A peer that selects no pod would be a policy that says less than it seems to.
      const peers = policies.flatMap(({ spec }) =>
        [...spec.ingress, ...spec.egress].flatMap(({ from, to }) => from ?? to ?? []),
      );
      for (const { podSelector, namespaceSelector } of peers) {
        const labels = Object.entries(podSelector?.matchLabels ?? {});
        if (!namespaceSelector && labels.length > 0) {
          const found = pods(manifests).some((pod) =>
            labels.every(([key, value]) => pod.labels[key] === value),
          );
          assert.ok(found, JSON.stringify(labels));
        }
      }
    });
  }

  it("lets the model provider be reached only where there is a key, and no private or metadata address", async () => {
    const { egress } = await policyWith("backend", { openai: { existingSecret: "openai" } });
    assert.deepEqual(flows(egress), [...DNS, "app=redis :6379", ...TRACES, ...INTERNET]);
  });

  it("takes the way in from values: another controller, load balancers, a Gateway", async () => {
    const ingressController = { namespace: "traefik", cidrs: ["192.0.2.0/24", "2001:db8::/32"] };
    const manifests = await render({ values: { networkPolicy: { ingressController } } });
    for (const part of ["backend", "frontend"]) {
      const lines = flows(policy(manifests, part).ingress).map((line) => line.split(" :")[0]);
      for (const peer of ["ns/traefik", "192.0.2.0/24", "2001:db8::/32"]) {
        assert.ok(lines.includes(peer), `${part} ${peer}`);
      }
      assert.ok(!lines.includes("ns/ingress-nginx"));
    }
    const gateway = await policyWith("frontend", GATEWAY);
    assert.ok(flows(gateway.ingress).includes("ns/envoy-gateway-system :80"));
  });

  it("admits nobody to the dashboard rather than everybody when nobody is named", async () => {
    const values = {
      ingress: { enabled: false },
      helmTest: { enabled: false },
      networkPolicy: { ingressController: { namespace: "" }, monitoring: { namespace: "" } },
    };
    const manifests = await render({ values });
    assert.deepEqual(policy(manifests, "frontend").ingress, []);
    assert.deepEqual(flows(policy(manifests, "backend").ingress), ["app=soc-frontend :8000"]);
    assert.deepEqual(flows(policy(manifests, "backend").egress).at(-1), " :4317");
  });

  it("opens a part to everyone whose Service is reachable from outside the cluster", async () => {
    for (const [part, port] of [
      ["backend", 8000],
      ["frontend", 80],
      ["redis", 6379],
    ] as const) {
      const { ingress } = await policyWith(part, { [part]: { service: { type: "LoadBalancer" } } });
      assert.equal(flows(ingress).at(-1), `anyone :${port}`);
    }
  });

  it("lets an external Redis be reached where it is, or else everywhere but at metadata addresses", async () => {
    const named = await policyWith("backend", EXTERNAL_REDIS);
    assert.deepEqual(flows(named.egress), [...DNS, "10.20.0.0/24 :6380", ...TRACES]);

    const env = { REDIS_URL: "rediss://cache.example.com" };
    const open = await policyWith("backend", { redis: { enabled: false }, backend: { env } });
    assert.deepEqual(flows(open.egress), [
      ...DNS,
      "ns/any :6379",
      "0.0.0.0/0 but 169.254.0.0/16 but 168.63.129.16/32 but 100.100.100.200/32 :6379",
      "::/0 but fe80::/10 but fd00:ec2::254/128 :6379",
      ...TRACES,
    ]);
  });

  it("follows the collector's port, and needs no way to one that is not there", async () => {
    const egress = async (endpoint: string | null) =>
      flows(
        (
          await policyWith("backend", {
            backend: { env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } },
          })
        ).egress,
      );
    assert.ok((await egress("http://collector.monitoring:4318")).includes("ns/monitoring :4318"));
    assert.ok((await egress("http://collector")).includes("ns/monitoring :4317"));
    for (const none of ["", null]) {
      assert.deepEqual(await egress(none), [...DNS, "app=redis :6379"]);
    }
  });

  it("takes DNS elsewhere and further rules of the backend from values", async () => {
    const rule = { ports: [{ port: 9999, protocol: "TCP" }] };
    const { ingress, egress } = await policyWith("backend", {
      networkPolicy: {
        dns: { namespace: "openshift-dns", podLabels: { "k8s-app": null, dns: "default" } },
        backend: { ingress: [rule], egress: [rule] },
      },
    });
    assert.equal(flows(egress)[0], "ns/openshift-dns dns=default :53/UDP");
    assert.deepEqual(ingress.at(-1), rule);
    assert.deepEqual(egress.at(-1), rule);
  });

  it("is absent when it is switched off", async () => {
    const manifests = await render({ values: { networkPolicy: { enabled: false } } });
    assert.deepEqual(ofKind(manifests, "NetworkPolicy"), []);
  });
});
