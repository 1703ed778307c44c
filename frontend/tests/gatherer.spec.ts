import assert from "node:assert/strict";
import { mock } from "node:test";
import { Gatherer } from "../src/live/gatherer";
import { NOTHING_TOLD, tellArrivals } from "../src/lib/arrivals";
import { makeThreat } from "./support/threats";

describe("what comes in quick succession", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  function gathering() {
    const taken: (readonly number[])[] = [];
    return { taken, gatherer: new Gatherer<number>((items) => taken.push(items), 100) };
  }

  it("is handed on in two goes, however much it is, in its order", () => {
    const { taken, gatherer } = gathering();
    const sent = Array.from({ length: 200 }, (_, n) => n);
    sent.forEach((n) => gatherer.add(n));
    assert.deepEqual(taken, [[0]]);
    mock.timers.tick(100);
    assert.deepEqual(taken, [[0], sent.slice(1)]);
    mock.timers.tick(1000);
    assert.equal(taken.length, 2, "nothing was handed on");
  });

  it("is handed on at once after a quiet time", () => {
    const { taken, gatherer } = gathering();
    gatherer.add(1);
    mock.timers.tick(100);
    gatherer.add(2);
    assert.deepEqual(taken, [[1], [2]]);
  });

  it("keeps its pace while it goes on", () => {
    const { taken, gatherer } = gathering();
    for (let ms = 0; ms < 1000; ms += 5) {
      gatherer.add(ms);
      mock.timers.tick(5);
    }
    assert.equal(taken.length, 11);
    assert.equal(taken.flat().length, 200);
  });

  it("can be had earlier, and be dropped", () => {
    const { taken, gatherer } = gathering();
    [1, 2, 3].forEach((n) => gatherer.add(n));
    gatherer.flush();
    gatherer.add(4);
    gatherer.stop();
    mock.timers.tick(1000);
    assert.deepEqual(taken, [[1], [2, 3]]);
  });
});

describe("the announcement of arrivals", () => {
  const latest = makeThreat();

  it("names a single one, and counts several", () => {
    const one = tellArrivals(NOTHING_TOLD, { total: 1, critical: 0, latest });
    assert.equal(one.text, "New high threat: Bot traffic at RetailMax");
    const more = tellArrivals(one, { total: 13, critical: 2, latest });
    assert.equal(more.text, "12 new threats, 2 critical");
    const few = tellArrivals(more, { total: 15, critical: 2, latest });
    assert.equal(few.text, "2 new threats");
  });
});
