/** Looking at a release until it is ready, or until it is certain that it never will be. */
import { onOneLine, type Fault } from "../../machine/faults";
import { messageOf } from "../../machine/run";
import { lookUntil } from "../lookUntil";
import { certainties } from "./certain";
import type { Certainty } from "./certainty";
import { Exits } from "./exits";
import { unready } from "./ready";
import type { Look } from "./sight";

/**
 * Looks at a release until it is ready.
 *
 * @param refused what the cluster says of what it must take, once all is ready; nothing when it takes it
 * @param timeout seconds
 * @param pause milliseconds between two looks; those of {@link lookUntil} when unset
 * @throws NotReady that says what can never be ready and what to do about it, or what was not ready in time
 */
export async function watch(
  look: Look,
  refused: () => Promise<readonly string[]>,
  name: string,
  timeout: number,
  pause?: number,
): Promise<void> {
  const since = Date.now();
  const exits = new Exits(since);
  const lasting = new Lasting();
  const judge = async () => {
    const sight = await look();
    const left = unready(sight);
    exits.note(sight.pods);
    const faults = lasting.of(certainties({ sight, exits, since }), Date.now());
    if (left.length > 0 && faults.length > 0) {
      throw new Hopeless(name, faults);
    }
    return left.length > 0 ? left : refused();
  };
  const patient = () =>
    judge().catch((error: unknown) => {
      if (error instanceof Hopeless) {
        throw error;
      }
      // Who does not answer for once has no say in what becomes of a release.
      return [messageOf(error)];
    });
  const none = ({ length }: readonly string[]) => length === 0;
  const missing = await lookUntil(patient, none, since + timeout * 1000, pause);
  if (missing.length > 0) {
    throw new NotReady(
      `Release ${name} was not ready after ${timeout} s: ${missing.join("; ")}. If it only needs longer, raise soc-agent:timeout`,
    );
  }
}

/** What a wait ends with whose release is not ready. */
export class NotReady extends Error {}

/** A release that can never become ready. */
class Hopeless extends NotReady {
  constructor(name: string, faults: readonly Fault[]) {
    super([`Release ${name} can never become ready:`, ...faults.map(onOneLine)].join("\n  - "));
  }
}

/** Faults, and since when each is seen without a break. */
export class Lasting {
  #since: ReadonlyMap<string, number> = new Map();

  /** Those of what is seen that have lasted long enough, one of each group. @param now milliseconds since the epoch */
  of(seen: readonly Certainty[], now: number): Fault[] {
    this.#since = new Map(seen.map(({ key }) => [key, this.#since.get(key) ?? now]));
    const lasting = seen.filter(
      ({ key, after }) => now - (this.#since.get(key) ?? now) >= after * 1000,
    );
    const groups = new Map(lasting.map(({ group, fault }) => [group, fault]));
    return [...groups.values()];
  }
}
