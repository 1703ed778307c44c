/** The observability stack's images in a registry, as whoever may run nothing but fixed images keeps them. */
import { withDefaults } from "../../../config/defaults";
import { must } from "../../../machine/run";
import { splitRef } from "../../../plan/chart";
import { stackImages } from "../../../plan/observability";
import type { Registry } from "../../support/registry";

/**
 * Pushes them from the engine to a registry without a login.
 *
 * @returns for each part its reference there, by digest
 */
export async function pushStackImages(registry: Registry): Promise<Record<string, string>> {
  const pushed: Record<string, string> = {};
  for (const [part, ref] of Object.entries(stackImages(withDefaults({})))) {
    const { tag } = splitRef(ref);
    const own = `${registry.name}/${part}:${tag}`;
    await must("docker", ["tag", ref, own]);
    await must("docker", ["push", "--quiet", own]);
    await must("docker", ["rmi", own]);
    pushed[part] = `${own}@${await registry.digestOf(part, tag)}`;
  }
  return pushed;
}
