/** What the observability stack's pages tell, asked as a browser would: through the ingress, without a login. */
import { URL as BASE } from "./stack";

/** A span as Jaeger's pages get it; times in microseconds. */
export interface Span {
  readonly spanID: string;
  readonly operationName: string;
  readonly startTime: number;
  readonly duration: number;
  readonly references: readonly { readonly refType: string; readonly spanID: string }[];
  readonly tags: readonly { readonly key: string; readonly value: unknown }[];
}

/** A series of Prometheus. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

async function get<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
  const url = `${BASE}${path}?${new URLSearchParams(query).toString()}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) {
    throw new Error(`${url} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
  }
  return (await response.json()) as T;
}

/** The spans of a trace, as many as have arrived. @throws Error before there is one */
export async function spansOf(traceId: string): Promise<readonly Span[]> {
  const { data } = await get<{ data: readonly { spans: readonly Span[] }[] }>(
    `/jaeger/api/traces/${traceId}`,
  );
  return data.flatMap(({ spans }) => spans);
}

/** The log lines that a LogQL query finds in the last ten minutes, the newest first. */
export async function linesOf(query: string, limit = 5000): Promise<string[]> {
  const path = "/grafana/api/datasources/proxy/uid/loki/loki/api/v1/query_range";
  const start = `${Date.now() - 600_000}000000`;
  const { data } = await get<{
    data: { result: readonly { values: readonly (readonly [string, string])[] }[] };
  }>(path, { query, start, limit: String(limit) });
  return data.result.flatMap(({ values }) => values.map(([, line]) => line));
}

/** What a PromQL query gives now. */
export async function seriesOf(query: string): Promise<readonly Series[]> {
  const path = "/prometheus/api/v1/query";
  return (await get<{ data: { result: readonly Series[] } }>(path, { query })).data.result;
}

/** The traces that a metric's exemplars of the last minutes lead to. */
export async function exemplarsOf(metric: string): Promise<string[]> {
  const now = Date.now() / 1000;
  const { data } = await get<{
    data: readonly { exemplars: readonly { labels: Readonly<Record<string, string>> }[] }[];
  }>("/prometheus/api/v1/query_exemplars", {
    query: metric,
    start: String(now - 600),
    end: String(now + 60),
  });
  return data.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels["trace_id"] ?? ""));
}

/** Names of the alerts that fire, sorted, each once. */
export async function firing(): Promise<string[]> {
  const { data } = await get<{
    data: { alerts: readonly { state: string; labels: Readonly<Record<string, string>> }[] };
  }>("/prometheus/api/v1/alerts");
  const names = data.alerts
    .filter(({ state }) => state === "firing")
    .map(({ labels }) => labels["alertname"] ?? "");
  return [...new Set(names)].sort();
}

/** The share of a trace's first span that spans below it explain, 0 to 1. */
export function explained(spans: readonly Span[]): number {
  const [root, ...rest] = [...spans].sort((a, b) => b.duration - a.duration);
  if (!root) {
    return 0;
  }
  const end = root.startTime + root.duration;
  let covered = 0;
  let at = root.startTime;
  for (const span of rest.sort((a, b) => a.startTime - b.startTime)) {
    const from = Math.max(at, span.startTime);
    const to = Math.min(end, span.startTime + span.duration);
    if (to > from) {
      covered += to - from;
      at = to;
    }
  }
  return covered / root.duration;
}
