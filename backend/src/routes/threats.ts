import { systemClock } from "../base/clock.js";
import { Paced } from "../base/paced.js";
import type { AuditLog } from "../telemetry/audit.js";
import {
  DECISIONS,
  HISTOGRAM_QUERY,
  LAST_MOMENT,
  THREATS_QUERY,
  TRIGGER,
} from "../contract/requests.js";
import { HttpError } from "../contract/problems.js";
import { callerOf } from "../server/login.js";
import type { ThreatService } from "../service/threatService.js";
import type { HistogramAnswer } from "../contract/responses.js";
import type { ThreatStore } from "../store/store.js";
import { edgesOf, type Histogram } from "../store/times.js";
import { SMALL_BODY, SAVE_ANSWERS, STORE_ANSWERS, type Routes } from "./route.js";

const DAY_SECONDS = 24 * 60 * 60;
/** The shortest time between two countings for the same question, in ms: every open dashboard asks it at every event. */
const HISTOGRAM_REST_MS = 500;
const JSON_TYPE = "application/json; charset=utf-8";

/** What the threat routes work with. */
export interface ThreatDependencies {
  readonly service: ThreatService;
  readonly store: ThreatStore;
  readonly audit: AuditLog;
}

/** `/api/threats`: list, one, what people decide of it, trigger. */
export function threatRoutes(routes: Routes, { service, store, audit }: ThreatDependencies): void {
  routes.add(
    {
      method: "GET",
      path: "/api/threats",
      summary:
        "The stored threats, those that await review, or those dropped while they did; newest first",
      allowed: ["reader"],
      query: THREATS_QUERY,
      answers: {
        200: { description: "A part of the list", schema: "ThreatList" },
        ...STORE_ANSWERS,
      },
    },
    async ({ query, reply }) => {
      const { limit, offset, review, dropped, ...range } = query;
      const shelf = dropped ? "dropped" : review ? "waiting" : "stored";
      const threats = await store.list(limit, offset, shelf, range);
      const parts = threats.flatMap(({ json }, index) => (index === 0 ? [json] : [COMMA, json]));
      return reply.type(JSON_TYPE).send(Buffer.concat([OPEN, ...parts, CLOSE]));
    },
  );

  const histograms = new Paced<Histogram>(HISTOGRAM_REST_MS);
  routes.add(
    {
      method: "GET",
      path: "/api/threats/histogram",
      summary:
        "How many of the stored threats, or of those that await review, were made when, by severity",
      allowed: ["reader"],
      query: HISTOGRAM_QUERY,
      answers: {
        200: { description: "The counts", schema: "Histogram" },
        ...STORE_ANSWERS,
      },
    },
    async ({ query }): Promise<HistogramAnswer> => {
      const { buckets, review: waiting, type } = query;
      const now = systemClock() / 1000;
      const to = query.to ?? Math.min(LAST_MOMENT, Math.max(now, (query.from ?? 0) + DAY_SECONDS));
      const asked = { from: query.from ?? to - DAY_SECONDS, to, buckets, waiting, type };
      const { oldest, counts } = await histograms.ask(JSON.stringify(asked), () =>
        store.histogram(asked),
      );
      const edges = edgesOf(asked);
      return {
        oldest,
        buckets: counts.map((each, at) => ({
          from: edges[at] ?? to,
          to: edges[at + 1] ?? to,
          counts: each,
        })),
      };
    },
  );

  routes.add(
    {
      method: "GET",
      path: "/api/threats/:id",
      summary: "One threat, by the id of its analysis",
      allowed: ["reader"],
      answers: {
        200: { description: "The threat", schema: "ThreatAnalysis" },
        404: { description: "No such threat", schema: "Error" },
        ...STORE_ANSWERS,
      },
    },
    async ({ request, reply }) => {
      const { id } = request.params as { readonly id: string };
      const threat = await store.get(id);
      if (threat === null) {
        throw new HttpError(404, "Threat not found");
      }
      return reply.type(JSON_TYPE).send(threat.json);
    },
  );

  routes.add(
    {
      method: "PATCH",
      path: "/api/threats/:id",
      summary:
        "What a person decides of a threat: how far it is, whose it is, a note, whether it is real",
      allowed: ["analyst"],
      body: DECISIONS,
      maxBytes: SMALL_BODY,
      answers: {
        200: {
          description: "The threat, stored and sent to all clients",
          schema: "ThreatAnalysis",
        },
        404: { description: "No such threat", schema: "Error" },
        409: {
          description: "It has another version by now, and stays as it is",
          schema: "Conflict",
        },
        ...STORE_ANSWERS,
      },
    },
    async ({ body, request, reply }) => {
      const { id } = request.params as { readonly id: string };
      const caller = callerOf(request);
      const decided = await service.decide(id, body, caller.by);
      if (decided === null) {
        throw new HttpError(404, "Threat not found");
      }
      const { kind, threat } = decided;
      reply.type(JSON_TYPE);
      if (kind === "conflict") {
        const detail = `The threat has version ${threat.version} by now, not ${body.version}`;
        return reply
          .code(409)
          .send(Buffer.concat([Buffer.from(`{"detail":"${detail}","threat":`), threat.json, END]));
      }
      const { version: _, ...decisions } = body;
      audit.write(caller, { threat_id: id, decisions }, "Threat decided");
      return reply.send(threat.json);
    },
  );

  routes.add(
    {
      method: "POST",
      path: "/api/threats/trigger",
      summary: "Makes a threat and analyses it",
      allowed: ["analyst", "ingest"],
      body: TRIGGER,
      maxBytes: SMALL_BODY,
      answers: {
        200: {
          description: "The threat, stored and sent to all clients",
          schema: "ThreatAnalysis",
        },
        400: { description: "Unknown type or adversarial scenario", schema: "Error" },
        ...SAVE_ANSWERS,
      },
    },
    async ({ body, request, reply }) => {
      const triggered = service.trigger(body);
      // Found out while Redis stores it.
      const caller = callerOf(request);
      const { id, json } = await triggered;
      audit.write(caller, { threat_id: id }, "Threat triggered");
      return reply.type(JSON_TYPE).send(json);
    },
  );
}

const OPEN = Buffer.from("[");
const COMMA = Buffer.from(",");
const CLOSE = Buffer.from("]");
const END = Buffer.from("}");
