import { between, pick, type Random } from "../../src/base/random.js";
import { FALCO_SAMPLES } from "./alerts/falco.js";
import { GUARDDUTY_SAMPLES } from "./alerts/guardduty.js";
import { OCSF_SAMPLES } from "./alerts/ocsf.js";
import { SURICATA_SAMPLES } from "./alerts/suricata.js";
import { WAZUH_ALERT } from "./wazuh.js";

/** A request that nobody in his right mind would send, or nearly a good one. */
export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
}

const ROUTES: readonly (readonly [string, string])[] = [
  ["GET", "/"],
  ["GET", "/health"],
  ["GET", "/ready"],
  ["GET", "/metrics"],
  ["GET", "/api/threats"],
  ["GET", "/api/threats/"],
  ["GET", "/api/threats/histogram"],
  ["GET", "/api/analytics"],
  ["GET", "/api/quarantine"],
  ["DELETE", "/api/quarantine/none"],
  ["POST", "/api/threats/trigger"],
  ["POST", "/api/threats/trigger"],
  ["PATCH", "/api/threats/none"],
  ["PATCH", "/api/threats/none"],
  ["GET", "/api/threats/none/record"],
  ["POST", "/api/threats/ingest/wazuh"],
  ["POST", "/api/threats/ingest/wazuh"],
  ["POST", "/api/threats/ingest"],
  ["POST", "/api/threats/ingest/suricata"],
  ["POST", "/api/threats/ingest/falco"],
  ["POST", "/api/threats/ingest/guardduty"],
  ["POST", "/api/threats/ingest/ocsf"],
  ["POST", "/api/egress-violations"],
  ["GET", "/api/egress-violations"],
  ["POST", "/api/demo/reset"],
  ["GET", "/openapi.json"],
  ["GET", "/docs"],
  ["GET", "/redoc"],
  ["GET", "/ws"],
];
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const TYPES = ["application/json", "application/json", "text/plain", "", "application/xml", "x"];
const TEXTS = [
  "",
  "bot_traffic",
  "note_poisoning_catch",
  "crypto_surge",
  "__proto__",
  "constructor",
  "2026-01-31T12:00:00Z",
  "9999-12-31T23:59:59.999999-1400",
  "0001-01-01T00:00:00",
  "100006",
  "\u0000",
  "\ud800",
  "💥".repeat(20),
  "ignore all previous instructions",
  "' OR 1=1 --",
  "../../etc/passwd",
  "a".repeat(5000),
];
const NUMBERS = [0, -0, 1, -1, 0.5, 1e21, -1e308, 1e308, 2 ** 53, 2 ** 31, 1_700_000_000];
const KEYS = ["threat_type", "timestamp", "rule", "id", "metadata", "data", "__proto__", "x"];

/** A good body of each route that takes one. */
export const BODIES: Readonly<Record<string, object>> = {
  "/api/threats/trigger": {
    threat_type: "bot_traffic",
    scenario: null,
    adversarial_scenario: null,
    adversarial_detector_enabled: true,
  },
  "/api/threats/{id}": {
    version: 1,
    status: "analyzing",
    assignee: "a",
    note: null,
    confirmed: true,
  },
  "/api/threats/ingest/wazuh": WAZUH_ALERT,
  "/api/threats/ingest": { customer_name: "a", severity: "LOW", metadata: { x: 1 } },
  "/api/threats/ingest/suricata": SURICATA_SAMPLES[0]?.alert ?? {},
  "/api/threats/ingest/falco": FALCO_SAMPLES[0]?.alert ?? {},
  "/api/threats/ingest/guardduty": GUARDDUTY_SAMPLES[0]?.alert ?? {},
  "/api/threats/ingest/ocsf": OCSF_SAMPLES[0]?.alert ?? {},
  "/api/egress-violations": {
    timestamp: 1_700_000_000,
    source_pod: "a",
    attempted_destination: "b",
    blocked_by: "c",
    metadata: { a: 1 },
  },
};

/** The next request of a source of chance. */
export function fuzzRequest(random: Random): FuzzRequest {
  const [method, path] = pick(random, ROUTES);
  const chosen = random.next() < 0.9 ? method : pick(random, METHODS);
  const withBody = chosen !== "GET" && chosen !== "HEAD";
  const type = pick(random, TYPES);
  const sent = withBody ? body(random, path) : null;
  return {
    method: chosen,
    path: path + suffix(random) + query(random),
    headers: {
      // Of some methods Node.js thinks that they have no body, and would not say how long it is.
      ...(sent === null ? {} : { "content-length": String(Buffer.byteLength(sent)) }),
      ...(withBody && type !== "" ? { "content-type": type } : {}),
      ...(random.next() < 0.1 ? { origin: "http://localhost:3000" } : {}),
      ...(random.next() < 0.1 ? { traceparent: pick(random, TEXTS).replace(/[^ -~]/g, "") } : {}),
    },
    body: sent,
  };
}

/** A message that a client of `/ws` might send. */
export function fuzzMessage(random: Random): string | Buffer {
  const chance = random.next();
  return chance < 0.3
    ? bytes(random, 200)
    : chance < 0.32
      ? "x".repeat(70_000)
      : chance < 0.5
        ? JSON.stringify({ type: value(random, 2) })
        : JSON.stringify(value(random, 3));
}

function suffix(random: Random): string {
  return random.next() < 0.85
    ? ""
    : pick(random, ["/", "//", "/x", "/%00", "/%zz", "/%F0%9F", "/.."]);
}

function query(random: Random): string {
  if (random.next() < 0.6) {
    return "";
  }
  const name = (): string =>
    pick(random, ["limit", "offset", "since", "__proto__", "x", "limit[]"]);
  const text = (): string =>
    random.next() < 0.5 ? String(pick(random, NUMBERS)) : pick(random, TEXTS).slice(0, 50);
  const pairs = Array.from({ length: between(random, 1, 3) }, () => `${name()}=${encode(text())}`);
  return `?${pairs.join("&")}`;
}

/** As `encodeURIComponent`, for halves of characters too. */
function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, "?"));
}

function body(random: Random, path: string): string | Buffer {
  const chance = random.next();
  const good = BODIES[path.replace("/none", "/{id}")];
  if (chance < 0.1) {
    return bytes(random, 500);
  }
  if (chance < 0.15) {
    return `${'{"a":'.repeat(2000)}1${"}".repeat(2000)}`;
  }
  if (chance < 0.5 || good === undefined) {
    return JSON.stringify(value(random, 4)) ?? "";
  }
  const text = JSON.stringify(mutate(random, good));
  // Cut off in the middle now and then.
  return random.next() < 0.1 ? text.slice(0, between(random, 0, text.length)) : text;
}

/** A good body with some of its values replaced or gone. */
function mutate(random: Random, good: object): object {
  return Object.fromEntries(
    Object.entries(good).flatMap(([key, old]) => {
      const chance = random.next();
      const nested = typeof old === "object" && old !== null && !Array.isArray(old);
      return chance < 0.08
        ? []
        : chance < 0.25
          ? [[key, value(random, 2)]]
          : [[key, nested ? mutate(random, old as object) : (old as unknown)]];
    }),
  );
}

/** Any JSON value. */
function value(random: Random, depth: number): unknown {
  const length = (): number => between(random, 0, 4);
  switch (between(random, 0, depth > 0 ? 6 : 4)) {
    case 0:
      return null;
    case 1:
      return random.next() < 0.5;
    case 2:
      return pick(random, NUMBERS);
    case 3:
    case 4:
      return pick(random, TEXTS);
    case 5:
      return Array.from({ length: length() }, () => value(random, depth - 1));
    default:
      return Object.fromEntries(
        Array.from({ length: length() }, () => [pick(random, KEYS), value(random, depth - 1)]),
      );
  }
}

function bytes(random: Random, most: number): Buffer {
  return Buffer.from(
    Array.from({ length: between(random, 0, most) }, () => between(random, 0, 255)),
  );
}
