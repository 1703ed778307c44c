/** A report as a terminal shows it. */
import pc from "picocolors";
import { objectName } from "../../plan/objects";
import {
  byLoudness,
  fieldLines,
  quietly,
  summary,
  WORDS,
  type Comparison,
  type Report,
  type ReportLine,
  type StackReport,
} from "../../plan/report";

const COLOURS = { danger: pc.red, care: pc.yellow, note: pc.dim } as const;

/** A report, the summaries first. */
export function textReport({ base, stacks, leftOut }: Omit<Report, "judged">): string {
  const lines = stacks.flatMap((report) => ["", pc.bold(headline(report)), ...details(report)]);
  const missing = leftOut.flatMap((why) => ["", aside(why)]);
  return [`Compared with ${base}`, ...lines, ...missing].join("\n");
}

/** A stack that was left out, in a sentence. */
export function aside(why: string): string {
  return `Left out: ${why}`;
}

/** A stack in one line. */
export function headline(report: StackReport): string {
  return `Stack ${report.stack}: ${"problem" in report ? "could not be compared" : summary(report)}`;
}

function details(report: StackReport): string[] {
  if ("problem" in report) {
    return report.problem.split("\n").map((line) => `  ${line}`);
  }
  const { added, deleted } = report.difference;
  const { loud, quiet } = byLoudness(report.difference);
  const blocks = [
    ...loud.map((change) => [
      pc.yellow(`~ ${objectName(change.after)}`),
      ...fieldLines(change).map(coloured),
    ]),
    ...added.map((object) => [pc.green(`+ ${objectName(object)}`)]),
    ...deleted.map((object) => [pc.red(`- ${objectName(object)}`)]),
    ...(quiet.length > 0 ? [[pc.dim(quietly(quiet.length))]] : []),
  ];
  const unseen = report.unseen.map((line) => `${pc.yellow("not compared:")} ${line}`);
  return [`rendered for ${report.rendered}`, ...unseen, ...effects(report), ...blocks.flat()].map(
    (line) => `  ${line}`,
  );
}

function effects({ consequences }: Comparison): string[] {
  return consequences.flatMap(({ weight, text, fix }) => [
    `${COLOURS[weight](`${WORDS[weight]}:`)} ${text}`,
    ...(fix === undefined ? [] : [`  ${fix}`]),
  ]);
}

function coloured({ sign, text }: ReportLine): string {
  switch (sign) {
    case "":
      return `    ${text}`;
    case "-":
      return pc.red(`      - ${text}`);
    case "+":
      return pc.green(`      + ${text}`);
  }
}
