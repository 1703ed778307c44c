/** The network flows that a set of objects allows: one line each, which a diff shows. */
import {
  NAMESPACE_LABEL,
  portsBetween,
  portsOf,
  namedPorts,
  rulesFor,
  type AppliedRule,
  type Peer,
} from "./network/policies";
import {
  FIRST_PORT,
  LAST_PORT,
  PROTOCOLS,
  allOf,
  intersection,
  merged,
  type PortRange,
  type Protocol,
} from "./network/ports";
import { describeSelector, exactLabels, selects, type Selector } from "./network/selectors";
import type { KubernetesObject } from "./objects";
import { workloads, type Workload } from "./pods";

/** Connections that are allowed, all alike. */
export interface Flow {
  /** A workload as `namespace/name`, pods as a policy selects them, addresses, or {@link ANYTHING}. */
  readonly from: string;
  readonly to: string;
  /** `any`: every protocol. */
  readonly protocol: Protocol | "any";
  /** Ports of the target, both included. */
  readonly first: number;
  readonly last: number;
}

/** All pods and all addresses, inside the cluster and outside. */
export const ANYTHING = "anything";

/** A workload with what may come in and go out. */
interface Node {
  readonly pods: Workload;
  readonly ingress: readonly AppliedRule[] | undefined;
  readonly egress: readonly AppliedRule[] | undefined;
}

/**
 * Every flow that the NetworkPolicies among objects allow: between their workloads where both sides allow it, and with
 * whatever else the policies name, of which only one side is known. Pods on their node's network are seen by no policy.
 * Two workloads that no policy restrains have no flow of their own: those with {@link ANYTHING} say it.
 *
 * @param objects with their namespaces filled in
 * @returns sorted; the same for policies that say the same in other words
 */
export function allowedFlows(objects: readonly KubernetesObject[]): Flow[] {
  const nodes = workloads(objects).map((pods): Node => ({
    pods,
    ingress: rulesFor(pods, "Ingress", objects),
    egress: rulesFor(pods, "Egress", objects),
  }));
  const among = nodes.flatMap((from) => nodes.flatMap((to) => between(from, to)));
  const beyond = nodes.flatMap((node) => withOthers(node, nodes));
  return united([...among, ...beyond]);
}

/** Ends and ports of flows. */
interface Ends {
  readonly from: string;
  readonly to: string;
  readonly ports: readonly PortRange[];
}

function between(source: Node, target: Node): Ends[] {
  if (source.egress === undefined && target.ingress === undefined) {
    return [];
  }
  const ports = intersection(
    portsBetween(source.egress, target.pods, target.pods),
    portsBetween(target.ingress, source.pods, target.pods),
  );
  return [{ from: source.pods.name, to: target.pods.name, ports }];
}

function withOthers({ pods, ingress, egress }: Node, nodes: readonly Node[]): Ends[] {
  const others = (rules: readonly AppliedRule[] = [{ home: pods.namespace }]) =>
    rules.flatMap(({ home, peers, ports }) =>
      (peers ?? [undefined])
        .filter((peer) => !peer || !nodes.some((node) => isAlone(peer, home, node.pods)))
        .map((peer) => ({ peer, who: peer ? describePeer(peer, home) : ANYTHING, ports })),
    );
  return [
    ...others(ingress).map(({ who, ports }) => ({
      from: who,
      to: pods.name,
      ports: portsOf(ports, (name, protocol) => namedPorts(pods, name, protocol)),
    })),
    ...others(egress).map(({ peer, who, ports }) => ({
      from: pods.name,
      to: who,
      // Any port can have the name in pods that are not known. Addresses have no names of ports.
      ports: portsOf(ports, (_, protocol) => (peer?.ipBlock ? [] : [allOf(protocol)])),
    })),
  ];
}

/** Whether a peer asks for all labels by which a workload knows its pods: nobody else's pods have them. */
function isAlone(
  { podSelector, namespaceSelector, ipBlock }: Peer,
  home: string,
  { namespace, labels, selector }: Workload,
): boolean {
  const place = namespaceSelector ? exactLabels(namespaceSelector)[NAMESPACE_LABEL] : home;
  if (ipBlock || !podSelector || !selector || place !== namespace) {
    return false;
  }
  const asked = exactLabels(podSelector);
  const own = Object.entries(exactLabels(selector));
  return (
    own.length > 0 &&
    own.every(([key, value]) => asked[key] === value) &&
    selects(podSelector, labels)
  );
}

function describePeer(
  { podSelector = {}, namespaceSelector, ipBlock }: Peer,
  home: string,
): string {
  if (ipBlock) {
    const { cidr, except = [] } = ipBlock;
    return except.length > 0 ? `${cidr} except ${[...except].sort().join(",")}` : cidr;
  }
  const pods = describeSelector(podSelector);
  const place = namespaceSelector ? describeNamespaces(namespaceSelector) : home;
  return `${pods === "" ? "any pod" : `pods ${pods}`} of ${place}`;
}

function describeNamespaces(selector: Selector): string {
  const text = describeSelector(selector);
  const name = exactLabels(selector)[NAMESPACE_LABEL];
  if (name !== undefined && text === `${NAMESPACE_LABEL}=${name}`) {
    return name;
  }
  return text === "" ? "any namespace" : `namespaces ${text}`;
}

/** Flows with the same ends are put together: as few ranges of ports as can be. */
function united(all: readonly Ends[]): Flow[] {
  const byEnds = new Map<string, Ends>();
  for (const { from, to, ports } of all) {
    const ends = `${from} -> ${to}`;
    byEnds.set(ends, { from, to, ports: [...(byEnds.get(ends)?.ports ?? []), ...ports] });
  }
  const flows = [...byEnds.values()].flatMap(({ from, to, ports }) =>
    asFlows(merged(ports)).map((range) => ({ from, to, ...range })),
  );
  return flows.sort((a, b) => (flowText(a) < flowText(b) ? -1 : 1));
}

function asFlows(ports: readonly PortRange[]): Omit<Flow, "from" | "to">[] {
  const all = ports.length === PROTOCOLS.length && ports.every(isAll);
  return all ? [{ protocol: "any", first: FIRST_PORT, last: LAST_PORT }] : [...ports];
}

function isAll({ first, last }: Pick<Flow, "first" | "last">): boolean {
  return first === FIRST_PORT && last === LAST_PORT;
}

/** A flow as a line: `soc-agent/soc-frontend -> soc-agent/soc-backend TCP 8000`. */
export function flowText({ from, to, protocol, first, last }: Flow): string {
  const ports = isAll({ first, last }) ? "any port" : `${first}${last === first ? "" : `-${last}`}`;
  return [from, "->", to, ...(protocol === "any" ? [] : [protocol]), ports].join(" ");
}

const LINE =
  /^(?<from>.+) -> (?<to>.+?)(?: (?<protocol>TCP|UDP|SCTP))? (?:any port|(?<first>\d+)(?:-(?<last>\d+))?)$/;

/**
 * Reads what {@link flowText} writes.
 *
 * @throws Error for a line that is none
 */
export function parseFlow(line: string): Flow {
  const { from, to, protocol, first, last } = LINE.exec(line)?.groups ?? {};
  if (from === undefined || to === undefined) {
    throw new Error(`is no flow, such as "a/b -> c/d TCP 80": ${JSON.stringify(line)}`);
  }
  return {
    from,
    to,
    protocol: (protocol as Protocol | undefined) ?? "any",
    first: Number(first ?? FIRST_PORT),
    last: Number(last ?? first ?? LAST_PORT),
  };
}

/** The flows that others do not include: what is open beyond them. */
export function beyond(flows: readonly Flow[], allowed: readonly Flow[]): Flow[] {
  return flows.filter((flow) => !allowed.some((one) => includes(one, flow)));
}

function includes(wide: Flow, narrow: Flow): boolean {
  return (
    wide.from === narrow.from &&
    wide.to === narrow.to &&
    (wide.protocol === "any" || wide.protocol === narrow.protocol) &&
    wide.first <= narrow.first &&
    narrow.last <= wide.last
  );
}
