/** Waiting for a Helm release: until it is ready, or as soon as it is certain that it never will be. */
import { withApi, type Api } from "../../machine/apiServer";
import { newestRevision, type ReleaseName, type Revision } from "../../machine/helm";
import type { Target } from "../../machine/kubectl";
import type { KubernetesObject } from "../../plan/objects";
import { podReport } from "../podReport";
import { looker, refusalOf } from "./look";
import { rollBack } from "./rollBack";
import { NotReady, watch } from "./watch";

/** How a release is awaited. */
export interface WaitOptions {
  /** Seconds until it must be ready. */
  readonly timeout: number;
  /** How many nodes the cluster has when it has all; unset where they come and go by themselves. */
  readonly nodes?: number;
  /** An object that the cluster must take once all is ready. */
  readonly accepted?: KubernetesObject;
  /** The revision that is awaited; whichever is the newest when unset. */
  readonly revision?: number;
  /** Whether the revision before takes its place again when it does not become ready. Default: it stays, to be looked at. */
  readonly rollback?: boolean;
}

/**
 * Waits until a release is ready.
 *
 * @throws Error that says what can never be ready and what to do about it, what was not ready in time, or that another
 *   revision is there; and what was done about it
 */
export function awaitRelease(
  target: Target,
  release: ReleaseName,
  options: WaitOptions,
): Promise<void> {
  return withApi(target, async (api) => {
    const awaited = await awaitedRevision(api, release, options.revision);
    const { accepted, nodes, timeout } = options;
    const look = await looker(api, release, awaited.manifest, nodes);
    const refused = async () => (accepted ? refusalOf(api, accepted) : []);
    try {
      await watch(look, refused, release.name, timeout);
    } catch (error) {
      if (!options.rollback || !(error instanceof NotReady)) {
        throw error;
      }
      // What is wrong is gone once it is rolled back.
      const report = await podReport({ ...target, namespace: release.namespace });
      const done = await rollBack(api, target, release, awaited, options);
      throw new Error([error.message, report, done].join("\n"));
    }
  });
}

/** The newest revision of a release. @throws Error where it is not the one that is awaited */
async function awaitedRevision(
  api: Api,
  release: ReleaseName,
  wanted: number | undefined,
): Promise<Revision> {
  const newest = await newestRevision(api, release);
  if (newest === undefined) {
    throw new Error(
      `Release ${release.name} is not in namespace ${release.namespace}: npm run up installs it again`,
    );
  }
  const { revision, description } = newest;
  if (wanted !== undefined && revision !== wanted) {
    throw new Error(
      `Release ${release.name} is at revision ${revision} (${description}), and Pulumi has made ${wanted}: npm run up upgrades it again`,
    );
  }
  return newest;
}
