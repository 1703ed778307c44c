/** The locks of Pulumi's file backend: who works on a stack, or was killed while at it. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { PROJECT, STATE } from "../../config/project";
import { isMap } from "../../config/values";
import { isAlive } from "../../machine/run";

/** A lock that another run of Pulumi holds, or left behind. */
export interface Lock {
  /** Who holds it; unknown when it is no lock file any more, as after a full disk or a power cut. */
  readonly holder?: { readonly pid: number; readonly host: string };
  /** Whether that run is still there; unknown for other machines. */
  readonly alive: boolean | undefined;
}

/** Whether a lock is of a run that has ended: nobody will ever give it back. */
export function isLeft({ alive }: Lock): boolean {
  return alive === false;
}

/** Folder of the file backend's locks for a stack. */
export function locksOf(stack: string): string {
  return path.join(STATE, "locks", "organization", PROJECT, stack);
}

/**
 * Reads the locks of a stack in Pulumi's file backend.
 *
 * @param dir folder of the stack's locks; it need not exist
 */
export function findLocks(dir: string): Lock[] {
  if (!fs.existsSync(dir)) {
    return [];
  }
  return fs
    .readdirSync(dir)
    .filter((name) => name.endsWith(".json"))
    .map((name) => parseLock(fs.readFileSync(path.join(dir, name), "utf8")));
}

/** Reads what Pulumi has written (pkg/backend/diy/lock.go). It writes beside the file and renames: no run at work has half a one. */
function parseLock(text: string): Lock {
  const lock = parsed(text);
  if (!isMap(lock) || typeof lock["pid"] !== "number" || typeof lock["hostname"] !== "string") {
    return { alive: false };
  }
  const { pid, hostname: host } = lock;
  return { holder: { pid, host }, alive: host === os.hostname() ? isAlive(pid) : undefined };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
