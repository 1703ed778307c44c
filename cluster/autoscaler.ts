/** Waiting for what an autoscaler has still to do when Helm calls a release ready: its Deployment began with one pod. */
import type { apps, autoscaling } from "@pulumi/kubernetes/types/input";
import { kubectlFor } from "../machine/kubectl";
import { itemsOf, type Seen } from "../machine/kubernetes";
import { messageOf } from "../machine/run";
import { lookUntil } from "./lookUntil";
import { podReport, type PodsOf } from "./podReport";

/** Milliseconds until the pods must be there, for which a cloud may have to make nodes first. */
const PATIENCE = 300_000;

type Deployment = Seen<apps.v1.Deployment> & { readonly kind: "Deployment" };
type Autoscaler = Seen<autoscaling.v2.HorizontalPodAutoscaler, "spec"> & {
  readonly kind: "HorizontalPodAutoscaler";
};

/**
 * Waits until every Deployment has as many ready pods as its autoscaler's minimum.
 *
 * @param of in which namespace
 * @param patience milliseconds
 * @throws Error when time is up, that names what is missing, and the pods that are not ready and why
 */
export async function awaitMinimum(of: PodsOf, patience = PATIENCE): Promise<void> {
  const kubectl = kubectlFor(of);
  // One that does not answer for once has no say in whether the system is up.
  const look = () =>
    kubectl(["get", "deployments,horizontalpodautoscalers", "-o", "json"])
      .then((list) => belowMinimum(itemsOf<Deployment | Autoscaler>(list)))
      .catch((error: unknown) => [messageOf(error)]);
  const missing = await lookUntil(look, ({ length }) => length === 0, Date.now() + patience);
  if (missing.length > 0) {
    throw new Error([...missing, await podReport(of)].join("\n"));
  }
}

/** What Deployments and autoscalers say about pods that are missing: one line each. */
export function belowMinimum(items: readonly (Deployment | Autoscaler)[]): string[] {
  const ready = new Map(
    items.flatMap((item) =>
      item.kind === "Deployment" ? [[item.metadata.name, item.status?.readyReplicas ?? 0]] : [],
    ),
  );
  return items.flatMap((item) => {
    if (item.kind !== "HorizontalPodAutoscaler") {
      return [];
    }
    const { minReplicas = 1, scaleTargetRef } = item.spec;
    const count = scaleTargetRef.kind === "Deployment" && ready.get(scaleTargetRef.name);
    return typeof count === "number" && count < minReplicas
      ? [`${scaleTargetRef.name} has ${count} of the ${minReplicas} pods that its autoscaler keeps`]
      : [];
  });
}
