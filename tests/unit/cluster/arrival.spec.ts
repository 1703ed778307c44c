import * as assert from "node:assert/strict";
import { arrival } from "../../../cluster/arrival";
import { Scratch } from "../support/fakes";
import { figures, spans, standInStack, type Answers } from "../support/standInStack";

describe("arrival", () => {
  let scratch: Scratch;
  let close = () => {};
  let asked: readonly string[] = [];
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => {
    close();
    scratch.remove();
  });

  async function arrivalOf(answers: Answers, patience = -1, logs?: string) {
    const stack = await standInStack(scratch, answers, logs);
    ({ close, asked } = stack);
    return arrival({ kubeconfigFile: "dev.yaml", env: stack.env }, "my-backend", patience);
  }

  it("counts what came in the last minute", async () => {
    const found = await arrivalOf({
      "/prometheus/": figures(1, 1),
      "/jaeger/": spans(41),
      "/loki/": figures(310),
    });
    assert.deepEqual(found, {
      line: "metrics: 2 of 2 pods, traces: 41 spans, logs: 310 lines in the last minute",
      arrives: true,
    });
    assert.ok(asked.some((one) => /^GET \/jaeger\/api\/traces\?service=my-backend&/.test(one)));
    assert.ok(asked.some((one) => one.includes('{k8s_namespace_name="soc-agent"}[60s]')));
  });

  it("tells what does not arrive, or does not answer", async () => {
    const found = await arrivalOf({ "/prometheus/": figures(1), "/jaeger/": spans(0) });
    assert.equal(found.arrives, false);
    assert.match(
      found.line,
      /^metrics: 1 of 2 pods, traces: 0 spans, logs: no answer \(loki answered 404 \{\}\) in/,
    );
  });

  it("misses no line of an application that has written none, and one of one that has", async () => {
    const quiet = { "/prometheus/": figures(1, 1), "/jaeger/": spans(1), "/loki/": figures() };
    const { arrives, line } = await arrivalOf(quiet, 10_000, "");
    assert.equal(arrives, true);
    assert.match(line, /logs: 0 lines/);
    close();
    assert.equal((await arrivalOf(quiet)).arrives, false);
  });

  it("looks again until each kind has come", async () => {
    let count = 0;
    const found = await arrivalOf(
      {
        "/prometheus/": figures(1, 1),
        "/jaeger/": () => spans(count++),
        "/loki/": figures(1),
      },
      10_000,
    );
    assert.equal(found.arrives, true);
    assert.equal(count, 2);
  });

  it("tells why there is no way to a part", async () => {
    scratch.program("kubectl", 'echo "error: unable to forward port" >&2; exit 1');
    const { line } = await arrival({ kubeconfigFile: "dev.yaml", env: scratch.env() }, "x", -1);
    assert.match(line, /traces: no answer \(no way to jaeger: error: unable to forward port\)/);
  });
});
