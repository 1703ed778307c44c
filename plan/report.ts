/** What a comparison of two revisions says of a stack, in any form that it is written in. */
import { rolls, type Consequence } from "./consequences";
import type { Difference, ObjectChange } from "./diff";
import { showPath } from "./fields";
import type { Finding } from "./rules/rule";

/** A stack that was compared. */
export interface Comparison {
  readonly stack: string;
  /** What it was rendered for, as a part of a sentence. */
  readonly rendered: string;
  /** Releases that could not be compared, each with the reason. */
  readonly unseen: readonly string[];
  readonly difference: Difference;
  /** The heaviest first. */
  readonly consequences: readonly Consequence[];
}

/** A stack that could not be compared. */
export interface Failure {
  readonly stack: string;
  /** Which side could not be looked at, and why. */
  readonly problem: string;
}

/** What became of comparing a stack's objects. */
export type StackReport = Comparison | Failure;

/** What the rules say of a stack. */
export interface Judgement {
  readonly stack: string;
  readonly findings: readonly Finding[];
}

/** A whole report. */
export interface Report {
  /** The revision that was compared with, such as `1a2b3c4 (where HEAD left origin/main)`. */
  readonly base: string;
  readonly stacks: readonly StackReport[];
  /** Of each stack that was left out, in a sentence, why. */
  readonly leftOut: readonly string[];
  /** Of the stacks that could be held against the rules. */
  readonly judged: readonly Judgement[];
}

/** A line of an object's changes: a place, what stood there, or what stands there. */
export interface ReportLine {
  readonly sign: "" | "-" | "+";
  readonly text: string;
}

/** Changes of one object that are written out. */
const MOST_FIELDS = 40;

/** Characters of a value that are written out. */
const MOST_TEXT = 240;

/** A change on one line, such as "3 objects change, 1 pod template rolls, nothing is deleted". */
export function summary({ difference, consequences }: Comparison): string {
  const { added, deleted } = difference;
  const { loud, quiet } = byLoudness(difference);
  if (added.length + deleted.length + loud.length + quiet.length === 0) {
    return "nothing changes";
  }
  const dangers = consequences.filter(({ weight }) => weight === "danger").length;
  return [
    ...(dangers > 0 ? [`${count(dangers, "danger", "dangers")}`] : []),
    ...(loud.length > 0 ? [count(loud.length, "object changes", "objects change")] : []),
    ...(quiet.length > 0 ? [quietly(quiet.length)] : []),
    ...(added.length > 0 ? [count(added.length, "is new", "are new")] : []),
    count(rolls(difference).length, "pod template rolls", "pod templates roll"),
    deleted.length > 0 ? count(deleted.length, "is deleted", "are deleted") : "nothing is deleted",
  ].join(", ");
}

/** How objects are counted that change in nothing that says anything. */
export function quietly(objects: number): string {
  return `${count(objects, "object changes", "objects change")} in the chart's version or a checksum alone`;
}

function count(number: number, one: string, several: string): string {
  return `${number} ${number === 1 ? one : several}`;
}

/** The changed objects, those apart that change in nothing that says anything, and whose pods stay. */
export function byLoudness(difference: Difference): {
  readonly loud: readonly ObjectChange[];
  readonly quiet: readonly ObjectChange[];
} {
  const rolling = rolls(difference);
  const isLoud = (change: ObjectChange) =>
    rolling.includes(change) || change.fields.some(({ noise }) => !noise);
  return {
    loud: difference.changed.filter(isLoud),
    quiet: difference.changed.filter((change) => !isLoud(change)),
  };
}

/** An object's changes, field by field. Noise is named where there is nothing else, without its values. */
export function fieldLines({ fields }: ObjectChange): ReportLine[] {
  const loud = fields.filter(({ noise }) => !noise);
  if (loud.length === 0) {
    return fields.map(({ path }) => ({ sign: "", text: showPath(path) }));
  }
  const rest = loud.length - MOST_FIELDS;
  return [
    ...loud
      .slice(0, MOST_FIELDS)
      .flatMap(({ path, before, after, order }): ReportLine[] => [
        { sign: "", text: `${showPath(path)}${order ? " (another order)" : ""}` },
        ...(before === undefined ? [] : [{ sign: "-" as const, text: showValue(before) }]),
        ...(after === undefined ? [] : [{ sign: "+" as const, text: showValue(after) }]),
      ]),
    ...(rest > 0
      ? [{ sign: "" as const, text: `... and ${count(rest, "field", "fields")} more` }]
      : []),
  ];
}

/** A value on one line. */
function showValue(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const line = text.replaceAll("\n", "\\n");
  return line.length > MOST_TEXT ? `${line.slice(0, MOST_TEXT)}...` : line;
}

/** What a stack was rendered for that names a Kubernetes version, or none. */
export function renderedFor(version: string | undefined): string {
  return version === undefined
    ? "Helm's own Kubernetes version (soc-agent:cluster.existing.kubernetesVersion names no other)"
    : `Kubernetes ${version}`;
}

/** Weights as people read them. */
export const WORDS = { danger: "Danger", care: "Take care", note: "Good to know" } as const;
