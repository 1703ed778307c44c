/**
 * `npm run bench:app`: one pod and a real Redis. Requests a second and the 99th percentile for trigger
 * and list, events a second to 500 WebSocket clients, and memory under load.
 *
 *     npm run bench:app -- [--seconds N] [--soak MINUTES]
 *
 * A machine that has other things to do shows in the times by the clock, so the CPU time is told too:
 * what a request costs is what one core could do if it had nothing else to do.
 */
import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import { WebSocket } from "ws";
import { OPTIONS, refusalOfTaken } from "../../config/options.cjs";
import { eventually } from "../tests/support/eventually.js";
import { freePort, RedisServer } from "../tests/support/redis.js";
import { BenchPod, leaveCore, POD_CORE } from "./pod.js";
import { soak } from "./soak.js";
import { askSteadily, TRIGGER, type Question, type Served } from "./steady.js";

const CLIENTS = 500;
const TARGET_TRIGGERS = 2000;
const TARGET_P99_MS = 50;
const CONNECTIONS = 50;
/** Of the soak: far from the limit, so that memory grows by what is kept and not by what waits. */
const SOAK_RATE = 250;

/** What a load test found. */
interface Measured extends Served {
  /** Requests that one core could serve, by the CPU time that each one took. */
  readonly perCore: number;
}

const LIST: Question = { method: "GET", path: "/api/threats" };

/** As many requests as so many connections can have answered, one after the other on each. */
async function hammer(pod: BenchPod, question: Question, seconds: number): Promise<Served> {
  const result = await autocannon({
    url: `http://127.0.0.1:${pod.api.port}`,
    connections: CONNECTIONS,
    duration: seconds,
    requests: [{ ...question }],
  });
  return {
    perSecond: Math.round(result["2xx"] / result.duration),
    p50: result.latency.p50,
    p99: result.latency.p99,
    errors: result.errors + result.timeouts + result.non2xx,
  };
}

/** Adds to what a load test finds what it cost. */
async function costing(
  pod: BenchPod,
  seconds: number,
  test: () => Promise<Served>,
): Promise<Measured> {
  const before = await pod.usage();
  const served = await test();
  const cpu = (await pod.usage()).cpuSeconds - before.cpuSeconds;
  return { ...served, perCore: Math.round((served.perSecond * seconds) / cpu) };
}

/** Triggers as fast as all clients can be served, and counts what reaches them. */
async function fanOut(pod: BenchPod, seconds: number) {
  let received = 0;
  let greeted = 0;
  const clients = Array.from({ length: CLIENTS }, () => {
    const client = new WebSocket(`ws://127.0.0.1:${pod.api.port}/ws`, { perMessageDeflate: false });
    client.once("message", () => {
      greeted += 1;
      client.on("message", () => (received += 1));
    });
    return client;
  });
  await eventually(() => greeted === CLIENTS, `${CLIENTS} clients are connected`, 60_000);
  const before = await pod.usage();
  const started = performance.now();
  let triggered = 0;
  while (performance.now() - started < seconds * 1000) {
    await pod.api.trigger();
    triggered += 1;
    const expected = triggered * CLIENTS;
    // A few events ahead, as many as a client that reads would not notice.
    await eventually(() => received >= expected - 4 * CLIENTS, "events arrive", 60_000);
  }
  await eventually(() => received >= triggered * CLIENTS, "every event arrives", 60_000);
  const elapsed = (performance.now() - started) / 1000;
  const cpu = (await pod.usage()).cpuSeconds - before.cpuSeconds;
  const dropped = clients.filter((client) => client.readyState !== WebSocket.OPEN).length;
  clients.forEach((client) => client.terminate());
  return {
    perSecond: Math.round(received / elapsed),
    perCore: Math.round(received / cpu),
    triggered,
    exact: received === triggered * CLIENTS,
    dropped,
  };
}

function line(what: string, { perSecond, p50, p99, perCore, errors }: Measured): void {
  const columns = [
    what.padEnd(28),
    `${perSecond} /s`.padStart(10),
    `p50 ${p50} ms`.padStart(12),
    `p99 ${p99} ms`.padStart(12),
    `${perCore} /s per core`.padStart(20),
    `${errors} errors`.padStart(12),
  ];
  console.log(columns.join(""));
}

async function main(): Promise<void> {
  const command = "bench:app";
  const refusal = refusalOfTaken(command, process.argv.slice(2), process.env);
  if (refusal) {
    throw new Error(refusal);
  }
  const { values } = parseArgs({ options: OPTIONS[command] });
  const seconds = Number(values.seconds);
  const minutes = Number(values.soak);
  if (!(seconds > 0) || !(minutes >= 0)) {
    throw new Error("--seconds must be a number above 0, and --soak a number of minutes from 0");
  }
  const model = cpus()[0]?.model ?? "unknown";
  const busy = () => `load average ${loadavg()[0]?.toFixed(1) ?? "?"}`;
  console.log(`${availableParallelism()} x ${model}, Node.js ${process.version}, ${busy()}`);
  leaveCore(POD_CORE);
  const redis = new RedisServer(await freePort());
  await redis.start();
  const pod = await BenchPod.start(redis.url);
  try {
    // What has just started compiles.
    await hammer(pod, TRIGGER, 5);
    const most = (question: Question) =>
      costing(pod, seconds, () => hammer(pod, question, seconds));
    const trigger = await most(TRIGGER);
    line("trigger, as many as it can", trigger);
    const rate = TARGET_TRIGGERS / 2;
    const half = await costing(pod, seconds, () =>
      askSteadily(pod.api.port, [TRIGGER], rate, seconds),
    );
    line(`trigger, ${rate} a second`, half);
    line("list of 20, as many as it can", await most(LIST));
    const events = await fanOut(pod, seconds);
    console.log(
      `events to ${CLIENTS} clients: ${events.perSecond} /s by the clock, ${events.perCore} /s per ` +
        `core; ${events.triggered} threats, each to every client exactly once: ` +
        `${events.exact ? "yes" : "NO"}, ${events.dropped} dropped`,
    );
    const memory = minutes > 0 ? await soak(pod, minutes, SOAK_RATE) : null;
    if (memory !== null) {
      console.log(
        `memory over ${minutes} minute(s) at ${memory.perSecond} requests/s: ` +
          `${memory.earlyMb.toFixed(0)} MB early, ${memory.lateMb.toFixed(0)} MB late, ` +
          `at most ${memory.mostMb.toFixed(0)} MB`,
      );
    }
    console.log(`at the end: ${busy()}`);
    const met = [
      [`${TARGET_TRIGGERS} triggers/s per core`, trigger.perCore >= TARGET_TRIGGERS],
      [`p99 under ${TARGET_P99_MS} ms at half of that`, half.p99 < TARGET_P99_MS],
      ["no errors", trigger.errors + half.errors === 0],
      ["every event to every client, once", events.exact && events.dropped === 0],
      ["memory flat", memory === null || memory.lateMb < memory.earlyMb * 1.15 + 10],
    ] as const;
    for (const [what, ok] of met) {
      console.log(`${ok ? "met   " : "MISSED"} ${what}`);
    }
    process.exitCode = met.every(([, ok]) => ok) ? 0 : 1;
  } finally {
    await pod.stop();
    await redis.stop();
  }
}

await main();
