/** One threat on its way through the application and the observability stack, hop by hop. */
import type { Role } from "../config/settings";
import { kubectlCommand, kubectlFor } from "../machine/kubectl";
import { messageOf } from "../machine/run";
import { NAMESPACE } from "../plan/access";
import { AGENTS_NAMESPACE } from "../plan/observability";
import { STACK_NAMESPACE } from "../plan/pages";
import type { SmokeTarget } from "../plan/smokeTarget";
import { httpGet, httpPost } from "./httpGet";
import { lookUntil } from "./lookUntil";
import type { PodsOf } from "./podReport";
import { findWay, withToken, type Way } from "./smoke";
import { Telemetry } from "./telemetry";

/** Milliseconds until a hop counts as one that has lost the threat: metrics are scraped, batches are sent. */
const PATIENCE = 45_000;
const PAUSE = 250;

/** The metric whose exemplars lead to threats. */
const METRIC = "soc_threat_processing_duration_seconds_bucket";

/** A threat that was sent on its way. */
interface Sent {
  readonly id: string;
  readonly traceId: string;
  /** When it was, in milliseconds since the epoch. */
  readonly at: number;
}

/** A place that a threat comes to. */
interface Hop {
  readonly name: string;
  /** What is to be seen there, once it is; undefined before. */
  readonly look: (sent: Sent) => Promise<string | undefined>;
  /** The command to look with, when it is not. */
  readonly command: string;
}

/** What came of a hop. */
export interface Seen {
  readonly name: string;
  /** What was seen; of a hop that lost the threat, why it is not known to be there. */
  readonly what: string;
  /** Milliseconds after it was sent; undefined where it was lost. */
  readonly after?: number;
  /** Where it was lost: the command to look with. */
  readonly command?: string;
}

/**
 * Sends a threat through, and looks for it at each hop until one has lost it.
 *
 * @param of where the application's pods are
 * @param tell told of each hop as it is known
 * @returns whether it was seen everywhere
 */
export async function followThreat(
  target: SmokeTarget,
  of: PodsOf,
  tell: (seen: Seen) => void,
  patience = PATIENCE,
): Promise<boolean> {
  const way = await findWay(target, kubectlFor(of));
  const as = (role: Role) => (target.login ? withToken(way, of, role) : way);
  const sent = await send(as, of, tell);
  if (!sent) {
    return false;
  }
  const telemetry = new Telemetry(of);
  try {
    for (const hop of hopsAfter(of, telemetry)) {
      const seen = await until(hop, sent, patience);
      tell(seen);
      if (seen.after === undefined) {
        return false;
      }
    }
    return true;
  } finally {
    telemetry.close();
  }
}

/** Triggers a threat, which the API answers with its id and its trace's. */
async function send(
  as: (role: Role) => Way | Promise<Way>,
  of: PodsOf,
  tell: (seen: Seen) => void,
): Promise<Sent | undefined> {
  const name = "API";
  const at = Date.now();
  const backend = `${kubectlCommand(of)} logs -l app=soc-backend --tail=50`;
  try {
    const wish = { threat_type: "bot_traffic" };
    const { base, route } = await as("ingest");
    const answer = await httpPost(new URL("/api/threats/trigger", base), wish, route);
    if (answer.status !== 200) {
      throw new Error(`it answered ${answer.status} ${answer.body.slice(0, 120)}`);
    }
    const { id, trace_id: traceId } = JSON.parse(answer.body) as { id: string; trace_id?: string };
    const after = Date.now() - at;
    if (traceId) {
      tell({ name, what: `threat ${id}, trace ${traceId}`, after });
      return { id, traceId, at };
    }
    const reader = await as("reader");
    const { body } = await httpGet(new URL("/api/observability", base), reader.route);
    tell({
      name,
      what: `threat ${id} has no trace: the backend reaches no collector, or it was not sampled (/api/observability: ${body})`,
      command: backend,
    });
  } catch (error) {
    tell({ name, what: messageOf(error), command: backend });
  }
  return undefined;
}

function hopsAfter(of: PodsOf, telemetry: Telemetry): Hop[] {
  const logs = (namespace: string, workload: string) =>
    `${kubectlCommand({ ...of, namespace })} logs ${workload} --tail=50`;
  return [
    {
      name: "trace in Jaeger",
      look: async ({ traceId }) => {
        const spans = (await telemetry.trace(traceId)).flatMap((trace) => trace.spans);
        return spans.length > 0 ? `${spans.length} spans` : undefined;
      },
      command: logs(AGENTS_NAMESPACE, "daemonset/otel-collector"),
    },
    {
      name: "log line in Loki",
      look: async ({ traceId }) => {
        const lines = await telemetry.lines(
          `sum(count_over_time({k8s_namespace_name="${NAMESPACE}"} | trace_id="${traceId}" [10m]))`,
        );
        return lines > 0 ? `${lines} lines` : undefined;
      },
      command: logs(AGENTS_NAMESPACE, "daemonset/otel-collector"),
    },
    {
      name: "exemplar in Prometheus",
      look: async ({ traceId, at }) => {
        const exemplars = await telemetry.exemplars(METRIC, at);
        if (exemplars.some((exemplar) => exemplar.traceId === traceId)) {
          return "its own";
        }
        // A bucket has one exemplar, and a scrape sees the last.
        return exemplars.length > 0 ? "that of a later threat, which took its place" : undefined;
      },
      command: logs(STACK_NAMESPACE, "statefulset/prometheus"),
    },
  ];
}

async function until({ name, look, command }: Hop, sent: Sent, patience: number): Promise<Seen> {
  const lost = `not there after ${patience / 1000} s`;
  const lookOnce = async (): Promise<Seen> => {
    try {
      const what = await look(sent);
      return what === undefined
        ? { name, what: lost, command }
        : { name, what, after: Date.now() - sent.at };
    } catch (error) {
      return { name, what: `${lost}: ${messageOf(error).split("\n").at(-1)}`, command };
    }
  };
  const arrived = ({ after }: Seen) => after !== undefined;
  return lookUntil(lookOnce, arrived, Date.now() + patience, PAUSE);
}
