/**
 * `npm run dev`: brings every change of the sources into the running system, until it is ended.
 *
 * Each round ends with a `pulumi up`, so nothing drifts: images are tagged by content, and a plain
 * `pulumi up` afterwards finds nothing to do. Pods get a new image before that, because people wait for it.
 */
import * as fs from "node:fs";
import { once } from "node:events";
import * as path from "node:path";
import { watch, type FSWatcher } from "chokidar";
import pc from "picocolors";
import { chartDefaults, chartValues } from "../../plan/chart";
import { imageRefs, type ImageRefs } from "../../plan/imageRefs";
import { PARTS, type StackConfig } from "../../config/settings";
import type { StackFiles } from "../../machine/files";
import { workAhead } from "./ahead";
import { ChangeLoop } from "./changeLoop";
import type { Reading } from "../../config/file";
import type { PodsOf } from "../../cluster/podReport";
import { runRound } from "./round";
import { imagesIn, setImages, type PartImages } from "../../cluster/rollOut";
import { messageOf } from "../../machine/run";
import { differences, digestsOf, sourcesOf, whose, type Digests, type Source } from "./sources";

/** Milliseconds without another change after which a burst of them counts as over. */
const QUIET = 80;
/** Names of changed files that are shown. */
const SHOWN = 3;

/** What is to be kept up to date. */
export interface DevArgs {
  readonly stack: string;
  /** Folder of the project. */
  readonly root: string;
  /** Environment with the tools on PATH. */
  readonly env: NodeJS.ProcessEnv;
  /** What the engine builds for. */
  readonly platform: string;
  /** Further options for Pulumi. */
  readonly extra: readonly string[];
  /** File of the stack's configuration, relative to the project. */
  readonly stackFile: string;
  readonly config: StackConfig;
  /** Where the stack keeps what belongs to it. */
  readonly files: StackFiles;
  /** Reads the configuration again. */
  readonly read: () => Reading;
  /** Throws for a configuration that must not be applied because a file was saved. */
  readonly check: (config: StackConfig) => void;
  /** Whose pods a rollout is about. */
  readonly pods: PodsOf;
  /** What is up already; undefined when the last `up` failed. */
  readonly applied?: Applied;
  /** Mends what a run left that did not end well. Returns options for `pulumi up`. */
  readonly mend: () => Promise<readonly string[]>;
  /** Aborted when it is to end. */
  readonly stop: AbortSignal;
}

/** What an `up` applies. */
export interface Applied {
  readonly digests: Digests;
  /** References of the images that are built. */
  readonly refs: ImageRefs;
  /** What pods get: those, unless the chart's values say otherwise. */
  readonly images: PartImages;
}

/** What an `up` will apply, read before it, since sources can change while it runs. */
export function appliedBy(config: StackConfig, digests: Digests): Applied {
  const refs = imageRefs(config.images);
  return { digests, refs, images: imagesIn(chartValues(config, refs, chartDefaults())) };
}

/** Watches and applies changes until it is told to stop. */
export async function develop(args: DevArgs): Promise<void> {
  const { root, stop } = args;
  let sources = sourcesOf(args.config, args.stackFile);
  /** What Pulumi has applied as a whole. */
  let { applied } = args;
  /** The last state that a round was given. */
  let given: Digests = applied?.digests ?? new Map();
  /** Whether pods may be new of which Pulumi does not know. */
  let unrecorded = false;
  const touched = new Set<string>();

  const loop = new ChangeLoop({
    quiet: QUIET,
    pending: () => differences(given, digestsOf(sources)).length > 0,
    round: async (since, outdated) => {
      const reading = args.read();
      const config = "config" in reading ? reading.config : undefined;
      if (config) {
        // Another folder may be the application's from now on. What is wrong otherwise, Pulumi says.
        sources = sourcesOf(config, args.stackFile);
        watcher.add(pathsOf(sources));
      }
      const now = digestsOf(sources);
      const changed = differences(given, now);
      given = now;
      say(since, `${pc.bold(changed.join(" and "))} changed${filesOf(changed, sources, touched)}`);
      touched.clear();
      try {
        if (config) {
          args.check(config);
        }
        const next = config && { config, ...appliedBy(config, now) };
        const mending = applied ? [] : await args.mend();
        const open = differences(applied?.digests ?? new Map(), now);
        const parts = PARTS.filter((part) => open.includes(part));
        const only = applied !== undefined && parts.length === open.length;
        const outcome = await runRound({
          ...args,
          extra: [...mending, ...args.extra],
          ahead: async (how) =>
            next !== undefined && workAhead({ ...args, ...how, ...next, parts, only }),
          since,
          outdated,
        });
        unrecorded = outcome === "untouched";
        if (!unrecorded) {
          applied = outcome === "applied" ? next : undefined;
        }
      } catch (error) {
        applied = undefined;
        console.error(`${pc.red("error")}  ${messageOf(error)}`);
      }
    },
  });

  const watcher = watchFiles(root, () => sources);
  watcher.on("all", (_, file) => {
    touched.add(file);
    loop.changed();
  });
  watcher.on("error", (error) => {
    console.error(`${pc.red("error")}  files cannot be watched: ${String(error)}`);
    loop.stop();
  });
  stop.addEventListener("abort", () => loop.stop());
  try {
    await once(watcher, "ready");
    const what = sources.map(({ name, paths: [first] }) => `${name} (${first})`).join(", ");
    console.log(`\nWatching ${what}. Ctrl-C ends it; the system keeps running.`);
    // What changed while nobody watched, or was not up in the first place.
    loop.changed();
    await loop.ended;
    if (applied && unrecorded) {
      const back = await setImages(args.pods, applied.images);
      back.forEach((part) =>
        console.log(`\nTaking back the image of ${part}, which was not applied.`),
      );
    }
  } finally {
    await watcher.close();
  }
}

/** Watches what sources are made of. @param root folder that their paths are relative to */
export function watchFiles(root: string, sources: () => readonly Source[]): FSWatcher {
  const roots = pathsOf(sources()).map((name) => path.resolve(root, name));
  return watch(pathsOf(sources()), {
    cwd: root,
    ignoreInitial: true,
    ignored: (file, stats) =>
      leadsAway(path.resolve(root, file), roots) ||
      (stats?.isDirectory() === true &&
        sources().some(({ ignores }) => ignores(path.relative(root, path.resolve(root, file))))),
  });
}

/**
 * Whether a file is a link to a folder, or to nothing. Docker is sent the link and not what is behind it, and a loop
 * of links would be followed for ever. The folders that are watched may be links themselves.
 */
function leadsAway(file: string, roots: readonly string[]): boolean {
  return (
    !roots.includes(file) &&
    (fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false) &&
    !leadsToFile(file)
  );
}

function leadsToFile(link: string): boolean {
  try {
    return fs.statSync(link).isFile();
  } catch {
    // A loop, or a target that is not there.
    return false;
  }
}

function pathsOf(sources: readonly Source[]): string[] {
  return sources.flatMap(({ paths }) => paths);
}

/** Names the files that made a change, as far as they fit on a line. */
function filesOf(
  changed: readonly string[],
  sources: readonly Source[],
  touched: ReadonlySet<string>,
): string {
  const files = [...touched].flatMap((file) => {
    const found = whose(sources, file);
    return found && changed.includes(found.source) ? [found.file] : [];
  });
  const shown = files.slice(0, SHOWN).join(", ");
  const rest = files.length > SHOWN ? ` and ${files.length - SHOWN} more` : "";
  return shown && `: ${shown}${rest}`;
}

function say(at: number, text: string): void {
  console.log(`\n${pc.dim(new Date(at).toLocaleTimeString())}  ${text}`);
}
