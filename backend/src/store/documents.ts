import * as z from "zod";
import { BoundedMap } from "../base/boundedMap.js";
import { text } from "../contract/fields.js";
import { pastThreat, type PastThreat } from "../threats/history.js";
import { UNTOUCHED } from "../threats/triage.js";
import type { ThreatAnalysis } from "../contract/threat.js";

/** A threat as it is kept and sent: its JSON, made once, and what this process reads of it. */
export interface StoredThreat {
  readonly id: string;
  readonly json: Buffer;
  readonly past: PastThreat;
  /** Whole milliseconds. */
  readonly processingMs: number;
  readonly version: number;
}

/** Makes the JSON of a threat. */
export function encodeThreat(threat: ThreatAnalysis): StoredThreat {
  return describe(threat, Buffer.from(JSON.stringify(threat)));
}

/** What threats of older backends lack. */
const ABSENT_BEFORE = { ...UNTOUCHED, evidence: [] };

/** The whole threat, also of an older backend. */
export function decodeThreat({ json }: StoredThreat): ThreatAnalysis {
  const threat = JSON.parse(json.toString()) as ThreatAnalysis;
  return { ...threat, ...ABSENT_BEFORE, ...threat };
}

/**
 * Reads threats from bytes. Threats seldom change, and the same ones are read over and over: what has
 * been checked once is remembered, so that equal bytes need not be parsed again.
 */
export class Documents {
  readonly #known: BoundedMap<string, StoredThreat>;

  /** @param capacity how many are remembered */
  constructor(capacity: number) {
    this.#known = new BoundedMap(capacity);
  }

  /** Remembers a threat. */
  add(threat: StoredThreat): void {
    this.#known.delete(threat.id);
    this.#known.add(threat.id, threat);
  }

  /** The threat in some bytes; null for what is absent or no threat. */
  read(json: Buffer | null): StoredThreat | null {
    if (json === null) {
      return null;
    }
    const known = this.#known.get(leadingId(json) ?? "");
    if (known?.json.equals(json) === true) {
      return known;
    }
    const stored = parse(json);
    if (stored !== null) {
      this.add(stored);
    }
    return stored;
  }
}

function describe(threat: ThreatAnalysis, json: Buffer): StoredThreat {
  const ms = Math.round(Number(threat.total_processing_time_ms));
  // Absent in those of a backend that knows no triage.
  const { version = UNTOUCHED.version } = threat as Partial<ThreatAnalysis>;
  return {
    id: threat.id,
    json,
    past: pastThreat(threat),
    version,
    // No sum can be made of another.
    processingMs: Number.isSafeInteger(ms) ? ms : 0,
  };
}

/** The id of JSON that begins with it, as that of all known writers does. */
function leadingId(json: Buffer): string | undefined {
  return /^\{"id":\s?"([^"\\]{1,128})"/.exec(json.toString("latin1", 0, 160))?.[1];
}

function parse(json: Buffer): StoredThreat | null {
  try {
    const value: unknown = JSON.parse(json.toString());
    // A copy, since the bytes may be a small part of what came in one piece.
    return isThreat(value) ? describe(value, Buffer.from(json)) : null;
  } catch {
    // Also a document in which something else stands than this program reads: it must not keep others away.
    return null;
  }
}

/** What this program relies on; the rest is passed on as it was stored. What has a default is absent in those of older backends. */
const RELIED_ON = z.object({
  ...{ id: text, created_at: text, severity: text },
  signal: z.object({ threat_type: text, customer_name: text, metadata: z.looseObject({}) }),
  requires_human_review: z.boolean().default(false),
  version: z.int().default(UNTOUCHED.version),
  note: text.nullable().default(null),
  confirmed: z.boolean().default(false),
  decisions: z.record(z.string(), z.object({ by: text, at: text })).default({}),
});

function isThreat(value: unknown): value is ThreatAnalysis {
  return RELIED_ON.safeParse(value).success;
}
