/**
 * `npm run bench:observability [-- --runs N --rate N --seconds N]`: what the observability stack costs the application.
 * The dev stack without it and with it, in turn, each from nothing until the application serves, with one line of the
 * backend changed, and then under the same load through the ingress: triggers at an even rate and WebSocket clients that
 * get every one of them. After the load with it, what its parts have lost.
 */
import { withDefaults } from "../config/defaults";
import { mergeValues } from "../config/values";
import { lines, runMain } from "../machine/run";
import { table } from "../machine/table";
import { clients, load } from "../tests/support/load";
import { committed, mirrors, Project } from "../tests/support/project";
import { until } from "../tests/support/until";
import { machineTimes, median, numbersFrom, restBetween } from "./measures";
import { buildImages, change, kindOf } from "./support";

const STACK = "bench";
const KUBECONFIG = `.kube/${STACK}.yaml`;
const CLIENTS = 200;
/** Seconds of load before it counts: code is compiled, connections are made. */
const WARM = 10;

/** In turn, the other one first in every second run: what comes later has warmer caches. */
const BOTH = ["without", "with"] as const;

/** What the application needed from nothing, and under the load. */
interface Cost {
  /** From the start of an `up` without a cluster until the application answers through the ingress, in seconds. */
  readonly cold: number;
  /** CPU time of the backend's processes for a trigger, in milliseconds. */
  readonly cpu: number;
  /** Median of the answers' times, in milliseconds. */
  readonly p50: number;
  /** Share of the machine that had nothing to do. */
  readonly idle: number;
  /** How many triggers were not taken, by the status of the answer. */
  readonly failed: Readonly<Record<string, number>>;
}

async function main(args: string[]): Promise<void> {
  const { runs, rate, seconds } = numbersFrom("bench:observability", args);
  const stack = mergeValues(committed("dev"), mirrors());
  const { httpPort } = kindOf(withDefaults(stack));
  const project = await Project.copy("installed");
  const npm = (command: string, ...more: string[]) =>
    project.must("npm", ["run", command, "--", "--stack", STACK, ...more]);
  const base = `http://localhost:${httpPort}`;
  const costs: Record<(typeof BOTH)[number], Cost[]> = { without: [], with: [] };
  try {
    await buildImages(project, change(project));
    for (let run = 0; run < runs; run++) {
      for (const how of run % 2 === 0 ? BOTH : [...BOTH].reverse()) {
        const observability = { install: how === "with" };
        project.configure(STACK, mergeValues(stack, { observability }));
        change(project);
        const [cold] = await Promise.all([served(base), npm("up", "--yes")]);
        const cost = { cold, ...(await underLoad(project, base, rate, seconds)) };
        costs[how].push(cost);
        console.log(`run ${run + 1}, ${how} the stack: ${JSON.stringify(cost)}`);
        if (how === "with") {
          console.log(JSON.stringify(await flowOf(project, base), undefined, 2));
        }
        await npm("down", "--yes");
      }
    }
  } finally {
    await npm("down", "--yes");
    project.remove();
  }
  const of = (how: keyof typeof costs, key: Exclude<keyof Cost, "failed">) =>
    median(costs[how].map((one) => one[key]));
  const row = (what: string, key: "cold" | "cpu" | "p50", aim: number) => {
    const [without, having] = [of("without", key), of("with", key)];
    return [
      what,
      without.toFixed(2),
      having.toFixed(2),
      (having / without).toFixed(2),
      `at most ${aim}`,
    ];
  };
  console.log(
    `\n${table([
      [`${rate} a second, ${CLIENTS} clients`, "without", "with", "ratio", "aim"],
      row("cold up until it serves, s", "cold", 1.15),
      row("CPU of the backend for a trigger, ms", "cpu", 1.25),
      row("median answer, ms", "p50", 1.1),
    ])}\nidle: ${of("without", "idle").toFixed(2)} without, ${of("with", "idle").toFixed(2)} with`,
  );
}

/** Seconds from now until the application answers through the ingress. */
async function served(base: string): Promise<number> {
  const started = Date.now();
  await until("the application", 600, async () => {
    const { ok } = await fetch(`${base}/api/threats`);
    return ok ? true : undefined;
  });
  return (Date.now() - started) / 1000;
}

/** Puts the load on the application, and measures once it is warm. */
async function underLoad(
  project: Project,
  base: string,
  rate: number,
  seconds: number,
): Promise<Omit<Cost, "cold">> {
  const open = await clients(base, CLIENTS);
  try {
    await load(base, rate, WARM);
    const [cpuBefore, machineBefore] = [await cpuSeconds(project), machineTimes()];
    const sent = await load(base, rate, seconds);
    const [cpuAfter, machineAfter] = [await cpuSeconds(project), machineTimes()];
    const answered = sent.filter(({ ok }) => ok);
    return {
      cpu: ((cpuAfter - cpuBefore) * 1000) / sent.length,
      p50: median(answered.map(({ ms }) => ms)),
      idle: restBetween(machineBefore, machineAfter),
      failed: countsOf(sent.filter(({ ok }) => !ok).map(({ status }) => String(status))),
    };
  } finally {
    open.forEach((client) => client.terminate());
  }
}

/** How often each word is in a list. */
function countsOf(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of words) {
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

/** What the collectors took and passed on since they started, by metric, and how often the stack's containers restarted. */
async function flowOf(project: Project, base: string): Promise<Readonly<Record<string, number>>> {
  const counters =
    "otelcol_(receiver_accepted|receiver_refused|exporter_sent|exporter_enqueue_failed|exporter_send_failed)_(spans|log_records)(_total)?";
  const query = `sum by (__name__) ({job="otel-collector",__name__=~"${counters}"})`;
  const response = await fetch(
    `${base}/prometheus/api/v1/query?query=${encodeURIComponent(query)}`,
  );
  const { data } = (await response.json()) as {
    data: { result: { metric: { __name__: string }; value: [number, string] }[] };
  };
  const restarts = "jsonpath={.items[*].status.containerStatuses[*].restartCount}";
  const stack = ["--selector", "app.kubernetes.io/instance=observability", "-o", restarts];
  const counts = await project.must("kubectl", [
    ...["--kubeconfig", KUBECONFIG, "get", "pods", "--all-namespaces", ...stack],
  ]);
  if (counts.trim() === "") {
    throw new Error("no pod of the observability stack was found");
  }
  return {
    ...Object.fromEntries(data.result.map(({ metric, value }) => [metric.__name__, +value[1]])),
    restarts: counts.split(/\s+/).reduce((sum, count) => sum + Number(count), 0),
  };
}

/** CPU time of all processes of the backend so far, as they tell it themselves. */
async function cpuSeconds(project: Project): Promise<number> {
  const of = ["--kubeconfig", KUBECONFIG, "--namespace", "soc-agent"];
  const pods = ["get", "pods", "--selector", "app=soc-backend", "-o", "name"];
  const ask =
    "fetch('http://localhost:8000/metrics').then((r) => r.text()).then((t) => console.log(/^process_cpu_seconds_total (.*)$/m.exec(t)[1]))";
  const figures = await Promise.all(
    lines(await project.must("kubectl", [...of, ...pods])).map((pod) =>
      project.must("kubectl", [...of, "exec", pod, "--", "node", "--eval", ask]),
    ),
  );
  return figures.reduce((sum, figure) => sum + Number(figure), 0);
}

runMain(() => main(process.argv.slice(2)));
