import * as assert from "node:assert/strict";
import { allowedFlows, beyond, flowText, parseFlow } from "../../../plan/flows";
import type { PolicyRule, PolicySpec } from "../../../plan/network/policies";
import type { KubernetesObject } from "../../../plan/objects";

/** A Deployment whose pods are labelled with its name, and listen on a port of the name `http`. */
function app(name: string, port = 80, namespace = "shop", more: object = {}): KubernetesObject {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name, ports: [{ name: "http", containerPort: port }] }],
          ...more,
        },
      },
    },
  };
}

function policy(spec: PolicySpec, namespace = "shop"): KubernetesObject {
  const metadata = { name: "policy", namespace };
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata, spec };
}

const of = (name: string) => ({ podSelector: { matchLabels: { app: name } } });
const in_ = (...ingress: PolicyRule[]): PolicySpec => ({ policyTypes: ["Ingress"], ingress });
const out = (...egress: PolicyRule[]): PolicySpec => ({ policyTypes: ["Egress"], egress });
const TCP = (port: number | string) => [{ port, protocol: "TCP" }];

const lines = (...objects: KubernetesObject[]) => allowedFlows(objects).map(flowText);

describe("the flows that NetworkPolicies allow", () => {
  it("are all flows where no policy selects a pod", () => {
    assert.deepEqual(lines(app("a")), [
      "anything -> shop/a any port",
      "shop/a -> anything any port",
    ]);
  });

  it("are none in a direction whose policy has no rule", () => {
    const none = policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    assert.deepEqual(lines(app("a"), none), []);
    assert.deepEqual(lines(app("a"), policy({ podSelector: {} })), ["shop/a -> anything any port"]);
    const elsewhere = policy({ podSelector: {} }, "other");
    assert.equal(lines(app("a"), elsewhere).length, 2);
  });

  it("concern egress by default only where a policy has egress rules", () => {
    const both = policy({ egress: [{ to: [of("b")] }] });
    assert.deepEqual(lines(app("a"), both), ["shop/a -> pods app=b of shop any port"]);
    assert.deepEqual(lines(app("a"), policy({ egress: [] })), ["shop/a -> anything any port"]);
  });

  it("need both sides", () => {
    const objects = [app("a"), app("b")];
    const from = policy({ ...of("a"), ...out({ to: [of("b")], ports: TCP(80) }) });
    const to = policy({ ...of("b"), ...in_({ from: [of("a")], ports: TCP(80) }) });
    const open = ["anything -> shop/a any port", "shop/b -> anything any port"];
    assert.ok(lines(...objects, from, to).includes("shop/a -> shop/b TCP 80"));
    const shut = policy({ ...of("b"), ...in_() });
    assert.deepEqual(lines(...objects, from, shut), open);
    const other = policy({ ...of("b"), ...in_({ from: [of("a")], ports: TCP(81) }) });
    assert.deepEqual(lines(...objects, from, other), open);
  });

  it("add up over policies and rules, in as few ranges as can be", () => {
    const more = [
      policy({ ...of("b"), ...in_({ from: [of("a")], ports: TCP(80) }) }),
      policy({ ...of("b"), ...in_({ from: [of("a")], ports: [{ port: 81, endPort: 90 }] }) }),
      policy({ ...of("b"), ...in_({ from: [of("a")], ports: [{ protocol: "UDP" }] }) }),
    ];
    assert.deepEqual(
      lines(app("a"), app("b"), ...more).filter((line) => line.startsWith("shop/a -> shop/b")),
      ["shop/a -> shop/b TCP 80-90", "shop/a -> shop/b UDP any port"],
    );
  });

  it("are those of everybody where `from` is absent or empty", () => {
    for (const rule of [{ ports: TCP(80) }, { from: [], ports: TCP(80) }]) {
      const found = lines(app("a"), policy({ ...of("a"), ...in_(rule) }));
      assert.deepEqual(found[0], "anything -> shop/a TCP 80");
    }
  });

  it("go by a port's name as the target's containers have it", () => {
    const rule = { ports: TCP("http") };
    const named = policy({ ...of("a"), ...in_(rule) });
    assert.equal(lines(app("a", 8080), named)[0], "anything -> shop/a TCP 8080");
    const going = policy({ ...of("a"), ...out({ to: [of("b")], ports: TCP("http") }) });
    assert.ok(lines(app("a"), app("b", 9000), going).includes("shop/a -> shop/b TCP 9000"));
    const outside = { to: [{ ipBlock: { cidr: "192.0.2.0/24" } }], ports: TCP("http") };
    assert.deepEqual(lines(app("a"), policy({ ...of("a"), ...out(outside) })), [
      "anything -> shop/a any port",
    ]);
    const unknown = { to: [of("unknown")], ports: TCP("http") };
    assert.deepEqual(
      lines(app("a"), policy({ ...of("a"), ...out(unknown) }))[1],
      "shop/a -> pods app=unknown of shop TCP any port",
    );
  });

  it("reach into namespaces by their labels, of which Kubernetes sets the name", () => {
    const named = { matchLabels: { "kubernetes.io/metadata.name": "infra" } };
    const team = { matchLabels: { team: "blue" } };
    const namespace: KubernetesObject = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "infra", labels: { team: "blue" } },
    };
    const found = (namespaceSelector: object, ...objects: KubernetesObject[]) =>
      lines(
        app("a"),
        app("b", 80, "infra"),
        policy({ ...of("a"), ...in_({ from: [{ namespaceSelector }], ports: TCP(80) }) }),
        ...objects,
      ).filter((line) => line.includes("-> shop/a"));
    assert.deepEqual(found(named), [
      "any pod of infra -> shop/a TCP 80",
      "infra/b -> shop/a TCP 80",
    ]);
    assert.deepEqual(found(team), ["any pod of namespaces team=blue -> shop/a TCP 80"]);
    assert.equal(found(team, namespace).length, 2);
    assert.deepEqual(found({}), [
      "any pod of any namespace -> shop/a TCP 80",
      "infra/b -> shop/a TCP 80",
      "shop/a -> shop/a TCP 80",
    ]);
  });

  it("of pods that only a workload can have are told with that workload alone", () => {
    const from = (...peers: object[]) =>
      lines(
        app("a"),
        app("b"),
        policy({ ...of("a"), ...in_({ from: peers, ports: TCP(80) }) }),
      ).filter((line) => line.includes("-> shop/a"));
    assert.deepEqual(from(of("b")), ["shop/b -> shop/a TCP 80"]);
    assert.deepEqual(from({ podSelector: {} }), [
      "any pod of shop -> shop/a TCP 80",
      "shop/a -> shop/a TCP 80",
      "shop/b -> shop/a TCP 80",
    ]);
    const either = [{ key: "app", operator: "In", values: ["c", "b"] }];
    assert.deepEqual(from({ podSelector: { matchExpressions: either } }), [
      "pods app in (b,c) of shop -> shop/a TCP 80",
      "shop/b -> shop/a TCP 80",
    ]);
  });

  it("name addresses, with those that are left out", () => {
    const ipBlock = { cidr: "0.0.0.0/0", except: ["192.168.0.0/16", "10.0.0.0/8"] };
    const found = lines(
      app("a"),
      policy({ ...of("a"), ...out({ to: [{ ipBlock }], ports: TCP(443) }) }),
    );
    assert.equal(found[1], "shop/a -> 0.0.0.0/0 except 10.0.0.0/8,192.168.0.0/16 TCP 443");
  });

  it("are not restrained for pods on their node's network", () => {
    const none = policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    const found = lines(app("a", 80, "shop", { hostNetwork: true }), none);
    assert.deepEqual(found, ["anything -> shop/a any port", "shop/a -> anything any port"]);
  });

  it("refuse an operator that selectors do not have", () => {
    const matchExpressions = [{ key: "app", operator: "Like", values: ["a"] }];
    assert.throws(
      () => lines(app("a"), policy({ podSelector: { matchExpressions } })),
      /operator Like/,
    );
  });
});

describe("flows as lines", () => {
  const texts = [
    "shop/a -> shop/b TCP 80",
    "shop/a -> shop/b UDP 80-90",
    "any pod of infra -> shop/a SCTP any port",
    "shop/a -> 0.0.0.0/0 except 10.0.0.0/8,192.168.0.0/16 any port",
  ];
  for (const text of texts) {
    it(`are read as they are written: ${text}`, () => {
      assert.equal(flowText(parseFlow(text)), text);
    });
  }

  it("that are none are refused", () => {
    for (const text of ["", "a b TCP 80", "a -> b", "a -> b TCP"]) {
      assert.throws(() => parseFlow(text), /is no flow/, text);
    }
  });

  it("include narrower ones, and no wider", () => {
    const past = (flow: string, allowed: string) =>
      beyond([parseFlow(flow)], [parseFlow(allowed)]).length > 0;
    assert.equal(past("a -> b TCP 80", "a -> b TCP 80-90"), false);
    assert.equal(past("a -> b TCP 80", "a -> b any port"), false);
    assert.equal(past("a -> b TCP 79-80", "a -> b TCP 80-90"), true);
    assert.equal(past("a -> b UDP 80", "a -> b TCP 80"), true);
    assert.equal(past("a -> c TCP 80", "a -> b TCP 80"), true);
    assert.equal(past("c -> b TCP 80", "a -> b TCP 80"), true);
  });
});
