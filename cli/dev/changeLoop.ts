/** Turns many small changes into one round of work at a time. */

/** How a loop works. */
export interface LoopArgs {
  /** Milliseconds of quiet that end a burst of changes, such as an editor's or a `git checkout`'s. */
  readonly quiet: number;
  /** Whether there is anything that no round has been given: files also change without being different. */
  readonly pending: () => boolean;
  /**
   * Does what is pending. What it throws ends the loop, so it reports failures itself.
   *
   * @param since when the first of its changes came, in milliseconds since the epoch
   * @param outdated aborted when something more is pending
   */
  readonly round: (since: number, outdated: AbortSignal) => Promise<void>;
}

/** A loop that is told of changes. Rounds never overlap; changes during a round become one more round. */
export class ChangeLoop {
  /** Settles when the loop was stopped and its last round is over; rejects with what a round threw. */
  readonly ended: Promise<void>;
  private end!: (error?: Error) => void;
  /** When the first change came that no round was given. */
  private since: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private running: AbortController | undefined;
  private stopping = false;

  constructor(private readonly args: LoopArgs) {
    this.ended = new Promise((resolve, reject) => {
      this.end = (error) => (error ? reject(error) : resolve());
    });
  }

  /** Something may have changed. */
  changed(): void {
    this.since ??= Date.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.settled(), this.args.quiet);
  }

  /** Starts no more rounds. */
  stop(): void {
    this.stopping = true;
    clearTimeout(this.timer);
    if (!this.running) {
      this.end();
    }
  }

  /** No change came for a while. */
  private async settled(): Promise<void> {
    if (!this.args.pending()) {
      this.since = undefined;
    } else if (this.running) {
      this.running.abort();
    } else {
      try {
        await this.work();
        this.running = undefined;
        if (this.stopping) {
          this.end();
        }
      } catch (error) {
        this.end(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  private async work(): Promise<void> {
    while (this.since !== undefined && !this.stopping) {
      const { since } = this;
      this.since = undefined;
      this.running = new AbortController();
      await this.args.round(since, this.running.signal);
      if (!this.args.pending()) {
        this.since = undefined;
      }
    }
  }
}
