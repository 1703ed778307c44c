/** What a stack is made of, as `npm run dev` watches it. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { CHART } from "../../plan/chart";
import { chartDigest } from "../../plan/chartDigest";
import { contentTag, contextFilter } from "../../plan/imageRefs";
import { PARTS, type StackConfig } from "../../config/settings";
import { isMap } from "../../config/values";
import { messageOf } from "../../machine/run";

/** Something that a stack is made of. */
export interface Source {
  /** What people call it. */
  readonly name: string;
  /** Files and folders to watch, relative to the project. */
  readonly paths: readonly string[];
  /** Whether nothing in a folder counts, so that it need not be watched. */
  readonly ignores: (folder: string) => boolean;
  /** A text that differs when what Pulumi would do differs. */
  readonly digest: () => string;
}

/**
 * The sources of a stack: every part that is built here, the chart, the stack's configuration.
 *
 * @param stackFile path of `Pulumi.<stack>.yaml`, relative to the project
 */
export function sourcesOf({ images }: StackConfig, stackFile: string): Source[] {
  const parts = PARTS.flatMap((name): Source[] => {
    const image = images[name];
    if (image.kind === "ref") {
      return [];
    }
    const { context, dockerfile } = image;
    return [
      {
        name,
        paths: [context, dockerfile],
        ignores: (folder) => {
          const inContext = path.relative(context, folder);
          const outside = inContext === "" || inContext.startsWith("..");
          return !outside && !contextFilter(context, dockerfile).hasFolder(inContext);
        },
        digest: () => contentTag(image),
      },
    ];
  });
  return [
    ...parts,
    { name: "chart", paths: [CHART], ignores: () => false, digest: () => chartDigest(CHART) },
    {
      name: "configuration",
      paths: [stackFile],
      ignores: () => false,
      digest: () => configurationDigest(stackFile),
    },
  ];
}

/** Pulumi writes a salt into the file while it runs, which is no change of the configuration. */
function configurationDigest(stackFile: string): string {
  const content: unknown = fs.existsSync(stackFile)
    ? parse(fs.readFileSync(stackFile, "utf8"))
    : {};
  return JSON.stringify(isMap(content) ? content["config"] : content);
}

/** The state of sources. */
export type Digests = ReadonlyMap<string, string>;

/** Takes the digests of all sources. One that cannot be read is a state too: Pulumi says what is wrong with it. */
export function digestsOf(sources: readonly Source[]): Digests {
  return new Map(
    sources.map(({ name, digest }) => {
      try {
        return [name, digest()];
      } catch (error) {
        return [name, messageOf(error)];
      }
    }),
  );
}

/** Names of the sources that differ between two states. */
export function differences(before: Digests, after: Digests): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name));
}

/** Whose source a file is, and its name there; undefined when it is nobody's. */
export function whose(
  sources: readonly Source[],
  file: string,
): { source: string; file: string } | undefined {
  for (const { name, paths } of sources) {
    for (const root of paths) {
      const inside = path.relative(root, file);
      if (inside === "") {
        return { source: name, file: path.basename(file) };
      }
      if (!inside.startsWith("..")) {
        return { source: name, file: inside };
      }
    }
  }
  return undefined;
}
