/** What a fault is that will not pass, and what is looked at for one. */
import type { Fault } from "../../machine/faults";
import type { Exits } from "./exits";
import { timeOf, type Event, type Sight } from "./sight";

/** A fault that does not pass. */
export interface Certainty {
  /** What it is known by from one look to the next. */
  readonly key: string;
  /** What others say as well: the pods of a workload fail alike. */
  readonly group: string;
  readonly fault: Fault;
  /** Seconds for which it must be seen without a break. */
  readonly after: number;
}

/** What is judged. */
export interface Seen {
  readonly sight: Sight;
  /** What was seen of containers before. */
  readonly exits: Exits;
  /** When the wait began, in milliseconds since the epoch. */
  readonly since: number;
}

/** Seconds until what the API says of an object counts: controllers, schedulers and people need a moment. */
export const A_MOMENT = 10;

/** Milliseconds before a wait in which its upgrade may have come. */
const JUST_BEFORE = 5_000;

/** What has happened to an object of late: who tries again has mended what was said before. */
export function lately({ sight, since }: Seen, uid: string): Event[] {
  return sight.events.filter(
    (event) => event.involvedObject.uid === uid && timeOf(event) >= since - JUST_BEFORE,
  );
}

/** What somebody says, as a part of a sentence. */
export function partOf(message: string): string {
  return message.trim().replace(/\.$/, "");
}
