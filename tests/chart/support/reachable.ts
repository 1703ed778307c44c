/** What a NetworkPolicy lets through, by the Kubernetes API's own rules. */
import { BlockList, isIPv6 } from "node:net";
import type { Destination } from "../../support/resolvers";
import type { Labels, NetworkPolicyPeer, NetworkPolicyRule } from "./manifest";

/** Namespace that policies are rendered into, unless told otherwise. */
const HOME = "default";

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: unknown;
}

/** Whether a selector, which is there, selects what has these labels. An empty one selects all. */
function selects({ matchLabels = {}, matchExpressions }: Selector, labels: Labels): boolean {
  if (matchExpressions !== undefined) {
    throw new Error("matchExpressions are not evaluated here");
  }
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

function covers(cidrs: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [net = "", prefix] = cidr.split("/");
    list.addSubnet(net, Number(prefix), isIPv6(net) ? "ipv6" : "ipv4");
  }
  return list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

function isPeer(peer: NetworkPolicyPeer, at: Destination["at"], home: string): boolean {
  const { ipBlock, namespaceSelector, podSelector } = peer;
  if (typeof at === "string") {
    return ipBlock !== undefined && covers([ipBlock.cidr], at) && !covers(ipBlock.except ?? [], at);
  }
  return (
    ipBlock === undefined &&
    (namespaceSelector
      ? selects(namespaceSelector, { "kubernetes.io/metadata.name": at.namespace })
      : at.namespace === home) &&
    selects(podSelector ?? {}, at.labels)
  );
}

/**
 * Whether egress rules let a pod reach a destination.
 *
 * @param rules what `spec.egress` has; several add up, and none let nothing through, as when it is absent
 * @param home the policy's namespace
 */
export function reachable(
  rules: readonly NetworkPolicyRule[] | undefined,
  { at, port }: Destination,
  protocol: "TCP" | "UDP",
  home = HOME,
): boolean {
  return (rules ?? []).some(
    ({ to, ports }) =>
      (to === undefined || to.some((peer) => isPeer(peer, at, home))) &&
      (ports === undefined ||
        ports.some((one) => (one.protocol ?? "TCP") === protocol && one.port === port)),
  );
}

/** Whether ingress rules let pods in on a port; see {@link reachable}. */
export function letsIn(
  rules: readonly NetworkPolicyRule[] | undefined,
  { at, port }: Destination,
  home: string,
): boolean {
  const turned = (rules ?? []).map(({ from, ports }) => ({
    ...(from && { to: from }),
    ...(ports && { ports }),
  }));
  return reachable(turned, { title: "", at, port }, "TCP", home);
}
