import assert from "node:assert/strict";
import { PAGE_SIZE, readOlder, readSnapshot } from "../src/lib/resync";
import {
  MAX_THREATS,
  mergeSnapshot,
  NO_ARRIVALS,
  NO_THREATS,
  nothingOf,
  scopeReducer,
  threatsReducer,
  type Snapshot,
  type ThreatsState,
} from "../src/state/threats";
import type { ThreatAnalysis, ThreatPage } from "../src/types";
import { makeThreat, utc } from "./support/threats";

/** A threat named after its age in seconds. */
const aged = (seconds: number) => makeThreat({ id: `age-${seconds}`, created_at: utc(seconds) });
const ages = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => aged(from + i));
const ids = (threats: readonly ThreatAnalysis[]) => threats.map(({ id }) => id);

const whole = (threats: ThreatAnalysis[]): Snapshot => ({ threats, complete: true });
const newest = (threats: ThreatAnalysis[]): Snapshot => ({ threats, complete: false });

function arrive(state: ThreatsState, ...threats: ThreatAnalysis[]): ThreatsState {
  return threats.reduce(
    (s, data) => threatsReducer(s, { type: "events", events: [{ type: "new_threat", data }] }),
    state,
  );
}

function update(state: ThreatsState, data: ThreatAnalysis): ThreatsState {
  return threatsReducer(state, { type: "events", events: [{ type: "threat_updated", data }] });
}

describe("the live list", () => {
  it("is not loaded before a snapshot, also when a threat has come", () => {
    assert.equal(NO_THREATS.loaded, false);
    assert.equal(arrive(NO_THREATS, aged(1)).loaded, false);
  });

  it("takes the first snapshot in the server's order", () => {
    const state = threatsReducer(NO_THREATS, { type: "snapshot", snapshot: whole(ages(1, 3)) });
    assert.deepEqual(ids(state.threats), ["age-1", "age-2", "age-3"]);
    assert.equal(state.loaded, true);
    assert.equal(state.arrivals, NO_ARRIVALS);
  });

  it("is loaded and empty after an empty snapshot", () => {
    const state = threatsReducer(NO_THREATS, { type: "snapshot", snapshot: whole([]) });
    assert.deepEqual(state, { ...NO_THREATS, loaded: true, complete: true });
  });

  it("puts a threat where its time belongs: clocks of two servers differ", () => {
    assert.deepEqual(ids(arrive(NO_THREATS, aged(1), aged(2)).threats), ["age-1", "age-2"]);
  });

  it("puts a new threat on top and names it the latest", () => {
    const state = arrive(NO_THREATS, aged(2), aged(1));
    assert.deepEqual(ids(state.threats), ["age-1", "age-2"]);
    assert.equal(state.arrivals.latest?.id, "age-1");
  });

  it("shows a threat once that comes twice", () => {
    const once = arrive(NO_THREATS, aged(2), aged(1));
    assert.equal(arrive(once, aged(2)), once);
  });

  it("takes what a threat has become, in its place and without naming it the latest", () => {
    const known = arrive(NO_THREATS, aged(2), aged(1));
    const threat = { ...aged(2), severity: "CRITICAL" as const };
    const state = update(known, threat);
    assert.deepEqual(ids(state.threats), ["age-1", "age-2"]);
    assert.equal(state.threats[1]?.severity, "CRITICAL");
    assert.equal(state.arrivals, known.arrivals);
  });

  it("keeps the newer version, whichever comes first", () => {
    const newer = { ...aged(1), version: 3, note: "newer" };
    const known = update(arrive(NO_THREATS, aged(1)), newer);
    const late = update(known, { ...aged(1), version: 2 });
    assert.equal(late.threats[0]?.note, "newer");
    const read = mergeSnapshot(known.threats, whole([{ ...aged(1), version: 2 }]));
    assert.equal(read[0]?.version, 2, "what is stored counts where nothing came meanwhile");
  });

  it("takes many events as it takes each, and counts what arrived", () => {
    const critical = { ...aged(2), severity: "CRITICAL" as const };
    const events = [
      { type: "new_threat", data: aged(3) },
      { type: "new_threat", data: critical },
      { type: "threat_updated", data: { ...aged(3), version: 2, note: "changed" } },
      { type: "new_threat", data: aged(3) },
      { type: "new_threat", data: aged(1) },
    ] as const;
    const known = arrive(NO_THREATS, aged(4));
    const together = threatsReducer(known, { type: "events", events });
    const each = events.reduce(
      (state, event) => threatsReducer(state, { type: "events", events: [event] }),
      known,
    );
    assert.deepEqual(together, each);
    assert.deepEqual(ids(together.threats), ["age-1", "age-2", "age-3", "age-4"]);
    assert.equal(together.threats[2]?.note, "changed");
    assert.deepEqual(together.arrivals, { total: 4, critical: 1, latest: aged(1) });
  });

  it(`keeps the newest ${MAX_THREATS}`, () => {
    const state = arrive(NO_THREATS, ...ages(1, MAX_THREATS + 5).reverse());
    assert.deepEqual(ids(state.threats), ids(ages(1, MAX_THREATS)));
  });
});

const QUEUE = { review: true, from: "", to: "" };

describe("the review queue", () => {
  it("takes what waits, and what is known as it is by now", () => {
    const closed = { requires_human_review: false, version: 2 };
    const events = [
      { type: "new_threat", data: aged(2) },
      { type: "new_threat", data: { ...aged(3), ...closed } },
      { type: "threat_updated", data: { ...aged(4), ...closed } },
      { type: "threat_updated", data: aged(5) },
      { type: "threat_updated", data: { ...aged(6), ...closed } },
    ] as const;
    const known = threatsReducer(nothingOf(QUEUE), {
      type: "snapshot",
      snapshot: whole([aged(6)]),
    });
    const { threats } = scopeReducer(known, { type: "events", events }, QUEUE);
    assert.deepEqual(
      threats.map(({ id, version }) => `${id} ${version}`),
      ["age-2 1", "age-5 1", "age-6 2"],
    );
  });
});

describe("a snapshot after a reconnect", () => {
  it("adds what was missed", () => {
    assert.deepEqual(ids(mergeSnapshot([aged(3)], whole(ages(1, 3)))), ["age-1", "age-2", "age-3"]);
  });

  it("prefers the server's version of a known threat", () => {
    const [merged] = mergeSnapshot([makeThreat({ status: "pending" })], whole([makeThreat()]));
    assert.equal(merged?.status, "completed");
  });

  it("keeps known threats that are older than it, when the server has more", () => {
    const merged = mergeSnapshot(ages(15, 40), newest(ages(1, 20)));
    assert.deepEqual(ids(merged), ids(ages(1, 40)));
  });

  it("keeps a known threat of the same instant as its oldest, when the server has more", () => {
    const twin = makeThreat({ id: "twin", created_at: utc(20) });
    assert.equal(mergeSnapshot([twin], newest(ages(1, 20))).at(-1)?.id, "twin");
  });

  it("drops what the server does not have, when it lists everything", () => {
    assert.deepEqual(ids(mergeSnapshot(ages(5, 9), whole([aged(3)]))), ["age-3"]);
    assert.deepEqual(mergeSnapshot(ages(5, 9), whole([])), []);
  });

  it("removes a threat from its midst that the server no longer has", () => {
    const snapshot = [...ages(1, 9), ...ages(11, 21)];
    assert.deepEqual(ids(mergeSnapshot([aged(10)], newest(snapshot))), ids(snapshot));
  });

  it("keeps a threat that came after it was taken", () => {
    assert.deepEqual(ids(mergeSnapshot([aged(0)], whole(ages(1, 2)))), ["age-0", "age-1", "age-2"]);
  });

  it("keeps what came while it was asked for, whatever its time", () => {
    const known = [aged(1), aged(3), aged(5)];
    const snapshot = { ...whole([aged(1), aged(4)]), knownBefore: new Set(["age-1", "age-5"]) };
    assert.deepEqual(ids(mergeSnapshot(known, snapshot)), ["age-1", "age-3", "age-4"]);
    const none = { ...whole([]), knownBefore: new Set(["age-1", "age-5"]) };
    assert.deepEqual(ids(mergeSnapshot(known, none)), ["age-3"]);
  });

  it("drops a newer one that was known when all from the newest on were asked for", () => {
    const snapshot = { ...newest(ages(2, 3)), knownBefore: new Set(["age-1"]) };
    const left = (fromNewest: boolean) =>
      ids(mergeSnapshot([aged(0), aged(1)], { ...snapshot, fromNewest }));
    assert.deepEqual(left(true), ["age-0", "age-2", "age-3"]);
    assert.deepEqual(left(false), ["age-0", "age-1", "age-2", "age-3"]);
  });

  it(`stays within ${MAX_THREATS}`, () => {
    const known = arrive(NO_THREATS, ...ages(1, MAX_THREATS));
    const state = threatsReducer(known, { type: "snapshot", snapshot: newest(ages(0, 19)) });
    assert.deepEqual(ids(state.threats), ids(ages(0, MAX_THREATS - 1)));
  });
});

/** A server that holds these threats. */
function serving(threats: ThreatAnalysis[]) {
  const asked: number[] = [];
  const list = async (limit: number, offset: number): Promise<ThreatPage> => {
    asked.push(offset);
    const page = threats.slice(offset, offset + limit);
    return { threats: page, received: page.length };
  };
  return { asked, list };
}

describe("reading a snapshot over HTTP", () => {
  const knowing = (threats: ThreatAnalysis[]) => ({ threats, limit: MAX_THREATS });

  it("goes on beyond what is known to learn what is gone", async () => {
    const { asked, list } = serving([...ages(1, 40), ...ages(51, 500)]);
    const whole = await readSnapshot(knowing(ages(1, 200)), list, true);
    assert.deepEqual(asked, [0, 100]);
    assert.deepEqual(
      ids(mergeSnapshot(ages(1, 200), whole)).slice(0, 190),
      ids([...ages(1, 40), ...ages(51, 200)]),
    );
  });

  it("takes one page when that is all", async () => {
    const { asked, list } = serving(ages(1, 30));
    const snapshot = await readSnapshot(NO_THREATS, list);
    assert.deepEqual([ids(snapshot.threats), snapshot.complete], [ids(ages(1, 30)), true]);
    assert.deepEqual(asked, [0]);
  });

  it("goes on until it meets what is known", async () => {
    const { asked, list } = serving(ages(1, 500));
    const near = await readSnapshot(knowing(ages(90, 120)), list);
    assert.deepEqual([near.threats.length, near.complete, asked], [PAGE_SIZE, false, [0]]);
    const far = await readSnapshot(knowing(ages(130, 140)), list);
    assert.deepEqual(ids(mergeSnapshot(ages(130, 140), far)), ids(ages(1, 200)));
    assert.deepEqual(asked, [0, 0, 100]);
  });

  it("stops at what the page keeps", async () => {
    const { asked, list } = serving(ages(1, 1000));
    assert.equal((await readSnapshot(NO_THREATS, list)).threats.length, MAX_THREATS);
    assert.deepEqual(asked, [0, 100]);
  });

  it("does not take a page with an unreadable threat for the last one", async () => {
    const list = async (limit: number): Promise<ThreatPage> => ({
      threats: ages(1, limit - 1),
      received: limit,
    });
    assert.equal((await readSnapshot(knowing([aged(1)]), list)).complete, false);
  });
});

describe("reading older threats", () => {
  const older = (state: ThreatsState, snapshot: Snapshot) =>
    threatsReducer(state, { type: "older", snapshot });
  const full = arrive(NO_THREATS, ...ages(1, MAX_THREATS));

  it("adds the next page, and makes room for it that stays", async () => {
    const { asked, list } = serving(ages(1, 250));
    const state = older(full, await readOlder(full.threats, list));
    assert.deepEqual(asked, [199]);
    assert.deepEqual([ids(state.threats), state.complete], [ids(ages(1, 250)), true]);
    const later = arrive(state, aged(0));
    assert.deepEqual([ids(later.threats), later.complete], [ids(ages(0, 249)), false]);
  });

  it("goes back where known ones are gone, which leave the list", async () => {
    const { asked, list } = serving([...ages(1, 50), ...ages(191, 400)]);
    const snapshot = await readOlder(full.threats, list);
    assert.deepEqual(asked, [199, 99, 0]);
    assert.deepEqual(ids(older(full, snapshot).threats).slice(0, 60), [
      ...ids(ages(1, 50)),
      ...ids(ages(191, 200)),
    ]);
    assert.equal(older(full, snapshot).threats.length, 260);
  });

  it("goes on where as many have arrived", async () => {
    const { asked, list } = serving([...ages(-149, 0), ...ages(1, 500)]);
    const snapshot = await readOlder(full.threats, list);
    assert.deepEqual(asked, [199, 299]);
    assert.equal(older(full, snapshot).threats.at(-1)?.id, "age-249");
    assert.equal(snapshot.complete, false);
  });

  it("empties the list when nothing is left", async () => {
    const { list } = serving([]);
    const state = older(full, await readOlder(full.threats, list));
    assert.deepEqual([state.threats, state.complete], [[], true]);
  });
});

describe("whether the list has all that is stored", () => {
  const take = (state: ThreatsState, snapshot: Snapshot) =>
    threatsReducer(state, { type: "snapshot", snapshot });

  it("is known from a snapshot of everything, until something is cut off", () => {
    const all = take(NO_THREATS, whole(ages(1, MAX_THREATS)));
    assert.equal(all.complete, true);
    assert.equal(arrive(all, aged(0)).complete, false);
    assert.equal(take(all, newest([aged(2)])).complete, true);
  });

  it("is not, after a snapshot that does not reach what is known", () => {
    const empty = take(NO_THREATS, whole([]));
    assert.equal(take(empty, newest(ages(1, 20))).complete, false);
  });

  it("leaves out one that is said to be gone", () => {
    const state = threatsReducer(arrive(NO_THREATS, aged(2), aged(1)), {
      type: "gone",
      id: "age-2",
    });
    assert.deepEqual(ids(state.threats), ["age-1"]);
  });
});
