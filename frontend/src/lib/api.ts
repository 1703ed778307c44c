import type { Filters, Scope } from "../state/filters";
import type {
  DashboardMetrics,
  Decisions,
  Histogram,
  Observability,
  Quarantined,
  Session,
  ThreatAnalysis,
  ThreatPage,
  TriggerRequest,
} from "../types";
import { parseAlerts, type Alert } from "./alerts";
import {
  isObject,
  parseHistogram,
  parseJson,
  parseMetrics,
  parseObservability,
  parseQuarantine,
  parseSession,
  parseThreat,
  parseThreats,
} from "./messages";
import { parseUtc } from "./time";

/** Longer than the slowest analysis (agents that ask a model). */
const ANALYSIS_TIMEOUT_MS = 60_000;

/** Longer than reading takes. What a proxy has sent to a pod that is just going may hang far longer. */
const TIMEOUT_MS = 10_000;

/** For what is asked again every few seconds anyway. */
const SHORT_TIMEOUT_MS = 3000;

/** A request that failed, with a message for people. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    message: string,
    /** The HTTP status; undefined when there was no answer, or none that can be read. */
    readonly status?: number,
    /** What the answer was, as far as it is JSON. */
    readonly body?: unknown,
  ) {
    super(message);
  }
}

/** Where the backend tells who is signed in. */
const SESSION = "/api/session";

/**
 * Tells, by events of the type {@link REFUSED}, of each answer of the backend that it does not know who asks (401),
 * but for those to the question who is signed in.
 */
export const refusals = new EventTarget();
/** The type of the events of {@link refusals}. */
export const REFUSED = "refused";

/**
 * Who the backend takes the page's reader for.
 *
 * @throws ApiError with status 401 when somebody has to sign in, and 404 from a backend that knows no login.
 */
export async function getSession(): Promise<Session> {
  return readable(parseSession(await request(SESSION, {}, SHORT_TIMEOUT_MS)));
}

/**
 * Has the backend make and analyse a threat.
 *
 * @param wish what kind; an empty one for a random one.
 * @throws ApiError with the backend's own words where it gave any.
 */
export async function triggerThreat(wish: TriggerRequest): Promise<ThreatAnalysis> {
  const body = await request("/api/threats/trigger", sending("POST", wish), ANALYSIS_TIMEOUT_MS);
  return readable(parseThreat(body));
}

/**
 * A page of the stored threats, newest first.
 *
 * @param limit 1 to 100.
 * @param scope which of them; default all.
 * @throws ApiError
 */
export async function listThreats(
  limit: number,
  offset: number,
  scope?: Scope,
): Promise<ThreatPage> {
  const query = new URLSearchParams({ limit: `${limit}`, offset: `${offset}` });
  if (scope?.review) {
    query.set("review", "true");
  }
  for (const key of ["from", "to"] as const) {
    if (scope && scope[key] !== "") {
      query.set(key, `${parseUtc(scope[key]) / 1000}`);
    }
  }
  const body = await request(`/api/threats?${query.toString()}`);
  return readable(Array.isArray(body) ? parseThreats(body) : undefined);
}

/**
 * How many threats are stored over time.
 *
 * @param fromMs from when on, in epoch milliseconds, up to when, and in how many parts of equal length.
 * @param filters those of them that the backend can count by.
 * @throws ApiError
 */
export async function getHistogram(
  fromMs: number,
  toMs: number,
  buckets: number,
  { review, type }: Pick<Filters, "review" | "type">,
): Promise<Histogram> {
  const query = new URLSearchParams({
    ...{ from: `${fromMs / 1000}`, to: `${toMs / 1000}`, buckets: `${buckets}` },
    ...(review && { review: "true" }),
    ...(type !== "" && { type }),
  });
  return readable(parseHistogram(await request(`/api/threats/histogram?${query.toString()}`)));
}

/**
 * One threat.
 *
 * @throws ApiError with status 404 when the backend does not have it (any more).
 */
export async function getThreat(id: string): Promise<ThreatAnalysis> {
  return readable(parseThreat(await request(`/api/threats/${encodeURIComponent(id)}`)));
}

/** What became of a decision: of another version than the one that its maker saw nothing is changed. */
export interface Decided {
  readonly kind: "changed" | "conflict";
  /** As it is now. */
  readonly threat: ThreatAnalysis;
}

/**
 * Decides something of a threat.
 *
 * @throws ApiError
 */
export async function decideThreat(id: string, decisions: Decisions): Promise<Decided> {
  try {
    const path = `/api/threats/${encodeURIComponent(id)}`;
    const body = await request(path, sending("PATCH", decisions));
    return { kind: "changed", threat: readable(parseThreat(body)) };
  } catch (error) {
    const refused = error instanceof ApiError && error.status === 409 ? error.body : undefined;
    const threat = isObject(refused) ? parseThreat(refused.threat) : undefined;
    if (threat === undefined) {
      throw error;
    }
    return { kind: "conflict", threat };
  }
}

/**
 * The figures over all threats.
 *
 * @throws ApiError
 */
export async function getMetrics(): Promise<DashboardMetrics> {
  return readable(parseMetrics(await request("/api/analytics")));
}

/**
 * What could not be read, newest first.
 *
 * @param limit 1 to 100.
 * @throws ApiError
 */
export async function getQuarantine(limit: number, offset: number): Promise<Quarantined> {
  const body = await request(`/api/quarantine?limit=${limit}&offset=${offset}`);
  return readable(parseQuarantine(body));
}

/**
 * Removes something that could not be read; no failure when somebody else has done so already.
 *
 * @throws ApiError
 */
export async function removeQuarantined(id: string): Promise<void> {
  try {
    await request(`/api/quarantine/${encodeURIComponent(id)}`, { method: "DELETE" });
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) {
      throw error;
    }
  }
}

/**
 * Whether there is an observability stack, and where to look at what it knows.
 *
 * @throws ApiError
 */
export async function getObservability(): Promise<Observability> {
  const body = await request("/api/observability", {}, SHORT_TIMEOUT_MS);
  return readable(parseObservability(body));
}

/**
 * What Prometheus has to say of this system's alerts, worst first.
 *
 * @param path of the page's own address
 * @throws ApiError
 */
export async function getAlerts(path: string): Promise<readonly Alert[]> {
  return readable(parseAlerts(await request(path, {}, SHORT_TIMEOUT_MS)));
}

function readable<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new ApiError("The backend sent an answer that this page cannot read.");
  }
  return value;
}

function sending(method: "POST" | "PATCH", body: object): RequestInit {
  return { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

async function request(
  path: string,
  init: RequestInit = {},
  timeoutMs = TIMEOUT_MS,
): Promise<unknown> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    text = await response.text();
  } catch {
    throw new ApiError("The backend cannot be reached.");
  }
  const body = parseJson(text);
  if (response.status === 401 && path.startsWith("/api/") && path !== SESSION) {
    refusals.dispatchEvent(new Event(REFUSED));
  }
  if (!response.ok) {
    throw new ApiError(describeFailure(response.status, body), response.status, body);
  }
  return body;
}

/**
 * What went wrong, from a failed response.
 *
 * @param body the parsed JSON, or undefined when it was none. The backend's `detail` is a text,
 *   an object with a `message`, or a list of `{loc, msg}`.
 */
export function describeFailure(status: number, body: unknown): string {
  const detail = isObject(body) ? detailText(body.detail ?? body.reason) : undefined;
  if (detail) {
    return `${detail} (HTTP ${status})`;
  }
  return status >= 500
    ? `The backend is unavailable (HTTP ${status}).`
    : `The backend refused the request (HTTP ${status}).`;
}

function detailText(detail: unknown): string | undefined {
  if (typeof detail === "string") {
    return detail;
  }
  if (Array.isArray(detail)) {
    return detail.filter(isObject).map(problemText).join("; ");
  }
  return isObject(detail) && typeof detail.message === "string" ? detail.message : undefined;
}

function problemText(problem: Readonly<Record<string, unknown>>): string {
  const where = Array.isArray(problem.loc) ? problem.loc.join(".") : "request";
  return `${where}: ${String(problem.msg)}`;
}
