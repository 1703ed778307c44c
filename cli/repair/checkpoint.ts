/** A stack's state in the file backend, and what a kill in the middle of its writing leaves of it. */
import * as fs from "node:fs";
import * as path from "node:path";

/** Ending of the files in which the file backend keeps a file's attributes (gocloud.dev/blob/fileblob). */
const ATTRIBUTES = ".attrs";

/**
 * Makes a stack's state readable again when its writing was cut off. The attributes beside the state are
 * written in place, so a kill leaves an empty file, which Pulumi refuses with "failed to load checkpoint:
 * EOF": it can do without, and they are removed. The state itself is replaced in one step; only a machine
 * that loses power leaves half of one, and then the backup that Pulumi keeps beside it is put back.
 *
 * @param dir folder of the project's states in the file backend
 * @returns what was mended, in words
 */
export function mendState(dir: string, stack: string): string[] {
  const file = path.join(dir, `${stack}.json`);
  const backup = `${file}.bak`;
  const mended: string[] = [];
  for (const attributes of [file, backup].map((one) => one + ATTRIBUTES)) {
    if (fs.existsSync(attributes) && !isWhole(attributes)) {
      fs.rmSync(attributes);
      mended.push(`Removing ${path.basename(attributes)}, which a killed run left half written`);
    }
  }
  if (fs.existsSync(file) && !isWhole(file) && fs.existsSync(backup) && isWhole(backup)) {
    fs.copyFileSync(backup, file);
    mended.push("Taking the state before the last one, which was left half written");
  }
  return mended;
}

function isWhole(file: string): boolean {
  try {
    return typeof JSON.parse(fs.readFileSync(file, "utf8")) === "object";
  } catch {
    return false;
  }
}
