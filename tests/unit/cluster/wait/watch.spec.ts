import * as assert from "node:assert/strict";
import { Lasting, watch } from "../../../../cluster/wait/watch";
import type { Sight } from "../../../../cluster/wait/sight";
import { pod, replicaSet, sight } from "../../support/awaited";

const READY = sight({ replicaSets: [replicaSet("2", 2)] });
const NAMELESS = pod({ state: { waiting: { reason: "InvalidImageName" } } });

describe("watch", () => {
  /** What is seen one after the other; the last one stays. */
  const seeing = (...looks: readonly (Sight | Error)[]) => {
    let at = 0;
    return async () => {
      const seen = looks[Math.min(at++, looks.length - 1)] ?? READY;
      if (seen instanceof Error) {
        throw seen;
      }
      return seen;
    };
  };
  const taken = async () => [];

  it("ends when all is ready, whatever did not answer before", () =>
    watch(seeing(new Error("no answer"), sight(), READY), taken, "soc-agent", 60, 1));

  it("ends at once when it is certain that it never will be", () =>
    assert.rejects(
      watch(seeing(sight({ pods: [NAMELESS] })), taken, "soc-agent", 60, 1),
      /^Error: Release soc-agent can never become ready:\n {2}- pod soc-agent-backend-1 cannot have its image/,
    ));

  it("lets a pod be that the rollout can do without", () =>
    watch(seeing({ ...READY, pods: [NAMELESS] }), taken, "soc-agent", 60, 1));

  it("says what is missing when time is up", async () => {
    await assert.rejects(
      watch(seeing(sight()), taken, "soc-agent", 0.05, 1),
      /^Error: Release soc-agent was not ready after 0\.05 s: Deployment soc-agent-backend has 0 of 2 pods ready\. .*soc-agent:timeout$/,
    );
    await assert.rejects(
      watch(seeing(new Error("no answer")), taken, "soc-agent", 0.05, 1),
      /was not ready after 0\.05 s: no answer\. /,
    );
  });

  it("waits for what the cluster must take, also where it does not answer at first", async () => {
    const answers = [["the webhook refuses"], new Error("no answer"), []];
    const refused = async () => {
      const answer = answers.shift() ?? [];
      if (answer instanceof Error) {
        throw answer;
      }
      return answer;
    };
    await watch(seeing(READY), refused, "cert-manager", 60, 1);
    assert.deepEqual(answers, []);
  });
});

describe("Lasting", () => {
  const fault = { key: "a", group: "all", fault: { what: "it is so", fix: "Mend it" }, after: 10 };

  it("counts what must last only as long as it is seen without a break", () => {
    const lasting = new Lasting();
    assert.deepEqual(lasting.of([fault], 0), []);
    assert.deepEqual(lasting.of([fault], 9_999), []);
    assert.deepEqual(lasting.of([], 10_000), []);
    assert.deepEqual(lasting.of([fault], 11_000), []);
    assert.deepEqual(lasting.of([fault], 21_000), [fault.fault]);
  });

  it("tells of those that say the same once", () => {
    const now = { ...fault, after: 0 };
    const all = [now, { ...now, key: "b" }, { ...now, key: "c", group: "other" }];
    assert.equal(new Lasting().of(all, 0).length, 2);
  });
});
