/** A look at all that a stack made in its cluster. */
import type { Wanted } from "../../cluster/drift/compare";
import { lookForDrift, type Drift } from "../../cluster/drift/look";
import { madeByRelease } from "../../cluster/drift/made";
import type { PodsOf } from "../../cluster/podReport";
import type { StackConfig } from "../../config/settings";
import { withApi, type Api } from "../../machine/apiServer";
import { manifestOf } from "../../machine/helm";
import type { KindClusterState } from "../../machine/kindCluster";
import { clusterIdentity } from "../../plan/kindConfig";
import { placesOf } from "../deletions";
import { idOf } from "../repair/releases";
import { releasesOf, type Release, type State } from "../stackState";
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

/** What a look at a stack came to. */
export interface StackDrift extends Drift {
  /** Releases that are not in the cluster, as `namespace/name`. */
  readonly lost: readonly string[];
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
  const [manifests, drift] = await withApi(of, async (api) => {
    const manifests = await manifestsOf(api, state);
    const drift = await lookForDrift(api, [
      ...nodes,
      ...pulumis.filter(isFirst),
      ...manifests.flatMap(({ release, text }) =>
        text === undefined ? [] : madeByRelease(release, text),
      ),
      ...pulumis.filter((one) => !isFirst(one)),
    ]);
    return [manifests, drift] as const;
  });
  const lost = manifests.filter(({ text }) => text === undefined);
  return { ...drift, lost: lost.map(({ release }) => idOf(release)) };
}

/** What Helm's record of a release says that it was made as; nothing where there is no such record. */
interface Manifest {
  readonly release: Release;
  readonly text: string | undefined;
}

/** Helm's records of the releases that a stack made. @throws Error when they cannot be read */
function manifestsOf(api: Api, { resources }: State): Promise<Manifest[]> {
  const releases = releasesOf(resources.filter((resource) => !resource.delete));
  return Promise.all(
    releases.map(async (release) => ({ release, text: await manifestOf(api, release) })),
  );
}
