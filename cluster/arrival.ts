/** Whether metrics, traces and logs of the application arrive in the observability stack. */
import { kubectlFor, type Target } from "../machine/kubectl";
import { lines, messageOf } from "../machine/run";
import { NAMESPACE } from "../plan/access";
import { lookUntil } from "./lookUntil";
import { Telemetry } from "./telemetry";

/** Milliseconds for which what arrives is counted. */
const WINDOW = 60_000;
/** Milliseconds until what was asked of the application must have arrived: it is sent, scraped and read in steps. */
const PATIENCE = 20_000;
/** Traces that are read at most. */
const MOST = 500;

/** What one kind of telemetry comes to. */
interface Arrival {
  /** Such as `metrics: 2 of 2 pods`. */
  readonly text: string;
  readonly arrives: boolean;
}

/** What all kinds come to. */
interface Arrivals {
  readonly line: string;
  /** Whether each kind arrives. */
  readonly arrives: boolean;
}

/**
 * What arrives, in one line such as `metrics: 2 of 2 pods, traces: 41 spans, logs: 310 lines in the last minute`.
 * It is looked at until each kind has arrived, or time is up.
 *
 * @param service name of the backend in traces
 * @param patience milliseconds
 */
export async function arrival(
  target: Target,
  service: string,
  patience = PATIENCE,
): Promise<Arrivals> {
  const telemetry = new Telemetry(target);
  const look = () =>
    Promise.all([
      seen("metrics", () => metrics(telemetry, target)),
      seen("traces", () => traces(telemetry, service)),
      seen("logs", () => logs(telemetry, target)),
    ]);
  const all = (found: readonly Arrival[]) => found.every(({ arrives }) => arrives);
  try {
    const found = await lookUntil(look, all, Date.now() + patience);
    const line = `${found.map(({ text }) => text).join(", ")} in the last minute`;
    return { line, arrives: all(found) };
  } finally {
    telemetry.close();
  }
}

/** What does not answer has nothing. */
async function seen(kind: string, look: () => Promise<Arrival>): Promise<Arrival> {
  try {
    return await look();
  } catch (error) {
    return { text: `${kind}: no answer (${messageOf(error).split("\n").at(-1)})`, arrives: false };
  }
}

/** Pods that Prometheus reads, of those that there are: it may not have found some yet. */
async function metrics(telemetry: Telemetry, target: Target): Promise<Arrival> {
  const kubectl = kubectlFor({ ...target, namespace: NAMESPACE });
  const pods = ["get", "pods", "--selector=app=soc-backend", "--output=name"];
  const running = lines(await kubectl([...pods, "--field-selector=status.phase=Running"])).length;
  const read = await telemetry.figures(`up{job="soc-backend",namespace="${NAMESPACE}"} == 1`);
  const up = Math.min(read.length, running);
  return { text: `metrics: ${up} of ${running} pods`, arrives: up > 0 && up === running };
}

async function traces(telemetry: Telemetry, service: string): Promise<Arrival> {
  const since = Date.now() - WINDOW;
  const found = await telemetry.traces(service, since, MOST);
  const spans = found.flatMap((trace) => trace.spans).length;
  return {
    text: `traces: ${found.length === MOST ? "more than " : ""}${spans} spans`,
    arrives: spans > 0,
  };
}

/** Lines that have come, which are none where none was written: a quiet application is no loss. */
async function logs(telemetry: Telemetry, target: Target): Promise<Arrival> {
  const window = `${WINDOW / 1000}s`;
  const count = await telemetry.lines(
    `sum(count_over_time({k8s_namespace_name="${NAMESPACE}"}[${window}]))`,
  );
  const kubectl = kubectlFor({ ...target, namespace: NAMESPACE });
  const all = ["logs", "--selector=app", "--all-containers", "--tail=-1", `--since=${window}`];
  const arrives = count > 0 || lines(await kubectl(all)).length === 0;
  return { text: `logs: ${count} lines`, arrives };
}
