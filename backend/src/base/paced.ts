import { setTimeout } from "node:timers/promises";

/**
 * Shares answers among those who ask the same at about the same time. One question is under way at a time, and rests
 * before it is asked again; whoever asks meanwhile gets the next answer, which is not older than the question.
 */
export class Paced<T> {
  /** The last answer of each question, until its rest is over. */
  readonly #running = new Map<string, Promise<unknown>>();
  /** The answer that is asked for after that. */
  readonly #next = new Map<string, Promise<T>>();

  /** @param restMs the shortest time between an answer and the next question, in ms */
  constructor(private readonly restMs: number) {}

  /**
   * The answer to a question.
   *
   * @param key the same for the same question
   * @throws what `question` rejects with, for all who wait for it
   */
  ask(key: string, question: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (running === undefined) {
      return this.#start(key, question);
    }
    const known = this.#next.get(key);
    if (known !== undefined) {
      return known;
    }
    const next = running.then(() => {
      this.#next.delete(key);
      return this.#start(key, question);
    });
    this.#next.set(key, next);
    return next;
  }

  #start(key: string, question: () => Promise<T>): Promise<T> {
    const answer = question();
    const rested = answer
      .catch(() => undefined)
      .then(() => setTimeout(this.restMs, undefined, { ref: false }))
      .then(() => {
        if (this.#running.get(key) === rested) {
          this.#running.delete(key);
        }
      });
    this.#running.set(key, rested);
    return answer;
  }
}
