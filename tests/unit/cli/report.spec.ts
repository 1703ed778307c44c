import * as assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { htmlReport } from "../../../cli/report/html";
import { LIMIT, markdownReport } from "../../../cli/report/markdown";
import { textReport } from "../../../cli/report/text";
import { consequences } from "../../../plan/consequences";
import { diffObjects } from "../../../plan/diff";
import type { KubernetesObject } from "../../../plan/objects";
import { limitsSet } from "../../../plan/rules/pods";
import { fieldLines, summary, type Comparison, type Report } from "../../../plan/report";

type Objects = readonly KubernetesObject[];

const object = (kind: string, name: string, more: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "shop" },
  ...more,
});

const configMap = (name: string, data: Readonly<Record<string, string>>) =>
  object("ConfigMap", name, { data });

const labelled = (version: string) =>
  object("Service", "web", { metadata: { name: "web", labels: { "helm.sh/chart": version } } });

const deployment = (image: string) =>
  object("Deployment", "web", {
    spec: { template: { spec: { containers: [{ name: "web", image }] } } },
  });

function comparison(before: Objects, after: Objects): Comparison {
  const difference = diffObjects(before, after);
  const told = consequences(difference, { before, after });
  const of = { stack: "dev", rendered: "Kubernetes 1.34.0", unseen: ["release a: no chart"] };
  return { ...of, difference, consequences: told };
}

const report = (before: Objects, after: Objects): Report => ({
  base: "1a2b3c4 (HEAD^)",
  stacks: [comparison(before, after)],
  leftOut: [],
  judged: [],
});

/** The text of a terminal, and of CI, without colours. */
const plain = (of: Report) => stripVTControlCharacters(textReport(of));

describe("a comparison in one line", () => {
  const lines: readonly (readonly [Objects, Objects, string])[] = [
    [[labelled("1")], [labelled("1")], "nothing changes"],
    [
      [deployment("a:1"), configMap("c", { a: "1" })],
      [deployment("a:2"), configMap("c", { a: "2" })],
      "2 objects change, 1 pod template rolls, nothing is deleted",
    ],
    [
      [labelled("1"), object("Namespace", "old")],
      [labelled("2"), configMap("new", {})],
      "1 danger, 1 object changes in the chart's version or a checksum alone, 1 is new, 0 pod templates roll, 1 is deleted",
    ],
  ];
  for (const [before, after, line] of lines) {
    it(`is: ${line}`, () => assert.equal(summary(comparison(before, after)), line));
  }
});

describe("an object's changes", () => {
  it("are cut where nobody would read on, with how many are left", () => {
    const data = (value: string) =>
      Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`key${at}`, value]));
    const [change] = diffObjects([configMap("c", data("a"))], [configMap("c", data("b"))]).changed;
    const lines = change ? fieldLines(change) : [];
    assert.equal(lines.length, 40 * 3 + 1);
    assert.equal(lines.at(-1)?.text, "... and 10 fields more");
    const [long] = diffObjects(
      [configMap("c", {})],
      [configMap("c", { a: "x".repeat(999) })],
    ).changed;
    assert.ok(long && fieldLines(long).every(({ text }) => text.length < 250));
  });
});

describe("a report", () => {
  const hostile = "</pre><script>alert(1)</script> **b** @team `x` ```";
  const before = [deployment("a:1"), configMap("c", { a: "1" }), labelled("1")];
  const after = [
    deployment("a:2"),
    configMap("c", { a: hostile }),
    labelled("2"),
    object("Service", "new"),
  ];

  it("says the same in a terminal: summary, effects, fields, what came, what only looks changed", () => {
    const text = plain(report(before, after));
    assert.match(
      text,
      /^Compared with 1a2b3c4 \(HEAD\^\)\n\nStack dev: 2 objects change, 1 object changes in/,
    );
    assert.match(text, /\n {2}Take care: Deployment shop\/web: its pod restarts/);
    assert.match(
      text,
      /\n {2}~ Deployment shop\/web\n {6}spec\.template\.spec\.containers\[web\]\.image\n {8}- a:1\n {8}\+ a:2\n/,
    );
    assert.match(text, /\n {2}\+ Service shop\/new\n {2}1 object changes in the chart's version/);
    assert.doesNotMatch(text, /helm\.sh\/chart/);
  });

  it("is a page of its own that nothing in it can break, and that fits a phone", () => {
    const page = htmlReport(report(before, after));
    assert.match(page, /<meta name="viewport" content="width=device-width/);
    assert.doesNotMatch(page, /<script|https?:\/\/|src=|@import/);
    assert.match(page, /&#60;script&#62;/);
    assert.match(page, /kind: Service/);
  });

  it("is Markdown that nothing in it can break", () => {
    const text = markdownReport(report(before, after));
    assert.match(text, /## Stack dev: 2 objects change/);
    assert.match(text, /\n````diff\n {2}data\.a\n- 1\n\+ <\/pre><script>[^\n]*\n````\n/);
    const named = [object("Service", "<b>@team</b>")];
    assert.match(markdownReport(report([], named)), /\+ Service shop\/<b>@team<\/b>\n```/);
    const stacks = [{ stack: "dev", problem: "```\n**no**" }];
    const failed = { base: "b", stacks, leftOut: [], judged: [] };
    assert.match(
      markdownReport(failed),
      /could not be compared[^]*\n````text\n```\n\*\*no\*\*\n````/,
    );
  });

  it("says which stacks were left out", () => {
    const left = { ...report([], []), leftOut: ["Stack <prod> has nothing"] };
    assert.match(plain(left), /nothing changes\n[^]*\nLeft out: Stack <prod> has nothing$/);
    assert.match(markdownReport(left), /^Left out: Stack &lt;prod&gt; has nothing$/m);
    assert.match(htmlReport(left), /^<p>Left out: Stack &#60;prod&#62; has nothing<\/p>$/m);
  });

  it("names the rules that are broken before the changes, and has nothing of them where all are kept", () => {
    const finding = { rule: limitsSet, at: "Deployment shop/<web>", what: "has *no* limits" };
    const broken = { ...report([], []), judged: [{ stack: "dev", findings: [finding] }] };
    assert.match(
      markdownReport(broken),
      /## Stack dev: nothing changes\n\n### dev: rules\n\n- \*\*error:\*\* Deployment shop\/&lt;web&gt; has \\\*no\\\* limits \(`limits-set`\): /,
    );
    assert.match(
      htmlReport(broken),
      /<h2>Stack dev: rules<\/h2>\n<ul>\n<li class="danger"><b>error:<\/b> Deployment shop\/&#60;web&#62; has \*no\* limits \(limits-set\)/,
    );
    for (const text of [markdownReport(report([], [])), htmlReport(report([], []))]) {
      assert.doesNotMatch(text, /rules/);
    }
  });

  it("fits into what GitHub takes, with what matters most first and a word about the cut", () => {
    const many = (value: string) =>
      Array.from({ length: 1000 }, (_, at) => configMap(`c${at}`, { a: value.repeat(100) }));
    const text = markdownReport(report(many("a"), many("b")));
    assert.ok(text.length <= LIMIT && text.length > LIMIT - 1000, String(text.length));
    assert.match(text, /## Stack dev: 1000 objects change/);
    assert.match(
      text,
      /\*\*Cut here: \d+ more parts do not fit\. The HTML report has all\.\*\*\n$/,
    );
    const open = (text.match(/<details>/g) ?? []).length;
    assert.equal(open, (text.match(/<\/details>/g) ?? []).length);
    assert.ok(open > 100);
  });
});
