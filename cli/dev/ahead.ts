/**
 * What `npm run dev` does ahead of Pulumi, which takes seconds to start and then finds it done: it builds
 * from the builder's cache, has nothing to load, and no pod to replace.
 */
import * as fs from "node:fs";
import type { ImageRefs } from "../../plan/imageRefs";
import type { BuildSettings, Part, StackConfig } from "../../config/settings";
import type { StackFiles } from "../../machine/files";
import { failedStep, PLAIN_BUILD } from "../../machine/failedStep";
import { hasImage, loadImages } from "../../cluster/loadImages";
import type { PodsOf } from "../../cluster/podReport";
import { rolledOut, setImages, type PartImages } from "../../cluster/rollOut";
import { DOCKER, tryDocker } from "../../machine/docker";
import { builtElsewhere } from "../../machine/buildFaults";
import { onOneLine } from "../../machine/faults";
import { buildArguments } from "../../machine/imageBuild";
import { buildOf, LOAD, ROLL_OUT } from "./phases";

/** Inputs of {@link workAhead}. */
export interface AheadArgs {
  readonly config: StackConfig;
  readonly files: StackFiles;
  readonly pods: PodsOf;
  /** References of the images that are built. */
  readonly refs: ImageRefs;
  /** What pods are to have: those, unless the chart's values say otherwise. */
  readonly images: PartImages;
  /** Parts that changed. Those that are not built here are left out. */
  readonly parts: readonly Part[];
  /** Whether nothing else changed, so that pods may have the new images before Pulumi is asked. */
  readonly only: boolean;
  /** What the engine builds for, and the nodes run. */
  readonly platform: string;
  readonly env: NodeJS.ProcessEnv;
  /** Does a piece of work that has a name. */
  readonly during: (name: string, work: () => Promise<void>) => Promise<void>;
  /** Aborted when it is pointless. */
  readonly stop: AbortSignal;
}

/** What Pulumi could not do either. Its message is for the user. */
export class HopelessError extends Error {}

/**
 * Builds the images of parts that changed, all at once, loads them into a Kind cluster's nodes, and
 * replaces the pods where nothing but images is new.
 *
 * @returns whether pods of what changed are in service
 * @throws HopelessError for what Pulumi need not try
 * @throws Error for what cannot be done ahead; Pulumi will say more about it
 */
export async function workAhead(args: AheadArgs): Promise<boolean> {
  const { config, pods, refs, only, during, stop } = args;
  const built = args.parts.flatMap((part) => {
    const settings = config.images[part];
    return settings.kind === "build" ? [{ part, ref: refs[part], settings }] : [];
  });
  await Promise.all(
    built.map(({ part, ref, settings }) => during(buildOf(part), () => build(ref, settings, args))),
  );
  if (config.cluster.kind !== "kind") {
    return false;
  }
  if (built.length > 0) {
    const { name } = config.cluster;
    const loaded = built.map(({ ref }) => ref);
    await during(LOAD, () => load(name, loaded, args));
  }
  if (!only) {
    return false;
  }
  stop.throwIfAborted();
  await during(ROLL_OUT, async () => {
    // All of them: another part may have one that was given up.
    const changed = await setImages(pods, args.images);
    if (changed.length > 0) {
      await rolledOut(pods, changed, config.timeout, stop);
    }
  });
  return true;
}

async function build(
  ref: string,
  settings: BuildSettings,
  { platform, env, stop: signal }: AheadArgs,
): Promise<void> {
  const options = { env: { ...env, ...PLAIN_BUILD }, signal, why: failedStep };
  const { ok, reason } = await tryDocker(
    buildArguments(ref, settings, settings.platform ?? platform),
    options,
  );
  if (!ok) {
    throw new HopelessError(`${DOCKER} build ${settings.context}: ${reason}`);
  }
  if (!(await hasImage(ref))) {
    throw new HopelessError(onOneLine(builtElsewhere(ref)));
  }
}

async function load(
  name: string,
  images: readonly string[],
  { files, stop }: AheadArgs,
): Promise<void> {
  const identity = fs.readFileSync(files.identity, "utf8").trim();
  await loadImages({
    cluster: { name, identity, identityFile: files.identity, makerFile: files.maker },
    // A cluster that is gone is made again by Pulumi, and gets its images then.
    patience: { before: 0, after: 0 },
    images,
    say: () => {},
    stop,
  });
}
