/** Questions to the observability stack's own endpoints, wherever they may be reached from. */
import type { Target } from "../machine/kubectl";
import { portForward, type Forwarded } from "../machine/portForward";
import { STACK_NAMESPACE, STACK_SERVICES, type StackService } from "../plan/pages";
import { httpGet } from "./httpGet";

/** Milliseconds since the epoch. */
type Time = number;

/** A trace's id, and when its spans began. */
export interface Trace {
  readonly id: string;
  readonly spans: readonly Time[];
}

/** An exemplar: the trace that it leads to, and when it was observed. */
export interface Exemplar {
  readonly traceId: string;
  readonly at: Time;
}

/** The stack's endpoints. Whoever has asked them closes the ways to them. */
export class Telemetry {
  private readonly ways = new Map<StackService, Promise<Forwarded>>();

  constructor(private readonly target: Target) {}

  /** Closes the ways to the endpoints. */
  close(): void {
    for (const [service, way] of this.ways) {
      way.then(
        ({ stop }) => stop(),
        () => {},
      );
      this.ways.delete(service);
    }
  }

  /**
   * What Prometheus answers to an instant query.
   *
   * @returns a figure for each series
   * @throws Error when it does not answer
   */
  async figures(query: string): Promise<number[]> {
    const { data } = await this.ask<PrometheusAnswer>("prometheus", "/api/v1/query", { query });
    return data.result.map(({ value: [, text] }) => Number(text));
  }

  /** The exemplars of a metric since a time. @throws Error when Prometheus does not answer */
  async exemplars(metric: string, since: Time): Promise<Exemplar[]> {
    const { data } = await this.ask<ExemplarAnswer>("prometheus", "/api/v1/query_exemplars", {
      query: metric,
      start: String(since / 1000),
      end: String(Date.now() / 1000 + 60),
    });
    return data.flatMap(({ exemplars }) =>
      exemplars.map(({ labels, timestamp }) => ({
        traceId: labels["trace_id"] ?? "",
        at: timestamp * 1000,
      })),
    );
  }

  /** A trace, as far as it has arrived. @throws Error when Jaeger does not answer, or knows none of it */
  async trace(id: string): Promise<Trace[]> {
    return tracesOf(await this.ask<JaegerAnswer>("jaeger", `/api/traces/${id}`, {}));
  }

  /**
   * The newest traces of a service since a time.
   *
   * @param limit how many at most
   * @throws Error when Jaeger does not answer
   */
  async traces(service: string, since: Time, limit: number): Promise<Trace[]> {
    const [start, end] = [since * 1000, Date.now() * 1000];
    const query = { service, start: `${start}`, end: `${end}`, limit: `${limit}` };
    return tracesOf(await this.ask<JaegerAnswer>("jaeger", "/api/traces", query));
  }

  /** What Loki answers to an instant query of figures. @throws Error when it does not answer */
  async lines(query: string): Promise<number> {
    const { data } = await this.ask<PrometheusAnswer>("loki", "/api/v1/query", { query });
    return data.result.reduce((sum, { value: [, text] }) => sum + Number(text), 0);
  }

  private async ask<T>(
    service: StackService,
    path: string,
    query: Record<string, string>,
  ): Promise<T> {
    const { port } = await this.wayTo(service);
    const url = new URL(`http://127.0.0.1:${port}${STACK_SERVICES[service].path}${path}`);
    url.search = new URLSearchParams(query).toString();
    const { status, body } = await httpGet(url);
    if (status !== 200) {
      throw new Error(`${service} answered ${status} ${body.slice(0, 120)}`);
    }
    return JSON.parse(body) as T;
  }

  private async wayTo(service: StackService): Promise<Forwarded> {
    const { port } = STACK_SERVICES[service];
    const way =
      this.ways.get(service) ??
      portForward({ ...this.target, namespace: STACK_NAMESPACE }, service, port);
    this.ways.set(service, way);
    try {
      return await way;
    } catch (error) {
      // A pod may be there the next time.
      this.ways.delete(service);
      throw error;
    }
  }
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries; Loki's is the same. */
interface PrometheusAnswer {
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/#querying-exemplars */
interface ExemplarAnswer {
  readonly data: readonly {
    readonly exemplars: readonly {
      readonly labels: Readonly<Record<string, string>>;
      /** In seconds. */
      readonly timestamp: number;
    }[];
  }[];
}

/** What Jaeger's pages are made from; times in microseconds. */
interface JaegerAnswer {
  readonly data: readonly {
    readonly traceID: string;
    readonly spans: readonly { readonly startTime: number }[];
  }[];
}

function tracesOf({ data }: JaegerAnswer): Trace[] {
  return data.map(({ traceID, spans }) => ({
    id: traceID,
    spans: spans.map(({ startTime }) => startTime / 1000),
  }));
}
