import * as assert from "node:assert/strict";
import { EngineLog, phaseName } from "../../../../cli/dev/engineEvents";

const URN = "urn:pulumi:dev::soc-agent::";
const BACKEND = `${URN}soc:index:Images$docker:index/image:Image::images-backend`;
const READY = `${URN}soc:index:SocAgent$command:local:Command::soc-agent-ready`;

const line = (event: object) => JSON.stringify({ sequence: 1, timestamp: 1, ...event });
const step = (urn: string, op: string) => ({ metadata: { urn, op } });
const said = (urn: string, message: string, severity = "info", ephemeral = false) =>
  line({ diagnosticEvent: { urn, message, severity, ephemeral, color: "raw" } });

describe("EngineLog", () => {
  let log: EngineLog;
  beforeEach(() => (log = new EngineLog()));

  it("times what is done, and knows what is being done", () => {
    log.take(line({ resourcePreEvent: step(BACKEND, "update") }), 1000);
    log.take(line({ resourcePreEvent: step(READY, "update") }), 2000);
    assert.deepEqual(
      [...log.running.values()].map(({ name }) => name),
      ["build backend", "roll out"],
    );
    const done = log.take(line({ resOutputsEvent: step(BACKEND, "update") }), 4500);
    assert.deepEqual(done, { name: "build backend", began: 1000, seconds: 3.5, failed: false });
    assert.deepEqual([...log.running.keys()], [READY]);
  });

  it("leaves out what is as it was", () => {
    log.take(line({ resourcePreEvent: step(BACKEND, "same") }), 1000);
    assert.equal(log.running.size, 0);
    assert.equal(log.take(line({ resOutputsEvent: step(BACKEND, "same") }), 1001), undefined);
  });

  it("tells what failed, and puts what it said before its error", () => {
    log.take(line({ resourcePreEvent: step(BACKEND, "create") }), 0);
    log.take(said(BACKEND, "Step 5/9 ...", "info", true), 1);
    log.take(said(BACKEND, "<{%reset%}>src/main.ts:3:1: ERROR: Expected ;<{%reset%}>\n"), 2);
    log.take(said(READY, "of another resource"), 3);
    log.take(said(BACKEND, "<{%fg 1%}>error: <{%reset%}>build failed", "error"), 4);
    const done = log.take(line({ resOpFailedEvent: step(BACKEND, "create") }), 5000);
    assert.deepEqual(done, { name: "build backend", began: 0, seconds: 5, failed: true });
    assert.deepEqual(log.errors, ["src/main.ts:3:1: ERROR: Expected ;", "error: build failed"]);
  });

  it("passes over lines that are no events", () => {
    for (const other of [
      "",
      "warning: using pulumi-resource-docker from $PATH",
      "17",
      "null",
      "[]",
    ]) {
      assert.equal(log.take(other, 0), undefined);
    }
    assert.deepEqual(log.errors, []);
  });
});

describe("phaseName", () => {
  it("speaks of the work and not of the resource", () => {
    const names = [
      "image-load-nodes",
      "soc-agent-smoke",
      "images-frontend",
      "ingress-nginx-release",
      "soc-agent-release",
      "soc-agent-ready",
    ];
    assert.deepEqual(
      names.map((name) => phaseName(`${URN}some:index:Type::${name}`)),
      [
        "load into nodes",
        "check",
        "build frontend",
        "ingress-nginx-release",
        "upgrade",
        "roll out",
      ],
    );
  });
});
