/** A stack as its file and the project tell it, checked: neither Docker nor a cluster nor its state is asked. */
import type { SecretKey } from "../config/defaults";
import { readStack } from "../config/file";
import type { StackConfig } from "../config/settings";
import { stackValues, type ChartOverrides } from "./chart";
import { valuesProblems } from "./chartSchema";

/** What a stack's file comes to. */
export interface PlannedStack {
  /** The stack's name. */
  readonly stack: string;
  readonly config: StackConfig;
  /** The application's chart values, without the names of Secrets. */
  readonly values: ChartOverrides;
  /** The secrets that are set. */
  readonly secrets: readonly SecretKey[];
}

/**
 * Reads a stack's file, and checks it with the chart values that it comes to.
 *
 * @throws Error that lists every problem
 */
export function planStack(stack: string): PlannedStack {
  const read = readStack(stack);
  if ("problems" in read) {
    throw refusal(stack, read.problems);
  }
  const { config, secrets } = read;
  const { values } = stackValues(config);
  const problems = valuesProblems(values);
  if (problems.length > 0) {
    throw refusal(stack, problems);
  }
  return { stack, config, values, secrets };
}

function refusal(stack: string, problems: readonly string[]): Error {
  return new Error([`Pulumi.${stack}.yaml:`, ...problems].join("\n  - "));
}
