/** Gets tools with mise, which npm brings. */
import * as fs from "node:fs";
import * as path from "node:path";
import { lines, must } from "../../machine/run";
import type { Tool } from "./catalogue";
import { executable } from "./executables";
import type { Place } from "./place";
import { FETCH_TIMEOUT, type Way } from "./way";

/** mise, from npm: npm checks the package's sha512, mise checks the checksums that each tool publishes. */
const MISE_VERSION = "2026.9.15";

/** Releases of a tool's makers. */
export const withMise: Way = {
  name: `mise ${MISE_VERSION} from npm`,
  source: ({ mise, version }) => `${mise}@${version}, a release of its makers`,
  fetch: fetchWithMise,
};

/** The mise executables of this run by folder: all tools share one, and one download of it. */
const miseByFolder = new Map<string, Promise<string>>();

async function fetchWithMise(tool: Tool, bin: string, place: Required<Place>): Promise<void> {
  const home = path.join(place.dir, "mise");
  const mise = miseByFolder.get(home) ?? installMise(home, place);
  miseByFolder.set(home, mise);
  const env = {
    ...place.env,
    // Nothing of the user's own mise is read or changed, and nothing is left outside the project.
    MISE_DATA_DIR: path.join(home, "data"),
    MISE_CACHE_DIR: path.join(home, "cache"),
    MISE_STATE_DIR: path.join(home, "state"),
    MISE_CONFIG_DIR: path.join(home, "config"),
    MISE_YES: "1",
  };
  const pinned = `${tool.mise}@${tool.version}`;
  const options = { env, cwd: home, timeout: FETCH_TIMEOUT };
  await must(await mise, ["--no-config", "install", pinned], options);
  const dirs = lines(await must(await mise, ["--no-config", "bin-paths", pinned], options));
  const file = dirs.map((dir) => executable(dir.trim(), tool.name)).find(Boolean);
  if (!file) {
    throw new Error(`mise installed ${pinned}, but no ${tool.name} is in it`);
  }
  // A link to the whole folder: what a tool needs beside it stays beside it.
  fs.symlinkSync(path.dirname(fs.realpathSync(file)), bin);
}

/** Installs mise's own platform package: the one without a platform in its name does the same in an install script. */
async function installMise(home: string, place: Required<Place>): Promise<string> {
  const name = `@jdxcode/mise-${process.platform}-${process.arch}`;
  fs.mkdirSync(home, { recursive: true });
  const flags = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1"];
  await must("npm", ["install", "--prefix", home, ...flags, `${name}@${MISE_VERSION}`], {
    env: { ...place.env, NPM_CONFIG_LOGLEVEL: "error" },
    cwd: home,
    timeout: FETCH_TIMEOUT,
  });
  return path.join(home, "node_modules", name, "bin", "mise");
}
