/** A report in Markdown, as GitHub shows it in a job's summary. */
import { objectName } from "../../plan/objects";
import {
  byLoudness,
  fieldLines,
  quietly,
  WORDS,
  type Comparison,
  type Judgement,
  type Report,
} from "../../plan/report";
import { aside, headline } from "./text";

/** Characters that GitHub takes in a comment. */
export const LIMIT = 65_536;

/**
 * A report that fits: what people must see comes first, and what is too much is left out, with a word about it.
 *
 * @param limit most characters
 */
export function markdownReport(
  { base, stacks, leftOut, judged }: Report,
  limit: number = LIMIT,
): string {
  const blocks = [
    `Compared with ${escape(base)}.`,
    ...stacks.map((report) => `## ${escape(headline(report))}`),
    ...leftOut.map((why) => escape(aside(why))),
    ...judged.flatMap(rules),
    ...stacks.map((report) =>
      "problem" in report
        ? `### ${escape(report.stack)}\n\n${fenced("text", report.problem)}`
        : effects(report),
    ),
    ...stacks.flatMap((report) => ("problem" in report ? [] : objects(report))),
  ];
  return fitting(blocks, limit);
}

/** As many blocks from the first on as there is room for. */
function fitting(blocks: readonly string[], limit: number): string {
  const whole = blocks.join("\n\n") + "\n";
  if (whole.length <= limit) {
    return whole;
  }
  const note = (left: number) =>
    `**Cut here: ${left} more parts do not fit. The HTML report has all.**\n`;
  let text = "";
  let at = 0;
  for (const block of blocks) {
    const next = `${text}${block}\n\n`;
    if (next.length + note(blocks.length).length > limit) {
      break;
    }
    text = next;
    at += 1;
  }
  return text + note(blocks.length - at);
}

/** What a stack breaks, if it does. */
function rules({ stack, findings }: Judgement): string[] {
  const lines = findings.map(
    ({ rule, at, what }) =>
      `- **${rule.severity}:** ${escape(`${at} ${what}`)} (\`${rule.id}\`): ${escape(rule.why)}. ${escape(rule.fix)}`,
  );
  return lines.length > 0 ? [`### ${escape(stack)}: rules\n\n${lines.join("\n")}`] : [];
}

function effects(report: Comparison): string {
  const lines = report.consequences.map(
    ({ weight, text, fix }) =>
      `- **${WORDS[weight]}:** ${escape(text)}${fix === undefined ? "" : `. ${escape(fix)}`}`,
  );
  const heading = `### ${escape(report.stack)}\n\nRendered for ${escape(report.rendered)}.`;
  const unseen = report.unseen.map((line) => `Not compared: ${escape(line)}`);
  return [heading, ...unseen, ...(lines.length > 0 ? [lines.join("\n")] : [])].join("\n\n");
}

function objects({ stack, difference }: Comparison): string[] {
  const { added, deleted } = difference;
  const { loud, quiet } = byLoudness(difference);
  const names = (sign: string, list: typeof added) =>
    list.map((object) => `${sign} ${objectName(object)}`);
  const whole = [...names("+", added), ...names("-", deleted)];
  return [
    ...loud.map((change) => {
      const lines = fieldLines(change).map(({ sign, text }) => `${sign || " "} ${text}`);
      return folded(`${stack}: ${objectName(change.after)}`, fenced("diff", lines.join("\n")));
    }),
    ...(whole.length > 0
      ? [folded(`${stack}: new and deleted`, fenced("diff", whole.join("\n")))]
      : []),
    ...(quiet.length > 0 ? [`${escape(stack)}: ${quietly(quiet.length)}.`] : []),
  ];
}

function folded(title: string, content: string): string {
  return `<details><summary>${escape(title)}</summary>\n\n${content}\n\n</details>`;
}

/** A block of code, whatever its text has in it. */
function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** A text that stands for itself: no mark-up, no link, nobody told. */
function escape(text: string): string {
  return text
    .replace(/[\\`*_[\]#@|~]/g, (sign) => `\\${sign}`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
