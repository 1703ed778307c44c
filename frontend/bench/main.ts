/**
 * `npm run bench:dashboard [-- --runs N --seconds N --rate N --threats N]`: how busy the dashboard keeps a browser
 * under a stream of threats, beside a page that only counts the messages of the same stream. Each page in turn, in one
 * real Chromium, at a real backend with a real Redis; fails above the aim.
 *
 * The backend, Redis and what makes the load have a core together, and the browser the others, where there are any.
 */
import { execFileSync } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import type { BrowserContext } from "playwright-core";
import { BenchPod, keepTo, leaveCore, POD_CORE } from "../../backend/bench/pod.js";
import { askSteadily, TRIGGER } from "../../backend/bench/steady.js";
import { freePort, RedisServer } from "../../backend/tests/support/redis.js";
import { machineTimes, median, numbersFrom, restBetween } from "../../bench/measures";
import { table } from "../../machine/table";
import { launchBrowser } from "../tests/support/browser";
import { PAGES, servePages, type PageName } from "./site";
import { longRatio, Watch, type Watched } from "./watch";

/** Greatest ratio of the dashboard's share of long tasks to that of the counting page. */
const AIM = 1.5;
/** Seconds of load before it counts: code is compiled, the list is read. */
const WARM = 5;

/** Share of the events that has to come for a turn to count. */
const ENOUGH = 0.95;

/** Share of the machine at rest below which times by the clock are not the page's alone. */
const LEAST_REST = 0.1;

/** One page's turn. */
interface Turn extends Watched {
  /** Share of the machine that had nothing to do. */
  readonly rest: number;
}

/** What triggers threats of every type that ends below CRITICAL: a store full of those that await review would answer 429. */
const TRIGGERS = ["bot_traffic", "proxy_network", "rate_limit_breach", "geo_anomaly"].map(
  (threat_type) => ({ ...TRIGGER, body: JSON.stringify({ threat_type }) }),
);

async function main(): Promise<void> {
  const { runs, seconds, rate, threats } = numbersFrom("bench:dashboard", process.argv.slice(2));
  const model = cpus()[0]?.model ?? "unknown";
  console.log(`${availableParallelism()} x ${model}, Node.js ${process.version}`);
  execFileSync("npm", ["run", "--silent", "build"], { cwd: join(import.meta.dirname, "..") });
  leaveCore(POD_CORE);
  const browser = await launchBrowser();
  keepTo([POD_CORE]);
  const redis = new RedisServer(await freePort());
  await redis.start();
  // As many as were asked for, for as long as it takes: of what comes, the oldest go.
  const pod = await BenchPod.start(redis.url, { MAX_STORED_THREATS: String(threats) });
  const turns: Record<PageName, Turn[]> = { dashboard: [], counting: [] };
  try {
    await fill(pod, threats);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await servePages(context);
    const order: readonly PageName[] = ["dashboard", "counting"];
    for (let run = 0; run < runs; run += 1) {
      // Neither is always the one after the other.
      for (const name of run % 2 === 0 ? order : order.toReversed()) {
        const turn = await take(context, pod, name, rate, seconds);
        console.log(`${name}: ${JSON.stringify(turn)}`);
        turns[name].push(turn);
      }
    }
  } finally {
    await browser.close();
    await pod.stop();
    await redis.stop();
  }
  process.exitCode = report(turns, rate, threats) ? 0 : 1;
}

/**
 * Has a page take part in the load.
 *
 * @throws Error if less came than was to come
 */
async function take(
  context: BrowserContext,
  pod: BenchPod,
  name: PageName,
  rate: number,
  seconds: number,
): Promise<Turn> {
  const load = (lasting: number) => askSteadily(pod.api.port, TRIGGERS, rate, lasting);
  const page = await context.newPage();
  const watch = await Watch.open(page, `http://127.0.0.1:${pod.api.port}${PAGES[name]}`);
  await load(WARM);
  const before = machineTimes();
  const watched = await watch.during(() => load(seconds));
  const rest = restBetween(before, machineTimes());
  await page.close();
  if (watched.messages < rate * seconds * ENOUGH) {
    throw new Error(`${name}: ${watched.messages} messages came of ${rate * seconds}`);
  }
  return { ...watched, rest };
}

/** Prints the medians of both pages beside each other. Tells whether the aim is met. */
function report(
  turns: Readonly<Record<PageName, readonly Turn[]>>,
  rate: number,
  threats: number,
): boolean {
  const of = (name: PageName, key: keyof Turn) => median(turns[name].map((turn) => turn[key]));
  const both = (key: keyof Turn) => [of("dashboard", key), of("counting", key)] as const;
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const shares = (what: string, key: keyof Turn, ...more: readonly string[]) => {
    const [ours, theirs] = both(key);
    return [what, percent(ours), percent(theirs), ...more];
  };
  const plain = (what: string, key: keyof Turn) => [what, ...both(key).map((n) => n.toFixed(1))];
  const [ours, theirs] = both("long");
  const ratio = longRatio({ long: ours }, { long: theirs, ms: of("counting", "ms") });
  const met = ratio <= AIM;
  console.log(
    `\n${table([
      [`${threats} threats, ${rate} events a second`, "dashboard", "counting", "ratio", "aim"],
      shares("in tasks over 50 ms", "long", ratio.toFixed(2), `at most ${AIM}`),
      shares("of that beyond 50 ms", "blocked"),
      plain("frames a second", "frames"),
      plain("messages", "messages"),
      shares("CPU of the main thread", "tasks"),
      shares("of that script", "script"),
      shares("layout", "layout"),
      shares("style", "style"),
      shares("rest of the machine", "rest"),
    ])}\n${met ? "met" : "MISSED"}`,
  );
  if (Math.min(...both("rest")) < LEAST_REST) {
    console.log("The machine had nothing to spare: a task was long also by waiting for its turn.");
  }
  return met;
}

/** Stores threats until there are so many. */
async function fill(pod: BenchPod, threats: number): Promise<void> {
  const AT_ONCE = 20;
  let left = threats;
  const next = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await pod.api.trigger(JSON.parse(TRIGGERS[left % TRIGGERS.length]?.body ?? "{}") as object);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

await main();
