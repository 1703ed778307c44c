/**
 * Brings tools onto a machine that lacks them: first what is on PATH, then mise (brought by npm), then a build
 * from the Go module.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { lines, messageOf } from "../../machine/run";
import { TOOL_NAMES, type ToolName } from "./catalogue";
import { executable } from "./executables";
import { findTools, probe, type Found, type Missing } from "./find";
import { withGo } from "./go";
import { withMise } from "./mise";
import { complete, ownFolder, type Place } from "./place";
import type { Way } from "./way";

const WAYS: readonly Way[] = [withMise, withGo];

/** Thrown when tools are missing after everything was tried; its message lists them all. */
export class ToolsError extends Error {
  override readonly name = "ToolsError";

  constructor(readonly missing: readonly Missing[]) {
    super(
      [
        "These tools are missing and could not be fetched:",
        ...missing.flatMap(({ tool, tried }) => [
          `  ${tool.name} (needed: ${tool.range})`,
          ...tried.map((line) => `    - ${indent(line)}`),
          `    Install it by hand: ${tool.link}`,
        ]),
      ].join("\n"),
    );
  }
}

/** Keeps the further lines of a reason under its first one. */
function indent(text: string): string {
  return text.replaceAll("\n", "\n      ");
}

/**
 * Finds tools on PATH and in the project, and fetches those that are in neither.
 *
 * @throws {@link ToolsError} when some can not be had, whatever was tried
 */
export async function ensureTools(names: readonly ToolName[], place: Place = {}): Promise<Found[]> {
  const where = complete(place);
  const { found, missing } = await findTools(names, where);
  const fetched = await Promise.all(missing.map((one) => fetchTool(one, where)));
  const failed = fetched.filter((one) => "tried" in one);
  if (failed.length > 0) {
    throw new ToolsError(failed);
  }
  return inTableOrder([...found, ...fetched.filter((one) => "file" in one)]);
}

/** Tries every way, in order, until one works. */
async function fetchTool(missing: Missing, place: Required<Place>): Promise<Found | Missing> {
  const { tool } = missing;
  const home = path.dirname(ownFolder(tool, place));
  const tried = [...missing.tried];
  for (const way of WAYS) {
    const start = Date.now();
    place.say(`${tool.name} ${tool.version}: fetching ${way.source(tool)} with ${way.name}`);
    // Under another name until it is whole, so that an interrupted run leaves nothing that looks done.
    fs.mkdirSync(place.dir, { recursive: true });
    const draft = fs.mkdtempSync(path.join(place.dir, `${tool.name}-`));
    try {
      await way.fetch(tool, path.join(draft, "bin"), place);
      const probed = await probe(
        tool,
        executable(path.join(draft, "bin"), tool.name),
        way.name,
        place.env,
      );
      if (typeof probed === "string") {
        throw new Error(probed);
      }
      fs.rmSync(home, { recursive: true, force: true });
      fs.renameSync(draft, home);
      const seconds = Math.round((Date.now() - start) / 1000);
      place.say(`${tool.name} ${tool.version}: ready after ${seconds} s`);
      return { ...probed, file: path.join(home, "bin", tool.name) };
    } catch (error) {
      const reason = messageOf(error);
      tried.push(`${way.name}: ${reason}`);
      // The whole reason is for the error, in case no other way works.
      place.say(`${tool.name} ${tool.version}: not with ${way.name} (${lines(reason)[0] ?? ""})`);
    } finally {
      fs.rmSync(draft, { recursive: true, force: true });
    }
  }
  return { tool, tried };
}

function inTableOrder(found: readonly Found[]): Found[] {
  return TOOL_NAMES.flatMap((name) => found.filter(({ tool }) => tool.name === name));
}
