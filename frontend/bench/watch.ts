/** What a page needs of its browser, as the page itself and the browser tell it. */
import type { CDPSession, Page } from "playwright-core";

/** From which length on the browser calls a task long, in ms. */
export const LONG_MS = 50;

/** What a page has done so far. */
interface Sums {
  /** Milliseconds by the page's clock. */
  readonly at: number;
  /** Whole time of the tasks that took longer than 50 ms, in ms. */
  readonly longMs: number;
  /** The part of it beyond 50 ms each, in ms. */
  readonly blockedMs: number;
  readonly frames: number;
  /** Messages on its WebSockets. */
  readonly messages: number;
}

/** CPU time of the page's main thread so far, in seconds, as the browser's `Performance.getMetrics` names it. */
const THREAD_TIMES = {
  tasks: "TaskDuration",
  script: "ScriptDuration",
  layout: "LayoutDuration",
  style: "RecalcStyleDuration",
} as const;
type ThreadTimes = Readonly<Record<keyof typeof THREAD_TIMES, number>>;

/** What a page did for some time. Shares are of that time, from 0 to 1. */
export interface Watched extends ThreadTimes {
  readonly ms: number;
  /** Share of tasks that took longer than 50 ms, which is what makes a page feel stuck. */
  readonly long: number;
  /** Share of what of them is beyond 50 ms. */
  readonly blocked: number;
  /** Frames a second. */
  readonly frames: number;
  readonly messages: number;
}

/**
 * How many times as much of its time a page spent in long tasks as another one did. Of none nothing is a multiple: it
 * counts as one of the shortest, the least that could have been seen.
 */
export function longRatio(
  ours: Pick<Watched, "long">,
  theirs: Pick<Watched, "long" | "ms">,
): number {
  return ours.long / Math.max(theirs.long, LONG_MS / theirs.ms);
}

/** A page that is watched from its beginning. */
export class Watch {
  private constructor(
    readonly page: Page,
    private readonly session: CDPSession,
  ) {}

  /** Opens a page. */
  static async open(page: Page, url: string): Promise<Watch> {
    // The name of a function, which the compiler keeps by a helper that the page has not.
    await page.addInitScript("globalThis.__name = (named) => named");
    await page.addInitScript(countInPage, LONG_MS);
    const session = await page.context().newCDPSession(page);
    // Of the thread, not of the clock: what else runs on the machine is not in it.
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    await page.goto(url);
    return new Watch(page, session);
  }

  /** Watches while something lasts. */
  async during(lasting: () => Promise<unknown>): Promise<Watched> {
    const [before, threadBefore] = [await this.sums(), await this.threadTimes()];
    await lasting();
    const [after, threadAfter] = [await this.sums(), await this.threadTimes()];
    const ms = after.at - before.at;
    const share = (name: keyof ThreadTimes) =>
      ((threadAfter[name] - threadBefore[name]) * 1000) / ms;
    return {
      ms,
      long: (after.longMs - before.longMs) / ms,
      blocked: (after.blockedMs - before.blockedMs) / ms,
      frames: ((after.frames - before.frames) * 1000) / ms,
      messages: after.messages - before.messages,
      tasks: share("tasks"),
      script: share("script"),
      layout: share("layout"),
      style: share("style"),
    };
  }

  private sums(): Promise<Sums> {
    return this.page.evaluate(() => (globalThis as unknown as { sums: () => Sums }).sums());
  }

  private async threadTimes(): Promise<ThreadTimes> {
    const { metrics } = await this.session.send("Performance.getMetrics");
    const valueOf = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
    return {
      tasks: valueOf(THREAD_TIMES.tasks),
      script: valueOf(THREAD_TIMES.script),
      layout: valueOf(THREAD_TIMES.layout),
      style: valueOf(THREAD_TIMES.style),
    };
  }
}

/** Runs in the page before its own scripts, and needs nothing of this module there. */
function countInPage(longMsFrom: number): void {
  let [longMs, blockedMs, frames, messages] = [0, 0, 0, 0];
  const take = (entries: PerformanceEntryList) => {
    for (const { duration } of entries) {
      longMs += duration;
      blockedMs += duration - longMsFrom;
    }
  };
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  observer.observe({ type: "longtask" });
  const frame = () => {
    frames += 1;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const OwnSocket = globalThis.WebSocket;
  globalThis.WebSocket = class extends OwnSocket {
    constructor(...args: ConstructorParameters<typeof OwnSocket>) {
      super(...args);
      this.addEventListener("message", () => (messages += 1));
    }
  };
  Object.assign(globalThis, {
    sums: (): Sums => {
      take(observer.takeRecords());
      return { at: performance.now(), longMs, blockedMs, frames, messages };
    },
  });
}
