import * as assert from "node:assert/strict";
import { render, type Values } from "./support/helm";
import { type HTTPRoute, ofKind } from "./support/manifest";
import { GATEWAY } from "./support/profiles";

const parentRefs = [{ name: "shared", namespace: "infra" }];

async function routesWith(gateway: Values = {}, hosts?: readonly unknown[]): Promise<HTTPRoute[]> {
  const ingress = { enabled: false, ...(hosts && { hosts }) };
  const values = { ingress, gateway: { enabled: true, parentRefs, ...gateway } };
  return ofKind(await render({ values }), "HTTPRoute");
}

describe("chart: httproute.yaml", function () {
  this.timeout(60_000);

  it("routes what the Ingress would, through the Gateway, the most specific path first", async () => {
    const [route, ...others] = await routesWith();

    assert.deepEqual(others, []);
    assert.equal(route?.apiVersion, "gateway.networking.k8s.io/v1");
    assert.equal(route?.metadata.name, "soc-agent");
    assert.equal(route?.metadata.annotations, undefined);
    assert.deepEqual(route?.spec.parentRefs, parentRefs);
    assert.deepEqual(route?.spec.hostnames, ["localhost"]);
    assert.deepEqual(
      route?.spec.rules.map(({ matches: [match], backendRefs: [ref] }) =>
        [match?.path.value, match?.path.type, ref?.name, ref?.port].join(" "),
      ),
      [
        "/health Exact soc-agent-backend 8000",
        "/api PathPrefix soc-agent-backend 8000",
        "/ws PathPrefix soc-agent-backend 8000",
        "/ PathPrefix soc-agent-frontend 80",
      ],
    );
    assert.ok(route?.spec.rules.every((rule) => !("timeouts" in rule)));
  });

  it("takes a path that ends in /* for the prefix before it", async () => {
    const path = (path: string) => ({
      path,
      pathType: "ImplementationSpecific",
      backend: "backend",
    });
    const [route] = await routesWith({}, [{ host: "", paths: ["/api/*", "/ws", "/*"].map(path) }]);
    assert.deepEqual(
      route?.spec.rules.map(({ matches: [match] }) => [match?.path.type, match?.path.value]),
      [
        ["PathPrefix", "/api"],
        ["PathPrefix", "/ws"],
        ["PathPrefix", "/"],
      ],
    );
  });

  it("makes one route for each host, an empty one for any", async () => {
    const paths = [{ path: "/", pathType: "ImplementationSpecific", backend: "frontend" }];
    const hosts = [
      { host: "a.example.com", paths },
      { host: "*.example.org", paths },
      { host: "", paths },
    ];
    const routes = await routesWith({}, hosts);
    assert.deepEqual(
      routes.map(({ metadata, spec }) => [metadata.name, spec.hostnames]),
      [
        ["soc-agent", ["a.example.com"]],
        ["soc-agent-2", ["*.example.org"]],
        ["soc-agent-3", undefined],
      ],
    );
    assert.equal(routes[0]?.spec.rules[0]?.matches[0]?.path.type, "PathPrefix");
  });

  it("gives requests to the backend, WebSockets among them, the time that they may take", async () => {
    const [route] = await routesWith({ requestTimeout: "3600s" });
    assert.deepEqual(
      route?.spec.rules.map(({ timeouts }) => timeouts?.request),
      ["3600s", "3600s", "3600s", undefined],
    );
  });

  it("takes annotations from values", async () => {
    const annotations = { "example.com/owner": "soc" };
    const [route] = await routesWith({ annotations });
    assert.deepEqual(route?.metadata.annotations, annotations);
  });

  it("stands for the Ingress, which is then absent, and is absent by default", async () => {
    assert.deepEqual(ofKind(await render({ values: GATEWAY }), "Ingress"), []);
    assert.deepEqual(ofKind(await render(), "HTTPRoute"), []);
  });
});
