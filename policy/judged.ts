/**
 * Remembers which sources a stack was last judged by. To render it and to hold it against the rules takes seconds of a
 * processor's time, and what was found kept is kept as long as nothing changes that is read on the way.
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT, stackFile } from "../config/project";
import { CHARTS } from "../machine/charts";

/** All that a stack is judged by, besides its own file, add-ons' charts and Helm. Build contexts only come to tags of their content. */
export const SOURCES = ["charts", "config", "machine", "plan", "policy", "package-lock.json"];

/** Where npm packages keep what may go at any time; it goes with `npm ci`. */
const FOLDER = path.join(ROOT, "node_modules", ".cache", "soc-agent");

/**
 * A digest of all that a stack is judged by.
 *
 * @param renderer what renders the charts, such as a file and its version
 * @param charts of add-ons, as the stack names them: only folders and archives count beside those that are kept
 */
export function digestFor(stack: string, renderer: string, charts: readonly string[] = []): string {
  const files = [...SOURCES, CHARTS, ...charts, stackFile(stack)]
    .map((name) => path.resolve(ROOT, name))
    .filter((file) => fs.existsSync(file))
    .flatMap(filesBelow)
    .sort();
  const hash = createHash("sha256").update(renderer);
  for (const file of files) {
    const content = fs.readFileSync(file);
    hash.update(JSON.stringify([path.relative(ROOT, file), content.length])).update(content);
  }
  return hash.digest("hex");
}

/** Whether a stack broke no rule, and came near to none, when it was last judged, by these sources. */
export function isKept(stack: string, digest: string): boolean {
  const file = memory(stack);
  return fs.existsSync(file) && fs.readFileSync(file, "utf8") === digest;
}

/** Remembers that nothing was found. */
export function rememberKept(stack: string, digest: string): void {
  fs.mkdirSync(FOLDER, { recursive: true });
  fs.writeFileSync(memory(stack), digest);
}

/** The file for a stack. */
export function memory(stack: string): string {
  return path.join(FOLDER, `${stack}.judged`);
}

function filesBelow(file: string): string[] {
  return fs.statSync(file).isDirectory()
    ? fs
        .readdirSync(file, { withFileTypes: true, recursive: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => path.join(entry.parentPath, entry.name))
    : [file];
}
