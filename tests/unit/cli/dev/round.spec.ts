import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { HopelessError } from "../../../../cli/dev/ahead";
import { runRound, type RoundArgs } from "../../../../cli/dev/round";
import { until } from "../../../support/until";
import { Scratch } from "../../support/fakes";

/** What Pulumi's engine prints when it begins to wait for the application. */
const BEGUN = JSON.stringify({
  resourcePreEvent: { metadata: { urn: "urn:pulumi:x::y::z::soc-agent-ready", op: "update" } },
});
const CRASHING = JSON.stringify({
  items: [
    {
      metadata: { name: "soc-agent-backend-1" },
      status: {
        containerStatuses: [
          { name: "backend", ready: false, state: { terminated: { exitCode: 1 } } },
        ],
      },
    },
  ],
});

describe("runRound", () => {
  let scratch: Scratch;
  let outdated: AbortController;
  let stop: AbortController;
  beforeEach(() => {
    scratch = new Scratch();
    outdated = new AbortController();
    stop = new AbortController();
    scratch.program("kubectl", `echo '{"items":[]}'`);
    // It works until it is told to go on or to end.
    scratch.program(
      "pulumi",
      `trap 'echo interrupted >>"$CALLS"; exit 1' INT
: >ready
[ -e begin ] && echo '${BEGUN}'
while [ ! -e go ]; do /bin/sleep 0.02; done`,
    );
  });
  afterEach(() => scratch.remove());

  const file = (name: string) => fs.writeFileSync(scratch.file(name), "");
  const round = (ahead: RoundArgs["ahead"]) =>
    runRound({
      stack: "none",
      root: scratch.dir,
      env: scratch.env(),
      extra: [],
      pods: { kubeconfigFile: "dev.yaml", namespace: "soc-agent", env: scratch.env() },
      ahead,
      since: Date.now(),
      outdated: outdated.signal,
      stop: stop.signal,
    });
  const pulumi = () => scratch.calls.filter((call) => /^pulumi|^interrupted/.test(call));
  const asked = () =>
    until("pulumi", 5, async () => fs.existsSync(scratch.file("ready")) || undefined, 10);
  /** Waits until it is ended. */
  const untilEnded = (signal: AbortSignal) =>
    new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => reject(new Error("ended"))),
    );

  it("has Pulumi take down what is served, also when everything is to end", async () => {
    const running = round(async () => true);
    await asked();
    stop.abort();
    file("go");
    assert.equal(await running, "applied");
    assert.equal(pulumi().length, 1);
  });

  it("has Pulumi do what could not be done ahead", async () => {
    file("go");
    assert.equal(await round(() => Promise.reject(new Error("no such cluster"))), "applied");
    assert.equal(pulumi().length, 1);
  });

  it("asks nobody to build what does not build", async () => {
    assert.equal(await round(() => Promise.reject(new HopelessError("syntax"))), "untouched");
    assert.deepEqual(pulumi(), []);
  });

  it("gives up what is not served yet for something newer", async () => {
    const running = round(({ stop }) => untilEnded(stop));
    outdated.abort();
    assert.equal(await running, "untouched");
    assert.deepEqual(pulumi(), []);
  });

  const looks = () => scratch.calls.filter((call) => call.includes("get pods")).length;
  const secondLook = () =>
    until("a second look at the pods", 5, async () => looks() > 1 || undefined, 10);

  /** Rolls out, after which there is a pod that crashes. */
  const rollOutCrashing = () =>
    round(async ({ during, stop }) => {
      await during("roll out", () => {
        scratch.program("kubectl", `echo '${CRASHING}'`);
        return untilEnded(stop);
      });
      return true;
    });

  it("waits in vain for no pods that crash", async () => {
    assert.equal(await rollOutCrashing(), "untouched");
    assert.deepEqual(pulumi(), []);
  });

  it("waits for new pods while old ones crash", async () => {
    scratch.program("kubectl", `echo '${CRASHING}'`);
    const running = rollOutCrashing();
    await secondLook();
    outdated.abort();
    assert.equal(await running, "untouched");
    assert.equal(looks(), 2, "a report was made");
  });

  it("does not ask Pulumi while something newer waits", async () => {
    outdated.abort();
    assert.equal(await round(async () => true), "untouched");
    assert.deepEqual(pulumi(), []);
  });

  it("ends Pulumi for something newer as long as it has begun nothing", async () => {
    const running = round(async () => true);
    await asked();
    outdated.abort();
    assert.equal(await running, "untouched");
    assert.equal(pulumi()[1], "interrupted");
  });

  it("lets Pulumi finish what it has begun", async () => {
    file("begin");
    const running = round(async () => true);
    await asked();
    // Pods are looked at while they are replaced, so by then it is known what has begun.
    await secondLook();
    outdated.abort();
    file("go");
    assert.equal(await running, "applied");
    assert.equal(pulumi().length, 1);
  });

  it("ends what is not served when everything is to end", async () => {
    const running = round(async () => false);
    await asked();
    stop.abort();
    assert.equal(await running, "failed");
    assert.equal(pulumi()[1], "interrupted");
  });
});
