import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from "jose";
import type { LoginConfig } from "../src/config/login.js";
import { identityOf } from "../src/login/identity.js";
import type { Answer, Api } from "./support/client.js";
import { eventually } from "./support/eventually.js";
import { startLocalPod, type LocalPod } from "./support/pod.js";
import { AUDIENCE, OidcFixture } from "./support/provider.js";

const PEOPLE = {
  reader: ["soc-reader"],
  analyst: ["staff", "soc-analyst"],
  ingest: ["soc-ingest"],
  nobody: ["staff"],
} as const;
type Person = keyof typeof PEOPLE;
const MACHINE = "machine-token-of-a-sensor-0123456789";

/** Who may use each route: everybody, whoever is signed in (any), or those that are named. */
const MAY: Readonly<Record<string, "everybody" | "any" | readonly Person[]>> = {
  "GET /": ["reader", "analyst"],
  "GET /health": "everybody",
  "GET /ready": "everybody",
  "GET /metrics": "everybody",
  "GET /api/threats": ["reader", "analyst"],
  "GET /api/threats/histogram": ["reader", "analyst"],
  "GET /api/threats/{id}": ["reader", "analyst"],
  "PATCH /api/threats/{id}": ["analyst"],
  "GET /api/threats/{id}/record": ["reader", "analyst"],
  "POST /api/threats/trigger": ["analyst", "ingest"],
  "POST /api/threats/ingest": ["ingest"],
  "POST /api/threats/ingest/wazuh": ["ingest"],
  "POST /api/threats/ingest/suricata": ["ingest"],
  "POST /api/threats/ingest/falco": ["ingest"],
  "POST /api/threats/ingest/guardduty": ["ingest"],
  "POST /api/threats/ingest/ocsf": ["ingest"],
  "GET /api/quarantine": ["reader", "analyst"],
  "DELETE /api/quarantine/{id}": ["analyst"],
  "GET /api/analytics": ["reader", "analyst"],
  "POST /api/egress-violations": ["ingest"],
  "GET /api/egress-violations": ["reader", "analyst"],
  "POST /api/demo/reset": ["analyst"],
  "GET /api/observability": ["reader", "analyst"],
  "GET /api/session": "any",
};
/** What is served and not described. */
const PAGES = ["/openapi.json", "/docs", "/docs/start.js", "/docs/swagger-ui.css", "/redoc"];

interface Operation {
  readonly description?: string;
  readonly security?: unknown;
  readonly responses: object;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly securitySchemes?: object };
}

/** The answer to a preflight; fetch leaves out the headers that are a browser's own. */
async function preflight(
  port: number,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number | undefined; readonly headers: IncomingHttpHeaders }> {
  const asked = request({
    host: "127.0.0.1",
    port,
    path: "/api/threats/none",
    method: "OPTIONS",
    headers,
  }).end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  answer.resume();
  return { status: answer.statusCode, headers: answer.headers };
}

const detailOf = ({ json }: Answer): string => (json as { detail: string }).detail;

describe("login", function () {
  this.timeout(60_000);
  let provider: OidcFixture;
  let folder: string;
  let pod: LocalPod;
  let login: LoginConfig;
  const lines: string[] = [];
  const tokens = new Map<Person, string>();
  const as = (person: Person): Api => pod.api.as(tokens.get(person) ?? "");

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "soc-tokens-"));
    writeFileSync(join(folder, "ingest.wazuh"), `${MACHINE}\n`);
    provider = await OidcFixture.start(PEOPLE);
    const { issuer } = provider;
    const groups = { reader: ["soc-reader"], analyst: ["soc-analyst"], ingest: ["soc-ingest"] };
    login = {
      oidc: { issuer, audience: AUDIENCE, rolesClaim: "groups", groups },
      tokensDir: folder,
    };
    pod = await startLocalPod(
      { login, demo: true, logLevel: "error", corsOrigins: ["https://soc.example.com"] },
      undefined,
      lines,
    );
    for (const person of Object.keys(PEOPLE) as Person[]) {
      tokens.set(person, await provider.signIn(person));
    }
  });

  after(async () => {
    await pod.app.close();
    await provider.close();
    rmSync(folder, { recursive: true });
  });

  describe("by route and role", () => {
    const send = (api: Api, route: string): Promise<Answer> => {
      const [method = "", path = ""] = route.replace("{id}", "none").split(" ");
      return method === "GET"
        ? api.get(path, { redirect: "manual" })
        : api.post(path, {}, "application/json", method);
    };
    const may = {
      ...MAY,
      ...Object.fromEntries(PAGES.map((path) => [`GET ${path}`, ["reader", "analyst"]])),
    };

    it("has every route that there is", async () => {
      const { json } = await as("reader").get("/openapi.json");
      const described = Object.entries((json as Description).paths).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
      );
      assert.deepEqual(described.sort(), Object.keys(MAY).sort());
    });

    for (const [route, who] of Object.entries(may)) {
      it(`${route} is for ${String(who)}`, async () => {
        const none = await send(pod.api, route);
        assert.equal(none.status === 401, who !== "everybody", none.text);
        if (none.status === 401) {
          assert.equal(none.headers.get("www-authenticate"), "Bearer");
          assert.match(detailOf(none), /^Sign in, or send a token as Authorization: Bearer/);
        }
        for (const person of Object.keys(PEOPLE) as Person[]) {
          const answer = await send(as(person), route);
          const allowed = typeof who === "string" || who.includes(person);
          assert.equal(answer.status === 403, !allowed, `${person}: ${answer.text}`);
          assert.notEqual(answer.status, 401, person);
          if (!allowed) {
            assert.match(detailOf(answer), new RegExp(` needs the role .*, and ${person} has `));
          }
        }
      });
    }

    it("tells what is no route to those alone who are signed in", async () => {
      assert.equal((await pod.api.get("/nothing")).status, 401);
      assert.equal((await as("nobody").get("/nothing")).status, 404);
    });

    it("answers a preflight without a token", async () => {
      const origin = "https://soc.example.com";
      const asked = { origin, "access-control-request-method": "PATCH" };
      const { status, headers } = await preflight(pod.api.port, asked);
      assert.equal(status, 204);
      assert.equal(headers["access-control-allow-origin"], origin);
      assert.match(String(headers["access-control-allow-methods"]), /PATCH/);
    });

    it("is described with the roles, and without login as ever", async () => {
      const on = (await as("reader").get("/openapi.json")).json as Description;
      const { description, security, responses } = on.paths["/api/threats/{id}"]?.["patch"] ?? {};
      assert.equal(description, "Needs a token with the role analyst.");
      assert.deepEqual(security, [{ bearer: [] }]);
      assert.ok(responses !== undefined && "401" in responses);
      assert.equal(on.paths["/health"]?.["get"]?.security, undefined);
      assert.ok(on.components.securitySchemes !== undefined);
      const open = await startLocalPod();
      try {
        const { text } = await open.api.get("/openapi.json");
        assert.doesNotMatch(text, /"401"|"security"|securitySchemes/);
      } finally {
        await open.app.close();
      }
    });
  });

  describe("by token", () => {
    const seconds = () => Math.floor(Date.now() / 1000);
    const claims = (): JWTPayload => ({
      iss: provider.issuer,
      aud: AUDIENCE,
      sub: "mallory",
      groups: ["soc-analyst"],
      exp: seconds() + 300,
    });
    const wrong: readonly (readonly [string, () => Promise<string>, RegExp])[] = [
      ["has expired", () => provider.sign({ exp: seconds() - 31 }), /has expired; sign in again/],
      ["never expires", () => provider.sign({ exp: undefined }), /lacks the claim exp/],
      ["is of nobody", () => provider.sign({ sub: undefined }), /lacks the claim sub/],
      ["is of an empty text", () => provider.sign({ sub: "" }), /lacks the claim sub/],
      [
        "is of no text",
        () => provider.sign({ sub: { id: 1 } as unknown as string }),
        /lacks the claim sub/,
      ],
      ["expires on no date", () => provider.sign({ exp: 1e300 }), /lacks the claim exp/],
      ["begins later", () => provider.sign({ nbf: seconds() + 90 }), /is not valid yet/],
      ["is for another audience", () => provider.sign({ aud: "x" }), /another audience than soc-/],
      ["is for no audience", () => provider.sign({ aud: undefined }), /another audience than soc-/],
      [
        "is of another issuer",
        () => provider.sign({ iss: "https://evil.example" }),
        /another issuer than http/,
      ],
      [
        "is not signed",
        async () => new UnsecuredJWT(claims()).encode(),
        /signed in a way that is not accepted/,
      ],
      [
        "is signed with the public key as a shared secret",
        () =>
          new SignJWT(claims())
            .setProtectedHeader({ alg: "HS256", kid: provider.publicJwk.kid ?? "" })
            .sign(Buffer.from(JSON.stringify(provider.publicJwk).padEnd(64))),
        /signed in a way that is not accepted/,
      ],
      [
        "is signed with another key of that name",
        async () => {
          const { privateKey } = await generateKeyPair("RS256");
          return provider.sign(claims(), { privateKey, kid: provider.publicJwk.kid ?? "" });
        },
        /no signature by a key of/,
      ],
      [
        "is signed with a key that nobody knows",
        async () => {
          const { privateKey } = await generateKeyPair("RS256");
          return provider.sign(claims(), { privateKey, kid: "another" });
        },
        /no signature by a key of/,
      ],
      [
        "brings its own key",
        async () => {
          const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
          const jwk = await exportJWK(publicKey);
          return new SignJWT(claims()).setProtectedHeader({ alg: "RS256", jwk }).sign(privateKey);
        },
        /no signature by a key of/,
      ],
      [
        "was changed",
        async () => `${tokens.get("analyst")?.replace(/\.[^.]*\./, ".e30.")}`,
        /no signature/,
      ],
      [
        "is no JWT",
        async () => `${MACHINE}x`,
        /neither a signed token \(JWT\) nor one of the machine/,
      ],
    ];
    for (const [what, make, why] of wrong) {
      it(`refuses one that ${what}, and says so`, async () => {
        const token = await make();
        const answer = await pod.api.as(token).get("/api/session");
        assert.equal(answer.status, 401, answer.text);
        assert.match(detailOf(answer), why);
        assert.equal(answer.headers.get("www-authenticate"), 'Bearer error="invalid_token"');
        assert.ok(!answer.text.includes(token));
      });
    }

    it("takes one that has just expired, as clocks differ", async () => {
      const token = await provider.sign({ exp: seconds() - 5 });
      assert.equal((await pod.api.as(token).get("/api/session")).status, 200);
    });

    it("believes no header that names somebody", async () => {
      const forged = {
        "X-Auth-Request-User": "jane",
        "X-Auth-Request-Groups": "soc-analyst",
        "X-Forwarded-User": "jane",
        "X-Forwarded-Groups": "soc-analyst",
        "Remote-User": "jane",
      };
      assert.equal((await pod.api.get("/api/threats", { headers: forged })).status, 401);
      const api = pod.api.as(tokens.get("reader") ?? "", forged);
      const { json } = await api.get("/api/session");
      assert.equal((json as { name: string }).name, "reader");
      assert.equal((await api.patch("none", { version: 1, note: "x" })).status, 403);
    });

    it("tells who is signed in, what they may do, and until when", async () => {
      const { json } = await as("analyst").get("/api/session");
      const { expires_at: end, ...session } = json as { expires_at: string };
      assert.deepEqual(session, { login: true, name: "analyst", roles: ["reader", "analyst"] });
      assert.ok(Math.abs(Date.parse(end) - Date.now() - 300_000) < 60_000, end);
      assert.deepEqual((await pod.api.as(MACHINE).get("/api/session")).json, {
        login: true,
        name: "ingest.wazuh",
        roles: ["ingest"],
        expires_at: null,
      });
      const open = await startLocalPod();
      try {
        assert.deepEqual((await open.api.get("/api/session")).json, {
          login: false,
          name: null,
          roles: ["reader", "analyst", "ingest"],
          expires_at: null,
        });
      } finally {
        await open.app.close();
      }
    });
  });

  describe("with the provider", () => {
    const status = async (api: Api): Promise<number> => (await api.get("/api/session")).status;

    it("goes on while that is down, and follows when it changes its key", async () => {
      const before = await provider.sign({});
      provider.up = false;
      assert.equal(await status(pod.api.as(before)), 200, "its keys are known");
      provider.up = true;
      await provider.rotate();
      const fresh = await provider.signIn("reader");
      await eventually(async () => (await status(pod.api.as(fresh))) === 200, "the new key counts");
      assert.equal(await status(pod.api.as(before)), 401, "the old one does not any more");
      for (const person of Object.keys(PEOPLE) as Person[]) {
        tokens.set(person, await provider.signIn(person));
      }
    });

    it("is asked for keys now and then, however many tokens have a key that nobody knows", async () => {
      const { privateKey } = await generateKeyPair("RS256");
      const asked = provider.keyRequests;
      for (let count = 0; count < 50; count += 1) {
        const token = await provider.sign({}, { privateKey, kid: `made-up-${count}` });
        assert.equal(await status(pod.api.as(token)), 401);
      }
      assert.ok(provider.keyRequests - asked <= 2, `${provider.keyRequests - asked} times`);
    });

    it("says 503 until its keys are there, logs it once, and stays ready for machines", async () => {
      provider.up = false;
      const said: string[] = [];
      const late = await startLocalPod({ login }, undefined, said);
      try {
        const api = late.api.as(tokens.get("reader") ?? "");
        for (let count = 0; count < 3; count += 1) {
          const answer = await api.get("/api/threats");
          assert.equal(answer.status, 503, answer.text);
          assert.ok(detailOf(answer).includes(provider.issuer));
          assert.equal(answer.headers.get("retry-after"), "5");
        }
        assert.equal(await status(late.api.as(MACHINE)), 200);
        assert.equal((await late.api.get("/ready")).status, 200);
        const tried = provider.cutOff;
        await eventually(async () => {
          assert.equal(await status(api), 503);
          return provider.cutOff > tried;
        }, "another try");
        const problems = said.filter((line) => line.includes("cannot be had"));
        assert.equal(problems.length, 1, said.join(""));
        provider.up = true;
        await eventually(async () => (await status(api)) === 200, "the keys are there");
      } finally {
        provider.up = true;
        await late.app.close();
      }
    });
  });

  it("says 503 while the provider has a key that cannot be used, and logs it once", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const key = { ...publicKey.export({ format: "jwk" }), kid: "short", alg: "RS256" };
    const answers: Readonly<Record<string, () => object>> = {
      "/.well-known/openid-configuration": () => ({ issuer, jwks_uri: `${issuer}/jwks` }),
      "/jwks": () => ({ keys: [key] }),
    };
    const weak = createServer(({ url = "" }, response) =>
      response.end(JSON.stringify(answers[url]?.())),
    ).listen(0, "127.0.0.1");
    await once(weak, "listening");
    const issuer = `http://127.0.0.1:${(weak.address() as AddressInfo).port}`;
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = `${part({ alg: "RS256", kid: "short" })}.${part({ iss: issuer, sub: "jane" })}`;
    const signature = sign("sha256", Buffer.from(text), privateKey).toString("base64url");
    const said: string[] = [];
    const oidc = login.oidc && { ...login.oidc, issuer };
    const own = await startLocalPod({ login: { ...login, oidc } }, undefined, said);
    try {
      for (let count = 0; count < 3; count += 1) {
        const answer = await own.api.as(`${text}.${signature}`).get("/api/session");
        assert.equal(answer.status, 503, answer.text);
        assert.ok(detailOf(answer).includes(issuer));
      }
      const problems = said.filter((line) => line.includes("provider cannot be used"));
      assert.equal(problems.length, 1, said.join(""));
    } finally {
      await own.app.close();
      weak.close();
      weak.closeAllConnections();
    }
  });

  it("names in audit lines who, from where, what and which threats, at any LOG_LEVEL", async () => {
    lines.length = 0;
    const { id } = await as("analyst").trigger({ threat_type: "bot_traffic" });
    assert.equal((await as("analyst").patch(id, { version: 1, note: "Mine" })).status, 200);
    const machine = pod.api.as(MACHINE, { "x-forwarded-for": "203.0.113.9" });
    const signals = Array.from({ length: 12 }, (_, at) => ({ customer_name: "A", id: `${at}` }));
    const sent = await machine.post("/api/threats/ingest", [...signals, {}]);
    const { results } = sent.json as { results: readonly { id: string | null }[] };
    assert.equal((await machine.post("/api/threats/ingest", {})).status, 422);
    const violation = {
      timestamp: 1,
      source_pod: "a",
      attempted_destination: "b",
      blocked_by: "c",
    };
    assert.equal((await machine.post("/api/egress-violations", violation)).status, 202);
    assert.equal((await as("analyst").post("/api/demo/reset", {})).status, 200);
    const audit = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .map(({ level: _, timestamp: _t, service: _s, logger_name, module: _m, ...line }) => {
        assert.equal(logger_name, "soc_agent.audit");
        return line;
      });
    const address = "127.0.0.1";
    const [analyst, sensor] = [
      { by: "analyst", subject: "id-of-analyst", address },
      { by: "ingest.wazuh", subject: null, address },
    ];
    const { cleared, ...reset } = audit.pop() ?? {};
    assert.deepEqual(reset, { ...analyst, message: "Demo reset" });
    assert.ok(cleared);
    const brought = audit[2]?.["threat_ids"] as readonly string[];
    assert.deepEqual(audit, [
      { ...analyst, threat_id: id, message: "Threat triggered" },
      { ...analyst, threat_id: id, decisions: { note: "Mine" }, message: "Threat decided" },
      {
        ...sensor,
        accepted: 12,
        duplicates: 0,
        refused: 1,
        threat_ids: brought,
        message: "Threats brought",
      },
      {
        ...sensor,
        source_pod: "a",
        attempted_destination: "b",
        message: "Egress violation stored",
      },
    ]);
    assert.equal(brought.length, 10);
    assert.ok(brought.every((known) => results.some((result) => result.id === known)));
  });

  it("takes the address from a proxy that is trusted, as far as the proxies go", async () => {
    const said: string[] = [];
    const behind = await startLocalPod(
      { login, trustedProxies: ["127.0.0.0/8", "10.244.0.0/16"], logLevel: "error" },
      undefined,
      said,
    );
    try {
      const chain = { "x-forwarded-for": "198.51.100.1, 203.0.113.9, 10.244.1.7" };
      await behind.api.as(MACHINE, chain).post("/api/threats/ingest", { customer_name: "A" });
      const [line] = said.map((text) => JSON.parse(text) as { address: string });
      assert.equal(line?.address, "203.0.113.9", "what that one says of another is its word alone");
    } finally {
      await behind.app.close();
    }
  });

  it("writes an IPv4 address as such, whatever it listens on", async () => {
    const said: string[] = [];
    const all = await startLocalPod({ login, host: null, logLevel: "error" }, undefined, said);
    try {
      await all.api.as(MACHINE).post("/api/threats/ingest", { customer_name: "A" });
      const [line] = said.map((text) => JSON.parse(text) as { address: string });
      assert.equal(line?.address, "127.0.0.1");
    } finally {
      await all.app.close();
    }
  });

  it("has no token in any line of the log", async () => {
    const said: string[] = [];
    const loud = await startLocalPod({ login, logLevel: "debug" }, undefined, said);
    try {
      const shown = [
        MACHINE,
        tokens.get("reader") ?? "",
        await provider.sign({ exp: 1 }),
        "canary",
      ];
      for (const token of shown) {
        const api = loud.api.as(token);
        await api.get("/api/threats");
        await api.get(`/api/threats?token=${token}`);
        await api.post("/api/threats/ingest", { customer_name: "A" });
        await api.post("/api/threats/trigger", "{");
      }
      assert.ok(said.length > 0);
      shown.forEach((token) => assert.ok(!said.join("").includes(token)));
    } finally {
      await loud.app.close();
    }
  });
});

describe("identityOf", () => {
  const groups = { reader: ["*"], analyst: ["tier-1", "tier-2"], ingest: [] };
  const at = (rolesClaim: string) => ({ issuer: "i", audience: "a", rolesClaim, groups });
  const table: readonly (readonly [string, string, object, string, readonly string[]])[] = [
    ["a list", "groups", { groups: ["x", "tier-2"] }, "s", ["reader", "analyst"]],
    ["a text", "groups", { groups: "tier-1" }, "s", ["reader", "analyst"]],
    ["no group", "groups", { email: "j@x" }, "j@x", ["reader"]],
    ["no text", "groups", { groups: [1, { "tier-1": true }] }, "s", ["reader"]],
    ["a part of a name", "groups", { groups: ["tier-10"] }, "s", ["reader"]],
    ["a claim within", "a.b", { a: { b: ["tier-1"] } }, "s", ["reader", "analyst"]],
    [
      "a name with dots",
      "https://x.y/g",
      { "https://x.y/g": "tier-1" },
      "s",
      ["reader", "analyst"],
    ],
    ["what objects inherit", "constructor.name", { groups: "tier-1" }, "s", ["reader"]],
  ];
  for (const [what, claim, claims, name, roles] of table) {
    it(`reads roles from ${what}`, () => {
      const identity = identityOf({ sub: "s", exp: 2, ...claims }, at(claim));
      assert.deepEqual(identity, { name, subject: "s", roles, expiresAt: 2000 });
    });
  }

  it("gives no role to nobody", () => {
    const none = { ...at("groups"), groups: { ...groups, reader: ["soc-reader"] } };
    assert.deepEqual(identityOf({ sub: "s", exp: 2 }, none).roles, []);
  });
});
