/** Whether all parts of the observability stack are there. */
import type { apps } from "@pulumi/kubernetes/types/input";
import { kubectlFor, type Target } from "../machine/kubectl";
import { itemsOf, type Seen } from "../machine/kubernetes";
import { messageOf } from "../machine/run";
import { lookUntil } from "./lookUntil";
import { podsAwaited } from "./podReport";

type Workload =
  | (Seen<apps.v1.Deployment, "spec"> & { readonly kind: "Deployment" })
  | (Seen<apps.v1.StatefulSet, "spec"> & { readonly kind: "StatefulSet" })
  | (Seen<apps.v1.DaemonSet, "spec"> & { readonly kind: "DaemonSet" });

/**
 * Waits until every workload in some namespaces has all of its pods ready.
 *
 * @param patience milliseconds
 * @returns a line for what is missing when time is up, with what its pods wait for; none when nothing is
 */
export function awaitWorkloads(
  target: Target,
  namespaces: readonly string[],
  patience: number,
): Promise<string[]> {
  const look = () => missingWorkloads(target, namespaces);
  return lookUntil(look, ({ length }) => length === 0, Date.now() + patience);
}

/** What is not ready in some namespaces. A namespace with nothing in it has all of it missing. */
export async function missingWorkloads(
  target: Target,
  namespaces: readonly string[],
): Promise<string[]> {
  const missing = await Promise.all(
    namespaces.map(async (namespace) => {
      const of = { ...target, namespace };
      const kinds = "deployments,statefulsets,daemonsets";
      try {
        const list = await kubectlFor(of)(["get", kinds, "--output=json"]);
        const short = belowWanted(list);
        return short.length > 0 ? [`${short.join(", ")}: ${await podsAwaited(of)}`] : [];
      } catch (error) {
        return [`namespace ${namespace}: ${messageOf(error)}`];
      }
    }),
  );
  return missing.flat();
}

/** What a list of workloads, in JSON, says of pods that are missing, such as `grafana has 0 of 1 pods`. */
function belowWanted(list: string): string[] {
  const items = itemsOf<Workload>(list);
  return items.length === 0
    ? ["nothing is there"]
    : items.flatMap((item) => {
        const [ready, wanted] = podsOf(item);
        return ready < wanted ? [`${item.metadata.name} has ${ready} of ${wanted} pods`] : [];
      });
}

/** Ready pods of a workload, and those that it should have: of a DaemonSet one at least, before it has counted its nodes. */
function podsOf(item: Workload): [ready: number, wanted: number] {
  if (item.kind === "DaemonSet") {
    const { numberReady = 0, desiredNumberScheduled = 0 } = item.status ?? {};
    return [numberReady, Math.max(1, desiredNumberScheduled)];
  }
  return [item.status?.readyReplicas ?? 0, item.spec.replicas ?? 1];
}
