/** What every bench shares that measures, also those of the backend and the dashboard. */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { OPTIONS, refusalOfTaken } from "../config/options.cjs";

/** What the command line of a bench may give. */
type BenchOption = "runs" | "rate" | "seconds" | "threats";

/** The benches whose command line gives but numbers. */
type NumbersBench = Exclude<Extract<keyof typeof OPTIONS, `bench${string}`>, "bench:app">;

/**
 * The whole numbers, each from 1, that a bench's command line gives, or their defaults.
 *
 * @param command what npm calls it
 * @throws Error for anything else
 */
export function numbersFrom<C extends NumbersBench>(
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

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

/** How long a machine's cores have been at rest and in all, in milliseconds. */
export interface MachineTimes {
  readonly idle: number;
  readonly all: number;
}

/** Those of this machine so far. */
export function machineTimes(): MachineTimes {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (values: readonly number[]) => values.reduce((total, one) => total + one, 0);
  return {
    idle: sum(times.map(({ idle }) => idle)),
    all: sum(times.flatMap((one) => Object.values(one))),
  };
}

/** Share of the machine, from 0 to 1, that had nothing to do between two moments. */
export function restBetween(before: MachineTimes, after: MachineTimes): number {
  return (after.idle - before.idle) / (after.all - before.all);
}
