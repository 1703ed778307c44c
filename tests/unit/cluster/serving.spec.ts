import * as assert from "node:assert/strict";
import { idleItems } from "../../../cluster/serving";

describe("what keeps an application from serving", () => {
  const service = (name: string, selector?: Record<string, string>) =>
    ({ kind: "Service", metadata: { name }, spec: selector ? { selector } : {} }) as const;
  const slice = (of: string, ...ready: boolean[]) =>
    ({
      kind: "EndpointSlice",
      addressType: "IPv4",
      metadata: { name: `${of}-1`, labels: { "kubernetes.io/service-name": of } },
      endpoints: ready.map((ready) => ({ addresses: ["10.0.0.1"], conditions: { ready } })),
    }) as const;
  const deployment = (name: string, replicas?: number) =>
    ({
      kind: "Deployment",
      metadata: { name },
      spec: { selector: {}, template: {}, ...(replicas !== undefined && { replicas }) },
    }) as const;
  const idle = (...items: Parameters<typeof idleItems>[0]) => idleItems(items, "kubectl");

  it("is a Service without endpoints, with the labels that pods should have", () => {
    const labels = { app: "web", tier: "front" };
    const none = "Service web has no endpoints: no ready pod has the labels app=web,tier=front";
    assert.deepEqual(idle(service("web", labels)), [none]);
    assert.deepEqual(idle(service("web", labels), slice("web")), [none]);
    assert.deepEqual(idle(service("web", labels), slice("web", false)), [none]);
    assert.deepEqual(idle(service("web", labels), slice("other", true)), [none]);
    assert.deepEqual(idle(service("web", labels), slice("web", false, true)), []);
    // Somebody else makes the endpoints of one without a selector.
    assert.deepEqual(idle(service("web")), []);
  });

  it("is a Deployment that somebody has set to no pods", () => {
    assert.deepEqual(idle(deployment("web", 0), deployment("more", 2), deployment("one")), [
      "Deployment web is at 0 pods, as somebody has set it: kubectl scale deployment web --replicas=1",
    ]);
  });
});
