/** The environment that programs are run in which need the tools. */
import * as path from "node:path";
import { searchPath } from "./executables";
import type { Found } from "./find";

/**
 * The environment in which plain names such as `pulumi` mean the tools that were found.
 *
 * @param found what {@link ensureTools} returned
 * @param env what to start from
 */
export function toolEnvironment(
  found: readonly Found[],
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const existing = searchPath(env);
  const added = found
    .map(({ file }) => path.dirname(file))
    .filter((dir) => !existing.includes(dir));
  return { ...env, PATH: [...new Set([...added, ...existing])].join(path.delimiter) };
}

/** Lets plain names mean the tools that were found, in all programs that this process starts from now on. */
export function useTools(found: readonly Found[]): void {
  Object.assign(process.env, toolEnvironment(found));
}
