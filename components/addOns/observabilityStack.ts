/** The observability stack in a stack's cluster, as the configuration wants it. */
import * as pulumi from "@pulumi/pulumi";
import { foreignNamespaces } from "../../cluster/namespaces";
import { rowOf, wantedAddOns } from "../../config/addOns";
import { refusal } from "../../config/load";
import type { StackConfig } from "../../config/settings";
import type { Machine } from "../../machine/read";
import { messageOf } from "../../machine/run";
import { NAMESPACE } from "../../plan/access";
import { isUpstream } from "../../plan/addOnValues";
import type { ChartOverrides } from "../../plan/chart";
import { observabilityValues, STACK_NAMESPACES, stackImages } from "../../plan/observability";
import type { SocAgent } from "../app/socAgent";
import { ExistingCluster } from "../cluster/existingCluster";
import type { KindCluster } from "../cluster/kindCluster";
import type { Waiting } from "../releaseWatch";
import { Observability, type NodeImages } from "./observability";

/** Inputs of {@link installObservability}. */
export interface InstallArgs {
  /** Name of the Pulumi stack. */
  readonly stack: string;
  readonly config: StackConfig;
  /** Values of the application's chart. */
  readonly values: ChartOverrides;
  /** Base URL of the dashboard. */
  readonly url: string;
  readonly cluster: KindCluster | ExistingCluster;
  /** From {@link takenNamespaces}. */
  readonly foreign: readonly string[];
  readonly application: SocAgent;
  readonly waiting: Waiting;
}

/** Installs the observability stack, if the configuration wants it. */
export function installObservability(
  { stack, config, values, url, cluster, foreign, application, waiting }: InstallArgs,
  opts: pulumi.ComponentResourceOptions,
): void {
  if (config.observability.install) {
    const images = cluster instanceof ExistingCluster ? undefined : nodeImages(config, cluster);
    new Observability(
      "observability",
      {
        stack,
        values: observabilityValues(config, values, url),
        waiting,
        foreign,
        application: application.namespace,
        served: application.served,
        ...(images && { images }),
      },
      opts,
    );
  }
}

function nodeImages(
  config: StackConfig,
  { clusterName, identity, unseen }: KindCluster,
): NodeImages {
  const refs = stackImages(config);
  const needed = wantedAddOns(config).filter(isUpstream);
  return {
    clusterName,
    identity,
    unseen,
    refs: Object.values(refs),
    // One of its pods runs on every node.
    everywhere: [refs.collector],
    first: [...new Set([NAMESPACE, ...needed.map((name) => rowOf(name).namespace)])],
  };
}

/**
 * The namespaces of the observability stack that were in the cluster before it: they are neither labelled nor
 * deleted. A preview that cannot see the cluster takes all of them for the stack's own.
 *
 * @throws `pulumi.RunError` in an update of a cluster that does not answer
 */
export async function takenNamespaces(
  stack: string,
  { observability }: StackConfig,
  machine: Machine,
  cluster: KindCluster | ExistingCluster,
): Promise<string[]> {
  if (!observability.install || !isThere(cluster, machine)) {
    return [];
  }
  const names = Object.keys(STACK_NAMESPACES);
  try {
    return await foreignNamespaces(cluster.credentials, names, stack);
  } catch (error) {
    const problem = `whose namespaces ${names.join(" and ")} are: ${messageOf(error)}`;
    if (pulumi.runtime.isDryRun()) {
      await pulumi.log.warn(`Not checked in this preview: ${problem}`);
      return [];
    }
    throw refusal("The cluster could not be asked:", [problem]);
  }
}

/** Whether the very cluster has been made before. */
function isThere(
  cluster: KindCluster | ExistingCluster,
  { cluster: found, context }: Machine,
): boolean {
  return cluster instanceof ExistingCluster
    ? context !== undefined
    : found?.kind === "ours" && found.identity === cluster.identity && found.stopped.length === 0;
}
