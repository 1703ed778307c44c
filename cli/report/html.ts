/** A report as a page of its own: one file, nothing to load, readable on a phone and in the dark. */
import { stringify } from "yaml";
import { objectName, type KubernetesObject } from "../../plan/objects";
import {
  byLoudness,
  fieldLines,
  quietly,
  WORDS,
  type Comparison,
  type Judgement,
  type Report,
  type StackReport,
} from "../../plan/report";
import { aside, headline } from "./text";

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --gone: #c62828; --come: #2e7d32; --care: #a66300; }
@media (prefers-color-scheme: dark) { :root { --gone: #ff8a80; --come: #81c784; --care: #ffc166; } }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.2rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
h1, h2, li, summary { overflow-wrap: anywhere; }
ul { padding-left: 1.2rem; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; padding: .5rem .7rem; }
summary { cursor: pointer; }
pre { font: .85rem/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0 0; }
del, .danger b { color: var(--gone); } ins, .new { color: var(--come); } .care b { color: var(--care); }
del, ins { text-decoration: none; display: block; padding-left: 1rem; }
.gone { color: var(--gone); }
`;

/** A page with the whole report. */
export function htmlReport({ base, stacks, leftOut, judged }: Report): string {
  const missing = leftOut.map((why) => `<p>${escape(aside(why))}</p>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What changes</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Compared with ${escape(base)}</h1>
${[...judged.flatMap(rules), ...stacks.map(section), ...missing].join("\n")}
</body>
</html>
`;
}

/** What a stack breaks, if it does. */
function rules({ stack, findings }: Judgement): string[] {
  const items = findings.map(
    ({ rule, at, what }) =>
      `<li class="${CLASSES[rule.severity]}"><b>${rule.severity}:</b> ${escape(`${at} ${what}`)} (${rule.id})<br>${escape(rule.why)}<br>${escape(rule.fix)}</li>`,
  );
  return items.length > 0
    ? [
        `<section>\n<h2>Stack ${escape(stack)}: rules</h2>\n<ul>\n${items.join("\n")}\n</ul>\n</section>`,
      ]
    : [];
}

/** Severities by how loud a consequence of the kind is shown. */
const CLASSES = { error: "danger", warning: "care" } as const;

function section(report: StackReport): string {
  const body =
    "problem" in report ? `<pre>${escape(report.problem)}</pre>` : comparison(report).join("\n");
  return `<section>\n<h2>${escape(headline(report))}</h2>\n${body}\n</section>`;
}

function comparison(report: Comparison): string[] {
  const { added, deleted } = report.difference;
  const { loud, quiet } = byLoudness(report.difference);
  const effects = report.consequences.map(
    ({ weight, text, fix }) =>
      `<li class="${weight}"><b>${WORDS[weight]}:</b> ${escape(text)}${fix === undefined ? "" : `<br>${escape(fix)}`}</li>`,
  );
  return [
    `<p>Rendered for ${escape(report.rendered)}.</p>`,
    ...report.unseen.map((line) => `<p class="care">Not compared: ${escape(line)}</p>`),
    ...(effects.length > 0 ? [`<ul>\n${effects.join("\n")}\n</ul>`] : []),
    ...loud.map((change) => folded(`~ ${objectName(change.after)}`, fields(change), "open")),
    ...added.map((object) => whole("+", "new", object)),
    ...deleted.map((object) => whole("-", "gone", object)),
    ...(quiet.length > 0 ? [`<p>${escape(quietly(quiet.length))}.</p>`] : []),
  ];
}

function fields(change: Parameters<typeof fieldLines>[0]): string {
  return fieldLines(change)
    .map(({ sign, text }) => {
      const tag = { "": "span", "-": "del", "+": "ins" }[sign];
      return `<${tag}>${escape(sign === "" ? text : `${sign} ${text}`)}</${tag}>`;
    })
    .join("\n")
    .replace(/\n(?=<(?:del|ins))/g, "")
    .replace(/<\/(del|ins)>\n/g, "</$1>");
}

function whole(sign: string, className: string, object: KubernetesObject): string {
  const title = `${sign} ${objectName(object)}`;
  return folded(title, escape(stringify(object)), "", className);
}

function folded(title: string, content: string, attribute = "", className = ""): string {
  const kind = className === "" ? "" : ` class="${className}"`;
  return `<details${attribute && ` ${attribute}`}><summary${kind}>${escape(title)}</summary><pre>${content}</pre></details>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
