import * as assert from "node:assert/strict";
import { Exits } from "../../../../cluster/wait/exits";
import { pod, SINCE } from "../../support/awaited";

/** A container that runs again after an end, waits after one, or has just come to it. */
const running = (restartCount: number, exitCode: number) =>
  pod({ restartCount, state: { running: {} }, lastState: { terminated: { exitCode } } });
const waiting = (restartCount: number, exitCode: number, created?: string) =>
  pod(
    {
      restartCount,
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { exitCode } },
    },
    created === undefined ? {} : { created },
  );
const ended = (restartCount: number, exitCode: number) =>
  pod({ restartCount, state: { terminated: { exitCode } } });

describe("Exits", () => {
  const after = (...looks: ReturnType<typeof pod>[]) => {
    const exits = new Exits(SINCE);
    looks.forEach((one) => exits.note([one]));
    return exits.repeated("pod", "backend");
  };

  it("counts ends, however often each is seen", () => {
    const twice = [ended(0, 1), running(1, 1), running(1, 1), ended(1, 1), waiting(1, 1)];
    assert.equal(after(...twice), undefined);
    assert.equal(after(...twice, running(2, 1)), undefined);
    assert.equal(after(...twice, ended(2, 1)), 1);
  });

  it("counts what came between two looks", () => {
    assert.equal(after(waiting(1, 137), waiting(2, 137)), 137);
    assert.equal(after(waiting(0, 137), waiting(1, 137)), undefined);
  });

  it("does not take one code for three", () => {
    assert.equal(after(waiting(2, 137)), undefined);
  });

  it("takes another exit code for a new beginning", () => {
    assert.equal(after(ended(0, 1), ended(1, 2), ended(2, 1)), undefined);
    assert.equal(after(ended(0, 1), ended(1, 2), ended(2, 2), ended(3, 2)), 2);
  });

  it("counts only new ends of a pod that was there long before", () => {
    const long = "2026-01-01T10:00:00Z";
    assert.equal(after(waiting(40, 1, long)), undefined);
    assert.equal(after(waiting(40, 1, long), waiting(42, 1, long)), undefined);
    assert.equal(after(waiting(40, 1, long), waiting(42, 1, long), waiting(43, 1, long)), 1);
  });

  it("knows nothing of what has not ended", () => {
    assert.equal(after(pod({ state: { running: {} } })), undefined);
  });
});
