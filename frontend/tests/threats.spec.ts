import assert from "node:assert/strict";
import {
  MAX_THREATS,
  mergeSnapshot,
  NO_THREATS,
  SNAPSHOT_SIZE,
  threatsReducer,
  type ThreatsState,
} from "../src/state/threats";
import type { ThreatAnalysis } from "../src/types";
import { makeThreat, utc } from "./support/threats";

/** A threat named after its age in seconds. */
const aged = (seconds: number) => makeThreat({ id: `age-${seconds}`, created_at: utc(seconds) });
const ages = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => aged(from + i));
const ids = (threats: readonly ThreatAnalysis[]) => threats.map(({ id }) => id);

function arrive(state: ThreatsState, ...threats: ThreatAnalysis[]): ThreatsState {
  return threats.reduce((s, data) => threatsReducer(s, { type: "new_threat", data }), state);
}

describe("the live list", () => {
  it("is not loaded before a snapshot, also when a threat has come", () => {
    assert.equal(NO_THREATS.loaded, false);
    assert.equal(arrive(NO_THREATS, aged(1)).loaded, false);
  });

  it("takes the first snapshot in the server's order", () => {
    const state = threatsReducer(NO_THREATS, { type: "initial_batch", data: ages(1, 3) });
    assert.deepEqual(ids(state.threats), ["age-1", "age-2", "age-3"]);
    assert.equal(state.loaded, true);
    assert.equal(state.latestId, undefined);
  });

  it("is loaded and empty after an empty snapshot", () => {
    const state = threatsReducer(NO_THREATS, { type: "initial_batch", data: [] });
    assert.deepEqual(state, { threats: [], loaded: true, latestId: undefined });
  });

  it("puts a new threat on top and names it the latest", () => {
    const state = arrive(NO_THREATS, aged(2), aged(1));
    assert.deepEqual(ids(state.threats), ["age-1", "age-2"]);
    assert.equal(state.latestId, "age-1");
  });

  it("shows a threat once that comes twice", () => {
    const once = arrive(NO_THREATS, aged(2), aged(1));
    assert.equal(arrive(once, aged(2)), once);
  });

  it(`keeps the newest ${MAX_THREATS}`, () => {
    const state = arrive(NO_THREATS, ...ages(1, MAX_THREATS + 5).reverse());
    assert.deepEqual(ids(state.threats), ids(ages(1, MAX_THREATS)));
  });
});

describe("a snapshot after a reconnect", () => {
  it("adds what was missed", () => {
    assert.deepEqual(ids(mergeSnapshot([aged(3)], ages(1, 3))), ["age-1", "age-2", "age-3"]);
  });

  it("prefers the server's version of a known threat", () => {
    const [merged] = mergeSnapshot([makeThreat({ status: "pending" })], [makeThreat()]);
    assert.equal(merged?.status, "completed");
  });

  it("when full, keeps known threats that are older than it", () => {
    const known = ages(15, 40);
    const merged = mergeSnapshot(known, ages(1, SNAPSHOT_SIZE));
    assert.deepEqual(ids(merged), ids(ages(1, 40)));
  });

  it("when full, keeps a known threat of the same instant as its oldest", () => {
    const twin = makeThreat({ id: "twin", created_at: utc(SNAPSHOT_SIZE) });
    assert.equal(mergeSnapshot([twin], ages(1, SNAPSHOT_SIZE)).at(-1)?.id, "twin");
  });

  it("when short, lists everything: threats unknown to the server go", () => {
    assert.deepEqual(ids(mergeSnapshot(ages(5, 9), [aged(3)])), ["age-3"]);
    assert.deepEqual(mergeSnapshot(ages(5, 9), []), []);
  });

  it("removes a threat from its midst that the server no longer has", () => {
    const snapshot = [...ages(1, 9), ...ages(11, SNAPSHOT_SIZE + 1)];
    assert.deepEqual(ids(mergeSnapshot([aged(10)], snapshot)), ids(snapshot));
  });

  it("keeps a threat that came after it was taken", () => {
    assert.deepEqual(ids(mergeSnapshot([aged(0)], ages(1, 2))), ["age-0", "age-1", "age-2"]);
  });

  it(`stays within ${MAX_THREATS}`, () => {
    const merged = mergeSnapshot(ages(1, MAX_THREATS), ages(0, SNAPSHOT_SIZE - 1));
    assert.deepEqual(ids(merged), ids(ages(0, MAX_THREATS - 1)));
  });
});
