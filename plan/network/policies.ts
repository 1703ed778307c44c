/**
 * What NetworkPolicies allow, by the API's own rules (https://kubernetes.io/docs/concepts/services-networking/network-policies/):
 * a pod that no policy of a direction selects is open in it, several policies add up, and nothing forbids.
 */
import { BlockList, isIPv6 } from "node:net";
import type { KubernetesObject } from "../objects";
import { ALL_PORTS, allOf, merged, type PortRange, type Protocol } from "./ports";
import { selects, type Labels, type Selector } from "./selectors";

/** A direction of connections, as seen from the pod that a policy selects. */
export type Direction = "Ingress" | "Egress";

/** Pods that are all alike. */
export interface Pods {
  readonly namespace: string;
  /** Those of the namespace. @default only its name, which Kubernetes itself sets */
  readonly namespaceLabels?: Labels;
  readonly labels: Labels;
  /** The containers' ports that have a name. @default none */
  readonly ports?: readonly {
    readonly name: string;
    readonly protocol: Protocol;
    readonly number: number;
  }[];
  /** Whether they are on their node's network, where no policy sees them. @default false */
  readonly hostNetwork?: boolean;
}

/** One alternative of who may be talked to. */
export interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

/** A rule of a policy, in either direction. */
export interface PolicyRule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly {
    readonly protocol?: string;
    readonly port?: number | string;
    readonly endPort?: number;
  }[];
}

/** The `spec` of a policy. */
export interface PolicySpec {
  readonly podSelector?: Selector;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly PolicyRule[];
  readonly egress?: readonly PolicyRule[];
}

/** A rule that applies, and the namespace that its peers are meant from. */
export interface AppliedRule {
  readonly home: string;
  /** Unset: everything, inside the cluster and outside. */
  readonly peers?: readonly Peer[];
  readonly ports?: PolicyRule["ports"];
}

/** Label by which a namespace is selected by its name. */
export const NAMESPACE_LABEL = "kubernetes.io/metadata.name";

/**
 * The rules for pods in a direction; none: nothing is allowed.
 *
 * @returns `undefined` where no policy selects them, so that everything is allowed
 */
export function rulesFor(
  pods: Pods,
  direction: Direction,
  objects: readonly KubernetesObject[],
): readonly AppliedRule[] | undefined {
  const policies = objects.filter((object) => selectsPods(object, direction, pods));
  return policies.length === 0
    ? undefined
    : policies.flatMap((policy) => {
        const { ingress, egress } = specOf(policy);
        return appliedRules(direction === "Ingress" ? ingress : egress, direction, pods.namespace);
      });
}

/** Whether an object is a policy that selects pods, in a direction. */
export function selectsPods(
  object: KubernetesObject,
  direction: Direction,
  { namespace, labels, hostNetwork = false }: Pods,
): boolean {
  if (object.kind !== "NetworkPolicy" || hostNetwork) {
    return false;
  }
  const spec = specOf(object);
  return (
    (object.metadata.namespace ?? "default") === namespace &&
    directionsOf(spec).includes(direction) &&
    selects(spec.podSelector ?? {}, labels)
  );
}

/** Rules of a policy's `ingress` or `egress`. @param home the policy's namespace */
export function appliedRules(
  rules: readonly PolicyRule[] | undefined,
  direction: Direction,
  home: string,
): AppliedRule[] {
  return (rules ?? []).map(({ from, to, ports }) => {
    const peers = direction === "Ingress" ? from : to;
    // Empty lists are as good as none: all peers, all ports.
    return { home, ...(peers?.length && { peers }), ...(ports?.length && { ports }) };
  });
}

/**
 * The ports on which rules let pods talk to somebody.
 *
 * @param other pods, or an address outside the cluster
 * @param target whose ports they are, for those that have a name
 */
export function portsBetween(
  rules: readonly AppliedRule[] | undefined,
  other: Pods | string,
  target: Pods | string,
): PortRange[] {
  return rules === undefined
    ? [...ALL_PORTS]
    : merged(
        rules
          .filter(({ home, peers }) => !peers || peers.some((peer) => isPeer(peer, other, home)))
          .flatMap(({ ports }) =>
            portsOf(ports, (name, protocol) =>
              typeof target === "string" ? [] : namedPorts(target, name, protocol),
            ),
          ),
      );
}

/**
 * The ports that a rule opens.
 *
 * @param named what a port's name stands for
 */
export function portsOf(
  ports: PolicyRule["ports"],
  named: (name: string, protocol: Protocol) => readonly PortRange[],
): PortRange[] {
  return ports === undefined
    ? [...ALL_PORTS]
    : merged(
        ports.flatMap(({ protocol: given = "TCP", port, endPort }) => {
          const protocol = given as Protocol;
          if (port === undefined) {
            return [allOf(protocol)];
          }
          return typeof port === "string"
            ? named(port, protocol)
            : [{ protocol, first: port, last: endPort ?? port }];
        }),
      );
}

/** The ports of this name that pods' containers have. */
export function namedPorts({ ports = [] }: Pods, name: string, protocol: Protocol): PortRange[] {
  return ports
    .filter((port) => port.name === name && port.protocol === protocol)
    .map(({ number }) => ({ protocol, first: number, last: number }));
}

/** Policies see pods by their labels, and addresses only outside of the cluster: what ipBlocks mean for pods is left open. */
function isPeer(peer: Peer, other: Pods | string, home: string): boolean {
  const { ipBlock, namespaceSelector, podSelector } = peer;
  if (typeof other === "string") {
    return !!ipBlock && covers([ipBlock.cidr], other) && !covers(ipBlock.except ?? [], other);
  }
  const { namespace, namespaceLabels = { [NAMESPACE_LABEL]: namespace } } = other;
  return (
    !ipBlock &&
    other.hostNetwork !== true &&
    (namespaceSelector ? selects(namespaceSelector, namespaceLabels) : namespace === home) &&
    selects(podSelector ?? {}, other.labels)
  );
}

function covers(cidrs: readonly string[], address: string): boolean {
  const family = (text: string) => (isIPv6(text) ? "ipv6" : "ipv4");
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [net = "", prefix] = cidr.split("/");
    list.addSubnet(net, Number(prefix), family(net));
  }
  return list.check(address, family(address));
}

function specOf({ spec }: KubernetesObject): PolicySpec {
  return spec ?? {};
}

/** As the API server fills in what is not said. */
function directionsOf({ policyTypes, egress }: PolicySpec): readonly string[] {
  if (policyTypes?.length) {
    return policyTypes;
  }
  return egress?.length ? ["Ingress", "Egress"] : ["Ingress"];
}
