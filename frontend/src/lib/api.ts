import type { ThreatAnalysis, ThreatType } from "../types";
import { isObject, parseJson, parseThreat, parseThreats } from "./messages";

/** Longer than the slowest analysis (agents that ask a model). */
const TIMEOUT_MS = 60_000;

/** A request that failed, with a message for people. */
export class ApiError extends Error {
  override readonly name = "ApiError";
}

/**
 * Has the backend make and analyse a threat.
 *
 * @param type what kind; undefined for a random one.
 * @throws ApiError with the backend's own words where it gave any.
 */
export async function triggerThreat(type: ThreatType | undefined): Promise<ThreatAnalysis> {
  const body = await request("/api/threats/trigger", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(type ? { threat_type: type } : {}),
  });
  const threat = parseThreat(body);
  if (!threat) {
    throw new ApiError("The backend sent an answer that this page cannot read.");
  }
  return threat;
}

/**
 * The newest threats, newest first.
 *
 * @throws ApiError
 */
export async function listThreats(limit: number): Promise<ThreatAnalysis[]> {
  const body = await request(`/api/threats?limit=${limit}`);
  if (!Array.isArray(body)) {
    throw new ApiError("The backend sent an answer that this page cannot read.");
  }
  return parseThreats(body);
}

async function request(path: string, init: RequestInit = {}): Promise<unknown> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    text = await response.text();
  } catch {
    throw new ApiError("The backend cannot be reached.");
  }
  const body = parseJson(text);
  if (!response.ok) {
    throw new ApiError(describeFailure(response.status, body));
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
