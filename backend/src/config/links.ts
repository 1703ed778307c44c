import * as z from "zod";

/** Where the traces, the log lines and the alerts of this system can be looked at, from a browser. */
export interface Links {
  /** The trace of one threat: a template with `{trace_id}` or `{threat_id}`. */
  readonly trace: string | null;
  /** Its log lines: a template of the same kind. */
  readonly logs: string | null;
  /** What Prometheus has to say of firing alerts, as JSON. */
  readonly alerts: string | null;
}

/** Where the project's own collector is, for whoever names no other. */
export const DEFAULT_ENDPOINT = "http://otel-collector:4317";

/** The project's own observability stack, below the address of the dashboard. */
const OWN_STACK: Links = {
  trace: "/jaeger/trace/{trace_id}",
  logs: "/grafana/d/soc-trace-logs/logs?var-trace_id={trace_id}",
  alerts: "/prometheus/api/v1/alerts",
};
const NOWHERE: Links = { trace: null, logs: null, alerts: null };

/** A path or a whole http(s) address: a browser follows nothing else, `//` and `\` lead to other hosts. */
const ADDRESS = /^(https?:\/\/[^/\s\\{}]+|(?=\/(?!\/)))(\/([^\s\\{}]|\{(trace|threat)_id\})*)?$/;
const PLACE = /\{(trace|threat)_id\}/;

/** The template of a link. An empty text is none: it takes that of the own stack away. */
export const LINK = z.union([
  z.literal("").transform(() => null),
  z.string().regex(ADDRESS).regex(PLACE),
]);

/** The variables that name one. Empty is not absent: {@link LINK}. */
export const LINK_KEYS = ["TRACE_LINK", "LOGS_LINK"];

/**
 * Where to look. The project's own stack is behind its own collector only; with another one there are
 * links where they are named.
 *
 * @param endpoint of the collector
 */
export function linksOf(endpoint: string, named: Partial<Pick<Links, "trace" | "logs">>): Links {
  return { ...(endpoint === DEFAULT_ENDPOINT ? OWN_STACK : NOWHERE), ...named };
}
