/** Sets of ports, as NetworkPolicies open them. */

/** The protocols that a NetworkPolicy tells apart. */
export const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Ports of a protocol, from the first to the last, both included. */
export interface PortRange {
  readonly protocol: Protocol;
  readonly first: number;
  readonly last: number;
}

/** The ports that there are. */
export const FIRST_PORT = 1;
export const LAST_PORT = 65_535;

/** All ports of a protocol. */
export function allOf(protocol: Protocol): PortRange {
  return { protocol, first: FIRST_PORT, last: LAST_PORT };
}

/** All ports of all protocols. */
export const ALL_PORTS: readonly PortRange[] = PROTOCOLS.map(allOf);

/** The same ports in as few ranges as can be, in order. */
export function merged(ranges: readonly PortRange[]): PortRange[] {
  return PROTOCOLS.flatMap((protocol) => {
    const done: PortRange[] = [];
    const own = ranges.filter((range) => range.protocol === protocol);
    for (const range of own.sort((a, b) => a.first - b.first)) {
      const before = done.at(-1);
      if (before && range.first <= before.last + 1) {
        done.splice(-1, 1, { ...before, last: Math.max(before.last, range.last) });
      } else {
        done.push(range);
      }
    }
    return done;
  });
}

/** The ports that are in both. */
export function intersection(
  some: readonly PortRange[],
  others: readonly PortRange[],
): PortRange[] {
  const both = some.flatMap((one) =>
    others
      .filter(({ protocol }) => protocol === one.protocol)
      .map(({ protocol, first, last }) => ({
        protocol,
        first: Math.max(first, one.first),
        last: Math.min(last, one.last),
      })),
  );
  return merged(both.filter(({ first, last }) => first <= last));
}

/** Whether a port is among them. */
export function hasPort(ranges: readonly PortRange[], protocol: Protocol, port: number): boolean {
  return ranges.some((one) => one.protocol === protocol && one.first <= port && port <= one.last);
}
