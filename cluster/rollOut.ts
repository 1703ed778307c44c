/**
 * Images of Deployments that run, by kubectl: what `npm run dev` changes at once and Pulumi then finds
 * in place, since Helm leaves alone what already is as its release wants it.
 */
import type { ChartOverrides } from "../plan/chart";
import type { ImageRefs } from "../plan/imageRefs";
import { PARTS, type Part } from "../config/settings";
import type { Values } from "../config/values";
import { kubectlFor } from "../machine/kubectl";
import type { PodsOf } from "./podReport";

/** References of parts' images. */
export type PartImages = Partial<ImageRefs>;

/** The images that values of the chart ask for. Those of a state may be secrets, which are left out. */
export function imagesIn(values: Values): PartImages {
  const overrides: ChartOverrides = values;
  return Object.fromEntries(
    PARTS.flatMap((part) => {
      const { repository, tag } = overrides[part]?.image ?? {};
      return typeof repository === "string" && typeof tag === "string"
        ? [[part, `${repository}:${tag}`]]
        : [];
    }),
  );
}

/**
 * Gives Deployments other images.
 *
 * @param wanted images by part; the others' stay
 * @returns parts that had another one
 * @throws Error when the cluster does not take it
 */
export async function setImages(of: PodsOf, wanted: PartImages): Promise<Part[]> {
  const set = PARTS.map(async (part): Promise<Part[]> => {
    const image = wanted[part];
    const command = ["set", "image", "deployment", selectorOf([part]), `${part}=${image}`];
    // It tells what it changed, and nothing else.
    return image && (await kubectlFor(of)(command)) ? [part] : [];
  });
  return (await Promise.all(set)).flat();
}

/**
 * Waits until new pods of parts are in service and the old ones are not.
 *
 * @param timeout seconds
 * @param signal ends the wait
 * @throws Error when they are not after that time, or the wait was ended
 */
export async function rolledOut(
  of: PodsOf,
  parts: readonly Part[],
  timeout: number,
  signal: AbortSignal,
): Promise<void> {
  const status = ["rollout", "status", "deployment", selectorOf(parts), `--timeout=${timeout}s`];
  await kubectlFor(of, { signal, timeout })(status);
}

/** Deployments of parts, by the labels that the chart gives them (charts/soc-agent/templates/_helpers.tpl). */
function selectorOf(parts: readonly Part[]): string {
  const labels = "app.kubernetes.io/instance=soc-agent,app.kubernetes.io/component";
  return `--selector=${labels} in (${parts.join(",")})`;
}
