/**
 * What `npm run dev` does ahead of Pulumi, which takes seconds to start and then finds it done: it builds
 * from the builder's cache, and has nothing to load.
 */
import * as fs from "node:fs";
import { imageRef } from "../components/imageRefs";
import type { Part, StackConfig } from "../config/settings";
import type { StackFiles } from "../machine/files";
import { loadImages } from "./loadImages";
import { must } from "./run";

/** Inputs of {@link workAhead}. */
export interface AheadArgs {
  readonly config: StackConfig;
  readonly files: StackFiles;
  /** Parts that changed. Those that are not built here are left out. */
  readonly parts: readonly Part[];
  readonly env: NodeJS.ProcessEnv;
  /** Does a piece of work that has a name. */
  readonly during: (name: string, work: () => Promise<void>) => Promise<void>;
  /** Aborted when it is pointless. */
  readonly stop: AbortSignal;
}

/**
 * Builds the images of parts that changed, all at once, and loads them into a Kind cluster's nodes.
 *
 * @throws Error for what cannot be done ahead; Pulumi will say more about it
 */
export async function workAhead({
  config,
  files,
  parts,
  env,
  during,
  stop: signal,
}: AheadArgs): Promise<void> {
  const built = await Promise.all(
    parts.map(async (part) => {
      const settings = config.images[part];
      if (settings.kind === "ref") {
        return [];
      }
      const { context, dockerfile } = settings;
      const ref = imageRef(settings);
      await during(`build ${part}`, async () => {
        // A build that fails leaves no container behind, also with the classic builder.
        const how = ["--quiet", "--tag", ref, "--file", dockerfile, "--force-rm"];
        await must("docker", ["build", ...how, context], { env, signal });
      });
      return [ref];
    }),
  );
  const images = built.flat();
  if (config.cluster.kind === "kind" && images.length > 0) {
    const { name } = config.cluster;
    const identity = fs.readFileSync(files.identity, "utf8").trim();
    const cluster = { name, identity, identityFile: files.identity, makerFile: files.maker };
    await during("load into nodes", () =>
      loadImages({
        cluster,
        // A cluster that is gone is made again by Pulumi, and gets its images then.
        patience: { before: 0, after: 0 },
        loaderFile: files.loader,
        images,
        say: () => {},
        stop: signal,
      }),
    );
  }
}
