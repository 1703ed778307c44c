import * as assert from "node:assert/strict";
import { render, template, type Values } from "./support/helm";
import { find, type Ingress, type IngressRule, ofKind } from "./support/manifest";
import { GATEWAY } from "./support/profiles";

async function ingressWith(ingress: Values = {}): Promise<Ingress> {
  return find(await render({ values: { ingress } }), "Ingress", "soc-agent");
}

/** `<path> <type> -> <service>:<port>` of every path of a rule. */
function routes(rule: IngressRule | undefined): string[] {
  return (rule?.http?.paths ?? []).map(
    ({ path, pathType, backend: { service } }) =>
      `${path} ${pathType} -> ${service?.name}:${service?.port?.number}`,
  );
}

const path = (at: string, backend: string, pathType = "Prefix") => ({
  path: at,
  pathType,
  backend,
});

describe("chart: ingress.yaml", function () {
  this.timeout(60_000);

  it("routes localhost as specified, the most specific path first", async () => {
    const { apiVersion, metadata, spec } = await ingressWith();

    assert.equal(apiVersion, "networking.k8s.io/v1");
    assert.equal(metadata.annotations, undefined);
    assert.equal(spec.ingressClassName, "nginx");
    assert.equal(spec.tls, undefined);
    assert.equal(spec.rules.length, 1);
    assert.equal(spec.rules[0]?.host, "localhost");
    assert.deepEqual(routes(spec.rules[0]), [
      "/health Exact -> soc-agent-backend:8000",
      "/api Prefix -> soc-agent-backend:8000",
      "/ws Prefix -> soc-agent-backend:8000",
      "/ Prefix -> soc-agent-frontend:80",
    ]);
  });

  it("is absent when it is switched off", async () => {
    assert.deepEqual(
      ofKind(await render({ values: { ingress: { enabled: false } } }), "Ingress"),
      [],
    );
  });

  it("sorts whatever paths it gets: longer first, Exact before Prefix, equals as they come", async () => {
    const paths = [
      path("/", "frontend"),
      path("/metrics", "backend"),
      path("/api", "backend"),
      path("/app", "frontend"),
      path("/api", "frontend", "Exact"),
      path("/api/v1/threats", "backend", "ImplementationSpecific"),
    ];
    const { spec } = await ingressWith({ hosts: [{ host: "a.example.com", paths }] });
    assert.deepEqual(
      routes(spec.rules[0]).map((route) => route.split(" -> ")[0]),
      [
        "/api/v1/threats ImplementationSpecific",
        "/metrics Prefix",
        "/api Exact",
        "/api Prefix",
        "/app Prefix",
        "/ Prefix",
      ],
    );
  });

  it("renders every host, and an empty one as any", async () => {
    const hosts = [
      { host: "a.example.com", paths: [path("/", "frontend")] },
      { host: "*.example.org", paths: [path("/", "backend")] },
      { host: "", paths: [path("/health", "backend", "Exact")] },
    ];
    const { rules } = (await ingressWith({ hosts })).spec;

    assert.deepEqual(
      rules.map((rule) => rule.host),
      ["a.example.com", "*.example.org", undefined],
    );
    assert.deepEqual(rules.map(routes), [
      ["/ Prefix -> soc-agent-frontend:80"],
      ["/ Prefix -> soc-agent-backend:8000"],
      ["/health Exact -> soc-agent-backend:8000"],
    ]);
  });

  it("gives a host that names no paths those of the values file", async () => {
    const flags = ["--set", "ingress.hosts[0].host=soc.example.com"];
    const { rules } = find(await render({ flags }), "Ingress", "soc-agent").spec;
    assert.equal(rules[0]?.host, "soc.example.com");
    assert.deepEqual(routes(rules[0]), routes((await ingressWith()).spec.rules[0]));

    const hosts = [{ host: "localhost" }];
    const [named, unnamed] = [GATEWAY, { ...GATEWAY, ingress: { enabled: false, hosts } }];
    assert.deepEqual(
      find(await render({ values: unnamed }), "HTTPRoute", "soc-agent").spec,
      find(await render({ values: named }), "HTTPRoute", "soc-agent").spec,
    );
  });

  it("takes numbers and booleans as annotations, and writes them as they were written", async () => {
    const annotations = { seconds: 1_000_000, id: 12_345_678_901, part: 0.5, on: true, off: false };
    const texts = {
      seconds: "1000000",
      id: "12345678901",
      part: "0.5",
      on: "true",
      off: "false",
    };
    assert.deepEqual((await ingressWith({ annotations })).metadata.annotations, texts);
    const flags = Object.entries(texts).flatMap(([key, text]) => [
      "--set",
      `ingress.annotations.${key}=${text}`,
    ]);
    const { metadata } = find(await render({ flags }), "Ingress", "soc-agent");
    assert.deepEqual(metadata.annotations, texts);
    const gateway = { ...GATEWAY, gateway: { ...(GATEWAY["gateway"] as Values), annotations } };
    const route = find(await render({ values: gateway }), "HTTPRoute", "soc-agent");
    assert.deepEqual(route.metadata.annotations, texts);
  });

  it("takes class and annotations from values", async () => {
    const annotations = { "example.com/number": "60", "example.com/flag": "true" };
    const { metadata, spec } = await ingressWith({ className: "traefik", annotations });
    assert.equal(spec.ingressClassName, "traefik");
    assert.deepEqual(metadata.annotations, annotations);
  });

  it("leaves the class to the cluster when it is empty", async () => {
    assert.ok(!("ingressClassName" in (await ingressWith({ className: "" })).spec));
  });

  describe("TLS", () => {
    const entry = { secretName: "soc-agent-tls", hosts: ["soc.example.com"] };
    const forms = [
      ["is off by default", [], undefined],
      ["takes the Ingress API's list", [entry, { ...entry, secretName: "b" }], 2],
      ["takes one block", { enabled: true, ...entry }, 1],
      ["is off in a block that is not enabled", { enabled: false, ...entry }, undefined],
      ["is off in a block of nothing else", { enabled: false }, undefined],
    ] as const;
    it("names the Secret that cert-manager fills, where it is asked to and none is named", async () => {
      for (const issuer of ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer"]) {
        const hosts = ["soc.example.com"];
        const { spec } = await ingressWith({
          annotations: { [issuer]: "letsencrypt" },
          tls: [{ hosts }, { hosts, secretName: "own" }, { hosts }],
        });
        assert.deepEqual(spec.tls, [
          { secretName: "soc-agent-tls", hosts },
          { secretName: "own", hosts },
          { secretName: "soc-agent-tls-3", hosts },
        ]);
      }
    });

    for (const [title, tls, entries] of forms) {
      it(title, async () => {
        const { spec } = await ingressWith({ tls });
        assert.equal(spec.tls?.length, entries);
        if (entries !== undefined) {
          assert.deepEqual(spec.tls?.[0], entry);
        }
      });
    }
  });

  it("has no annotation of one controller by default", async () => {
    const { stdout } = await template();
    assert.doesNotMatch(stdout, /nginx\.ingress|traefik\.|alb\.ingress|cloud\.google/);
  });
});
