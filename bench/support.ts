/** What the benches share. */
import { parseArgs } from "node:util";
import { kindConfig } from "../plan/kindConfig";
import { PARTS, type KindSettings, type StackConfig } from "../config/settings";
import type { Project } from "../tests/support/project";
import { OPTIONS, refusalOfTaken } from "../config/options.cjs";

/** Of the clusters that the benches make by hand. */
export const IDENTITY = "bare.bench";

/** The line that a change changes, in a file of the backend. */
const SOURCE = "backend/src/routes/health.ts";
const VERSION = /const VERSION = "2\.0[^"]*"/;

/** What the command line of a bench may give. */
type BenchOption = "runs" | "rate" | "seconds";

/**
 * The whole numbers, each from 1, that a bench's command line gives, or their defaults.
 *
 * @param command what npm calls it
 * @throws Error for anything else
 */
export function numbersFrom<C extends "bench" | "bench:load" | "bench:observability">(
  command: C,
  args: string[],
): Readonly<Record<keyof (typeof OPTIONS)[C] & BenchOption, number>> {
  const refusal = refusalOfTaken(command, args, process.env);
  if (refusal) {
    throw new Error(refusal);
  }
  const options: Partial<Record<BenchOption, { readonly type: "string" }>> = OPTIONS[command];
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  if (positionals.length > 0) {
    throw new Error(
      `npm run ${command} takes no words, got ${positionals.join(" ")}: npm run ${command} -- --runs=N`,
    );
  }
  const numbers = Object.entries(values).map(([name, value]) => [name, Number(value)] as const);
  const wrong = numbers.filter(([, value]) => !Number.isInteger(value) || value < 1);
  if (wrong.length > 0) {
    const given: Readonly<Record<string, unknown>> = values;
    throw new Error(
      wrong
        .map(([name]) => `--${name} must be a whole number from 1, got ${String(given[name])}`)
        .join("\n"),
    );
  }
  return Object.fromEntries(numbers) as Record<keyof (typeof OPTIONS)[C] & BenchOption, number>;
}

/** The Kind cluster of a configuration. */
export function kindOf({ cluster }: StackConfig): KindSettings {
  if (cluster.kind !== "kind") {
    throw new Error("the bench is about a Kind cluster");
  }
  return cluster;
}

/** Makes a cluster like the stack's with Kind alone. Its kubeconfig is the project's file of that name. */
export async function createCluster(
  project: Project,
  kind: KindSettings,
  kubeconfig: string,
): Promise<void> {
  project.write("kind.json", JSON.stringify(kindConfig(kind, IDENTITY)));
  const create = ["create", "cluster", "--name", kind.name, "--kubeconfig", kubeconfig];
  await project.must("kind", [...create, "--config", "kind.json", "--wait", "2m"]);
}

/** References of the application's images with a tag. */
export function imagesOf(tag: string): string[] {
  return PARTS.map((part) => `soc-${part}:${tag}`);
}

/** Builds the application's images with a tag, one after the other. */
export async function buildImages(project: Project, tag: string): Promise<void> {
  for (const part of PARTS) {
    // With --quiet BuildKit would not say why it failed.
    await project.must("docker", ["build", "-t", `soc-${part}:${tag}`, part]);
  }
}

let changes = Date.now();

/** Changes one line of the backend. Returns the version that it tells from then on, which can be a tag. */
export function change(project: Project): string {
  const before = project.read(SOURCE).match(VERSION)?.[0];
  if (!before) {
    throw new Error(`${SOURCE} has no line like ${VERSION}`);
  }
  const version = `2.0-${(changes += 1)}`;
  project.edit(SOURCE, before, `const VERSION = "${version}"`);
  return version;
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}
