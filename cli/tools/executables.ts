/** Looks up programs in folders and on PATH. */
import * as fs from "node:fs";
import * as path from "node:path";

/** Finds a program as a shell does. */
export function which(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return searchPath(env)
    .map((dir) => executable(dir, name))
    .find(Boolean);
}

/** The folders of PATH, in order. */
export function searchPath(env: NodeJS.ProcessEnv): string[] {
  return (env["PATH"] ?? "").split(path.delimiter).filter(Boolean);
}

/** Path of a program in a folder; none where there is no such file, or one that may not be run. */
export function executable(dir: string, name: string): string | undefined {
  const file = path.join(dir, name);
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}
