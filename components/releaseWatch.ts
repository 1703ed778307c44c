/** What all Helm releases have in common: what a person sees of one while it is awaited, and when it fails. */
import * as pulumi from "@pulumi/pulumi";
import { crashCauses, podReport, podsAwaited, type PodsOf } from "../cluster/podReport";
import type { Credentials } from "../machine/kubectl";

/** Milliseconds between two looks at the pods that are awaited. */
const INTERVAL = 5_000;

/** How releases are awaited in one cluster. */
export interface Waiting {
  /** Seconds until a release counts as failed whose pods are not ready. */
  readonly timeout: number;
  /** How to ask the cluster for its pods. */
  readonly credentials: Credentials;
  /** How many nodes the cluster has when it has all; unset where they come and go by themselves. */
  readonly nodes: number | undefined;
}

/**
 * Hooks of what waits for a Release. It waits silently, and at the end says only what is wrong: these say
 * meanwhile which pods are awaited and why (in a terminal; logs of CI stay short) and what a crash comes from,
 * and after a failure which pods are not ready, their reasons, events and last log lines.
 *
 * @param release the Release's Pulumi name
 * @param explains whether they say so after a failure
 */
export function releaseHooks(
  release: string,
  { credentials }: Waiting,
  namespace: string,
  explains: boolean,
): pulumi.ResourceHookBinding {
  const of = { ...credentials, namespace };
  let stop = () => {};
  const begin = () => {
    stop = tellAwaited(release, of);
  };
  const end = () => stop();
  const explain = new pulumi.ErrorHook(`${release}-explain`, async () => {
    stop();
    await pulumi.log.error(await podReport(of));
    return false;
  });
  return {
    beforeCreate: [begin],
    afterCreate: [end],
    beforeUpdate: [begin],
    afterUpdate: [end],
    ...(explains && { onError: [explain] }),
  };
}

/**
 * Tells which pods are awaited, whenever that has changed, and once of each crash whose cause is known what
 * to do about it: it may come right, but a person need not wait for it. @returns what ends it
 */
function tellAwaited(release: string, of: PodsOf): () => void {
  const started = Date.now();
  const told = new Set<string>();
  let last = "";
  const look = async () => {
    const awaited = await podsAwaited(of);
    if (awaited === last) {
      return;
    }
    last = awaited;
    const seconds = Math.round((Date.now() - started) / 1000);
    await pulumi.log.info(`${release}, ${seconds} s: ${awaited}`, undefined, undefined, true);
    const causes = (await crashCauses(of)).filter((cause) => !told.has(cause));
    for (const cause of causes) {
      told.add(cause);
      await pulumi.log.warn(`${release}: ${cause}`);
    }
  };
  const timer = setInterval(() => void look(), INTERVAL);
  // A program that has nothing else to do must not wait for this one.
  timer.unref();
  return () => clearInterval(timer);
}
