import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** The rooms whose files decide on a verdict. */
const ROOMS = ["base", "contract", "threats", "agents", "analyzers", "model", "service"];
const HEX_DIGITS = 16;

let known: string | null = null;

/**
 * Which rules this process judges by: a digest of the files that decide, so that nobody can forget to count it
 * up. An image has the whole program in one file; there any change of the program is one of the rules.
 */
export function rulesVersion(): string {
  known ??= digest();
  return known;
}

function digest(): string {
  const here = import.meta.dirname;
  const folders =
    basename(here) === "service" ? ROOMS.map((room) => join(here, "..", room)) : [here];
  const hash = createHash("sha256");
  for (const folder of folders) {
    const files = readdirSync(folder, { encoding: "utf8", recursive: true });
    for (const file of files.filter((name) => /\.(?:ts|cjs)$/.test(name)).sort()) {
      hash.update(`${file}\n`).update(readFileSync(join(folder, file)));
    }
  }
  return hash.digest("hex").slice(0, HEX_DIGITS);
}
