/** Whose namespaces there are. */
import type { core } from "@pulumi/kubernetes/types/input";
import { kubectlFor, type Target } from "../machine/kubectl";
import { itemsOf, type Seen } from "../machine/kubernetes";
import { STACK_LABEL } from "../plan/namespaces";

/**
 * The namespaces of some names that are there and that a stack has not made.
 *
 * @param stack the stack's name
 * @throws Error when the cluster does not answer
 */
export async function foreignNamespaces(
  target: Target,
  names: readonly string[],
  stack: string,
): Promise<string[]> {
  const list = await kubectlFor(target)(["get", "namespaces", "--output=json"]);
  return itemsOf<Seen<core.v1.Namespace>>(list)
    .filter(({ metadata: { labels = {} } }) => labels[STACK_LABEL] !== stack)
    .map(({ metadata: { name } }) => name)
    .filter((name) => names.includes(name));
}
