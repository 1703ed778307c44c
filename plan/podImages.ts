/** The images of pods that the stack does not build, and the nodes of a Kind cluster that may run them. */
import { mergeValues } from "../config/values";
import { chartDefaults, type ChartOverrides } from "./chart";
import { imageName, type ChartImage } from "./imageName";
import type { KubernetesObject } from "./objects";
import { containersOf, workloads, type PodSpec } from "./pods";

/** What nodes of a Kind cluster are. */
export const ROLES = ["control-plane", "worker"] as const;
export type Role = (typeof ROLES)[number];

/** References of images, by the nodes that may need them. */
export type ImagesByRole = Readonly<Record<Role, readonly string[]>>;

/** Label of the node that takes what comes in from outside; see {@link kindConfig}. */
const ENTRY = "ingress-ready";
/** What keeps other pods off the control-plane (kubeadm). */
const TAINT = "node-role.kubernetes.io/control-plane";

/** The images of the application's pods that the stack does not build: they run on workers. @param values the chart's */
export function applicationImages(values: ChartOverrides): string[] {
  const { redis, auth, global } = mergeValues(chartDefaults(), values) as ChartOverrides;
  const job = redis?.auth?.enabled && !redis.auth.existingSecret ? redis.auth.image : undefined;
  const images = [
    ...(redis?.enabled ? [redis.image, job ? { repository: job } : undefined] : []),
    auth?.enabled ? auth.image : undefined,
  ];
  return images.flatMap((image) =>
    image ? [imageName(image as ChartImage, global?.imageRegistry as string | undefined)] : [],
  );
}

/** The images of the pods that some objects make, by the nodes that may run these. */
export function imagesByRole(objects: readonly KubernetesObject[]): ImagesByRole {
  const pods = workloads(objects).map(({ spec }) => spec);
  const imagesOn = (role: Role) => {
    const images = pods
      .filter((pod) => mayRunOn(pod, role))
      .flatMap((pod) => containersOf(pod).flatMap(({ image }) => image ?? []));
    return [...new Set(images)];
  };
  return { "control-plane": imagesOn("control-plane"), worker: imagesOn("worker") };
}

function mayRunOn({ nodeSelector = {}, tolerations = [] }: PodSpec, role: Role): boolean {
  return role === "control-plane"
    ? (tolerations ?? []).some(
        ({ key, operator }) => key === TAINT || (key === undefined && operator === "Exists"),
      )
    : !(ENTRY in (nodeSelector ?? {}));
}
