/** What the benches share. */
import { parseArgs } from "node:util";
import type { KindSettings, StackConfig } from "../config";
import type { Project } from "../tests/support/project";

/** The line that a change changes, in a file of the backend. */
const SOURCE = "backend/src/routes/health.ts";
const STATUS = /status: "running[^"]*"/;

/**
 * How often a bench is to run, from its command line.
 *
 * @throws Error unless it is a whole number from 1
 */
export function runsFrom(args: string[]): number {
  const { values } = parseArgs({ args, options: { runs: { type: "string", default: "1" } } });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Error(`--runs must be a whole number from 1, got ${values.runs}`);
  }
  return runs;
}

/** The Kind cluster of a configuration. */
export function kindOf({ cluster }: StackConfig): KindSettings {
  if (cluster.kind !== "kind") {
    throw new Error("the bench is about a Kind cluster");
  }
  return cluster;
}

let changes = Date.now();

/** Changes one line of the backend. Returns what it serves from then on. */
export function change(project: Project): string {
  const before = project.read(SOURCE).match(STATUS)?.[0];
  if (!before) {
    throw new Error(`${SOURCE} has no line like ${STATUS}`);
  }
  const status = `running-${(changes += 1)}`;
  project.edit(SOURCE, before, `status: "${status}"`);
  return status;
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}
