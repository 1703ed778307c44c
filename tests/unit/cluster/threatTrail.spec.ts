import * as assert from "node:assert/strict";
import { followThreat, type Seen } from "../../../cluster/threatTrail";
import { Scratch } from "../support/fakes";
import { figures, spans, standInStack, type Answers } from "../support/standInStack";

const exemplar = (id: string) => ({
  data: [{ exemplars: [{ labels: { trace_id: id }, timestamp: 0 }] }],
});

/** All of it works. */
const WELL: Answers = {
  "/api/threats/trigger": { id: "t1", trace_id: "a1" },
  "/jaeger/api/traces/a1": spans(13),
  "/loki/": figures(2),
  "/prometheus/": exemplar("a1"),
};

describe("followThreat", () => {
  let scratch: Scratch;
  let close = () => {};
  let asked: readonly string[] = [];
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => {
    close();
    scratch.remove();
  });

  async function follow(answers: Answers) {
    close();
    const stack = await standInStack(scratch, answers);
    ({ close, asked } = stack);
    const hops: Seen[] = [];
    const of = { kubeconfigFile: "dev.yaml", namespace: "soc-agent", env: stack.env };
    const target = { url: stack.url, login: false, untrusted: false };
    const seen = await followThreat(target, of, (hop) => void hops.push(hop), -1);
    return { seen, hops };
  }

  it("tells of each hop what was seen, and when", async () => {
    const { seen, hops } = await follow(WELL);
    assert.equal(seen, true);
    assert.deepEqual(
      hops.map(({ name, what }) => `${name}: ${what}`),
      [
        "API: threat t1, trace a1",
        "trace in Jaeger: 13 spans",
        "log line in Loki: 2 lines",
        "exemplar in Prometheus: its own",
      ],
    );
    assert.ok(hops.every(({ after }) => after !== undefined && after >= 0));
    assert.equal(asked[0], "POST /api/threats/trigger");
    assert.ok(asked.some((one) => one.includes('| trace_id="a1"')));
  });

  it("ends at the first hop that lost it, with the command to look with", async () => {
    const { seen, hops } = await follow({ ...WELL, "/loki/": figures() });
    assert.equal(seen, false);
    assert.deepEqual(
      hops.map(({ name }) => name),
      ["API", "trace in Jaeger", "log line in Loki"],
    );
    assert.equal(
      hops.at(-1)?.command,
      "kubectl --kubeconfig=dev.yaml --namespace=monitoring-agents logs daemonset/otel-collector --tail=50",
    );
  });

  it("tells a threat of which no trace is recorded", async () => {
    const { seen, hops } = await follow({
      ...WELL,
      "/api/threats/trigger": { id: "t1", trace_id: null },
      "/api/observability": { available: false },
    });
    assert.equal(seen, false);
    assert.match(hops[0]?.what ?? "", /^threat t1 has no trace: .*"available":false/);
    assert.match(hops[0]?.command ?? "", /logs -l app=soc-backend/);
  });

  it("tells an API that does not take it", async () => {
    const { seen, hops } = await follow({});
    assert.equal(seen, false);
    assert.match(hops[0]?.what ?? "", /it answered 404/);
  });

  it("takes the exemplar of a later threat for what it is, and none for a loss", async () => {
    const { hops } = await follow({ ...WELL, "/prometheus/": exemplar("b2") });
    assert.match(hops.at(-1)?.what ?? "", /^that of a later threat/);
    const { seen } = await follow({ ...WELL, "/prometheus/": { data: [] } });
    assert.equal(seen, false);
  });
});
