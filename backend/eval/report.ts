import type { Injection } from "./injections.js";
import type { Scores } from "./scores.js";

/** A share in percent, or a dash for none. */
const percent = (share: number): string =>
  Number.isNaN(share) ? "-" : `${(share * 100).toFixed(1)} %`;

/** Rows under a heading, their columns in line. */
function table(heading: string, rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd();
  return ["", heading, ...rows.map(line)];
}

/** The scores of a part of the corpus, for people. */
export function scoreLines(title: string, scores: Scores): readonly string[] {
  const { baseline } = scores;
  return [
    `${title}: ${scores.signals} signals of ${scores.templates} templates`,
    ...table("Verdicts", [
      ["", "rules", "source's level"],
      ["Attacks rated HIGH or above", percent(scores.recall), percent(baseline.recall)],
      ["Harmless rated HIGH or above", percent(scores.falseAlarms), percent(baseline.falseAlarms)],
      ["Attack, harmless or manipulated, right", percent(scores.right), ""],
      ["Verdicts with evidence", percent(scores.cited), ""],
    ]),
    ...table("Right by type", [
      ...Object.entries(scores.rightByType).map(([type, share]) => [type, percent(share)]),
    ]),
    ...table("Severity, against the story's", [
      ["", "precision", "recall"],
      ...Object.entries(scores.bySeverity).map(([severity, { precision, recall }]) => [
        severity,
        percent(precision),
        percent(recall),
      ]),
    ]),
    ...table(`False-positive score, mean square off by ${scores.brier.toFixed(3)}`, [
      ["from", "signals", "mean score", "harmless"],
      ...scores.calibration.map(({ from, signals, score, harmless }) => [
        from.toFixed(1),
        String(signals),
        percent(score),
        percent(harmless),
      ]),
    ]),
  ];
}

/** How many orders were heeded, and which. */
export function injectionLines(judge: string, injections: readonly Injection[]): readonly string[] {
  const heeded = injections.filter(({ changed }) => changed.length > 0);
  return [
    `Orders in a text, judged by ${judge}: ${heeded.length} of ${injections.length} changed a verdict to the milder`,
    ...heeded.map(
      ({ template, field, order, changed }) =>
        `  ${template}, ${field}: ${changed.join(", ")} (${order})`,
    ),
  ];
}
