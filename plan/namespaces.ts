/** The namespaces that a stack makes, and what their labels mean. */
import { wantedBlocks } from "../config/addOns";
import type { StackConfig } from "../config/settings";
import { NAMESPACE } from "./access";
import { STACK_NAMESPACES } from "./observability";

/** Label of a namespace that a stack has made: its name. */
export const STACK_LABEL = "soc-agent.dev/stack";

/** Start of the labels by which the API server holds the pods of a namespace to a level. */
export const POD_SECURITY = "pod-security.kubernetes.io/";

/** A level of the Pod Security Standards that the stack uses. */
export type SecurityLevel = "restricted" | "privileged";

/**
 * Namespace labels that make the API server hold every pod to a Pod Security level
 * (https://kubernetes.io/docs/concepts/security/pod-security-admission/).
 */
export function podSecurity(level: SecurityLevel): Record<string, string> {
  return Object.fromEntries(
    ["enforce", "audit", "warn"].map((mode) => [`${POD_SECURITY}${mode}`, level]),
  );
}

/** Labels of the application's namespace. */
export const NAMESPACE_LABELS = podSecurity("restricted");

/** Names and labels of the observability stack's namespaces. @param stack name of the Pulumi stack */
export function observabilityNamespaces(stack: string): Record<string, Record<string, string>> {
  return Object.fromEntries(
    Object.entries(STACK_NAMESPACES).map(([name, level]) => [
      name,
      { ...podSecurity(level), [STACK_LABEL]: stack },
    ]),
  );
}

/** Names and labels of all namespaces that a stack makes in an empty cluster, but those of upstream's add-ons. */
export function stackNamespaces(
  stack: string,
  config: StackConfig,
): Record<string, Record<string, string>> {
  return {
    [NAMESPACE]: NAMESPACE_LABELS,
    ...(wantedBlocks(config).includes("observability") && observabilityNamespaces(stack)),
  };
}
