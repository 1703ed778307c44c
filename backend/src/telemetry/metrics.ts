import { collectDefaultMetrics, Counter, Gauge, Histogram, Summary } from "prom-client";
import { PROGRAM_VERSION } from "../base/version.js";
import { AGENT_KEYS, type AgentKey } from "../contract/analysis.js";
import { SEVERITY, THREAT_TYPES } from "../contract/signal.js";
import type { ThreatAnalysis } from "../contract/threat.js";
import type { SpanIds } from "./activeTrace.js";
import { createRegistry } from "./exposition.js";
import { TracedHistogram } from "./tracedHistogram.js";
import { WebSocketMetrics } from "./webSocketMetrics.js";

/** Rules judge within a tenth of a millisecond, a model within seconds. */
const AGENT_BUCKETS = [
  ...[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005],
  ...[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
];
const PROCESSING_BUCKETS = AGENT_BUCKETS.filter((seconds) => seconds >= 0.001);
const HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** One finished HTTP request. */
export interface HttpRequestFacts {
  readonly method: string;
  /** The route's pattern, `none` if no route matched: a bounded set, unlike paths. */
  readonly handler: string;
  readonly status: number;
  readonly seconds: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Its span, if that is recorded. */
  readonly span?: SpanIds | undefined;
}

/** What this process was made of. */
export interface BuildFacts {
  /** Of its image; null where that is not told. */
  readonly imageTag: string | null;
}

/** What Prometheus may ask of this process. Each instance has its own registry. */
export class Metrics {
  readonly registry = createRegistry();
  readonly webSockets = new WebSocketMetrics(this.registry);
  readonly httpInProgress = new Gauge({
    name: "http_requests_inprogress",
    help: "HTTP requests being served",
    labelNames: ["method", "handler"],
    registers: [this.registry],
  });
  readonly #threats = new Counter({
    name: "soc_threats_processed_total",
    help: "Threats analysed and stored",
    labelNames: ["severity", "threat_type"],
    registers: [this.registry],
  });
  readonly #agents = new TracedHistogram(this.registry, {
    name: "soc_agent_duration_seconds",
    help: "Time that an agent takes",
    labelNames: ["agent_name"],
    buckets: AGENT_BUCKETS,
  });
  readonly #fpScores = new Histogram({
    name: "soc_fp_score",
    help: "False-positive scores",
    buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
    registers: [this.registry],
  });
  readonly #processing = new TracedHistogram(this.registry, {
    name: "soc_threat_processing_duration_seconds",
    help: "Time from a trigger until the threat is stored and published",
    labelNames: ["phase"],
    buckets: PROCESSING_BUCKETS,
  });
  readonly #httpRequests = new Counter({
    name: "http_requests_total",
    help: "HTTP requests by method, route and class of status",
    labelNames: ["method", "handler", "status"],
    registers: [this.registry],
  });
  readonly #httpDuration = new TracedHistogram(this.registry, {
    name: "http_request_duration_seconds",
    help: "Time to serve an HTTP request, by method and route",
    labelNames: ["method", "handler"],
    buckets: HTTP_BUCKETS,
  });
  readonly #httpDurationHighr = new Histogram({
    name: "http_request_duration_highr_seconds",
    help: "Time to serve an HTTP request, all routes together",
    buckets: [0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 5, 10, 30, 60],
    registers: [this.registry],
  });
  readonly #requestSize = this.#sizes("http_request_size_bytes", "Size of request bodies");
  readonly #responseSize = this.#sizes("http_response_size_bytes", "Size of response bodies");

  /** What has not happened yet reads 0, wherever the labels are known beforehand. */
  constructor({ imageTag }: BuildFacts = { imageTag: null }) {
    const build = {
      version: PROGRAM_VERSION,
      ...(imageTag !== null && { image_tag: imageTag }),
    };
    new Gauge({
      name: "soc_build_info",
      help: "What this process was made of; always 1",
      labelNames: Object.keys(build),
      registers: [this.registry],
    }).set(build, 1);
    collectDefaultMetrics({ register: this.registry });
    for (const severity of SEVERITY.options) {
      THREAT_TYPES.forEach((threat_type) => this.#threats.inc({ severity, threat_type }, 0));
    }
    AGENT_KEYS.forEach((agent) => this.#agents.zero({ agent_name: `${agent}_agent` }));
    this.#processing.zero({ phase: "total" });
  }

  /** Counts a threat that has been stored; `seconds` is the time from the trigger on. */
  threatProcessed(threat: ThreatAnalysis, seconds: number): void {
    this.#threats.inc({ severity: threat.severity, threat_type: threat.signal.threat_type });
    this.#processing.observe({ phase: "total" }, seconds);
    if (threat.false_positive_score !== null) {
      this.#fpScores.observe(threat.false_positive_score.score);
    }
  }

  agentDone(agent: AgentKey, seconds: number): void {
    this.#agents.observe({ agent_name: `${agent}_agent` }, seconds);
  }

  /** There is a route to be asked. */
  httpRoute(method: string, handler: string): void {
    for (const status of ["2xx", "4xx", "5xx"]) {
      this.#httpRequests.inc({ method, handler, status }, 0);
    }
  }

  httpRequestDone(request: HttpRequestFacts): void {
    const { method, handler } = request;
    this.#httpRequests.inc({ method, handler, status: `${Math.floor(request.status / 100)}xx` });
    this.#httpDuration.observe({ method, handler }, request.seconds, request.span ?? null);
    this.#httpDurationHighr.observe(request.seconds);
    this.#requestSize.observe({ handler }, request.requestBytes);
    this.#responseSize.observe({ handler }, request.responseBytes);
  }

  #sizes(name: string, help: string): Summary<"handler"> {
    // Without quantiles: a sum and a count, which can be added up over pods.
    return new Summary({
      name,
      help,
      labelNames: ["handler"],
      percentiles: [],
      registers: [this.registry],
    });
  }
}
