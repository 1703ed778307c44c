/**
 * `npm run values -- STACK`: prints a stack's chart values as a values file, for plain `helm -f`. Pure: it reads
 * the stack's file and the project, and asks neither Docker nor a cluster nor the stack's state.
 */
import * as fs from "node:fs";
import { stringify } from "yaml";
import { chartDefaults, chartValues, valuesProblems } from "../components/chart";
import { imageRefs } from "../components/imageRefs";
import { messageOf } from "./run";
import { readStack } from "./needs";
import { ROOT } from "./pulumi";

/**
 * A stack's values file.
 *
 * @throws Error that lists every problem of the stack's file
 */
export function valuesFile(stack: string): string {
  const stacks = stacksWithFile();
  if (!stacks.includes(stack)) {
    throw new Error(`there is no Pulumi.${stack}.yaml; there are: ${stacks.join(", ")}`);
  }
  const read = readStack(stack);
  if ("problems" in read) {
    throw refusal(stack, read.problems);
  }
  const { config } = read;
  const values = chartValues(config, imageRefs(config.images), chartDefaults());
  const problems = valuesProblems(values);
  if (problems.length > 0) {
    throw refusal(stack, problems);
  }
  return `# Chart values of stack ${stack}, made from Pulumi.${stack}.yaml.\n${stringify(values)}`;
}

/** Names of the stacks that have a file. */
function stacksWithFile(): string[] {
  const names = fs
    .readdirSync(ROOT)
    .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
  return names.sort();
}

function refusal(stack: string, problems: readonly string[]): Error {
  return new Error([`Pulumi.${stack}.yaml:`, ...problems].join("\n  - "));
}

function main(args: readonly string[]): void {
  const [stack, ...more] = args;
  if (stack === undefined || stack.startsWith("-") || more.length > 0) {
    throw new Error(
      "usage: npm run --silent values -- STACK >values.yaml   (without --silent, npm's own lines are in the file)",
    );
  }
  process.stdout.write(valuesFile(stack));
}

if (require.main === module) {
  process.chdir(ROOT);
  try {
    main(process.argv.slice(2));
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
}
