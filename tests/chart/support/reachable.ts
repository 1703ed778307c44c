/** Asks single rules of a NetworkPolicy, by what the program knows of them. */
import { appliedRules, portsBetween, type Direction } from "../../../plan/network/policies";
import { hasPort, type Protocol } from "../../../plan/network/ports";
import type { Destination } from "../../support/resolvers";
import type { NetworkPolicyRule } from "./manifest";

/** Namespace that policies are rendered into, unless told otherwise. */
const HOME = "default";

/**
 * Whether egress rules let a pod reach a destination.
 *
 * @param rules what `spec.egress` has
 * @param home the policy's namespace
 */
export function reachable(
  rules: readonly NetworkPolicyRule[] | undefined,
  destination: Destination,
  protocol: Protocol,
  home = HOME,
): boolean {
  return allows("Egress", rules, destination, protocol, home);
}

/** Whether ingress rules let pods in on a port; see {@link reachable}. */
export function letsIn(
  rules: readonly NetworkPolicyRule[] | undefined,
  source: Destination,
  home: string,
): boolean {
  return allows("Ingress", rules, source, "TCP", home);
}

function allows(
  direction: Direction,
  rules: readonly NetworkPolicyRule[] | undefined,
  { at, port }: Destination,
  protocol: Protocol,
  home: string,
): boolean {
  return hasPort(portsBetween(appliedRules(rules, direction, home), at, at), protocol, port);
}
