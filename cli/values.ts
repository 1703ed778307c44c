/**
 * `npm run values -- STACK`: prints a stack's chart values as a values file, for plain `helm -f`. Pure: it reads
 * the stack's file and the project, and asks neither Docker nor a cluster nor the stack's state.
 */
import { stringify } from "yaml";
import type { ChartOverrides } from "../plan/chart";
import { planStack } from "../plan/stack";
import { runMain } from "../machine/run";
import { stacksWithFile } from "../config/file";
import { ROOT } from "../config/project";

/**
 * A stack's values file.
 *
 * @throws Error that lists every problem of the stack's file
 */
export function valuesFile(stack: string): string {
  return `# Chart values of stack ${stack}, made from Pulumi.${stack}.yaml.\n${stringify(valuesOf(stack))}`;
}

/**
 * The chart's values-production.yaml: the prod stack's values without the images' tags, which no file can know
 * ahead of the version.
 *
 * @throws Error that lists every problem of the stack's file
 */
export function productionFile(): string {
  const { backend, frontend, ...values } = valuesOf("prod");
  return stringify({ backend: untagged(backend), frontend: untagged(frontend), ...values });
}

/** A part's values without its image's tag. */
function untagged<T extends ChartOverrides["backend" | "frontend"]>(part: T): T {
  return { ...part, image: { ...part?.image, tag: undefined } };
}

function valuesOf(stack: string): ChartOverrides {
  const stacks = stacksWithFile();
  if (!stacks.includes(stack)) {
    throw new Error(`there is no Pulumi.${stack}.yaml; there are: ${stacks.join(", ")}`);
  }
  return planStack(stack).values;
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
  runMain(() => main(process.argv.slice(2)));
}
