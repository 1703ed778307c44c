import autocannon from "autocannon";
import type { BenchPod } from "./pod.js";

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

/** Triggers at a steady rate and watches the memory of the pod. */
export async function soak(pod: BenchPod, minutes: number, rate: number): Promise<Soak> {
  const samples: number[] = [];
  const running = autocannon({
    url: `http://127.0.0.1:${pod.api.port}`,
    connections: 20,
    duration: minutes * 60,
    overallRate: rate,
    requests: [
      {
        method: "POST",
        path: "/api/threats/trigger",
        headers: { "content-type": "application/json" },
        body: "{}",
      },
      { method: "GET", path: "/api/analytics" },
    ],
  });
  let ended = false;
  const watched = (async () => {
    while (!ended) {
      samples.push((await pod.usage()).residentMb);
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  const result = await running;
  ended = true;
  await watched;
  const quarter = Math.floor(samples.length / 4);
  return {
    perSecond: Math.round(result["2xx"] / result.duration),
    earlyMb: mean(samples.slice(quarter, 2 * quarter)),
    lateMb: mean(samples.slice(-quarter)),
    mostMb: Math.max(...samples),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
