import * as assert from "node:assert/strict";
import { coalesceValues } from "../../config/values";
import { refusal, render, type Values } from "./support/helm";
import { find, ofKind, type Manifest } from "./support/manifest";
import { GATEWAY, LOGIN } from "./support/profiles";

const rendered = (more: Values = {}) => render({ values: coalesceValues(LOGIN, more) });

/** The arguments of the proxy that begin so, without that. */
function args(objects: readonly Manifest[], flag: string): string[] {
  const { containers } = find(objects, "Deployment", "soc-agent-auth").spec.template.spec;
  return (containers[0]?.args ?? [])
    .map(String)
    .filter((arg) => arg.startsWith(`--${flag}=`))
    .map((arg) => arg.slice(flag.length + 3));
}

/** From whom a part takes requests: the apps of pods, and namespaces. */
function callers(objects: readonly Manifest[], part: string): (string | undefined)[] {
  const { ingress } = find(objects, "NetworkPolicy", `soc-agent-${part}`).spec;
  return (ingress ?? []).flatMap(({ from }) =>
    (from ?? []).map(
      ({ podSelector, namespaceSelector }) =>
        podSelector?.matchLabels?.["app"] ??
        namespaceSelector?.matchLabels?.["kubernetes.io/metadata.name"],
    ),
  );
}

describe("chart: the login", function () {
  this.timeout(60_000);

  it("is off by default, and nothing of it is there", async () => {
    const objects = await render();
    assert.deepEqual(
      objects.filter(({ metadata }) => metadata.name.includes("auth")),
      [],
    );
    const backend = find(objects, "Deployment", "soc-agent-backend");
    const config = find(objects, "ConfigMap", "soc-agent-backend-config");
    assert.doesNotMatch(JSON.stringify([backend, config]), /AUTH_|tokens|oidc/);
  });

  it("stands before both parts: what comes in by Ingress or Gateway comes to its proxy alone", async () => {
    const objects = await rendered();
    const [ingress] = ofKind(objects, "Ingress");
    const paths = ingress?.spec.rules.flatMap(({ http }) => http?.paths ?? []) ?? [];
    assert.ok(paths.length > 1);
    assert.ok(paths.every(({ backend }) => backend.service?.name === "soc-agent-auth"));
    const [route] = ofKind(await rendered(GATEWAY), "HTTPRoute");
    const refs = route?.spec.rules.flatMap(({ backendRefs }) => backendRefs) ?? [];
    assert.ok(refs.length > 1);
    assert.ok(refs.every(({ name, port }) => name === "soc-agent-auth" && port === 80));

    assert.deepEqual(callers(objects, "auth"), ["ingress-nginx", "soc-test"]);
    assert.deepEqual(callers(objects, "frontend"), ["soc-auth", "soc-test"]);
    assert.deepEqual(callers(objects, "backend"), [
      "soc-frontend",
      "soc-auth",
      "monitoring",
      "soc-test",
    ]);
  });

  it("lets the backend judge its own paths, and shows who has signed out a page", async () => {
    const objects = await rendered();
    const signedOut = String.raw`^/signed-out\.html$`;
    assert.deepEqual(args(objects, "skip-auth-route"), [
      ...["^/health$", "^/api(/|$)", "^/ws(/|$)"],
      signedOut,
    ]);
    const backend = "http://soc-agent-backend:8000";
    assert.deepEqual(args(objects, "upstream"), [
      `${backend}/health`,
      ...["/api", "/ws"].flatMap((path) => [`${backend}${path}`, `${backend}${path}/`]),
      "http://grafana.monitoring:3000/grafana/",
      "http://soc-agent-frontend:80/",
    ]);
    // What a path means to a regular expression it must not mean here.
    const paths = [
      { path: "/", pathType: "Prefix", backend: "frontend" },
      { path: "/api.v1", pathType: "Prefix", backend: "backend" },
    ];
    const other = await rendered({ ingress: { hosts: [{ host: "soc.example.com", paths }] } });
    assert.deepEqual(args(other, "skip-auth-route"), [String.raw`^/api\.v1(/|$)`, signedOut]);
  });

  it("gives the backend what it checks tokens by, and the machines' tokens as files", async () => {
    const objects = await rendered();
    const { data } = find(objects, "ConfigMap", "soc-agent-backend-config");
    assert.deepEqual(
      Object.fromEntries(Object.entries(data).filter(([name]) => /^AUTH|^NODE_/.test(name))),
      {
        AUTH_ISSUER: "https://login.example.com:8443/realms/soc",
        AUTH_AUDIENCE: "soc",
        AUTH_ROLES_CLAIM: "groups",
        AUTH_READERS: "soc-reader",
        AUTH_ANALYSTS: "soc-analyst",
        AUTH_INGESTERS: "soc-ingest",
        AUTH_TOKENS_DIR: "/etc/soc-agent/tokens",
        NODE_EXTRA_CA_CERTS: "/etc/oidc-ca/ca.crt",
      },
    );
    const { volumes } = find(objects, "Deployment", "soc-agent-backend").spec.template.spec;
    const tokens = volumes?.find(({ name }) => name === "tokens");
    assert.deepEqual(
      tokens?.projected?.sources?.map(({ secret }) => secret?.name),
      ["tokens", "sensors"],
    );
  });

  it("opens the way to the provider, on its port and for the two that ask it", async () => {
    const objects = await rendered({ auth: { oidc: { cidrs: ["192.0.2.0/24"] } } });
    for (const part of ["auth", "backend"]) {
      const { egress } = find(objects, "NetworkPolicy", `soc-agent-${part}`).spec;
      const rules = (egress ?? []).filter(({ ports }) => ports?.some(({ port }) => port === 8443));
      assert.deepEqual(
        rules.map(({ to }) => to),
        [[{ ipBlock: { cidr: "192.0.2.0/24" } }]],
        part,
      );
    }
  });

  const COOKIES: readonly (readonly [string, readonly string[]])[] = [
    ["http://localhost:8080/oauth2/callback", ["soc_login", "false"]],
    ["https://soc.example.com/oauth2/callback", ["__Host-soc_login", "true"]],
  ];
  for (const [redirectUrl, expected] of COOKIES) {
    it(`keeps its cookie to the scheme of ${redirectUrl}`, async () => {
      const objects = await rendered({ auth: { oidc: { redirectUrl } } });
      const found = ["cookie-name", "cookie-secure"].flatMap((flag) => args(objects, flag));
      assert.deepEqual(found, expected);
    });
  }

  it("sends browsers back to the one host, and asks where there is no one", async () => {
    const at = (host: string, tls: unknown[] = []) => ({
      auth: { oidc: { redirectUrl: "" } },
      ingress: { hosts: [{ host }], tls },
    });
    const tls = [{ secretName: "tls", hosts: ["soc.example.com"] }];
    assert.deepEqual(args(await rendered(at("soc.example.com", tls)), "redirect-url"), [
      "https://soc.example.com/oauth2/callback",
    ]);
    for (const host of ["", "*.example.com"]) {
      assert.match(await refusal(coalesceValues(LOGIN, at(host))), /Set auth\.oidc\.redirectUrl/);
    }
  });

  it("shows pages to whoever the provider knows only where everybody may read", async () => {
    assert.deepEqual(args(await rendered(), "allowed-group"), ["soc-reader", "soc-analyst"]);
    const all = await rendered({ auth: { roles: { reader: ["*"] } } });
    assert.deepEqual(args(all, "allowed-group"), []);
  });

  const REFUSED: readonly (readonly [string, Values, RegExp])[] = [
    [
      "sessions in clear text",
      { auth: { oidc: { redirectUrl: "http://soc.example.com/oauth2/callback" } } },
      /browsers come back over http:\/\/soc\.example\.com.* in clear text/,
    ],
    [
      "several hosts, of which one would be signed in at",
      { ingress: { hosts: [{ host: "a.example.com" }, { host: "b.example.com" }] } },
      /has several hosts/,
    ],
    [
      "the backend in the dashboard's place, which would open all",
      {
        ingress: {
          hosts: [
            { host: "localhost", paths: [{ path: "/", pathType: "Prefix", backend: "backend" }] },
          ],
        },
      },
      /has \/ of "localhost" for the backend/,
    ],
    [
      "two files of certificate authorities, of which one is read",
      { backend: { env: { NODE_EXTRA_CA_CERTS: "/etc/ca.crt" } } },
      /auth\.oidc\.caSecret and backend\.env\.NODE_EXTRA_CA_CERTS both/,
    ],
    ["a role of nobody", { auth: { roles: { reader: [] } } }, /'\/auth\/roles\/reader'/],
    [
      "an issuer that no token has",
      { auth: { oidc: { issuer: "https://login.example.com/?realm=soc" } } },
      /'\/auth\/oidc\/issuer'/,
    ],
  ];
  for (const [title, values, message] of REFUSED) {
    it(`refuses ${title}`, async () => {
      assert.match(await refusal(coalesceValues(LOGIN, values)), message);
    });
  }

  it("names all that is missing, and what would stand in its way, at once", async () => {
    const paths = [{ path: "/oauth2/x", pathType: "Prefix", backend: "backend" }];
    const said = await refusal({
      auth: { enabled: true },
      backend: { env: { AUTH_ISSUER: "https://login.example.com" } },
      ingress: { hosts: [{ host: "soc.example.com", paths }] },
    });
    for (const problem of [
      /auth\.oidc\.issuer is empty/,
      /auth\.oidc\.clientId is empty/,
      /auth\.oidc\.existingSecret is empty/,
      /auth\.session\.existingSecret is empty/,
      /backend\.env\.AUTH_ISSUER is set/,
      /"soc\.example\.com" without the path \//,
      /ingress\.hosts has \/oauth2\/x/,
    ]) {
      assert.match(said, problem);
    }
    assert.match(
      await refusal({ auth: { oidc: { issuer: "http://login.example.com" } } }),
      /'\/auth\/oidc\/issuer'/,
    );
  });
});
