import { isObject } from "./messages";
import { parseUtc } from "./time";

/** Every severity that rules give, worst first. */
const SEVERITIES = ["critical", "warning", "info"] as const;

/** The names of the application's rules and of the stack's begin so; others may share its Prometheus. */
const OURS = /^(?:SocAgent|Telemetry)[A-Z]/;

/** What makes the alerts of several pods differ, and not what is wrong. */
const OF_A_POD: ReadonlySet<string> = new Set(["pod", "instance", "node", "container", "uid"]);

/** An alert that fires: of Prometheus, those of all pods as one. */
export interface Alert {
  /** All its labels but those of a pod: the same while it fires. */
  readonly id: string;
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly severity: (typeof SEVERITIES)[number];
  /** Since when what it tells of is so, as an ISO time: the earliest of its pods'. */
  readonly since: string;
  /** Of how many pods it tells; 1 also where it is of none. */
  readonly pods: number;
}

/**
 * Reads the answer of Prometheus' `/api/v1/alerts`
 * (https://prometheus.io/docs/prometheus/latest/querying/api/#alerts).
 *
 * @returns this system's firing alerts, worst first, then the oldest; undefined when the answer is none of
 *   Prometheus. What cannot be read of it is left out.
 */
export function parseAlerts(body: unknown): readonly Alert[] | undefined {
  if (!isObject(body) || body.status !== "success" || !isObject(body.data)) {
    return undefined;
  }
  const { alerts } = body.data;
  if (!Array.isArray(alerts)) {
    return undefined;
  }
  const byId = new Map<string, Alert>();
  for (const alert of alerts.map(parseAlert).filter((each) => each !== undefined)) {
    const known = byId.get(alert.id);
    byId.set(alert.id, known ? joined(known, alert) : alert);
  }
  return [...byId.values()].sort(
    (a, b) => rank(a) - rank(b) || parseUtc(a.since) - parseUtc(b.since),
  );
}

function parseAlert(value: unknown): Alert | undefined {
  if (!isObject(value) || value.state !== "firing" || !isObject(value.labels)) {
    return undefined;
  }
  const { labels, activeAt } = value;
  const { alertname: name } = labels;
  const known = typeof name === "string" && OURS.test(name);
  if (!known || typeof activeAt !== "string" || Number.isNaN(parseUtc(activeAt))) {
    return undefined;
  }
  const annotations = isObject(value.annotations) ? value.annotations : {};
  const text = (found: unknown) => (typeof found === "string" ? found : "");
  const shared = Object.entries(labels).filter(([label]) => !OF_A_POD.has(label));
  return {
    id: JSON.stringify(shared.sort(([a], [b]) => (a < b ? -1 : 1))),
    name,
    summary: text(annotations.summary),
    description: text(annotations.description),
    severity: SEVERITIES.find((severity) => severity === labels.severity) ?? "info",
    since: activeAt,
    pods: 1,
  };
}

function joined(a: Alert, b: Alert): Alert {
  const first = parseUtc(b.since) < parseUtc(a.since) ? b : a;
  return { ...first, pods: a.pods + b.pods };
}

function rank({ severity }: Alert): number {
  return SEVERITIES.indexOf(severity);
}

/** What a screen reader has been told of alerts. */
export interface AlertNews {
  readonly alerts: readonly Alert[] | undefined;
  /** The ids of those that fired when that was known last. */
  readonly known: ReadonlySet<string>;
  /** What to say; stays as it is until there is something else, so that it is said once. */
  readonly text: string;
}

export const NO_NEWS: AlertNews = { alerts: undefined, known: new Set(), text: "" };

/**
 * Tells of each alert once, as it begins to fire.
 *
 * @param alerts undefined when nobody knows: what fires afterwards and did before is not new.
 */
export function nextNews(news: AlertNews, alerts: readonly Alert[] | undefined): AlertNews {
  if (alerts === undefined) {
    return { ...news, alerts, text: "" };
  }
  const fresh = alerts.filter(({ id }) => !news.known.has(id));
  const said = alerts.length > 0 ? news.text : "";
  const known = new Set(alerts.map(({ id }) => id));
  return { alerts, known, text: fresh.length > 0 ? fresh.map(spoken).join(" ") : said };
}

function spoken({ severity, name, summary }: Alert): string {
  return `Alert, ${severity}: ${summary || name}`;
}
