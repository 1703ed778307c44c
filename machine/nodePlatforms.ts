/** What the nodes of a cluster run: images for anything else start on none of them. */
import type { core } from "@pulumi/kubernetes/types/input";
import { PARTS, type Part, type StackConfig } from "../config/settings";
import { isMap, type Values } from "../config/values";
import { foreignPlatform, mixedNodes, noEmulation } from "./buildFaults";
import type { Fault } from "./faults";
import { kubectlFor, type Credentials } from "./kubectl";
import { itemsOf, type Seen } from "./kubernetes";

/** A node as far as it is judged here. */
export type SeenNode = Pick<Seen<core.v1.Node, "spec" | "status">, "metadata" | "spec" | "status">;

/**
 * The platforms of nodes that take the application's pods, such as `linux/amd64`, sorted.
 *
 * Nodes of other systems do not count, nor those that the chart-wide `nodeSelector` leaves out, nor, where there are no
 * chart-wide `tolerations`, those with a taint. The taints of Kubernetes itself (`node.kubernetes.io/...`: not ready, cordoned) do
 * not matter, since they pass.
 *
 * @param values the chart's
 */
export function platformsOf(nodes: readonly SeenNode[], values: Values = {}): string[] {
  const wanted = isMap(values["nodeSelector"]) ? values["nodeSelector"] : {};
  const tolerated = Array.isArray(values["tolerations"]) && values["tolerations"].length > 0;
  const taking = nodes.filter(
    ({ metadata: { labels = {} }, spec }) =>
      Object.entries(wanted).every(([key, value]) => labels?.[key] === String(value)) &&
      (tolerated ||
        !spec.taints?.some(
          ({ effect, key }) =>
            effect !== "PreferNoSchedule" && !key.startsWith("node.kubernetes.io/"),
        )),
  );
  const platforms = taking.flatMap(({ status: { nodeInfo } }) =>
    nodeInfo?.operatingSystem === "linux" ? [`linux/${nodeInfo.architecture}`] : [],
  );
  return [...new Set(platforms)].sort();
}

/**
 * Asks a cluster for {@link platformsOf} its nodes.
 *
 * @throws Error when it does not answer, or does not tell
 */
export async function nodePlatforms(credentials: Credentials, values: Values): Promise<string[]> {
  const list = await kubectlFor(credentials)(["get", "nodes", "--output=json"]);
  return platformsOf(itemsOf<SeenNode & Seen<core.v1.Node>>(list), values);
}

type Images = StackConfig["images"];

/** Parts that are built, with what their settings say of the platform. */
function builds(images: Images): { readonly part: Part; readonly platform?: string }[] {
  return PARTS.flatMap((part) => {
    const settings = images[part];
    return settings.kind === "build" ? [{ ...settings, part }] : [];
  });
}

/** Parts that are built for whatever the nodes run. */
export function unsetPlatforms(images: Images): Part[] {
  return builds(images).flatMap(({ part, platform }) => (platform === undefined ? [part] : []));
}

/** Parts that are built for something else than a platform. @param usual what those are built for that say nothing */
function partsBeside(images: Images, platform: string, usual: string) {
  return (
    builds(images)
      .map(({ part, platform: own = usual }) => ({ part, own }))
      // A variant, such as linux/arm64/v8, is a matter of the machine's own.
      .filter(({ own }) => own !== platform && !own.startsWith(`${platform}/`))
  );
}

/** Parts that a Kind cluster could not run. @param runs the engine's platform, and so that of its nodes */
export function foreignPlatforms(images: Images, runs: string): Fault[] {
  return partsBeside(images, runs, runs).map(({ part, own }) => foreignPlatform(part, own, runs));
}

/**
 * Parts whose builds an engine may not be able to run.
 *
 * @param engine the engine's platform
 * @param nodes that of the cluster's nodes
 * @param runs platforms whose programs the engine's builder runs, by emulation too
 */
export function unbuildable(
  images: Images,
  engine: string,
  nodes: string,
  runs: readonly string[],
): Fault[] {
  return partsBeside(images, engine, nodes)
    .filter(({ own }) => !runs.includes(own))
    .map(({ part, own }) => noEmulation(part, own, engine));
}

/** Parts that say nothing of their platform, where the nodes have several. */
export function mixedPlatforms(images: Images, platforms: readonly string[]): Fault[] {
  return platforms.length > 1
    ? unsetPlatforms(images).map((part) => mixedNodes(part, platforms))
    : [];
}
