import type { LookedBack, Note, Opinion, Tally } from "../contract/seen.js";
import type { ThreatSignal } from "../contract/signal.js";
import { word } from "./facts.js";
import { alikeTo, type PastThreat } from "./history.js";

/** Earlier threats that are cited. */
const MAX_CITED = 5;
/** For how long threats against several customers happen at the same time, in ms. */
const WINDOW_MS = 10 * 60 * 1000;

const NONE: Opinion = { count: 0, cited: [], last: null };
/** What there is to read where nothing has happened before. */
export const NOTHING_BEFORE: LookedBack = {
  threats: 0,
  alike: 0,
  alike_false: NONE,
  alike_real: NONE,
  alike_noted: NONE,
  type_false: 0,
  type_real: 0,
  customer_threats: 0,
  customer_false: 0,
  address_real: { count: 0, cited: [] },
  customers_hit: 0,
  notes: [],
};

/**
 * What the analysis of a signal reads of earlier threats. In one pass: there may be some hundred of them, and
 * every signal looks at them.
 *
 * @param history newest first
 * @param now milliseconds since the epoch
 */
export function lookBack(
  signal: ThreatSignal,
  history: readonly PastThreat[],
  now: number,
): LookedBack {
  const isAlike = alikeTo(signal);
  const address = word(signal.metadata, "source_ip");
  let alike = 0;
  const alikeFalse: PastThreat[] = [];
  const alikeReal: PastThreat[] = [];
  const alikeNoted: PastThreat[] = [];
  const ofType = { asFalse: 0, asReal: 0 };
  const ofCustomer = { all: 0, asFalse: 0 };
  const fromAddress: PastThreat[] = [];
  const customers = new Set<string>();
  const notes: Note[] = [];
  for (const past of history) {
    const asFalse = past.falsePositive;
    const asReal = past.confirmed === true;
    const sameType = past.threatType === signal.threat_type;
    if (past.customer === signal.customer_name) {
      ofCustomer.all += 1;
      ofCustomer.asFalse += Number(asFalse);
      if (past.note !== undefined) {
        notes.push({ note: past.note, at: past.at, same_type: sameType });
      }
    }
    if (asReal && address !== null && past.sourceIp === address) {
      fromAddress.push(past);
    }
    if (!sameType) {
      continue;
    }
    ofType.asFalse += Number(asFalse);
    ofType.asReal += Number(asReal);
    if (now - past.at < WINDOW_MS && !customers.has(past.customer) && !isMachine(past)) {
      customers.add(past.customer);
    }
    if (!isAlike(past)) {
      continue;
    }
    alike += 1;
    if (asFalse) {
      alikeFalse.push(past);
    }
    if (asReal) {
      alikeReal.push(past);
    }
    if (past.decision?.field === "note") {
      alikeNoted.push(past);
    }
  }
  return {
    threats: history.length,
    alike,
    alike_false: opinionOf(alikeFalse),
    alike_real: opinionOf(alikeReal),
    alike_noted: opinionOf(alikeNoted),
    type_false: ofType.asFalse,
    type_real: ofType.asReal,
    customer_threats: ofCustomer.all,
    customer_false: ofCustomer.asFalse,
    address_real: tallyOf(fromAddress),
    customers_hit: customers.size,
    notes,
  };
}

/**
 * What most people say of some threats; where they differ evenly, that they are real.
 *
 * @param asFalse how many were called false
 * @returns null where nobody has decided
 */
export function peoplesWord(asFalse: number, asReal: number): "false" | "real" | null {
  return asFalse + asReal === 0 ? null : asFalse > asReal ? "false" : "real";
}

function tallyOf(threats: readonly PastThreat[]): Tally {
  const cited = threats
    .slice(0, MAX_CITED)
    .flatMap(({ decision }) =>
      decision === undefined ? [] : [`threats/${decision.threatId}/${decision.field}`],
    );
  return { count: threats.length, cited };
}

function opinionOf(threats: readonly PastThreat[]): Opinion {
  if (threats.length === 0) {
    return NONE;
  }
  const newest = threats.find(({ decision }) => decision !== undefined)?.decision;
  const last = newest === undefined ? null : { by: newest.by, at: newest.at, note: newest.note };
  return { ...tallyOf(threats), last };
}

/** Where a source names no customer, its machine's name stands for one; many machines are not many customers. */
function isMachine({ customer, subjects = [] }: PastThreat): boolean {
  return subjects.includes(`host ${customer}`);
}
