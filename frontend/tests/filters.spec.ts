import assert from "node:assert/strict";
import { applyFilters, isNarrowed, NO_FILTERS, readView, writeView } from "../src/state/filters";
import { makeThreat, utc } from "./support/threats";

const { signal } = makeThreat();
const threats = [
  makeThreat({ id: "low", severity: "LOW", created_at: utc(1), requires_human_review: false }),
  makeThreat({ id: "new-high", created_at: utc(2) }),
  makeThreat({
    id: "geo",
    severity: "CRITICAL",
    created_at: utc(3),
    mitre_tags: [],
    signal: {
      ...signal,
      threat_type: "geo_anomaly",
      customer_name: "Global Finance",
      metadata: { source_ip: "192.0.2.7" },
    },
  }),
  makeThreat({ id: "old-high", created_at: utc(4) }),
];
const shown = (filters: Partial<typeof NO_FILTERS>) =>
  applyFilters(threats, { ...NO_FILTERS, ...filters }).map(({ id }) => id);

describe("filters", () => {
  it("let everything through when there are none", () => {
    assert.deepEqual(shown({}), ["low", "new-high", "geo", "old-high"]);
  });

  it("choose by severity and type", () => {
    assert.deepEqual(shown({ severities: ["CRITICAL", "LOW"] }), ["low", "geo"]);
    assert.deepEqual(shown({ type: "geo_anomaly" }), ["geo"]);
    assert.deepEqual(shown({ severities: ["LOW"], type: "geo_anomaly" }), []);
  });

  it("choose by time, from a moment up to another one", () => {
    const [from, to] = [utc(3), utc(1)];
    assert.deepEqual(shown({ from }), ["low", "new-high", "geo"]);
    assert.deepEqual(shown({ to }), ["new-high", "geo", "old-high"]);
    assert.deepEqual(shown({ from, to }), ["new-high", "geo"]);
  });

  it("leave out what has no time that can be read only where they ask for a time", () => {
    const odd = [makeThreat({ created_at: "yesterday" })];
    const count = (filters: Partial<typeof NO_FILTERS>) =>
      applyFilters(odd, { ...NO_FILTERS, ...filters }).length;
    assert.deepEqual([{}, { from: utc(3) }, { to: utc(1) }].map(count), [1, 0, 0]);
  });

  const texts: [string, string[]][] = [
    ["finance", ["geo"]],
    ["192.0.2.7", ["geo"]],
    ["GEO ANOMALY", ["geo"]],
    ["brute force", ["low", "new-high", "old-high"]],
    ["t1499 retailmax", ["low", "new-high", "old-high"]],
    ["old-high", ["old-high"]],
    ["t1499 finance", []],
    ["   ", ["low", "new-high", "geo", "old-high"]],
  ];
  for (const [text, ids] of texts) {
    it(`find "${text}"`, () => assert.deepEqual(shown({ text }), ids));
  }

  it("show the review queue worst first, then by how long it has waited", () => {
    assert.deepEqual(shown({ review: true }), ["geo", "old-high", "new-high"]);
  });

  it("count as narrowing, but not the queue", () => {
    assert.equal(isNarrowed({ ...NO_FILTERS, review: true }), false);
    assert.equal(isNarrowed({ ...NO_FILTERS, text: " " }), false);
    assert.equal(isNarrowed({ ...NO_FILTERS, range: "1h" }), false);
    assert.equal(isNarrowed({ ...NO_FILTERS, to: utc() }), true);
    assert.equal(isNarrowed({ ...NO_FILTERS, type: "geo_anomaly" }), true);
  });
});

describe("the view in the address", () => {
  const view = {
    filters: {
      severities: ["CRITICAL", "HIGH"] as const,
      type: "geo_anomaly",
      text: "a & b",
      review: true,
      from: "2026-06-01T11:00:00.000Z",
      to: "2026-06-01T12:00:00.000Z",
      range: "7d" as const,
    },
    threatId: "x/1",
  };

  it("is read as it was written", () => {
    const query = writeView(view);
    assert.equal(
      query,
      "?severity=critical,high&type=geo_anomaly&q=a+%26+b&review=1" +
        "&from=2026-06-01T11:00:00.000Z&to=2026-06-01T12:00:00.000Z&range=7d&threat=x%2F1",
    );
    assert.deepEqual(readView(query), view);
  });

  it("is nothing for the plain list", () => {
    assert.equal(writeView({ filters: NO_FILTERS, threatId: undefined }), "");
    assert.deepEqual(readView(""), { filters: NO_FILTERS, threatId: undefined });
  });

  it("ignores what is no value", () => {
    assert.deepEqual(
      readView("?severity=HIGH,worst&type=x&review=yes&from=noon&range=2h&threat="),
      {
        filters: { ...NO_FILTERS, severities: ["HIGH"] },
        threatId: undefined,
      },
    );
  });
});
