/** Why a `docker build` failed, in the words of the step that did. */
import { stripVTControlCharacters } from "node:util";
import { lines, type Output } from "./run";

/** Lines of a step that are shown, its last ones: compilers point at the place with a few. */
const STEP_LINES = 30;

/**
 * Environment of a `docker build` whose output is read here. Not the option `--progress`, which Docker's
 * newer clients refuse with the classic builder. Not `--quiet`, with which BuildKit's steps say nothing.
 */
export const PLAIN_BUILD = { BUILDKIT_PROGRESS: "plain" };

/**
 * Finds what the failed step of a build printed, and after it what the builder says about it.
 *
 * @param output of a `docker build` with {@link PLAIN_BUILD}, by BuildKit or by the classic builder
 */
export function failedStep({ stdout, stderr }: Output): string[] {
  // Newer clients say at first that the classic builder will go.
  const said = stripVTControlCharacters(stderr).replace(/^DEPRECATED: [^]*?\n\n/, "");
  const steps = stripVTControlCharacters(stdout);
  return ofBuildKit(lines(said)) ?? ofClassicBuilder(lines(steps), lines(said));
}

/**
 * BuildKit prefixes all that belongs to a step with its number, since steps run beside each other:
 * `#7 0.41 a line of its own`, and `#7 ERROR: ...` at its end.
 */
function ofBuildKit(stderr: readonly string[]): string[] | undefined {
  const errors = stderr.map((line) => /^#(\d+) ERROR: (.*)$/.exec(line));
  const [, step, error] = errors.find((match) => match !== null) ?? [];
  if (step === undefined || error === undefined) {
    return undefined;
  }
  const own = new RegExp(`^#${step} \\d+\\.\\d+ (.*)$`);
  const printed = stderr.flatMap((line) => own.exec(line)?.[1] ?? []);
  return [...lastOf(printed), error];
}

/**
 * The classic builder runs one step after the other, and says on standard error why it ended. Neither
 * of the two gets to a step where the engine does not answer, or the Dockerfile cannot be read.
 */
function ofClassicBuilder(stdout: readonly string[], stderr: readonly string[]): string[] {
  const last = stdout.findLastIndex((line) => /^Step \d+\/\d+ : /.test(line));
  const step = last < 0 ? [] : stdout.slice(last + 1);
  return [...lastOf(step.filter(isOwn)), ...lastOf(stderr.filter(isOwn))];
}

/** Whether a line is no note of the builder about its own work. */
function isOwn(line: string): boolean {
  return !/^( ---> |Removing intermediate container |#\d+ )/.test(line);
}

function lastOf(printed: readonly string[]): string[] {
  return lines(printed.join("\n")).slice(-STEP_LINES);
}
