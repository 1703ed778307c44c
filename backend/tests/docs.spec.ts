import assert from "node:assert/strict";
import { startLocalPod, type LocalPod } from "./support/pod.js";

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, { responses: object }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

interface AlertSchema {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, AlertSchema>>;
}

/** True or false, also in the words that a query has for them. */
const FLAG = {
  anyOf: [
    { type: "boolean" },
    {
      type: "string",
      pattern:
        "^([tT][rR][uU][eE]|[tT]|[yY][eE][sS]|[yY]|[oO][nN]|1|[fF][aA][lL][sS][eE]|[fF]|[nN][oO]|[nN]|[oO][fF][fF]|0)$",
    },
    { type: "number", enum: [0, 1] },
  ],
};

/** In seconds since the epoch. */
const MOMENT = { type: "number", minimum: 0, maximum: 1e10 };

/** The fields that a schema requires, in depth. */
function neededBy({ required = [], properties = {} }: AlertSchema = {}): readonly string[] {
  return required.flatMap((name) => {
    const inner = neededBy(properties[name]);
    return inner.length === 0 ? [name] : inner.map((field) => `${name}.${field}`);
  });
}

describe("description of the API", () => {
  let pod: LocalPod;
  let description: OpenApi;

  before(async () => {
    pod = await startLocalPod({ demo: true });
    description = (await pod.api.get("/openapi.json")).json as OpenApi;
  });

  after(() => pod.app.close());

  it("lists every route of the contract with its answers", () => {
    const listed = Object.entries(description.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([method, { responses }]) =>
          `${method.toUpperCase()} ${path} ${Object.keys(responses).join(" ")}`,
      ),
    );
    assert.deepEqual(listed, [
      "GET / 200 403",
      "GET /health 200",
      "GET /ready 200 503",
      "GET /metrics 200",
      "GET /api/threats 200 403 422 503",
      "GET /api/threats/histogram 200 403 422 503",
      "GET /api/threats/{id} 200 403 404 503",
      "PATCH /api/threats/{id} 200 403 404 409 413 415 422 503",
      "POST /api/threats/trigger 200 400 403 413 415 422 429 503",
      "GET /api/threats/{id}/record 200 403 404 503",
      "POST /api/threats/ingest 202 207 400 403 413 415 422 429 500 503",
      "POST /api/threats/ingest/wazuh 202 207 400 403 413 415 422 429 500 503",
      "POST /api/threats/ingest/suricata 202 207 400 403 413 415 422 429 500 503",
      "POST /api/threats/ingest/falco 202 207 400 403 413 415 422 429 500 503",
      "POST /api/threats/ingest/guardduty 202 207 400 403 413 415 422 429 500 503",
      "POST /api/threats/ingest/ocsf 202 207 400 403 413 415 422 429 500 503",
      "GET /api/quarantine 200 403 422 503",
      "DELETE /api/quarantine/{id} 204 403 404 413 415 422 503",
      "GET /api/analytics 200 403 503",
      "POST /api/egress-violations 202 403 413 415 422 503",
      "GET /api/egress-violations 200 403 422 503",
      "POST /api/demo/reset 200 403 413 415 422 503",
      "GET /api/observability 200 403",
      "GET /api/session 200 403",
    ]);
  });

  it("refers to schemas that are there, and describes what requests need", () => {
    assert.equal(description.openapi, "3.1.0");
    const text = JSON.stringify(description);
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    assert.ok(references.length > 20);
    for (const [, name] of references) {
      assert.ok(name !== undefined && name in description.components.schemas, name);
    }
    assert.doesNotMatch(text, /\$defs|\$id/);
    const list = description.paths["/api/threats"]?.["get"] as unknown as {
      parameters: unknown;
    };
    assert.deepEqual(list.parameters, [
      {
        name: "limit",
        in: "query",
        required: false,
        schema: { type: "integer", minimum: 1, maximum: 100, default: 20 },
      },
      {
        name: "offset",
        in: "query",
        required: false,
        schema: { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 },
      },
      { name: "review", in: "query", required: false, schema: FLAG },
      { name: "dropped", in: "query", required: false, schema: FLAG },
      { name: "from", in: "query", required: false, schema: MOMENT },
      { name: "to", in: "query", required: false, schema: MOMENT },
    ]);
  });

  it("says what each kind of alert needs", () => {
    const needs = Object.fromEntries(
      Object.entries(description.paths)
        .filter(([path]) => path.startsWith("/api/threats/ingest"))
        .map(([path, { post }]) => {
          const { requestBody } = post as unknown as {
            requestBody: { content: Record<string, { schema: { anyOf?: AlertSchema[] } }> };
          };
          return [
            path.slice("/api/threats/".length),
            neededBy(requestBody.content["application/json"]?.schema.anyOf?.[0]),
          ];
        }),
    );
    assert.deepEqual(needs, {
      ingest: ["customer_name"],
      "ingest/wazuh": ["rule.id"],
      "ingest/suricata": ["alert.signature"],
      "ingest/falco": ["time", "rule", "priority"],
      "ingest/guardduty": ["id", "type", "severity"],
      "ingest/ocsf": ["class_uid", "finding_info.uid", "severity_id"],
    });
  });

  it("has a page that takes nothing from anywhere else", async () => {
    const page = await pod.api.get("/docs");
    assert.equal(page.status, 200);
    const policy = page.headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none'; script-src 'self';/);
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? "");
    assert.deepEqual(sources, [
      "data:,",
      "docs/swagger-ui.css",
      "docs/swagger-ui-bundle.js",
      "docs/start.js",
    ]);
    for (const source of sources.slice(1)) {
      const response = await fetch(`http://127.0.0.1:${pod.api.port}/${source}`);
      assert.equal(response.status, 200, source);
      assert.match(response.headers.get("content-type") ?? "", /^text\/(css|javascript)/);
      assert.ok((await response.text()).length > 50);
    }
    assert.equal((await pod.api.get("/redoc", { redirect: "manual" })).status, 302);
  });

  it("shows that page with a slash behind too, whose links would lead nowhere from there", async () => {
    const { status, headers } = await pod.api.get("/docs/", { redirect: "manual" });
    assert.deepEqual([status, headers.get("location")], [302, "../docs"]);
  });
});
