import { SEVERITY, THREAT_TYPE } from "../contract/signal.js";
import type { RedisLink } from "./link.js";
import { READING, wholeOf } from "./reading.js";
import { parseDrop } from "./retention.js";
import { NAMES } from "./retentionRules.js";
import type { ThreatFigures } from "./store.js";

/** The figures, all of one moment. */
const FIGURES = `
${NAMES}
${READING}
return {
  whole(redis.call("GET", total)), redis.call("ZCARD", index), redis.call("ZCARD", order),
  redis.call("ZCARD", waiting), redis.call("ZCARD", times), redis.call("HLEN", customers), redis.call("HGETALL", figures),
  redis.call("HGETALL", drops)
}`;

/** The figures in Redis, and what they say of others who write there. */
export interface Reading {
  readonly figures: ThreatFigures;
  /** How many threats others have counted. */
  readonly foreign: number;
  /** Whether nobody else has written since somebody looked. */
  readonly inStep: boolean;
}

/** Reads the figures. */
export async function readFigures(link: RedisLink): Promise<Reading> {
  const answer = await link.ask("EVAL", (redis) => redis.eval(FIGURES, 0));
  const [total, listed, threats, waiting, timed, customers, figures, drops] = answer as [
    ...[number, number, number, number, number, number],
    ...[readonly string[], readonly string[]],
  ];
  const values = new Map(pairs(figures));
  const numbers = <K extends string>(kind: string, names: readonly K[]) =>
    Object.fromEntries(
      names
        .map((name) => [name, values.get(`${kind} ${name}`) ?? 0] as const)
        .filter(([, number]) => number > 0),
    ) as Partial<Record<K, number>>;
  const foreign = total - (values.get("timed") ?? 0);
  return {
    foreign,
    inStep: listed === threats && timed === threats && foreign === (values.get("untimed") ?? 0),
    figures: {
      total: Math.max(0, total),
      threats,
      waiting,
      customers,
      milliseconds: Math.max(0, values.get("ms") ?? 0),
      byType: numbers("type", THREAT_TYPE.options),
      bySeverity: numbers("severity", SEVERITY.options),
      dropped: pairs(drops).map(([name, times]) => ({
        ...parseDrop(name),
        times: Math.max(0, times),
      })),
    },
  };
}

function pairs(flat: readonly string[]): readonly (readonly [string, number])[] {
  return flat.flatMap((name, at) => (at % 2 === 0 ? [[name, wholeOf(flat[at + 1])] as const] : []));
}
