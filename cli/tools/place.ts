/** Where tools are looked for, and where those that are fetched go. */
import * as path from "node:path";
import { ROOT } from "../../config/project";
import type { Tool } from "./catalogue";

/** Where to look and how to tell what is going on. */
export interface Place {
  /** The environment that programs are looked up and run in. Defaults to this process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Folder that fetched tools go to. Defaults to `.tools` in the project. */
  readonly dir?: string;
  /** Takes lines of progress. Defaults to standard error. */
  readonly say?: (line: string) => void;
}

/** Fills in what a place leaves to its defaults. */
export function complete(place: Place): Required<Place> {
  return {
    env: place.env ?? process.env,
    dir: place.dir ?? path.join(ROOT, ".tools"),
    say: place.say ?? ((line) => console.error(line)),
  };
}

/**
 * The folder that a fetched tool is in: `.tools/<name>-<version>/bin`. Its version is part of the name: a new pin is
 * a new folder.
 */
export function ownFolder(tool: Tool, place: Required<Place>): string {
  return path.join(place.dir, `${tool.name}-${tool.version}`, "bin");
}
