/**
 * Hands on what comes in quick succession together: the first thing after a quiet time at once, then what
 * has come since, at most once in a while.
 */
export class Gatherer<T> {
  private waiting: T[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param take gets what has come, in its order, never nothing
   * @param restMs the shortest time between two of its calls, in ms
   */
  constructor(
    private readonly take: (items: readonly T[]) => void,
    private readonly restMs: number,
  ) {}

  add(item: T): void {
    this.waiting.push(item);
    if (this.timer === undefined) {
      this.flush();
    }
  }

  /** Hands on what waits, now. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.waiting.length > 0) {
      const items = this.waiting;
      this.waiting = [];
      this.timer = setTimeout(() => this.flush(), this.restMs);
      this.take(items);
    }
  }

  /** Drops what waits. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = [];
  }
}
