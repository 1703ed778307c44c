import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { MAX_SIGNAL, MAX_TEXT } from "../src/contract/signal.js";
import type { RequestProblem } from "../src/contract/problems.js";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import { KEYS } from "../src/store/keys.js";
import { RawHttp } from "./support/rawHttp.js";
import { usePod } from "./support/stores.js";
import { WAZUH_ALERT } from "./support/wazuh.js";

const TRIGGER = "/api/threats/trigger";
const WAZUH = "/api/threats/ingest/wazuh";
const EGRESS = "/api/egress-violations";
const VIOLATION = {
  timestamp: 1_700_000_000,
  source_pod: "soc/agent-1",
  attempted_destination: "203.0.113.9:443",
  blocked_by: "networkpolicy",
};
/** A whole analysis holds the signal, and some of its texts a few times. */
const MAX_STORED = 4 * MAX_SIGNAL;
/** A thousand of them are kept. */
const MAX_VIOLATION = 20 * 1024;

const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

for (const kind of ["memory", "redis"] as const) {
  describe(`bounds on the ${kind} store`, () => {
    const pod = usePod(kind);

    /** The only problem that a body has. */
    const problem = async (path: string, body: unknown): Promise<RequestProblem> => {
      const { status, json, text } = await pod.api.post(path, body);
      assert.equal(status, 422, text);
      assert.ok(text.length < 2000, `${text.length} characters`);
      const { detail } = json as { detail: readonly RequestProblem[] };
      assert.equal(detail.length, 1, text);
      return detail[0] as RequestProblem;
    };

    it("takes an alert that was cut in the middle of a character", async () => {
      const alert = {
        ...WAZUH_ALERT,
        id: "halved",
        full_log: "half \ud83d",
        agent: { name: "web \ud83d" },
      };
      const { status, text } = await pod.api.post(WAZUH, alert);
      assert.equal(status, 202, text);
      const listed = await pod.api.get("/api/threats?limit=1");
      assert.match(listed.text, /half \ufffd/);
      assert.doesNotMatch(listed.text, /\\ud83d/);
    });

    const texts: readonly (readonly [string, string, object, number, number])[] = [
      [EGRESS, "source_pod", VIOLATION, 512, 202],
      [EGRESS, "attempted_destination", VIOLATION, 512, 202],
      [EGRESS, "blocked_by", VIOLATION, 512, 202],
      [TRIGGER, "scenario", {}, 100, 200],
      [TRIGGER, "threat_type", {}, 100, 400],
      [TRIGGER, "adversarial_scenario", {}, 100, 400],
    ];
    for (const [path, field, body, most, status] of texts) {
      it(`${path} takes ${field} up to ${most} characters, and says what is too much`, async () => {
        for (const character of ["a", "é", "💥"]) {
          const fits = { ...body, [field]: character.repeat(most) };
          assert.equal((await pod.api.post(path, fits)).status, status);
          const { input, ...rest } = await problem(path, {
            ...body,
            [field]: character.repeat(5 * most),
          });
          assert.deepEqual(rest, {
            type: "string_too_long",
            loc: ["body", field],
            msg: `String should have at most ${most} characters, not ${5 * most}`,
            ctx: { max_length: most, actual_length: 5 * most },
          });
          assert.ok(String(input).startsWith(character));
        }
      });
    }

    it("takes the metadata of a violation up to 4096 characters as JSON, 16 levels deep", async () => {
      const metadata = { note: "x".repeat(4096 - '{"note":""}'.length) };
      assert.equal((await pod.api.post(EGRESS, { ...VIOLATION, metadata })).status, 202);
      const { type, loc, msg, ctx } = await problem(EGRESS, {
        ...VIOLATION,
        metadata: { ...metadata, more: 1 },
      });
      assert.deepEqual([type, loc], ["too_long", ["body", "metadata"]]);
      assert.equal(msg, "Dictionary should have at most 4096 characters as JSON, not 4105");
      assert.deepEqual(ctx, { max_length: 4096, actual_length: 4105 });

      const deep = (levels: number): string =>
        `${JSON.stringify(VIOLATION).slice(0, -1)},"metadata":${nested(levels)}}`;
      assert.equal((await pod.api.post(EGRESS, deep(16))).status, 202);
      for (const levels of [17, 10_000]) {
        const refused = await problem(EGRESS, deep(levels));
        assert.deepEqual(refused.loc, ["body", "metadata"]);
        assert.equal(refused.msg, "Dictionary should be nested at most 16 levels deep");
      }
    });

    it("repeats little of what was sent, however large and deep that is", async () => {
      for (const body of [
        nested(10_000),
        `{"x":"${"y".repeat(60_000)}"}`,
        `"${"z".repeat(60_000)}"`,
      ]) {
        const { status, text } = await pod.api.post(EGRESS, body);
        assert.equal(status, 422, text.slice(0, 500));
        assert.ok(text.length < 10_000, `${text.length} characters`);
      }
    });

    for (const path of [EGRESS, TRIGGER]) {
      it(`${path} refuses a body of more than 64 KiB, with and without a length`, async () => {
        const body = JSON.stringify({ ...VIOLATION, metadata: { note: "x".repeat(900_000) } });
        const { status, json } = await pod.api.post(path, body);
        assert.deepEqual(
          [status, json],
          [413, { detail: `The body should have at most 65536 bytes, not ${body.length}` }],
        );
        const client = await RawHttp.to(pod.api.port);
        client.send(
          [
            ...[`POST ${path} HTTP/1.1`, "Host: localhost", "Content-Type: application/json"],
            "Transfer-Encoding: chunked",
          ],
          `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
        );
        const answer = await client.answer();
        client.socket.destroy();
        assert.equal(answer.status, 413);
        assert.match(answer.body, /"The body should have at most 65536 bytes, not more"/);
      });
    }

    it("takes a real alert whatever its size, and keeps it within bounds, with a mark", async () => {
      const full_log = `begin ${"x".repeat(900_000)}`;
      const { status, json } = await pod.api.post(WAZUH, { ...WAZUH_ALERT, full_log });
      assert.equal(status, 202);
      const [stored] = (await pod.api.get("/api/threats?limit=1")).json as ThreatAnalysis[];
      assert.deepEqual(stored?.signal, json, "the answer says what is kept");
      const { metadata = {} } = stored?.signal ?? {};
      assert.match(String(metadata["full_log"]), /^begin x+… \[cut: 900006 characters came\]$/);
      assert.ok(String(metadata["full_log"]).length <= MAX_TEXT);
      assert.deepEqual(metadata["truncated"], ["full_log"]);
      assert.equal(metadata["package"], WAZUH_ALERT.data.package);
      assert.equal(metadata["rule_level"], WAZUH_ALERT.rule.level);
    });

    const long = "long".repeat(10_000);
    const hostile: readonly (readonly [string, string])[] = [
      [
        "long texts wherever one is read",
        JSON.stringify({
          ...WAZUH_ALERT,
          agent: { id: long, name: long, ip: long },
          rule: { ...WAZUH_ALERT.rule, description: long, mitre: { id: [long, long] } },
          location: long,
          data: {
            ...{ user_agent: long, endpoint: long, note: long, notes: [long, long], user_id: long },
            ...{ country: long, package: long, domain: long, device_id: long, customer_name: long },
          },
        }),
      ],
      [
        "many fields",
        JSON.stringify({
          ...WAZUH_ALERT,
          data: Object.fromEntries(Array.from({ length: 40_000 }, (_, at) => [`key${at}`, at])),
        }),
      ],
      [
        "many techniques and groups",
        JSON.stringify({
          ...WAZUH_ALERT,
          rule: {
            ...WAZUH_ALERT.rule,
            groups: Array.from({ length: 30_000 }, (_, at) => `group${at}`),
            mitre: { id: Array.from({ length: 30_000 }, (_, at) => `T${at}`) },
          },
        }),
      ],
      ["deep nesting", `${JSON.stringify(WAZUH_ALERT).slice(0, -1)},"data":${nested(100_000)}}`],
    ];
    for (const [what, body] of hostile) {
      it(`keeps an alert with ${what} within bounds`, async () => {
        const { status, text } = await pod.api.post(WAZUH, body);
        assert.equal(status, 202, text.slice(0, 500));
        const list = await pod.api.get("/api/threats?limit=1");
        const stored = Buffer.byteLength(list.text);
        assert.ok(stored < MAX_STORED, `${stored} bytes`);
        assert.equal(longest(list.json) <= MAX_TEXT, true, `${longest(list.json)} characters`);
        const [threat] = list.json as ThreatAnalysis[];
        assert.ok(JSON.stringify(threat?.signal).length <= MAX_SIGNAL);
        // Where one stands that was cut, and where some were left out.
        assert.match(list.text, /\[cut: |"truncated":\[/);
      });
    }

    if (kind === "redis") {
      it("has no violation in Redis that is larger than its bounds allow", async () => {
        const text = "\u0001".repeat(512);
        const violation = {
          ...{ timestamp: Date.now() / 1000, source_pod: text, attempted_destination: text },
          ...{ blocked_by: text, metadata: { note: "💥".repeat(2040) } },
        };
        assert.equal((await pod.api.post(EGRESS, violation)).status, 202);
        const raw = new Redis(pod.redis?.url ?? "");
        const [kept] = await raw.zrevrangeBuffer(KEYS.egress, 0, 0);
        raw.disconnect();
        assert.ok(kept !== undefined && kept.length > 10_000);
        assert.ok(kept.length < MAX_VIOLATION, `${kept.length} bytes`);
      });
    }
  });
}

/** The length of the longest text in a value. */
function longest(value: unknown): number {
  return typeof value === "string"
    ? value.length
    : typeof value === "object" && value !== null
      ? Math.max(0, ...Object.values(value).map(longest))
      : 0;
}
