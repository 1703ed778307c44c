/** Which tools are on this machine already, on PATH or in the project, and whether they fit. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as semver from "semver";
import { run } from "../../machine/run";
import { TOOLS, type Tool, type ToolName } from "./catalogue";
import { executable, which } from "./executables";
import { complete, ownFolder, type Place } from "./place";

/** Milliseconds that a tool may take to say its version. The first start after a download is slow on macOS. */
const VERSION_TIMEOUT = 30_000;

/** A tool that can be used. */
export interface Found {
  readonly tool: Tool;
  readonly version: string;
  /** The executable. */
  readonly file: string;
}

/** A tool that cannot, and why. */
export interface Missing {
  readonly tool: Tool;
  /** One entry per place or way that was tried, such as `PATH: kind 0.20.0 is not >=0.33.0 <1`. */
  readonly tried: readonly string[];
}

/** What there is of some tools. */
export interface Survey {
  readonly found: readonly Found[];
  readonly missing: readonly Missing[];
}

/** Looks for tools on PATH and in the project, and fetches nothing. */
export async function findTools(names: readonly ToolName[], place: Place = {}): Promise<Survey> {
  const where = complete(place);
  const all = await Promise.all(names.map((name) => findTool(TOOLS[name], where)));
  return {
    found: all.filter((one) => "file" in one),
    missing: all.filter((one) => "tried" in one),
  };
}

/** Reads a version out of what a tool printed, such as `kind v0.33.0 go1.26.1 linux/amd64`. */
export function parseVersion(output: string): string | undefined {
  const [text] = /\d+\.\d+\.\d+(?:[-+][\w.+-]+)?/.exec(output) ?? [];
  return semver.parse(text)?.version;
}

/** Whether a version is one that the project was made for. Builds that vendors rename (`1.34.1-gke`) count. */
export function fits(tool: Tool, version: string): boolean {
  return semver.satisfies(version, tool.range, { includePrerelease: true });
}

async function findTool(tool: Tool, place: Required<Place>): Promise<Found | Missing> {
  const onPath = await probe(tool, which(tool.name, place.env), "PATH", place.env);
  if (typeof onPath !== "string") {
    return onPath;
  }
  const own = await probe(tool, executable(ownFolder(tool, place), tool.name), ".tools", place.env);
  // A fetched tool that is not there yet is the normal case and explains nothing.
  return typeof own === "string" ? { tool, tried: [onPath] } : own;
}

/**
 * Judges one executable.
 *
 * @returns the tool, or why it cannot be used
 */
export async function probe(
  tool: Tool,
  file: string | undefined,
  label: string,
  env: NodeJS.ProcessEnv,
): Promise<Found | string> {
  if (!file) {
    return `${label}: no ${tool.name} there`;
  }
  const said = await run(file, tool.versionArgs, {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeout: VERSION_TIMEOUT,
  });
  const version = said.ok ? parseVersion(said.stdout) : undefined;
  if (!version) {
    const asked = [file, ...tool.versionArgs].join(" ");
    return `${label}: ${asked} does not say a version${said.ok ? "" : ` (${said.reason})`}`;
  }
  if (!fits(tool, version)) {
    return `${label}: ${file} is ${version}, not ${tool.range}`;
  }
  const beside = path.dirname(fs.realpathSync(file));
  const lacking = tool.companions.filter((name) => !executable(beside, name) && !which(name, env));
  return lacking.length > 0
    ? `${label}: ${file} has no ${lacking.join(", ")} beside it`
    : { tool, version, file };
}
