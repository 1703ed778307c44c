/** Mends images: those that nodes or the engine have lost, and those that pods were given past Pulumi. */
import * as path from "node:path";
import { LEFT } from "../../cluster/loadImages";
import { lacks, workers } from "../../cluster/nodeImages";
import { imagesIn, setImages } from "../../cluster/rollOut";
import { isMap } from "../../config/values";
import { tryDocker } from "../../machine/docker";
import { imageRefs } from "../../plan/imageRefs";
import { RELEASE_TYPE, type State, type StateResource } from "../stackState";
import type { RepairArgs } from "./args";

/** Images that are in neither the nodes nor, where they have to be built again, the engine. */
export async function mendImages({ config, env, say, state }: RepairArgs): Promise<string[]> {
  const refs = Object.values(imageRefs(config.images));
  const loaded = state.resources.find(({ inputs }) => isLoadOf(inputs, refs));
  if (!loaded) {
    // Other images are to be loaded anyway.
    return [];
  }
  const nodes = await workers(config.cluster.name);
  const lacking = refs.filter((ref) => nodes.some((node) => lacks(node, ref)));
  if (lacking.length === 0) {
    return [];
  }
  say(`Loading images that a node has lost: ${lacking.join(", ")}`);
  const built = state.resources.flatMap((resource) => {
    const ref = builtBy(resource);
    return ref !== undefined && lacking.includes(ref) ? [{ resource, ref }] : [];
  });
  const pruned = await Promise.all(
    built.map(async ({ resource, ref }) =>
      (await tryDocker(["image", "inspect", ref], { env })).ok ? [] : [resource],
    ),
  );
  return [loaded, ...pruned.flat()].flatMap(({ urn }) => ["--replace", urn]);
}

/** Images of pods that an earlier run could not bring into the nodes: Pulumi takes its command for done. */
export function missedPodImages({ resources }: Pick<State, "resources">): string[] {
  return resources
    .filter(
      ({ inputs, outputs }) =>
        String(inputs?.["create"]).endsWith("scripts/podImages.ts") &&
        String(outputs?.["stdout"]).includes(LEFT),
    )
    .flatMap(({ urn }) => ["--replace", urn]);
}

/** Gives pods the images that Pulumi believes them to have: `npm run dev` was killed before it told Pulumi, or a hand changed them. */
export async function takeBackImages({ state, root, files, namespace, env, say }: RepairArgs) {
  const release = state.resources.find(
    ({ type, inputs }) => type === RELEASE_TYPE && inputs?.["namespace"] === namespace,
  );
  const values = release?.inputs?.["values"];
  if (isMap(values)) {
    const pods = { kubeconfigFile: path.join(root, files.kubeconfig), namespace, env };
    const back = await setImages(pods, imagesIn(values));
    back.forEach((part) => say(`Taking back an image of ${part} that was not applied`));
  }
}

/** The image that a resource builds, whether by Pulumi's provider or by scripts/buildImage.ts. */
function builtBy({ type, inputs }: StateResource): string | undefined {
  const environment = inputs?.["environment"];
  const ref =
    type === "docker:index/image:Image"
      ? inputs?.["imageName"]
      : isMap(environment) && environment["IMAGE"];
  return typeof ref === "string" ? ref : undefined;
}

function isLoadOf(inputs: StateResource["inputs"], refs: readonly string[]): boolean {
  const environment = inputs?.["environment"];
  return isMap(environment) && environment["IMAGES"] === refs.join(" ");
}
