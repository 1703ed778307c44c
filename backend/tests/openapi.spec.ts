import assert from "node:assert/strict";
import { seededRandom } from "../src/base/random.js";
import { SCHEMAS } from "../src/contract/responses.js";
import type { Answer } from "./support/client.js";
import { BODIES, fuzzRequest } from "./support/fuzz.js";
import { startLocalPod, type LocalPod } from "./support/pod.js";

/** `FUZZ_SEED` gives other cases; the same seed always gives the same ones. */
const SEED = Number(process.env["FUZZ_SEED"] ?? 2026);
const REQUESTS = 1500;

interface Schema {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly schema: Schema }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<
    Record<
      string,
      { readonly content?: Readonly<Record<string, { readonly schema: { $ref: string } }>> }
    >
  >;
}

describe(`description of the API, held against the server (FUZZ_SEED=${SEED})`, function () {
  this.timeout(120_000);
  let pod: LocalPod;
  let operations: readonly (readonly [method: string, path: string, operation: Operation])[];

  before(async () => {
    pod = await startLocalPod({ maxStoredThreats: 20 });
    const { paths } = (await pod.api.get("/openapi.json")).json as {
      paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    };
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, operation]) => [method.toUpperCase(), path, operation] as const,
      ),
    );
  });

  after(() => pod.app.close());

  /** What the description does not say of an answer; nothing where it is right. */
  const wrong = ({ responses }: Operation, answer: Answer): string | null => {
    const told = responses[answer.status];
    if (told === undefined) {
      return `${answer.status} is not told: ${answer.text.slice(0, 200)}`;
    }
    const name = told.content?.["application/json"]?.schema.$ref.split("/").at(-1);
    // What is no JSON at all has the form of other routes, as the description's words say.
    const names = name === "AlertError" ? [name, "HTTPValidationError"] : name ? [name] : [];
    const fits = names.some(
      (each) => SCHEMAS[each as keyof typeof SCHEMAS].safeParse(answer.json).success,
    );
    return names.length === 0 || fits ? null : `${answer.status} is no ${names.join(" or ")}`;
  };

  it("has every answer, in the form that it says, whatever comes", async () => {
    const random = seededRandom(SEED);
    const untold = new Set<string>();
    let asked = 0;
    for (let count = 0; count < REQUESTS; count += 1) {
      const { method, path, headers, body } = fuzzRequest(random);
      const [, route, operation] =
        operations.find(
          ([known, template]) =>
            known === method &&
            new RegExp(`^${template.replace(/\{\w+\}/g, "[\\w-]+")}/?$`).test(
              path.split("?", 1)[0] ?? "",
            ),
        ) ?? [];
      if (operation !== undefined) {
        const { "content-length": _, ...others } = headers;
        const init = {
          method,
          headers: others,
          ...(method !== "GET" && body !== null && { body: Uint8Array.from(Buffer.from(body)) }),
        };
        const problem = wrong(operation, await pod.api.get(path, init));
        asked += 1;
        if (problem !== null) {
          untold.add(`${method} ${route}: ${problem}`);
        }
      }
    }
    assert.deepEqual([...untold], []);
    assert.ok(asked > REQUESTS / 2, `${asked} requests`);
  });

  it("has the bounds of every number in a query that the server has", async () => {
    let bounds = 0;
    for (const [method, path, { parameters = [] }] of operations) {
      for (const { name, schema } of parameters.filter(
        (given) => given.schema.type === "integer",
      )) {
        assert.ok(schema.minimum !== undefined && schema.maximum !== undefined, `${path} ${name}`);
        for (const [value, status] of [
          [BigInt(schema.minimum), 200],
          [BigInt(schema.maximum), 200],
          [BigInt(schema.minimum) - 1n, 422],
          [BigInt(schema.maximum) + 1n, 422],
        ] as const) {
          const answer = await pod.api.get(`${path}?${name}=${value}`, { method });
          assert.equal(answer.status, status, `${path}?${name}=${value}`);
          bounds += 1;
        }
      }
    }
    assert.ok(bounds >= 12, `${bounds} bounds`);
  });

  it("has the bounds of every text in a body, and the fields that are needed", async () => {
    let bounds = 0;
    const { id } = await pod.api.trigger();
    for (const [method, path, operation] of operations) {
      const good = BODIES[path];
      const send = async (body: object): Promise<number> =>
        (await pod.api.post(path.replace("{id}", id), body, "application/json", method)).status;
      const { properties = {}, required = [] } =
        operation.requestBody?.content["application/json"]?.schema ?? {};
      for (const [name, property] of Object.entries(properties)) {
        const [text] = [property, ...(property.anyOf ?? [])].filter(
          ({ type, enum: words, pattern }) =>
            type === "string" && words === undefined && pattern === undefined,
        );
        if (text !== undefined) {
          const most = text.maxLength;
          assert.ok(most !== undefined, `${path} ${name} has no bound`);
          const status = (length: number): Promise<number> =>
            send({ ...good, [name]: "💥".repeat(length) });
          assert.notEqual(await status(most), 422, `${path} ${name}`);
          assert.equal(await status(most + 1), 422, `${path} ${name}`);
          bounds += 1;
        }
      }
      for (const name of required) {
        assert.equal(await send({ ...good, [name]: undefined }), 422, `${path} without ${name}`);
      }
    }
    assert.ok(bounds >= 8, `${bounds} bounds`);
  });

  it("has the words that mean true and false", async () => {
    const path = "/api/threats/trigger";
    const [, , operation] = operations.find(([, known]) => known === path) ?? [];
    const flag =
      operation?.requestBody?.content["application/json"]?.schema.properties?.[
        "adversarial_detector_enabled"
      ];
    const { pattern = "" } =
      flag?.anyOf?.flatMap(({ anyOf = [] }) => anyOf).find(({ type }) => type === "string") ?? {};
    for (const word of ["true", "Yes", "oN", "0", "F", "OFF", "perhaps", "", "truethy", " yes"]) {
      const { status } = await pod.api.post(path, { adversarial_detector_enabled: word });
      assert.equal(status, new RegExp(pattern).test(word) ? 200 : 422, word);
    }
  });

  it("has an answer for a body that is too large wherever one is read", async () => {
    for (const [method, path, operation] of operations.filter(([known]) => known !== "GET")) {
      const body = { x: "y".repeat(1024 * 1024) };
      const answer = await pod.api.post(path, body, "application/json", method);
      assert.equal(answer.status, 413, `${method} ${path}`);
      assert.equal(wrong(operation, answer), null, `${method} ${path}`);
    }
  });
});
