/** A stack's state in the file backend, and what a kill in the middle of its writing leaves of it. */
import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Puts a stack's last good state back when the newest was cut off. Pulumi moves the file away to
 * `.bak` before it writes it anew (pulumi, pkg/backend/diy/state.go), so a kill in between leaves half a
 * file, an empty one or none.
 *
 * @param dir folder of the project's states in the file backend
 * @param killed whether a run is known to have been killed; only then is a missing file no removed stack
 * @returns whether there was something to put back
 */
export function restoreCheckpoint(dir: string, stack: string, killed: boolean): boolean {
  const file = path.join(dir, `${stack}.json`);
  const backup = `${file}.bak`;
  const cutOff = fs.existsSync(file) ? !isWhole(file) : killed;
  if (!cutOff || !fs.existsSync(backup) || !isWhole(backup)) {
    return false;
  }
  fs.copyFileSync(backup, file);
  return true;
}

function isWhole(file: string): boolean {
  try {
    return typeof JSON.parse(fs.readFileSync(file, "utf8")) === "object";
  } catch {
    return false;
  }
}
