/** What a person sees of one round of `npm run dev`. */
import pc from "picocolors";
import { HopelessError } from "./ahead";
import { EngineLog, type Done } from "./engineEvents";
import { StatusLine } from "./statusLine";

/** Lines about one round, indented below the line that names the change. */
export class RoundView {
  readonly log = new EngineLog();
  private readonly status = new StatusLine();
  private readonly told = new Set<string>();

  /** @param since when the change came, in milliseconds since the epoch */
  constructor(private readonly since: number) {
    this.status.start(() => this.nowDoing());
  }

  /** Seconds since the change came. */
  get seconds(): string {
    return ((Date.now() - this.since) / 1000).toFixed(1);
  }

  /** Takes a line of Pulumi's engine. */
  readonly take = (line: string): void => {
    const done = this.log.take(line, Date.now());
    if (done) {
      this.tell(done);
    }
  };

  /** Shows work that is not Pulumi's beside Pulumi's own. */
  async track(name: string, work: () => Promise<void>): Promise<void> {
    const key = `ahead: ${name}`;
    const phase = { name, began: Date.now() };
    this.log.running.set(key, phase);
    try {
      await work();
      this.tell({ ...phase, seconds: (Date.now() - phase.began) / 1000, failed: false });
    } catch (error) {
      // Of other failures Pulumi tells, which tries again.
      if (error instanceof HopelessError) {
        this.tell({ ...phase, seconds: 0, failed: true });
      }
      throw error;
    } finally {
      this.log.running.delete(key);
    }
  }

  /** Prints a line of the round. */
  say(line: string): void {
    this.print(`          ${line}`);
  }

  /** Prints lines as they are. */
  print(text: string): void {
    this.status.print(text);
  }

  /** Says that the change did not come through, and why. */
  fail(reasons: readonly string[]): void {
    this.say(pc.red(`failed after ${this.seconds} s`));
    reasons.forEach((line) => this.print(`  ${line}`));
    this.say("Waiting for the next change; what was served before still is.");
  }

  /** Ends what is shown. */
  stop(): void {
    this.status.stop();
  }

  /** Tells of a piece of work once, whether it was done ahead or by Pulumi first. */
  private tell({ name, seconds, failed }: Done): void {
    if (failed || !this.told.has(name)) {
      this.told.add(name);
      this.say(`${name.padEnd(16)} ${failed ? pc.red("failed") : `${seconds.toFixed(1)} s`}`);
    }
  }

  /** What is being done, for how long: for people who watch. */
  private nowDoing(): string {
    const phases = [...this.log.running.values()];
    const names = phases.map(({ name }) => name).join(", ") || "pulumi";
    const began = phases[0]?.began ?? this.since;
    return `          ${names} ${((Date.now() - began) / 1000).toFixed(0)} s`;
  }
}
