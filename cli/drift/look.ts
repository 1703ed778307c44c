/** A look at all that a stack made in its cluster. */
import type { Wanted } from "../../cluster/drift/compare";
import { lookForDrift, type Drift } from "../../cluster/drift/look";
import { madeByRelease } from "../../cluster/drift/made";
import type { PodsOf } from "../../cluster/podReport";
import { readStack } from "../../config/file";
import type { StackConfig } from "../../config/settings";
import { withApi, type Api } from "../../machine/apiServer";
import { newestRevision, type Revision } from "../../machine/helm";
import { stackFiles } from "../../machine/files";
import { findKindCluster, type KindClusterState } from "../../machine/kindCluster";
import { clusterIdentity } from "../../plan/kindConfig";
import { placesOf } from "../deletions";
import { podsOf } from "../observability";
import { exportSecrets, Refusal } from "../pulumi";
import { idOf, parseState, releasesOf, type Release, type State } from "../stackState";
import { labelsOfNodes, madeByPulumi } from "./made";

/** A stack, and its cluster. */
export interface Looked {
  readonly config: StackConfig;
  /** What stands behind the name of its Kind cluster, if it has one. */
  readonly cluster: KindClusterState | undefined;
  /** What Pulumi believes to be there, with its secrets. */
  readonly state: State;
  /** Where its application is, and how to ask for it. */
  readonly of: PodsOf;
}

/** A stack has nothing in its cluster that could be looked at. */
export class NothingThere extends Refusal {
  constructor(stack: string) {
    super(`Stack ${stack} has nothing in its cluster. Make it: npm run up -- --stack=${stack}`);
  }
}

/**
 * A stack that has something in its cluster.
 *
 * @throws NothingThere where it has nothing there
 * @throws Refusal where it has no file that can be read
 */
export async function findStack(stack: string, env: NodeJS.ProcessEnv): Promise<Looked> {
  const reading = readStack(stack);
  if ("problems" in reading) {
    throw new Refusal([`Pulumi.${stack}.yaml:`, ...reading.problems].join("\n  - "));
  }
  const { config } = reading;
  const [cluster, exported] = await Promise.all([
    config.cluster.kind === "kind"
      ? findKindCluster(config.cluster.name, stackFiles(stack).identity)
      : undefined,
    exportSecrets(stack, env),
  ]);
  const looked = { config, cluster, state: parseState(exported), of: podsOf(stack, config, env) };
  if (!isThere(looked)) {
    throw new NothingThere(stack);
  }
  return looked;
}

/** What a look at a stack came to. */
export interface StackDrift extends Drift {
  /** Releases that are not in the cluster, as `namespace/name`. */
  readonly lost: readonly string[];
  /** Releases that are at another revision than Pulumi has made. */
  readonly moved: readonly Moved[];
}

/** A release that was rolled back, or upgraded by hand. */
export interface Moved {
  /** As `namespace/name`. */
  readonly release: string;
  /** What Helm says of the revision that is there. */
  readonly found: Pick<Revision, "revision" | "description">;
  /** The revision that Pulumi has made. */
  readonly made: number;
}

/**
 * Whether a stack has something in a cluster that will stay: before its first `up`, and where the next one makes the
 * cluster anew, there is nothing to be held against anything.
 */
export function isThere({ config, cluster, state }: Omit<Looked, "of">): boolean {
  if (releasesOf(state.resources).length === 0) {
    return false;
  }
  if (config.cluster.kind === "existing") {
    return placesOf(state).some(({ kind }) => kind === "existing");
  }
  return (
    cluster?.kind === "ours" &&
    clusterIdentity(config.cluster, cluster) === cluster.identity &&
    placesOf(state).some((place) => place.kind === "kind" && place.identity === cluster.identity)
  );
}

/**
 * Holds all that a stack made against its cluster. Nothing is written.
 *
 * @throws Error when the cluster, or its record of a release, cannot be read
 */
export async function lookAtStack(looked: Looked): Promise<StackDrift> {
  const { config, cluster, state, of } = looked;
  const pulumis = madeByPulumi(state.resources);
  const isFirst = ({ object }: Wanted) => /^(Namespace|Secret)$/.test(object.kind);
  const nodes =
    config.cluster.kind === "kind" && cluster?.kind === "ours"
      ? labelsOfNodes(config.cluster, cluster.identity)
      : [];
  const [records, drift] = await withApi(of, async (api) => {
    const records = await newestOf(api, state);
    const drift = await lookForDrift(api, [
      ...nodes,
      ...pulumis.filter(isFirst),
      ...records.flatMap(({ release, newest }) =>
        newest === undefined ? [] : madeByRelease(release, newest.manifest),
      ),
      ...pulumis.filter((one) => !isFirst(one)),
    ]);
    return [records, drift] as const;
  });
  const cutOff = new Set(releasesOf(state.interrupted).map(idOf));
  // Pulumi goes on by itself with what it was at work on.
  const finished = ({ release }: ReleaseRecord) => !cutOff.has(idOf(release));
  const lost = records.filter(({ newest }) => newest === undefined);
  return {
    ...drift,
    lost: lost.map(({ release }) => idOf(release)),
    moved: records.filter(finished).flatMap((record) => movedOf(record) ?? []),
  };
}

/** Helm's record of a release; nothing where there is none. */
interface ReleaseRecord {
  readonly release: Release;
  readonly newest: Revision | undefined;
}

/** Helm's records of the releases that a stack made. @throws Error when they cannot be read */
function newestOf(api: Api, { resources }: State): Promise<ReleaseRecord[]> {
  const releases = releasesOf(resources.filter((resource) => !resource.delete));
  return Promise.all(
    releases.map(async (release) => ({ release, newest: await newestRevision(api, release) })),
  );
}

/** Nothing where a release is at the revision that Pulumi has made. */
function movedOf({ release, newest }: ReleaseRecord): Moved | undefined {
  const { revision: made } = release;
  return newest === undefined || made === undefined || made === newest.revision
    ? undefined
    : { release: idOf(release), found: newest, made };
}
