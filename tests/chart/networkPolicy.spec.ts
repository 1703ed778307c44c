import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { NEIGHBOURS, RESOLVERS, type Destination } from "../support/resolvers";
import { CHART, render, type Values } from "./support/helm";
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
import { reachable } from "./support/reachable";

/** A peer in one line: `app=redis`, `ns/ingress-nginx`, `0.0.0.0/0 but 10.0.0.0/8`. */
function describePeer({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer): string {
  if (ipBlock) {
    return [ipBlock.cidr, ...(ipBlock.except ?? []).map((one) => `but ${one}`)].join(" ");
  }
  const namespace = namespaceSelector?.matchLabels?.["kubernetes.io/metadata.name"] ?? "any";
  const { release: _, "app.kubernetes.io/name": __, ...labels } = podSelector?.matchLabels ?? {};
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
function flows(rules: readonly NetworkPolicyRule[] = []): string[] {
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

const dnsOf = (...peers: string[]) =>
  peers.flatMap((peer) =>
    [53, 5353].flatMap((port) => [`${peer} :${port}/UDP`, `${peer} :${port}`]),
  );
const DNS = [
  ...dnsOf(
    "ns/kube-system k8s-app=kube-dns",
    "ns/kube-system k8s-app=node-local-dns",
    "ns/openshift-dns dns.operator.openshift.io/daemonset-dns=default",
  ),
  ...["169.254.20.10/32", "169.254.169.254/32"].flatMap((cidr) => [
    `${cidr} :53/UDP`,
    `${cidr} :53`,
  ]),
];
const TRACES = [" :4317", "ns/monitoring :4317", "ns/monitoring-agents :4317"];
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
      "soc-agent-redis-password": {
        in: [],
        out: [443, 6443, 8443, 16443].map((port) => `anyone :${port}`),
      },
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
          Object.entries(spec.podSelector.matchLabels ?? {}).every(
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
      const rules = policies.flatMap(({ spec }): NetworkPolicyRule[] => [
        ...(spec.ingress ?? []),
        ...(spec.egress ?? []),
      ]);
      const peers = rules.flatMap(({ from, to }) => from ?? to ?? []);
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
      networkPolicy: {
        ingressController: { namespace: "" },
        monitoring: { namespace: "", agentsNamespace: "" },
      },
    };
    const manifests = await render({ values });
    const { ingress, policyTypes } = policy(manifests, "frontend");
    assert.deepEqual([ingress, policyTypes], [undefined, ["Ingress", "Egress"]]);
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

  it("lets traces out to where the collector's address says that it is", async () => {
    const peers = async (endpoint: string) => {
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
      const { egress } = await policyWith("backend", { backend: { env } });
      return flows(egress).slice(DNS.length + 1);
    };
    for (const [endpoint, peer] of [
      ["http://otel.observability:4317", "ns/observability :4317"],
      ["http://otel.observability.svc:4318", "ns/observability :4318"],
      ["http://otel.observability.svc.cluster.local.", "ns/observability :4317"],
      ["http://otel-0.otel.observability.svc.example.org:4317/", "ns/observability :4317"],
      ["HTTP://OTEL.Observability.SVC:4317", "ns/observability :4317"],
      ["http://otel.{{ printf `obs-%s` .Release.Name }}.svc:4317", "ns/obs-soc-agent :4317"],
      ["http://10.20.0.5:4317", "10.20.0.5/32 :4317"],
      ["http://[fd00::5]:4317", "fd00::5/128 :4317"],
    ] as const) {
      const port = peer.split(" :")[1];
      assert.deepEqual(await peers(endpoint), [
        ` :${port}`,
        `ns/monitoring :${port}`,
        `ns/monitoring-agents :${port}`,
        peer,
      ]);
    }
    for (const near of [
      "http://otel:4317",
      "http://otel.default.svc:4317",
      "http://otel.monitoring.svc:4317",
      "https://otlp.eu.example.com:4317",
    ]) {
      assert.deepEqual(await peers(near), TRACES, near);
    }
  });

  it("takes DNS elsewhere from values", async () => {
    const { egress } = await policyWith("backend", {
      networkPolicy: {
        dns: { namespace: "dns-system", podLabels: { "k8s-app": null, dns: "default" } },
      },
    });
    assert.equal(flows(egress)[0], "ns/dns-system dns=default :53/UDP");
  });

  describe("names, for every part that resolves them", () => {
    const PARTS = ["backend", "frontend", "test"];
    /** The parts that reach it, with the protocols over which they do. */
    const seen = async (destination: Destination, values: Values = {}) => {
      const manifests = await render({ values });
      return PARTS.flatMap((part) =>
        (["UDP", "TCP"] as const)
          .filter((protocol) => reachable(policy(manifests, part).egress, destination, protocol))
          .map((protocol) => `${part} ${protocol}`),
      );
    };
    const all = PARTS.flatMap((part) => [`${part} UDP`, `${part} TCP`]);

    for (const destination of RESOLVERS) {
      it(`are answered by ${destination.title}`, async () => {
        assert.deepEqual(await seen(destination), all);
      });
    }
    for (const destination of NEIGHBOURS) {
      it(`let nobody through to ${destination.title}`, async () => {
        assert.deepEqual(await seen(destination), []);
      });
    }

    it("are answered by whoever else a value names, and by nobody whom it leaves out", async () => {
      const dns = {
        peers: [{ namespace: "coredns", podLabels: { app: "coredns" } }],
        cidrs: ["169.254.25.10/32", "fd00::a/128"],
        ports: [1053],
      };
      const values = { networkPolicy: { dns } };
      const pods = { namespace: "coredns", labels: { app: "coredns" } };
      for (const [at, port] of [
        [pods, 1053],
        ["169.254.25.10", 53],
        ["fd00::a", 53],
      ] as const) {
        const destination = { title: "named", at, port };
        assert.deepEqual(await seen(destination), []);
        assert.deepEqual(await seen(destination, values), all);
      }
      for (const destination of RESOLVERS) {
        assert.deepEqual(await seen(destination, values), [], destination.title);
      }
      const none = { networkPolicy: { dns: { peers: [], cidrs: [] } } };
      for (const [index, destination] of RESOLVERS.entries()) {
        assert.deepEqual(await seen(destination, none), index === 0 ? all : [], destination.title);
      }
    });

    it("are asked by Redis only where it has egress rules of its own", async () => {
      const { egress } = await policyWith("redis", {
        networkPolicy: { redis: { egress: [{ to: [{ podSelector: {} }] }] } },
      });
      for (const destination of RESOLVERS) {
        assert.ok(reachable(egress, destination, "UDP"), destination.title);
        assert.ok(!reachable((await policyWith("redis", {})).egress, destination, "UDP"));
      }
    });
  });

  for (const part of ["backend", "frontend", "redis"]) {
    it(`takes further rules of ${part} from values, beside those that it has`, async () => {
      const rule = { ports: [{ port: 9999, protocol: "TCP" }] };
      const before = await policyWith(part, {});
      const rules = { ingress: [rule], egress: [rule] };
      const after = await policyWith(part, { networkPolicy: { [part]: rules } });
      const { ingress, egress = [] } = after;
      assert.deepEqual(ingress, [...(before.ingress ?? []), rule]);
      assert.deepEqual(egress.at(-1), rule);
      for (const own of before.egress ?? []) {
        assert.ok(egress.some((one) => JSON.stringify(one) === JSON.stringify(own)));
      }
    });
  }

  it("lets every part reach a mesh's control plane by the values that the README gives", async () => {
    const readme = readFileSync(path.join(CHART, "README.md"), "utf8");
    const [, example] = /```yaml\n# mesh\n([^`]+)```/.exec(readme) ?? [];
    assert.ok(example, "the README has no example");
    const values = parse(example) as Values;
    const istiod = { namespace: "istio-system", labels: { app: "istiod" } };
    const neighbour = { namespace: "istio-system", labels: { app: "istio-ingressgateway" } };
    for (const part of ["backend", "frontend", "redis"]) {
      const reaches = async (given: Values, at: typeof istiod, port: number) => {
        const { egress } = await policyWith(part, given);
        return reachable(egress, { title: "a mesh", at, port }, "TCP");
      };
      assert.equal(await reaches(values, istiod, 15012), true, part);
      assert.equal(await reaches({}, istiod, 15012), false, part);
      assert.equal(await reaches(values, istiod, 15014), false, part);
      assert.equal(await reaches(values, neighbour, 15012), false, part);
    }
  });

  it("has no empty list, which the API server drops, so that each apply would be a change", async () => {
    for (const { metadata, spec } of ofKind(await render(), "NetworkPolicy")) {
      assert.ok(
        !Object.values(spec).some((value) => Array.isArray(value) && value.length === 0),
        metadata.name,
      );
    }
  });

  it("lets in by a further rule even where nobody else is let in", async () => {
    const rule = { from: [{ podSelector: { matchLabels: { app: "mesh" } } }] };
    const { ingress } = await policyWith("frontend", {
      ingress: { enabled: false },
      helmTest: { enabled: false },
      networkPolicy: { ingressController: { namespace: "" }, frontend: { ingress: [rule] } },
    });
    assert.deepEqual(ingress, [rule]);
  });

  it("is absent when it is switched off", async () => {
    const manifests = await render({ values: { networkPolicy: { enabled: false } } });
    assert.deepEqual(ofKind(manifests, "NetworkPolicy"), []);
  });
});
