/** How containers have ended, over many looks: the API shows the last time alone. */
import { containersOf, type Container } from "../podReport";
import type { SeenPod } from "./sight";

/** So many ends with the same exit code are no accident. */
export const ENOUGH = 3;

/** Milliseconds by which a pod is older than a wait that has not brought it about: an upgrade comes just before. */
const OLDER = 60_000;

/** What is known of a container's ends. */
interface Ends {
  /** How many there were that are no news. */
  readonly before: number;
  /** Exit codes by the number of the end. One that no look has met is missing. */
  readonly codes: Map<number, number>;
}

/** Remembers the ends of containers. */
export class Exits {
  readonly #ends = new Map<string, Ends>();

  /** @param since when the wait began, in milliseconds since the epoch: what was there long before has a past of its own */
  constructor(private readonly since: number) {}

  /** Takes in what a look has shown. */
  note(pods: readonly SeenPod[]): void {
    for (const pod of pods) {
      for (const container of containersOf(pod)) {
        this.#noteEnd(pod, container);
      }
    }
  }

  #noteEnd({ metadata }: SeenPod, { name, state, lastState, restartCount }: Container): void {
    const code = (state?.terminated ?? lastState?.terminated)?.exitCode;
    const count = code === undefined ? 0 : restartCount + (state?.running ? 0 : 1);
    const key = `${metadata.uid} ${name}`;
    const old = Date.parse(metadata.creationTimestamp) < this.since - OLDER;
    const ends = this.#ends.get(key) ?? { before: old ? count : 0, codes: new Map() };
    this.#ends.set(key, ends);
    if (code !== undefined && count > ends.before) {
      ends.codes.set(count, code);
    }
  }

  /**
   * The exit code of a container that has ended {@link ENOUGH} times, the last ones with the same code as far as a look has
   * met them; nothing where it has not, or where only one was met.
   */
  repeated(uid: string, container: string): number | undefined {
    const { before, codes } = this.#ends.get(`${uid} ${container}`) ?? { before: 0, codes: [] };
    const newest = Math.max(...[...codes].map(([count]) => count));
    const last = [...codes].filter(([count]) => count > newest - ENOUGH).map(([, code]) => code);
    return newest - before >= ENOUGH && last.length > 1 && new Set(last).size === 1
      ? last[0]
      : undefined;
  }
}
