import assert from "node:assert/strict";
import { isOwnPath, threatHref, techniqueHref } from "../src/lib/links";
import { parseObservability } from "../src/lib/messages";
import { OWN_STACK } from "./support/fakeBackend";
import { TRACE_ID } from "./support/threats";

const PAGE = "https://soc.example.com/?review=1";
const threat = { id: "a/b&c=d", trace_id: TRACE_ID };

describe("links to traces and log lines", () => {
  const good: [string, string][] = [
    ["/jaeger/trace/{trace_id}", `/jaeger/trace/${TRACE_ID}`],
    ["/d/x?id={threat_id}&t={trace_id}", `/d/x?id=a%2Fb%26c%3Dd&t=${TRACE_ID}`],
    ["https://grafana.example.com/{trace_id}", `https://grafana.example.com/${TRACE_ID}`],
    ["HTTP://127.0.0.1:16686/trace/{trace_id}", `HTTP://127.0.0.1:16686/trace/${TRACE_ID}`],
  ];
  for (const [template, href] of good) {
    it(`fill ${template}`, () => assert.equal(threatHref(template, threat, PAGE), href));
  }

  it("keep what looks like a pattern of a replacement as it is", () =>
    assert.equal(threatHref("/t/{threat_id}", { ...threat, id: "$&'" }, PAGE), "/t/%24%26'"));

  for (const template of [
    "javascript:alert('{trace_id}')",
    " javascript:alert('{trace_id}')",
    "JavaScript:alert(1)//{trace_id}",
    "java\tscript:alert(1)//{trace_id}",
    "data:text/html,{trace_id}",
    "vbscript:{trace_id}",
    "file:///etc/{trace_id}",
    "//evil.example.com/{trace_id}",
    "/\\evil.example.com/{trace_id}",
    "/\t/evil.example.com/{trace_id}",
    "https:evil.example.com/{trace_id}",
    "https://{trace_id}:x",
    "jaeger/trace/{trace_id}",
    "{trace_id}",
    "",
  ]) {
    it(`refuse ${JSON.stringify(template)}`, () =>
      assert.equal(threatHref(template, threat, PAGE), undefined));
  }

  it("are not there without a template, or for a threat without a trace", () => {
    assert.equal(threatHref(null, threat, PAGE), undefined);
    for (const trace_id of [null, "", "abc", `${TRACE_ID}0`, TRACE_ID.toUpperCase(), "../../x"]) {
      assert.equal(threatHref("/t/{trace_id}", { ...threat, trace_id }, PAGE), undefined);
    }
  });

  it("tell an own path from another host's", () => {
    assert.ok(isOwnPath("/prometheus/api/v1/alerts", PAGE));
    for (const href of ["//soc", "/\\soc", "https://soc.example.com/a", "alerts", "/\t/soc"]) {
      assert.equal(isOwnPath(href, PAGE), false, href);
    }
  });
});

describe("what the backend tells of a stack", () => {
  it("is read", () => assert.deepEqual(parseObservability(OWN_STACK), OWN_STACK));

  it("is nothing where the stack is not available, or no texts", () => {
    const links = { trace: null, logs: null };
    for (const available of [false, undefined, "true", 1]) {
      assert.deepEqual(parseObservability({ ...OWN_STACK, available }), {
        available: false,
        links,
        alerts: null,
      });
    }
    const odd = { available: true, links: { trace: 1, logs: {} }, alerts: [] };
    assert.deepEqual(parseObservability(odd), { available: true, links, alerts: null });
    assert.deepEqual(parseObservability({ available: true })?.links, links);
    assert.equal(parseObservability("<!doctype html>"), undefined);
  });
});

describe("the way to a technique", () => {
  it("leads to MITRE's page of it", () => {
    const at = "https://attack.mitre.org/techniques/";
    assert.equal(techniqueHref("T1486"), `${at}T1486/`);
    assert.equal(techniqueHref("T1059.001"), `${at}T1059/001/`);
  });

  it("is there for numbers of techniques only", () => {
    for (const id of [
      "",
      "T148",
      "T14866",
      "t1486",
      "T1059.1",
      "T1486/../x",
      "javascript:T1486",
      "TA0040",
    ]) {
      assert.equal(techniqueHref(id), undefined, id);
    }
  });
});
