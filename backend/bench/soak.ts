import type { BenchPod } from "./pod.js";
import { askSteadily, TRIGGER, type Question } from "./steady.js";

const SAMPLE_MS = 2000;

/** How memory went. */
export interface Soak {
  readonly perSecond: number;
  /** Mean of the second quarter of the time, when all buffers have found their size. */
  readonly earlyMb: number;
  /** Mean of the last quarter. */
  readonly lateMb: number;
  readonly mostMb: number;
}

const QUESTIONS: readonly Question[] = [TRIGGER, { method: "GET", path: "/api/analytics" }];

/** Asks at a steady rate and watches the memory of the pod. */
export async function soak(pod: BenchPod, minutes: number, rate: number): Promise<Soak> {
  const samples: number[] = [];
  const running = askSteadily(pod.api.port, QUESTIONS, rate, minutes * 60);
  let ended = false;
  const watched = (async () => {
    while (!ended) {
      samples.push((await pod.usage()).residentMb);
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  const { perSecond } = await running;
  ended = true;
  await watched;
  const quarter = Math.floor(samples.length / 4);
  return {
    perSecond,
    earlyMb: mean(samples.slice(quarter, 2 * quarter)),
    lateMb: mean(samples.slice(-quarter)),
    mostMb: Math.max(...samples),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
