/** The locks of Pulumi's file backend: who works on a stack, or was killed while at it. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { PROJECT, STATE } from "../../config/project";
import { isAlive } from "../../machine/run";

/** A lock that another run of Pulumi holds, or left behind. */
export interface Lock {
  readonly pid: number;
  readonly host: string;
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
    .map((name) => JSON.parse(fs.readFileSync(path.join(dir, name), "utf8")) as LockFile)
    .map(({ pid, hostname }) => ({
      pid,
      host: hostname,
      alive: hostname === os.hostname() ? isAlive(pid) : undefined,
    }));
}

/** Written by Pulumi (pkg/backend/diy/lock.go). */
interface LockFile {
  readonly pid: number;
  readonly hostname: string;
}
