import { NO_ARRIVALS, type Arrivals } from "../state/threats";
import { count, humanize } from "./text";

/** What screen readers were told of arrivals last, and up to which of them. */
export interface Told {
  readonly arrivals: Arrivals;
  readonly text: string;
}

export const NOTHING_TOLD: Told = { arrivals: NO_ARRIVALS, text: "" };

/** What to tell next: of one threat what it is, of several how many. */
export function tellArrivals({ arrivals: told }: Told, now: Arrivals): Told {
  const { total, critical, latest } = now;
  const several = count(total - told.total, "new threat");
  const worst = critical - told.critical;
  const single = latest && total - told.total === 1;
  return {
    arrivals: now,
    text: single
      ? `New ${latest.severity.toLowerCase()} threat: ${humanize(latest.signal.threat_type)} at ${latest.signal.customer_name}`
      : worst > 0
        ? `${several}, ${worst} critical`
        : several,
  };
}
